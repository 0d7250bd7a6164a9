// Reads a recording, which anybody may have written: no name leads out of the folder, nothing is written over, nothing grows
// without end, and what is wrong is told with its line.
import { closeSync, createReadStream, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { layoutOf, type RunLayout } from './layout.ts';
import { ordinarySize, readSome } from './ordinary.ts';
import { isCarried, longestLine, type RecordingHead, recordingVersion } from './recording-form.ts';

/** A file is no recording, or not a whole one. */
export class RecordingFault extends Error {
  override readonly name = 'RecordingFault';
  readonly line: number;
  readonly why: string;
  constructor(path: string, line: number, why: string) {
    super(`${path}:${line}: ${why}`);
    this.line = line;
    this.why = why;
  }
}

/** Limits of what is read. */
interface RecordingLimits {
  readonly files: number;
  /** Bytes of all files together. */
  readonly bytes: number;
}

const usual: RecordingLimits = { files: 2_000_000, bytes: 4 * 1024 ** 3 };

/** What was unpacked. */
export interface UnpackedRecording {
  readonly head: RecordingHead;
  readonly layout: RunLayout;
  readonly files: number;
}

/** Whether a file begins as a recording does, compressed or not. Nothing else is known of it. */
export function isRecording(path: string): boolean {
  if (ordinarySize(path) === undefined) return false;
  const begin = readSome(path, 0, 64);
  return isCompressed(begin) || /^\s*\{\s*"recording"\s*:/.test(begin.toString('latin1'));
}

/**
 * Makes a run's folder out of a recording, in a folder that is there and of which nobody else makes use: as if it were the
 * workspace of that run. Throws RecordingFault.
 */
export async function unpackRecording(path: string, folder: string, limits = usual): Promise<UnpackedRecording> {
  const fault = (line: number, why: string) => new RecordingFault(path, line, why);
  let number = 0;
  let unpacking: Unpacking | undefined;
  try {
    for await (const line of linesIn(path)) {
      number += 1;
      const value = objectIn(line);
      if (unpacking === undefined) unpacking = begin(headIn(value), folder, limits);
      else unpacking.take(value);
    }
    if (unpacking === undefined) throw new Wrong('the file is empty');
    return unpacking.finish();
  } catch (error) {
    if (error instanceof Wrong) throw fault(Math.max(1, number + (error.after ? 1 : 0)), error.message);
    if (isZlibFault(error))
      throw fault(number + 1, `the compressed file is damaged, or its end is missing (${(error as Error).message})`);
    throw error;
  } finally {
    unpacking?.close();
  }
}

/** What is wrong with the line that was read last; `after`: with the one that should come after it. */
class Wrong extends Error {
  readonly after: boolean;
  constructor(message: string, after = false) {
    super(message);
    this.after = after;
  }
}

interface Unpacking {
  take(line: Line): void;
  finish(): UnpackedRecording;
  close(): void;
}

type Line = Readonly<Record<string, unknown>>;

function headIn(line: Line): RecordingHead {
  const { recording, run, orchestra } = line;
  if (typeof recording !== 'number')
    throw new Wrong('this is no recording: it does not begin with {"recording":1,...}');
  if (recording !== recordingVersion) {
    throw new Wrong(
      `this recording has the form ${recording}, and only ${recordingVersion} is known here: it needs a newer super`,
    );
  }
  if (typeof run !== 'string' || !/^[0-9]{8}-[0-9]{6}-[0-9]{3}-[a-z0-9]{4}$/.test(run)) {
    throw new Wrong('"run" is not the id of a run');
  }
  return {
    recording,
    run: run as RecordingHead['run'],
    orchestra: String(orchestra),
    super: String(line.super),
    redacted: line.redacted === true,
  };
}

function begin(head: RecordingHead, folder: string, limits: RecordingLimits): Unpacking {
  const layout = layoutOf(folder, head.run);
  mkdirSync(layout.folder, { recursive: true });
  const seen = new Set<string>();
  let open: { readonly file: string; readonly fd: number } | undefined;
  let bytes = 0;
  let ended = false;
  const close = () => {
    if (open !== undefined) closeSync(open.fd);
    open = undefined;
  };
  const opened = (file: string): number => {
    if (!isCarried(file)) throw new Wrong(`a recording holds no file called ${JSON.stringify(file)}`);
    if (seen.has(file)) throw new Wrong(`${file} is here for the second time`);
    if (seen.size >= limits.files) throw new Wrong(`there are more than ${limits.files} files`);
    seen.add(file);
    const path = join(layout.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'wx');
  };
  return {
    close,
    take(line) {
      if (ended) throw new Wrong('there is more after the end of the recording');
      if (line.end === true) {
        if (open !== undefined) throw new Wrong(`the rest of ${open.file} is missing`);
        if (line.files !== seen.size)
          throw new Wrong(`there are ${seen.size} files, and there should be ${line.files}`);
        ended = true;
        return;
      }
      const { file } = line;
      if (typeof file !== 'string') throw new Wrong('this line is neither a file nor the end of a recording');
      if (open !== undefined && open.file !== file) throw new Wrong(`the rest of ${open.file} is missing`);
      open ??= { file, fd: opened(file) };
      const data = contentOf(line);
      bytes += data.length;
      if (bytes > limits.bytes) throw new Wrong(`its files have more than ${limits.bytes} bytes together`);
      for (let at = 0; at < data.length; ) at += writeSync(open.fd, data, at);
      if (line.more !== true) close();
    },
    finish() {
      if (!ended) throw new Wrong('the end of the recording is missing: the file was cut off', true);
      for (const file of ['plan.json', 'events.jsonl']) if (!seen.has(file)) throw new Wrong(`it holds no ${file}`);
      return { head, layout, files: seen.size };
    },
  };
}

function contentOf({ text, base64 }: Line): Uint8Array {
  if (typeof text === 'string' && base64 === undefined) return Buffer.from(text);
  if (typeof base64 === 'string' && text === undefined && /^[A-Za-z0-9+/]*={0,2}$/.test(base64))
    return Buffer.from(base64, 'base64');
  throw new Wrong('this file has neither "text" nor "base64"');
}

function objectIn(line: Buffer): Line {
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
  } catch {
    throw new Wrong('this line is no JSON: the file is no recording, or was damaged or cut off here');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Wrong('this line is no JSON object');
  return value as Line;
}

/** Lines of a file, which may be compressed, without their ends. */
async function* linesIn(path: string): AsyncIterable<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of await contents(path)) {
    let start = 0;
    for (let stop = chunk.indexOf(0x0a); stop !== -1; stop = chunk.indexOf(0x0a, start)) {
      yield Buffer.concat([...held, chunk.subarray(start, stop)]);
      held = [];
      length = 0;
      start = stop + 1;
    }
    if (start < chunk.length) held.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > longestLine) throw new Wrong(`this line is longer than ${longestLine} bytes`, true);
  }
  if (length > 0) yield Buffer.concat(held);
}

async function contents(path: string): Promise<AsyncIterable<Buffer>> {
  const file = createReadStream(path, { highWaterMark: 262_144 });
  if (!isCompressed(readSome(path, 0, 2))) return file;
  const { createGunzip } = await import('node:zlib');
  const { pipeline } = await import('node:stream');
  // What is wrong reaches whoever reads the end of it.
  return pipeline(file, createGunzip(), () => {});
}

function isCompressed(begin: Uint8Array): boolean {
  return begin[0] === 0x1f && begin[1] === 0x8b;
}

function isZlibFault(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code?.startsWith('Z_') === true;
}
