// Goes on with a recorded run: what was started is run, not what the files say today.
import { readFileSync } from 'node:fs';
import { printableJson } from '../diagnostics/printable.ts';
import { didYouMean } from '../diagnostics/suggest.ts';
import { optionForMore } from '../reporters/next.ts';
import { age, quoted, someOf } from '../reporters/words.ts';
import { tellOn } from '../reporters/wrap.ts';
import { excessWords, runExcess } from '../run/budget.ts';
import { cancelledAlone, optionsToGoOn, tasksToRedo } from '../run/resumption.ts';
import type { RunState } from '../run/state.ts';
import type { Plan, PlanBudget, TaskName } from '../schema/types.gen.ts';
import type { LockRecord } from '../workspace/lock.ts';
import { readWhole } from '../workspace/ordinary.ts';
import { lostOutputs, type RecordedRun, readRun } from '../workspace/recorded.ts';
import { refuseHardAlone } from './amount-options.ts';
import { type Call, exit, flag, type Io, Refusal, setupFault, usageFault } from './command.ts';
import { conductRun } from './conduct.ts';
import { verdictOf } from './holder.ts';
import type { Interruption } from './interruption.ts';
import { hintElsewhere, wordsOn } from './live.ts';
import { findOrchestra } from './lookup.ts';
import { nameFor } from './paths.ts';
import { filesOf, storedFile, todaysFile } from './plan-files.ts';
import { findProject, type Project } from './project.ts';
import { printResult } from './result.ts';
import type { RunRequest } from './run-request.ts';
import { chooseRun, type FoundRun, findRuns } from './runs.ts';
import { startLate } from './starter.ts';
import { runWithChanges } from './with-changes.ts';

/** What the command line asks for. */
export interface ResumeWish {
  /** The run, or its orchestra; undefined: the newest that has not succeeded. */
  readonly asked: string | undefined;
  readonly workspace: string | undefined;
  readonly from: readonly TaskName[];
  readonly retryFailed: boolean;
  readonly withChanges: boolean;
  /** What the run may spend from here on, over what counted before. */
  readonly budget: PlanBudget;
}

/** Resumes a run and gives the exit code. */
export async function resume(wish: ResumeWish, interruption: Interruption, call: Call, io: Io): Promise<number> {
  const project = await findProject(io.cwd);
  const note: Note = (text) => {
    if (!flag(call, 'quiet')) tellOn(io.stderr, `super: note: ${text}\n`);
  };
  const recorded = recordOf(project, wish, note);
  refuseUnknown(recorded, wish.from);
  if (wish.withChanges) {
    const { from, budget } = wish;
    const tell = ({ run }: RunRequest, kept: readonly unknown[]) =>
      note(`run ${run} goes on from ${recorded.started.run} and keeps ${kept.length} of its successes`);
    const changes = { project, recorded, path: fileOf(project, recorded.plan), from, budget, tell };
    return runWithChanges(changes, interruption, call, io);
  }
  const lost = (await lostOutputs(recorded)).map(({ task }) => task.name);
  if (lost.length > 0) note(`outputs that were recorded are gone or changed, and are made again: ${lost.join(', ')}`);
  const again = tasksToRedo(recorded.state, { ...wish, from: [...wish.from, ...lost] });
  if (again === undefined) return alreadyOver(project, recorded, call, io);
  const alone = cancelledAlone(recorded.state).filter((name) => !again.includes(name));
  if (alone.length > 0) {
    const options = alone.map((name) => `--from ${quoted(name)}`).join(' ');
    note(`what was cancelled by super runs cancel stays so: ${someOf(alone, 20)} (to do it again: ${options})`);
  }
  const { changed, gone } = filesSince(project, recorded);
  for (const file of changed) {
    note(
      `${file} has changed since this run was started; it goes on with what was stored (--with-changes: with today's)`,
    );
  }
  for (const file of gone) note(`${file} is gone; the run goes on with what was stored of it`);
  refuseUsedUp(project, recorded, wish.budget);
  const { layout, plan, started } = recorded;
  const starter = startLate(started.run, io);
  try {
    const begin = { type: 'resumed' as const, recorded, again, budget: wish.budget };
    const conducted = { project, layout, run: started.run, plan, goal: started.goal, begin };
    return await conductRun(conducted, starter, interruption, call, io);
  } finally {
    await starter.close();
  }
}

/** The run that is meant, read and whole. Throws a Refusal when there is none, or when it is alive. */
function recordOf(project: Project, { asked, workspace }: ResumeWish, note: Note): RecordedRun {
  const runs = findRuns(project, workspace);
  const named = asked !== undefined && runs.some(({ id }) => id.startsWith(asked) || asked === '@last');
  const run = named ? chooseRun(runs, asked) : newestUnfinished(runs, asked, note);
  if (run.replays !== null) throw onlyReplayed(run);
  if (run.holder !== undefined) throw stillLive(run, run.holder, !named);
  const recorded = readRun(run.layout);
  if (recorded === undefined) throw setupFault(`run ${run.id} had not begun: there is nothing to go on with`);
  return recorded;
}

function onlyReplayed({ id, replays }: FoundRun): Refusal {
  const hint = `to go on with that run: super orchestra resume ${replays}; to replay it again: super orchestra replay ${replays}`;
  return setupFault(`run ${id} is a replay of ${replays}: there is nothing to go on with`, hint);
}

/** Says something on standard error, unless it is to be quiet there. */
type Note = (text: string) => void;

