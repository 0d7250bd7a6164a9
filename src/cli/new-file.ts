// Files that commands write for people: each is new, or was asked to be replaced.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { usageFault } from './command.ts';
import { nameFor } from './paths.ts';
import { type Project, upstreamFolders } from './project.ts';

/** Folder in which new orchestras or playbooks of a project belong: one that is there already, in either layout, else the flat one. */
export function homeOf(project: Project, kind: 'orchestras' | 'agents'): string {
  const flat = join(project.root, kind);
  const upstream = upstreamFolders(project, kind).find((folder) => existsSync(folder));
  return existsSync(flat) ? flat : (upstream ?? flat);
}

/** Writes a file and the folders above it. A file that is there already is a usage fault, unless it may be replaced. */
export function writeNew(
  project: Project,
  path: string,
  text: string,
  options: { readonly replace?: boolean } = {},
): void {
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(path, text, { flag: options.replace === true ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw usageFault(`${nameFor(project, path)} exists already; nothing was written`);
  }
}

/** What a name would be in the letters that names may have, as a hint; empty where nothing is left of it. */
export function nearestName(written: string, start: RegExp): string {
  const plain = written.normalize('NFKD').replace(/\p{M}/gu, '').trim();
  const name = plain
    .replace(/[^A-Za-z0-9_.-]+/g, '_')
    .replace(start, '')
    .replace(/[_.-]+$/, '')
    .slice(0, 64);
  return name === '' ? '' : `did you mean "${name}"?`;
}
