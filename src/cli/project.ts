// Where things are: the project's root, its orchestras and its playbooks.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { suggest } from '../diagnostics/suggest.ts';
import { exit, Refusal, setupFault } from './command.ts';

export interface Project {
  /** Absolute path of the root. */
  readonly root: string;
  /** Name from .super, else the root folder's. */
  readonly name: string;
  /** Folder from which people name files. */
  readonly cwd: string;
}

/** The project around a folder: the nearest folder upwards with .super, else with orchestras/, else the folder itself. */
export function findProject(cwd: string): Project {
  const root = upwards(cwd, '.super') ?? upwards(cwd, 'orchestras') ?? cwd;
  return { root, name: projectName(root), cwd };
}

function upwards(from: string, entry: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, entry))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

function projectName(root: string): string {
  const file = join(root, '.super');
  if (!existsSync(file) || !statSync(file).isFile()) return basename(root);
  return /^project:\s*["']?([\w.-]+)/m.exec(readable(file))?.[1] ?? basename(root);
}

/** A path as people would write it: relative to where they stand when it lies below, else absolute. */
export function nameFor(project: Project, path: string): string {
  const short = relative(project.cwd, path);
  return short === '' ? '.' : short.startsWith('..') || isAbsolute(short) ? path : short;
}

/** Folders that hold orchestras or playbooks: the flat layout, then the upstream one under the project's name. */
function folders(project: Project, name: 'orchestras' | 'agents'): string[] {
  return [join(project.root, name), join(project.root, project.name, name)].filter(isFolder);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
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

/** Every orchestra file of the project, absolute, sorted. */
export function orchestraFiles(project: Project): string[] {
  return folders(project, 'orchestras').flatMap((folder) =>
    orRefuse(nameFor(project, folder), () => readdirSync(folder))
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(folder, name))
      .filter(isFile),
  );
}

/** The file that `<id or file>` stands for. Throws a Refusal when there is none, or more than one. */
export function findOrchestra(project: Project, asked: string): string {
  const path = resolve(project.cwd, asked);
  if (isFile(path)) return path;
  if (/[/\\]|\.ya?ml$/.test(asked)) throw missing(project, asked, [nameFor(project, path)]);
  const tried = folders(project, 'orchestras').flatMap((folder) =>
    [`${asked}_orchestra.yaml`, `${asked}_orchestra.yml`, `${asked}.yaml`, `${asked}.yml`].map((name) =>
      join(folder, name),
    ),
  );
  const named = firstOfEachFolder(tried.filter(isFile));
  const found = named.length > 0 ? named : orchestraFiles(project).filter((file) => declaredId(file) === asked);
  if (found.length > 1) {
    const list = found.map((file) => `  ${nameFor(project, file)}`).join('\n');
    throw new Refusal(
      exit.usage,
      `"${asked}" is the name of ${found.length} orchestras:\n${list}`,
      'name one by its path',
    );
  }
  if (found[0] === undefined)
    throw missing(
      project,
      asked,
      tried.map((file) => nameFor(project, file)),
    );
  return found[0];
}

/** Within a folder the first form of a name wins; the same name in two folders is ambiguous. */
function firstOfEachFolder(files: readonly string[]): string[] {
  const seen = new Set<string>();
  return files.filter((file) => {
    const folder = dirname(file);
    if (seen.has(folder)) return false;
    seen.add(folder);
    return true;
  });
}

/** orchestra.id of a file, read without validating the rest; undefined when it has none, or cannot be read. */
function declaredId(file: string): string | undefined {
  const text = `${readable(file)}\n`;
  return idIn(text, 'orchestra') ?? idIn(text, 'metadata');
}

/** The id in a top-level section, written as a block or in braces. */
function idIn(text: string, section: string): string | undefined {
  const inBraces = new RegExp(`^[ \\t{]*["']?${section}["']?[ \\t]*:\\s*\\{([^{}]*)`, 'm').exec(text)?.[1];
  if (inBraces !== undefined) return /(?:^|[\s,])["']?id["']?[ \t]*:[ \t]*["']?([\w.-]+)/.exec(inBraces)?.[1];
  const block = new RegExp(
    `^${section}:[ \\t]*(?:#.*)?\\r?\\n((?:[ \\t]+.*\\r?\\n|[ \\t]*#.*\\r?\\n|\\r?\\n)*)`,
    'm',
  ).exec(text);
  return /^[ \t]+id:[ \t]*["']?([\w.-]+)/m.exec(block?.[1] ?? '')?.[1];
}

/** Text of a file; empty when it cannot be read, which is told where the file is needed. */
function readable(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The id by which an orchestra file is run: what it declares, else its name without _orchestra. */
export function idOf(file: string): string {
  return declaredId(file) ?? basename(file).replace(/(_orchestra)?\.ya?ml$/, '');
}

function missing(project: Project, asked: string, tried: readonly string[]): Refusal {
  const ids = orchestraFiles(project).map(idOf);
  const meant = suggest(asked, ids);
  const lines = [
    ...(meant === undefined ? [] : [`did you mean "${meant}"?`]),
    tried.length > 0
      ? `looked for: ${tried.join(', ')}`
      : `there is no orchestras/ folder in ${nameFor(project, project.root)} or above`,
    ids.length > 0
      ? `orchestras here: ${ids.join(', ')}`
      : `create one: super orchestra create ${/^[\w-]+$/.test(asked) ? asked : 'my_orchestra'}`,
  ];
  return setupFault(`there is no orchestra "${asked}"`, lines.join('\n'));
}

/** A playbook's file and the name by which agents are called after it. */
export interface PlaybookFile {
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
}

/** Every playbook of the project: agents/**\/<name>_playbook.yaml, then agents/<name>.yaml, sorted by path. */
export function playbookFiles(project: Project): PlaybookFile[] {
  return folders(project, 'agents').flatMap((folder) =>
    orRefuse(nameFor(project, folder), () => readdirSync(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => join(entry.parentPath, entry.name))
      .flatMap((file) => {
        const name = playbookName(file, folder);
        return name === undefined ? [] : [{ name, file }];
      })
      .sort((a, b) => (a.file < b.file ? -1 : 1)),
  );
}

function playbookName(file: string, folder: string): string | undefined {
  const playbook = /^(.+)_playbook\.ya?ml$/.exec(basename(file))?.[1];
  if (playbook !== undefined) return playbook;
  return dirname(file) === folder ? /^(.+)\.ya?ml$/.exec(basename(file))?.[1] : undefined;
}
