// The files of a recorded attempt. The run may be anybody's: nothing but ordinary files in ordinary folders is read, and no link
// is followed.
import { closeSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskName } from '../schema/types.gen.ts';
import type { RunLayout } from './layout.ts';
import { isFolder, openOrdinary, ordinarySize } from './ordinary.ts';

/** One piece of memory for all files: what is read is taken before anything else is. */
const buffer = Buffer.alloc(65_536);

/** Most bytes that are read of a file: no log of a run is longer. */
const longest = 67_108_864;

/**
 * Reads files of an attempt by their names: what one holds, in pieces, each of which is there until the next is asked for; undefined
 * where there is no such file. Undefined as a whole where the attempt has no folder.
 */
export function recordedFiles(
  { attempts }: Pick<RunLayout, 'attempts'>,
  task: TaskName,
  attempt: number,
): ((name: string) => Iterable<Uint8Array> | undefined) | undefined {
  const folder = join(attempts, task, String(attempt));
  if (![attempts, join(attempts, task), folder].every(isFolder)) return undefined;
  return (name) => {
    const path = join(folder, name);
    return ordinarySize(path) !== undefined ? pieces(path) : undefined;
  };
}

function* pieces(path: string): Generator<Uint8Array> {
  const { fd } = openOrdinary(path);
  try {
    let left = longest;
    for (let read = readSync(fd, buffer); read > 0 && left > 0; read = readSync(fd, buffer)) {
      yield buffer.subarray(0, Math.min(read, left));
      left -= read;
    }
  } finally {
    closeSync(fd);
  }
}
