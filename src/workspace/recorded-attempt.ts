// The files of a recorded attempt. The run may be anybody's: nothing but ordinary files in ordinary folders is read, and no link
// is followed.
import { closeSync, lstatSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskName } from '../schema/types.gen.ts';
import type { RunLayout } from './layout.ts';
import { openOrdinary } from './ordinary.ts';

/** Bytes of a piece. */
const piece = 65_536;

/** Most bytes that are read of a file: no log of a run is longer. */
const longest = 67_108_864;

/** What a file of an attempt holds, in pieces, each of which is there until the next is asked for; undefined where there is no such file. */
export function piecesOf(
  { attempts }: Pick<RunLayout, 'attempts'>,
  task: TaskName,
  attempt: number,
  name: string,
): Iterable<Uint8Array> | undefined {
  const folders = [attempts, join(attempts, task), join(attempts, task, String(attempt))];
  const path = join(attempts, task, String(attempt), name);
  const isThere = folders.every((folder) => lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true);
  if (!isThere || lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  return pieces(path);
}

function* pieces(path: string): Generator<Uint8Array> {
  const { fd } = openOrdinary(path);
  try {
    const buffer = Buffer.allocUnsafe(piece);
    let left = longest;
    for (let read = readSync(fd, buffer); read > 0 && left > 0; read = readSync(fd, buffer)) {
      yield buffer.subarray(0, Math.min(read, left));
      left -= read;
    }
  } finally {
    closeSync(fd);
  }
}