/** `alone`: no other run could have been picked instead. */
function stillLive({ id, state, layout }: FoundRun, holder: LockRecord, alone: boolean): Refusal {
  const how = state === 'running' || state === 'paused' ? state : 'held';
  const hint =
    verdictOf(holder) === 'elsewhere'
      ? hintElsewhere(layout)
      : `to see it: super runs show ${id}; to end it: super runs stop ${id}`;
  return new Refusal(
    exit.locked,
    `run ${id} is ${how}, in process ${holder.pid} on ${holder.host}`,
    `${alone ? 'there is no other unfinished run\n' : ''}${hint}`,
  );
}

/** The newest run that has not succeeded and that nobody runs, of one orchestra where it is named. Says which, where a newer run is there. */
function newestUnfinished(known: readonly FoundRun[], orchestra: string | undefined, note: Note): FoundRun {
  const all = known.filter(({ replays }) => replays === null);
  const runs = orchestra === undefined ? all : all.filter((run) => run.orchestra === orchestra);
  if (runs.length === 0 && orchestra !== undefined) return chooseRun(known, orchestra); // which says that there is none
  const continued = new Set(all.map(({ continues }) => continues));
  const unfinished = runs.filter(({ id, state }) => state !== 'succeeded' && !continued.has(id));
  const found = unfinished.findLast(({ holder }) => holder === undefined) ?? unfinished.at(-1);
  const newest = runs.at(-1);
  if (found !== undefined && newest !== undefined) {
    if (found.holder === undefined && newest.id !== found.id) note(notNewest(found, newest));
    return found;
  }
  const hint =
    runs.length === 0
      ? 'runs in another folder are found with --workspace-path'
      : `to do tasks of one again: super orchestra resume ${runs.at(-1)?.id} --from <task>`;
  const where = orchestra === undefined ? 'here' : `of ${orchestra}`;
  throw setupFault(runs.length === 0 ? 'there are no runs here' : `every run ${where} has succeeded`, hint);
}

/** The run that was picked, and why a newer one was not. */
function notNewest(found: FoundRun, newest: FoundRun): string {
  const ago = age(Date.now() - Date.parse(found.started_at));
  const { id, orchestra, holder, state } = newest;
  const how = holder !== undefined ? `is ${state === 'paused' ? state : 'going on'}` : `has ${state}`;
  return `the run taken is ${found.id} of ${found.orchestra}, which began ${ago} ago (${found.state}); the newest, ${id} of ${orchestra}, ${how}`;
}

function refuseUnknown({ state }: RecordedRun, names: readonly TaskName[]): void {
  const known = [...state.tasks.keys()];
  const unknown = names.find((name) => !state.tasks.has(name));
  if (unknown === undefined) return;
  const hint = didYouMean(unknown, known) ?? `tasks: ${known.slice(0, 20).join(', ')}`;
  throw usageFault(`--from: this run has no task "${unknown}"`, hint);
}

/** What is used up stays so: a run goes on only with more. */
function refuseUsedUp(project: Project, { layout, state, started }: RecordedRun, more: PlanBudget): void {
  const budget = { ...state.budget, ...more };
  refuseHardAlone(more, budget);
  const excess = runExcess({ ...state, budget }, state.spending.seenAt, new Map());
  if (excess === undefined) return;
  const again = [...wordsOn(project, { id: started.run, layout }, 'orchestra', 'resume'), ...optionForMore(excess)];
  throw new Refusal(
    exit.budget,
    `run ${started.run} has used up its budget: ${excessWords(excess)}`,
    `to go on with more: ${again.map(quoted).join(' ')}`,
  );
}

/** Nothing is left to do: the result is what it was. */
async function alreadyOver(project: Project, { layout, state, started }: RecordedRun, call: Call, io: Io) {
  const options = optionsToGoOn(state);
  const again = wordsOn(project, { id: started.run, layout }, 'orchestra', 'resume');
  const command = [...again, ...options].map(quoted).join(' ');
  const run = `run ${started.run}`;
  if (state.outcome !== 'succeeded')
    throw new Refusal(
      exit.taskFailed,
      `${run} has nothing left to do by itself: ${leftOf(state)}`,
      `to do that again: ${command}`,
    );
  const hint = `to do tasks again: ${command} --from <task>`;
  tellOn(io.stderr, `super: ${run} has succeeded; ${hint}\n`);
  if (!flag(call, 'json')) await printResult(layout, state, io, nameFor(project, layout.result));
  else {
    const facts = { ok: true, run: started.run, state: 'succeeded', message: 'there is nothing to go on with', hint };
    io.stdout.write(`${printableJson(facts)}\n`);
  }
  return exit.succeeded;
}

/** What a resume leaves as it is, unless it is asked for. */
function leftOf({ inOrder, counts }: RunState): string {
  const left = counts.failed > 0 ? 'failed' : 'cancelled';
  const names = inOrder.filter(({ status }) => status === left).map(({ task }) => task.name);
  return `${someOf(names, 20)} ${left === 'failed' ? 'failed' : names.length === 1 ? 'was cancelled' : 'were cancelled'}`;
}

/** Files that read differently today than when the run was started, and those that are not there any more, as people name them. */
function filesSince(project: Project, { layout, plan }: RecordedRun) {
  const { there = [], gone = [] } = Object.groupBy(filesOf(plan), (file) =>
    todaysFile(project, file) === undefined ? 'gone' : 'there',
  );
  const hasChanged = (file: string) => !sameContent(todaysFile(project, file) ?? file, storedFile(layout, plan, file));
  return { gone, changed: there.filter(hasChanged) };
}

function sameContent(a: string, b: string): boolean {
  try {
    return readFileSync(a).equals(readWhole(b));
  } catch {
    return false;
  }
}

function fileOf(project: Project, plan: Plan): string {
  return todaysFile(project, plan.file) ?? findOrchestra(project, plan.orchestra);
}
