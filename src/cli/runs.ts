// The runs of a project: where they are, how they stand, and which one a person means.
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { didYouMean } from '../diagnostics/suggest.ts';
import type { RunState, TaskState } from '../run/state.ts';
import type { Outcome, TaskName } from '../schema/types.gen.ts';
import { decode } from '../spec/decode.ts';
import { parseSource } from '../spec/source.ts';
import { namesIn } from '../workspace/entries.ts';
import { isPaused, type RunHead, runsIn } from '../workspace/heads.ts';
import type { LockRecord } from '../workspace/lock.ts';
import { type Refusal, setupFault, usageFault } from './command.ts';
import { liveLock } from './holder.ts';
import { orchestraFiles, type Project } from './project.ts';

/** How a run stands. Interrupted: it has not come to its end and nobody runs it; it can be resumed. */
export type RunStanding = Outcome | 'running' | 'paused' | 'interrupted';

/** A run of the project. */
export interface FoundRun extends RunHead {
  readonly state: RunStanding;
  /** Who runs it now. */
  readonly holder: LockRecord | undefined;
}

/** Every run of a project, or of one workspace, oldest first. */
export function findRuns(project: Project, workspace: string | undefined): FoundRun[] {
  const places = workspace === undefined ? workspacesOf(project) : [resolve(project.cwd, workspace)];
  return places.flatMap(standingsIn).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** When a recorded time of a run was, in milliseconds since 1970: what a replay did it did when it was made. */
export function timeIn({ replays, made_at }: Pick<RunHead, 'replays' | 'made_at'>, recorded: string): number {
  return Date.parse(replays === null ? recorded : made_at);
}

/** The newest run of a workspace that is no replay; null where there is none. */
export function lastRun(workspace: string): { readonly id: string; readonly state: RunStanding } | null {
  const newest = standingsIn(workspace).findLast(({ replays }) => replays === null);
  return newest === undefined ? null : { id: newest.id, state: newest.state };
}

/** How the runs of a workspace stand. One run at most is held. */
function standingsIn(workspace: string): FoundRun[] {
  const lock = liveLock(workspace);
  return runsIn(workspace).map((head) => {
    const holder = lock?.run === head.id ? lock : undefined;
    if (holder === undefined) return { ...head, holder, state: head.outcome ?? 'interrupted' };
    // Its holder has not let go of it: it may just be writing its result, or beginning again.
    return { ...head, holder, state: head.outcome ?? (isPaused(head.layout) ? 'paused' : 'running') };
  });
}

/** Folders in which orchestras of this project keep their runs, as far as its files tell. */
export function workspacesOf(project: Project): string[] {
  const usual = join(project.root, 'orchestra_workspaces');
  const said = orchestraFiles(project).flatMap((file) => workspaceSaidBy(project, file) ?? []);
  // One that was moved to another disk is reached over a link, and perhaps by its own name, too.
  const places = new Map<string, string>();
  for (const path of [...foldersIn(usual).map((name) => join(usual, name)), ...said]) {
    const place = realPath(path);
    if (!places.has(place)) places.set(place, path);
  }
  return [...places.values()];
}

/** Links to folders, too: a workspace may have been moved to another disk. */
function foldersIn(folder: string): string[] {
  return namesIn(folder).filter((name) => isFolder(join(folder, name)));
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // a link that leads nowhere
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // it is not there yet
  }
}

/** The workspace that an orchestra names; undefined where it says nothing, or cannot be read. */
function workspaceSaidBy(project: Project, file: string): string | undefined {
  const text = readText(file);
  if (text === undefined || !/\bworkspace\b/.test(text)) return undefined;
  const data = parseSource(file, text).value?.data as { orchestra?: { workspace?: { path?: unknown } } } | undefined;
  const path = data?.orchestra?.workspace?.path;
  return typeof path === 'string' ? resolve(project.root, path) : undefined;
}

function readText(file: string): string | undefined {
  try {
    return decode(file, readFileSync(file)).value;
  } catch {
    return undefined; // a file that cannot be read names no workspace
  }
}

/** Whether a word can mean a run: an id, the beginning of one, @last, or an orchestra that was run. */
export function namesRun(runs: readonly FoundRun[], word: string): boolean {
  return namesRunById(runs, word) || runs.some(({ orchestra }) => orchestra === word);
}

/** Whether a word can mean a run by its id: that, the beginning of it, or @last. */
export function namesRunById(runs: readonly FoundRun[], word: string): boolean {
  return word === '@last' || runs.some(({ id }) => id.startsWith(word));
}

/**
 * The run that a person means by an id, the beginning of one, @last, or an orchestra, whose newest it is. A replay is meant by its id
 * alone. Throws a Refusal when none or several fit.
 */
export function chooseRun(runs: readonly FoundRun[], asked: string): FoundRun {
  const real = runs.filter(({ replays }) => replays === null);
  const fitting = asked === '@last' ? real.slice(-1) : runs.filter(({ id }) => id.startsWith(asked));
  const [run] = fitting;
  if (run !== undefined && (fitting.length === 1 || run.id === asked)) return run;
  const latest = real.findLast(({ orchestra }) => orchestra === asked);
  if (run === undefined && latest !== undefined) return latest;
  const replay = runs.findLast(({ orchestra }) => asked === '@last' || orchestra === asked);
  if (run === undefined && replay !== undefined) throw onlyReplays(replay, asked);
  if (runs.length === 0) {
    const hint = 'start one: super orchestra run <orchestra>; runs in another folder are found with --workspace-path';
    throw setupFault('there are no runs here', hint);
  }
  if (run === undefined) throw setupFault(`there is no run "${asked}"`, `the newest runs:\n${newestOf(runs, 5)}`);
  throw usageFault(`"${asked}" fits ${fitting.length} runs`, `give more of the id:\n${newestOf(fitting, 20)}`);
}

/** So many of the newest runs, a line each. */
function newestOf(runs: readonly FoundRun[], most: number): string {
  const lines = runs.slice(-most).reverse();
  const older = runs.length - lines.length;
  const named = lines.map(({ id, orchestra, state }) => `  ${id}  ${orchestra}  ${state}`);
  return [...named, ...(older > 0 ? [`  and ${older} older`] : [])].join('\n');
}

/** Where no run fits but replays, of which one is the newest. */
function onlyReplays({ id, orchestra }: FoundRun, asked: string): Refusal {
  const where = asked === '@last' ? 'here' : `of ${orchestra}`;
  return setupFault(
    `there are only replays ${where}, and no other run`,
    `a replay is named by its id: the newest is ${id}; all are listed by super runs list`,
  );
}

/** The task of a run that is meant. Throws a Refusal for one that it does not have. */
export function chooseTask({ id, orchestra }: FoundRun, state: RunState, name: string): TaskState {
  const task = state.tasks.get(name as TaskName);
  if (task !== undefined) return task;
  const known = [...state.tasks.keys()];
  const list = `tasks: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ' ...' : ''}`;
  const hint = [didYouMean(name, known), list].filter((line) => line !== undefined).join('\n');
  throw usageFault(`run ${id} of ${orchestra} has no task "${name}"`, hint);
}
