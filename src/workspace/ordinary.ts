// Files in folders that agents can write to. A link, a FIFO, a device or a folder may stand where a file is expected: none is
// followed, none is waited for.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';

/** Opens an ordinary file for reading; gives its descriptor and its size. Throws where there is none. */
export function openOrdinary(path: string): { fd: number; size: number } {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const facts = fstatSync(fd);
  if (facts.isFile()) return { fd, size: facts.size };
  closeSync(fd);
  throw Object.assign(new Error(`not an ordinary file: ${path}`), { code: 'EINVAL', syscall: 'open', path });
}

/** Throws where something else stands, a link to a folder too: what is written below it would land elsewhere. */
export function expectFolder(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== false) return;
  throw Object.assign(new Error(`not a folder of the run: ${path}`), { code: 'ENOTDIR', syscall: 'lstat', path });
}

/** Whether a folder stands there; a link to one is none. */
export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Size in bytes of an ordinary file; undefined where there is none. */
export function ordinarySize(path: string): number | undefined {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  return facts?.isFile() ? facts.size : undefined;
}

/** Up to `length` bytes of an ordinary file from `position`. */
export function readSome(path: string, position: number, length: number): Buffer {
  const { fd, size } = openOrdinary(path);
  try {
    const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - position)));
    let at = 0;
    while (at < buffer.length) {
      const read = readSync(fd, buffer, at, buffer.length - at, position + at);
      if (read === 0) break;
      at += read;
    }
    return buffer.subarray(0, at);
  } finally {
    closeSync(fd);
  }
}

/** All of an ordinary file. */
export function readWhole(path: string): Buffer {
  return readSome(path, 0, Number.POSITIVE_INFINITY);
}

/** Writes a file so that readers see the old one or the new one, whole. */
export function writeWhole(path: string, data: string | Uint8Array): void {
  const temporary = temporaryName(path);
  try {
    writeFileSync(temporary, data, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    removeTemporary(temporary);
    throw error;
  }
}

/** Takes away what got no name; where even that is refused, the next run tidies up. */
export function removeTemporary(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What is told is why it got no name.
  }
}

/** A name beside a file that nothing has yet. */
export function temporaryName(path: string): string {
  return `${path}.${Math.random().toString(36).slice(2)}.tmp`;
}

/** Whether a name is one of those. */
export function isTemporary(name: string): boolean {
  return /\.[0-9a-z]+\.tmp$/.test(name);
}
