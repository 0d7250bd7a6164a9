// The log of an agent, read while it is written. Whoever keeps it small may cut its end off, and put it together anew in the
// end: what stands before the place that was reached tells whether that has happened.
import { existsSync } from 'node:fs';
import { ordinarySize, readSome } from './ordinary.ts';

/** A log on its way to somebody who looks. */
export interface LogReader {
  /** The next bytes; undefined when there are none yet. `cut`: something may be missing before them. */
  next(): { readonly bytes: Uint8Array; readonly cut: boolean } | undefined;
}

/** Bytes of one look. */
const stretch = 262_144;
/** Bytes by which a place is known again. */
const known = 1024;
/** Longest log, in bytes, in which a place is looked for. */
const longest = 67_108_864;
/** What stands where bytes were cut out of a log that is complete. */
const mark = /\n\[\.\.\. \d+ bytes cut here \.\.\.\]\n/;

/** Reads a log from its beginning; it need not exist yet. */
export function readLog(path: string): LogReader {
  let at = 0;
  /** What stands before that place. */
  let before: Buffer = Buffer.alloc(0);
  /** The end of what was given out, as far as nothing is missing in it. */
  let given: Buffer = Buffer.alloc(0);
  /** Whether something may be missing between that and what comes next. */
  let missing = false;
  /** Whether it was being cut when it was last looked for: its end will come behind a mark, with what was given out already. */
  let parted = false;
  const moveTo = (place: number) => {
    at = place;
    before = readSome(path, Math.max(0, at - known), Math.min(at, known));
  };
  return {
    next() {
      const size = ordinarySize(path);
      if (size === undefined) return undefined;
      let data = readSome(path, at - before.length, before.length + stretch);
      const whole = parted && !existsSync(tailOf(path));
      if (whole || !data.subarray(0, before.length).equals(before)) {
        parted = existsSync(tailOf(path));
        if (parted && isJoined(path, size)) return undefined;
        const found = parted ? undefined : placeAfter(path, given, size);
        missing = found === undefined;
        moveTo(found ?? size);
        data = readSome(path, at - before.length, before.length + stretch);
      }
      const bytes = data.subarray(before.length);
      if (parted && mark.exec(bytes.toString('latin1'))?.index === 0) return undefined;
      if (bytes.length === 0) return undefined;
      const cut = missing;
      at += bytes.length;
      before = data.subarray(-known);
      given = (missing ? bytes : Buffer.concat([given, bytes])).subarray(-known);
      missing = false;
      return { bytes, cut };
    },
  };
}

/** Where the end of a log is kept while it is cut off. */
function tailOf(path: string): string {
  return `${path}.tail`;
}

/** Whether the end of a log is on its way back behind the mark. */
function isJoined(path: string, size: number): boolean {
  return size <= longest && mark.test(readSome(path, 0, size).toString('latin1'));
}

/** Where what was given out ends in a log that was put together anew; undefined where that cannot be told. */
function placeAfter(path: string, given: Buffer, size: number): number | undefined {
  if (size > longest) return undefined;
  const data = readSome(path, 0, size);
  // Where the cut went through it, its end is enough.
  for (let length = given.length; length >= Math.min(given.length, known / 16); length = Math.floor(length / 4)) {
    const place = data.lastIndexOf(given.subarray(given.length - length));
    if (place !== -1) return place + length;
  }
  return mark.exec(data.toString('latin1'))?.index;
}
