// A folder in which one run of a shape is started, killed and resumed, and what can be seen of it from outside.
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent, RunId } from '../../src/schema/types.gen.ts';
import { readJournal } from '../../src/workspace/journal.ts';
import { layoutOf, type RunLayout } from '../../src/workspace/layout.ts';
import { bearers, type Ended, launch, namesIn, type Stage, within } from './program.ts';
import type { Shape } from './shapes.ts';

/** Where a run is tried. */
export interface Scene {
  readonly root: string;
  readonly workspace: string;
  /** Runs the program here; `more` is added to its environment. */
  play(words: readonly string[], killAfter?: number, more?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The run whose journal has begun; undefined when there is none. */
  begun(): RunLayout | undefined;
  /** Runs that have a folder and no first event. */
  neverBegun(): readonly string[];
  /** What agents wrote into the ledger: `<task> <attempt>`, in order. */
  ledger(): readonly string[];
  /** Milliseconds until no process of this scene was left; undefined after 5 s. */
  silence(): Promise<number | undefined>;
  clear(): void;
}

const longestSilence = 5000;

/** Makes a scene for a shape. */
export function openScene(stage: Stage, name: string, shape: Shape): Scene {
  const root = join(stage.root, name);
  const home = join(root, 'home');
  const temporary = join(root, 'tmp');
  const ledger = join(root, 'ledger');
  const project = join(root, 'project');
  for (const folder of [root, home, temporary, project]) mkdirSync(folder);
  writeFileSync(join(project, 'o.yaml'), JSON.stringify(shape.document));
  const workspace = join(project, 'orchestra_workspaces/o');
  const env = { HOME: home, TMPDIR: temporary, LEDGER: ledger };
  const layouts = () => namesIn(join(workspace, 'runs')).map((id) => layoutOf(workspace, id as RunId));
  const hasBegun = ({ journal }: RunLayout) => existsSync(journal) && readJournal(journal).events.length > 0;
  return {
    root,
    workspace,
    play: (words, killAfter, more = {}) =>
      launch({
        program: stage.program,
        words,
        cwd: project,
        env: { ...env, ...more },
        ...(killAfter !== undefined && { killAfter }),
      }),
    begun: () => layouts().filter(hasBegun).at(-1),
    neverBegun: () =>
      layouts()
        .filter((layout) => !hasBegun(layout))
        .map(({ folder }) => folder),
    ledger: () => (existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n').slice(0, -1) : []),
    // Everything that belongs to a run has this HOME, the program itself too.
    silence: () =>
      within(longestSilence, () => namesIn(temporary).length === 0 && bearers(`HOME=${home}\0`).length === 0),
    clear: () => rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }),
  };
}

/** The words that start the run of a scene. */
export const startWords = ['orchestra', 'run', 'o.yaml'] as const;

/** The words that go on with it. */
export const resumeWords = ['orchestra', 'resume'] as const;

/** What a journal holds; nothing where there is none. */
export function eventsOf(layout: RunLayout | undefined): readonly RunEvent[] {
  return layout !== undefined && existsSync(layout.journal) ? readJournal(layout.journal).events : [];
}

/** Paths of all that a workspace holds but attempts and runs that never began, in order; the run's id is left out. */
export function pathsIn(scene: Scene): readonly string[] {
  const run = scene.begun();
  const id = run?.folder.split('/').at(-1) ?? '-';
  const dead = scene.neverBegun().map((folder) => folder.slice(scene.workspace.length + 1));
  return readdirSync(scene.workspace, { recursive: true, encoding: 'utf8' })
    .filter((path) => !dead.some((folder) => path === folder || path.startsWith(`${folder}/`)))
    .map((path) => path.replaceAll(id, '<run>'))
    .filter((path) => !path.startsWith('runs/<run>/attempts/'))
    .sort();
}

/** What stands in the folders of attempts and has no business there. */
export function strangersIn({ attempts }: RunLayout): readonly string[] {
  return namesIn(attempts).flatMap((task) => {
    if (task === '.no-context') return [];
    return namesIn(join(attempts, task)).flatMap((name) => {
      const folder = join(attempts, task, name);
      if (!/^\d+$/.test(name) || !lstatSync(folder).isDirectory()) return [`${task}/${name}`];
      return readdirSync(folder)
        .filter((file) => !/^(prompt\.md|context|stdout\.log|stderr\.log|output\.txt)$/.test(file))
        .map((file) => `${task}/${name}/${file}`);
    });
  });
}

/** The bytes of every file in a folder, by name. */
export function contentsOf(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    namesIn(folder)
      .toSorted()
      .map((name) => [name, readFileSync(join(folder, name), 'latin1')]),
  );
}
