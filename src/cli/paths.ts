// Paths as people name them, and what the system says of them in words.
import { statSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { setupFault } from './command.ts';

/** A path as people would write it: relative to where they stand when it lies below, else absolute. */
export function nameFor({ cwd }: { readonly cwd: string }, path: string): string {
  const short = relative(cwd, path);
  return short === '' ? '.' : short.startsWith('..') || isAbsolute(short) ? path : short;
}

/** Whether a path leads to a file. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

const sentences: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file',
  ELOOP: 'its symbolic links go round in a circle',
};

/** Does what reads a file; what the system answers is told as a fault of the setup. */
export function orRefuse<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw setupFault(`cannot read ${what}: ${sentences[code] ?? message}`);
  }
}
