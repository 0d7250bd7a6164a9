// Files that an agent asks us to read and to write for it: those of its working folder, whatever links lie in between.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { Places } from './acp-policy.ts';

/** Largest file that is read for an agent, in bytes. */
const largest = 33_554_432;

/** What may be said about paths that are seen from this folder. */
export function placesFrom(cwd: string): Places {
  const root = realpathSync(cwd);
  const below = (path: string) => {
    const target = targetOf(resolve(cwd, path));
    if (target === root) return '.';
    return target?.startsWith(root === sep ? sep : root + sep) ? target.slice(root.length) : undefined;
  };
  return {
    isInside: (path) => below(path) !== undefined,
    isGits: (path) => below(path)?.split(sep).includes('.git') === true,
  };
}

/** Where a path leads, links followed, also where there is nothing yet; undefined where nobody can say. */
function targetOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return undefined;
    // A link that leads nowhere yet may lead anywhere.
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined || path === dirname(path)) return undefined;
    const folder = targetOf(dirname(path));
    return folder === undefined ? undefined : join(folder, basename(path));
  }
}

/** The text of a file, or so many lines of it from one on (from 1). Throws what the system says. */
export function readText(path: string, line: number | undefined, limit: number | undefined): string {
  const fd = openSync(targetOf(path) ?? path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const facts = fstatSync(fd);
    if (!facts.isFile()) throw new Error(`not an ordinary file: ${path}`);
    if (facts.size > largest) throw new Error(`larger than ${largest} bytes: ${path}`);
    const text = readFileSync(fd, 'utf8');
    if (line === undefined && limit === undefined) return text;
    const start = Math.max(0, (line ?? 1) - 1);
    return text
      .split(/(?<=\n)/)
      .slice(start, limit === undefined ? undefined : start + limit)
      .join('');
  } finally {
    closeSync(fd);
  }
}

/** Writes a file, and makes the folders above it. Throws what the system says. */
export function writeText(path: string, text: string): void {
  const target = targetOf(path) ?? path;
  mkdirSync(dirname(target), { recursive: true });
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = openSync(target, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0o666);
  try {
    if (!fstatSync(fd).isFile()) throw new Error(`not an ordinary file: ${path}`);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  } finally {
    closeSync(fd);
  }
}
