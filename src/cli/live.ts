// Runs that somebody runs right now, for commands that steer them.
import { hostname } from 'node:os';
import { join } from 'node:path';
import { processFacts } from '../process/identity.ts';
import { age, quoted } from '../reporters/words.ts';
import { headOf } from '../workspace/heads.ts';
import { type LockRecord, readLock } from '../workspace/lock.ts';
import { exit, Refusal, setupFault } from './command.ts';
import { liveHolder, verdictOf } from './holder.ts';
import { nameFor } from './paths.ts';
import type { Project } from './project.ts';
import { chooseRun, type FoundRun, timeIn, workspacesOf } from './runs.ts';

/** A run that a process of this machine runs right now. */
export interface LiveRun extends FoundRun {
  readonly holder: LockRecord;
}

/** The run that is meant, if it is alive; without a name the newest that is. Throws a Refusal that says why not. */
export function chooseLive(project: Project, runs: readonly FoundRun[], asked: string | undefined): LiveRun {
  const live = runs.filter(({ holder }) => holder !== undefined);
  const run =
    asked === undefined
      ? live.at(-1)
      : (live.findLast(({ orchestra, replays }) => orchestra === asked && replays === null) ?? chooseRun(runs, asked));
  if (run === undefined) {
    throw setupFault(
      'no run is going on here',
      'to see what was run: super runs list; runs in another folder are found with --workspace-path',
    );
  }
  const { holder } = run;
  if (holder === undefined) throw notAlive(project, run);
  const what = `run ${run.id} is held by process ${holder.pid}`;
  const found = verdictOf(holder);
  if (found === 'elsewhere') {
    throw new Refusal(exit.locked, `${what} on ${holder.host}, and this is ${hostname()}`, hintElsewhere(run.layout));
  }
  if (found === 'unknown') {
    throw new Refusal(exit.locked, `${what}, of which nothing can be known here: it was left alone`);
  }
  return { ...run, holder };
}

/** What can be done about a run on another host: whether it is alive cannot be known here. */
export function hintElsewhere({ workspace }: Pick<FoundRun['layout'], 'workspace'>): string {
  return `ask for it there; if that machine is gone, or was called so before: remove ${join(workspace, 'run.lock')}`;
}

/** Why nothing can be asked of a run that nobody runs, and what can be done instead. */
export function notAlive(project: Project, run: FoundRun): Refusal {
  const see = `to see it: ${commandOn(project, run, 'runs', 'show')}`;
  const again = run.replays === null ? `to go on with it: ${commandOn(project, run, 'orchestra', 'resume')}` : see;
  const { outcome, finished_at } = headOf(run.layout, run.id) ?? run;
  if (outcome !== null) {
    const ago = age(Date.now() - timeIn(run, finished_at ?? ''));
    return setupFault(`run ${run.id} ended ${ago} ago: ${outcome}`, outcome === 'succeeded' ? see : again);
  }
  const lock = readLock(run.layout.workspace);
  const reused = lock?.run === run.id && verdictOf(lock) === 'other';
  const whose = reused ? `; its number, ${lock.pid}, belongs to another process now, which was left alone` : '';
  return setupFault(`run ${run.id} was interrupted: the process that ran it is gone${whose}`, again);
}

/** Whether somebody still runs it. */
export function isHeld({ layout, id }: FoundRun): boolean {
  return liveHolder(layout.workspace, id) !== undefined;
}

/** Whether the process itself is held, as by Ctrl-Z: it hears nothing then. */
export function isAsleep({ pid }: LockRecord): boolean {
  try {
    return processFacts(pid)?.state === 'T';
  } catch {
    return false;
  }
}

/** A command about a run as it can be typed here. */
export function commandOn(project: Project, run: Pick<FoundRun, 'id' | 'layout'>, ...words: readonly string[]): string {
  return wordsOn(project, run, ...words)
    .map(quoted)
    .join(' ');
}

/** The words of a command about a run. */
export function wordsOn(project: Project, run: Pick<FoundRun, 'id' | 'layout'>, ...words: readonly string[]): string[] {
  return ['super', ...words, run.id, ...whereOf(project, run.layout.workspace)];
}

/** Options by which commands find this workspace again: none where they look anyway. */
function whereOf(project: Project, workspace: string): string[] {
  return workspacesOf(project).includes(workspace) ? [] : ['-w', nameFor(project, workspace)];
}
