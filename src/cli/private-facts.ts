// What of this machine stands in the record of a run and is nobody's business.
import { readdirSync, realpathSync } from 'node:fs';
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import type { PrivateFacts } from '../run/redaction/privacy.ts';
import type { Plan } from '../schema/types.gen.ts';
import type { RunLayout } from '../workspace/layout.ts';
import type { Io } from './command.ts';
import type { Project } from './project.ts';

/** Gathers it for a run of this project. */
export function privateFacts(project: Project, layout: RunLayout, plan: Plan | undefined, io: Io): PrivateFacts {
  const home = io.env.HOME || homedir();
  const known = [
    ...named(project.root, '/project'),
    ...named(home, '/home/user'),
    ...named(layout.workspace, '/workspace'),
    ...[project.cwd, tmpdir(), ...foldersOf(project, plan)].flatMap((path) => named(path, '/elsewhere')),
    ...[project.root, layout.workspace].flatMap((path) => above(path)).map((path) => ({ path, instead: '/elsewhere' })),
  ].filter(({ path }) => !isCommon(path));
  const roots = known.filter(({ instead }) => instead === '/project').map(({ path }) => path);
  // The first word on a folder counts; and what lies in the project begins as that does.
  const folders = known.filter(
    ({ path }, at) =>
      known.findIndex((each) => each.path === path) === at && !roots.some((root) => path.startsWith(`${root}/`)),
  );
  return { folders, tops: topsHere(), names: namesHere(home, io) };
}

type Folder = PrivateFacts['folders'][number];

/** A folder by the name that it was given, and by the one that links lead to. */
function named(path: string, instead: string): Folder[] {
  const paths = [resolve(path)];
  try {
    paths.push(realpathSync(path));
  } catch {
    // It is gone, or was never here: its name may still stand in what was written.
  }
  return paths.map((each) => ({ path: each, instead }));
}

/** Folders that agents work in, and their modules stand in, where those are told by their whole paths. */
function foldersOf(project: Project, plan: Plan | undefined): string[] {
  const paths = (plan?.agents ?? []).flatMap(({ cwd, module, file }) => [
    cwd,
    ...(module === undefined ? [] : [dirname(module)]),
    dirname(file),
  ]);
  const absolute = [...paths, plan?.workspace ?? '', dirname(plan?.file ?? '')].filter(isAbsolute);
  return absolute.filter((path) => path !== project.root);
}

/** The folders above one, but for those that every machine has. */
function above(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...above(parent)];
}

/** Folders that every machine has. */
function isCommon(path: string): boolean {
  const [top = '', second = '', ...more] = path.slice(1).split('/');
  if (second === '') return top === '' || systems.has(top);
  return more.length === 0 && systems.has(top) && /^(?:tmp|local|lib|share|folders|var|bin|user)$/.test(second);
}

const systems: ReadonlySet<string> = new Set(
  'bin boot cores dev etc home lib lib32 lib64 libx32 lost+found opt private proc root run sbin snap sys tmp usr var Applications Library System Users'.split(
    ' ',
  ),
);

function topsHere(): string[] {
  const usual = ['mnt', 'media', 'srv', 'Volumes', 'data'];
  try {
    const here = readdirSync('/', { withFileTypes: true }).filter(
      (entry) => entry.isDirectory() || entry.isSymbolicLink(),
    );
    const own = here.map(({ name }) => name).filter((name) => !systems.has(name) && !name.startsWith('.'));
    return [...new Set([...usual, ...own])];
  } catch {
    return usual;
  }
}

/** Names that tell nothing of anybody. */
const nobody: ReadonlySet<string> = new Set(
  `root user users admin administrator ubuntu debian fedora centos alpine ec2-user node runner vscode codespace circleci jenkins gitlab nobody
  daemon guest test tester app dev docker build builder ci git www-data deploy service agent claude codex gemini super home localhost host
  linux macbook server`.split(/\s+/),
);

/** Names of the user and the machine that are left, because they would be found in any text: as people are told. */
export function namesLeft(io: Io): string[] {
  const common = allNames(io.env.HOME || homedir(), io).filter(({ name }) => !isTelling(name));
  const words = common.map(({ name, instead }) => `the ${instead === 'user' ? 'user' : 'machine'}'s name ${name}`);
  return [...new Set(words)];
}

function namesHere(home: string, io: Io): PrivateFacts['names'] {
  const telling = allNames(home, io).filter(({ name }) => isTelling(name));
  return telling.filter(({ name }, at) => telling.findIndex((each) => each.name === name) === at);
}

function isTelling(name: string): boolean {
  return name.length >= 3 && !nobody.has(name.toLowerCase());
}

function allNames(home: string, io: Io): PrivateFacts['names'] {
  const people = [io.env.USER, io.env.LOGNAME, basename(home), accountName()].map((name) => ({
    name,
    instead: 'user',
  }));
  const host = hostname();
  const machines = [host, host.split('.')[0], io.env.HOSTNAME].map((name) => ({ name, instead: 'host' }));
  return [...people, ...machines].flatMap(({ name = '', instead }) => (name === '' ? [] : [{ name, instead }]));
}

function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // a user id without a name, as in many containers
  }
}
