// Copies of files, whole or not at all. Small ones are handled in one go; large ones are copied by the kernel and hashed as a
// stream, so that memory does not grow with them.
import { closeSync, constants, renameSync } from 'node:fs';
import { sha256, sha256OfFile } from './digest.ts';
import { openOrdinary, ordinarySize, readSome, removeTemporary, temporaryName, writeWhole } from './ordinary.ts';

/** Files up to this size are read in one go. */
export const smallFile = 65_536;

/** What was copied. */
interface Copied {
  readonly bytes: number;
  readonly sha256: string;
}

/** Copies an ordinary file so that readers see none of it, or all. */
export async function copyWhole(from: string, to: string): Promise<Copied> {
  const temporary = temporaryName(to);
  try {
    await copyLarge(from, temporary);
    const copied = await sha256OfFile(temporary);
    renameSync(temporary, to);
    return copied;
  } catch (error) {
    removeTemporary(temporary);
    throw error;
  }
}

/** Copies an ordinary file of this digest. False, and nothing written, where it has another one. */
export async function copyExpected(from: string, to: string, expected: string): Promise<boolean> {
  const size = ordinarySize(from);
  if (size !== undefined && size <= smallFile) {
    const data = readSome(from, 0, size);
    if (sha256(data) !== expected) return false;
    writeWhole(to, data);
    return true;
  }
  const aside = temporaryName(to);
  try {
    const same = (await copyWhole(from, aside)).sha256 === expected;
    if (same) renameSync(aside, to);
    return same;
  } finally {
    removeTemporary(aside);
  }
}

/** Copied by the kernel; where the file system can, both share the bytes. */
export async function copyLarge(from: string, to: string): Promise<void> {
  const { copyFile } = await import('node:fs/promises');
  const { fd } = openOrdinary(from);
  try {
    // By its descriptor: the name may stand for something else by now.
    await copyFile(`/proc/self/fd/${fd}`, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } finally {
    closeSync(fd);
  }
}
