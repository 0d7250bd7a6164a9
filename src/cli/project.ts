// Where things are: the project's root, its orchestras and its playbooks.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isFile, nameFor, orRefuse } from './paths.ts';
import type { SettingsFile } from './settings-file.ts';

export interface Project {
  /** Absolute path of the root. */
  readonly root: string;
  /** Name from .super, else the root folder's. */
  readonly name: string;
  /** Folder from which people name files. */
  readonly cwd: string;
  /** Its file .super, where there is one. */
  readonly marker?: SettingsFile;
}

/** The project around a folder: the nearest folder upwards with .super, else with orchestras/, else the folder itself. */
export async function findProject(cwd: string): Promise<Project> {
  const root = upwards(cwd, '.super') ?? upwards(cwd, 'orchestras') ?? cwd;
  const project = { root, name: basename(root), cwd };
  const path = join(root, '.super');
  if (!isFile(path)) return project;
  const { readMarker } = await import('./settings-file.ts');
  const marker = readMarker(cwd, path);
  return { ...project, name: marker.project ?? project.name, marker };
}

function upwards(from: string, entry: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, entry))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Folders that hold orchestras or playbooks: the flat layout, then the upstream one under the project's name. */
export function folders(project: Project, name: 'orchestras' | 'agents'): string[] {
  return [join(project.root, name), ...upstreamFolders(project, name)].filter(isFolder);
}

/** Where the upstream layout has its folders: below the project's name as it is, or in small letters with _ for blanks. */
export function upstreamFolders({ root, name }: Project, kind: 'orchestras' | 'agents'): string[] {
  // A name of the file may lead nowhere else.
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_. -]*$/u.test(name)) return [];
  return [...new Set([name, name.toLowerCase().replaceAll(' ', '_')])].map((folder) => join(root, folder, kind));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
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

/** A playbook's file and the name by which agents are called after it. */
export interface PlaybookFile {
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
}

/** Every playbook of the project: agents/**\/<name>_playbook.yaml, then agents/<name>.yaml, sorted by path. */
export function playbookFiles(project: Project): PlaybookFile[] {
  return folders(project, 'agents').flatMap((folder) =>
    filesBelow(project, folder)
      .flatMap((file) => {
        const name = playbookName(file, folder);
        return name === undefined ? [] : [{ name, file }];
      })
      .sort((a, b) => (a.file < b.file ? -1 : 1)),
  );
}

/** Files below a folder, and links that may stand for some. A link to a folder is not followed: it may lead around in a circle. */
function filesBelow(project: Project, folder: string): string[] {
  const entries = orRefuse(nameFor(project, folder), () => readdirSync(folder, { withFileTypes: true }));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(project, path);
    return entry.isFile() || entry.isSymbolicLink() ? [path] : [];
  });
}

function playbookName(file: string, folder: string): string | undefined {
  const playbook = /^(.+)_playbook\.ya?ml$/.exec(basename(file))?.[1];
  if (playbook !== undefined) return playbook;
  return dirname(file) === folder ? /^(.+)\.ya?ml$/.exec(basename(file))?.[1] : undefined;
}
