// What happened in a run, in the words of the plain reporter; and where a task is named, what its agent wrote.
import { printableJson } from '../diagnostics/printable.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { plainReporter } from '../reporters/plain.ts';
import { wantsColor } from '../reporters/table.ts';
import { quoted } from '../reporters/words.ts';
import { tellOn } from '../reporters/wrap.ts';
import { apply, initialState } from '../run/fold.ts';
import type { RunEvent } from '../schema/types.gen.ts';
import { followRun } from '../workspace/follow.ts';
import { type RecordedRun, readRun } from '../workspace/recorded.ts';
import { exit, exitOf, type Io, setupFault, usageFault } from './command.ts';
import { nap, watchSignals } from './interruption.ts';
import { isHeld, wordsOn } from './live.ts';
import { findProject } from './project.ts';
import { lastSaid, runFiles } from './run-files.ts';
import { chooseRun, type FoundRun, findRuns, namesRun, namesRunById } from './runs.ts';
import { type LogWish, type ReadRun, showTaskLogs } from './task-logs.ts';

/** Milliseconds between two looks at what is written. */
const interval = 100;

/** Prints logs and gives the exit code. */
export async function showLogs(wish: LogWish, io: Io): Promise<number> {
  const project = await findProject(io.cwd);
  const { run, task, recorded } = subjectOf(findRuns(project, wish.workspace), wish);
  const interruption = watchSignals(io);
  try {
    const read = { project, run, recorded, interruption };
    if (task !== undefined) return await showTaskLogs(read, task, wish, io);
    if (wish.attempt !== undefined || wish.streams.length === 1) {
      throw usageFault('--attempt, --stdout and --stderr go with a task', `super runs logs ${run.id} <task>`);
    }
    return await showEvents(read, wish, io);
  } finally {
    interruption.end();
  }
}

interface Subject {
  readonly run: FoundRun;
  readonly recorded: RecordedRun;
  readonly task: string | undefined;
}

/** One word alone may be a run, a task of the newest run, or an orchestra; of two the task comes last, but may come first. */
function subjectOf(runs: readonly FoundRun[], { operands: { first, second } }: LogWish): Subject {
  const isId = (word: string) => namesRunById(runs, word);
  const isRun = (word: string) => namesRun(runs, word);
  if (second !== undefined) {
    const turned = first !== undefined && !isRun(first) && isRun(second);
    const run = chooseRun(runs, (turned ? second : first) ?? '@last');
    return { run, recorded: recordOf(run), task: turned ? first : second };
  }
  if (first === undefined || isId(first)) {
    const run = chooseRun(runs, first ?? '@last');
    return { run, recorded: recordOf(run), task: undefined };
  }
  const newest = chooseRun(runs, '@last');
  const recorded = recordOf(newest);
  const names = [...recorded.state.tasks.keys()];
  if (names.some((name) => name === first)) return { run: newest, recorded, task: first };
  if (isRun(first)) {
    const run = chooseRun(runs, first);
    return { run, recorded: recordOf(run), task: undefined };
  }
  const meant = suggest(first, names);
  throw usageFault(
    `"${first}" is no run, no orchestra that was run, and no task of the newest run ${newest.id}`,
    meant === undefined ? 'to see what there is: super runs list, super runs show' : `did you mean "${meant}"?`,
  );
}

function recordOf(run: FoundRun): RecordedRun {
  const recorded = readRun(run.layout);
  if (recorded === undefined) throw setupFault(`run ${run.id} has not begun yet`, 'ask again in a moment');
  return recorded;
}

/** Prints every event, then those to come where they are wanted. */
async function showEvents(read: ReadRun, wish: LogWish, io: Io): Promise<number> {
  const { recorded, run, interruption } = read;
  const state = initialState(recorded.plan);
  const teller = wish.json ? jsonTeller(io) : plainTeller(read, state, io);
  for (const event of recorded.events) {
    apply(state, event);
    teller.tell(event);
  }
  const followed = followRun({ ...recorded, state });
  for (;;) {
    const held = isHeld(run);
    followed.look(teller.tell);
    if (state.status === 'finished' || !held || !wish.follow) {
      await teller.close(held || state.status === 'finished');
      return exit.succeeded;
    }
    if (interruption.signal !== undefined) {
      await teller.close(true);
      return exitOf(interruption.signal);
    }
    await nap(interval, interruption);
  }
}

interface Teller {
  tell(event: RunEvent): void;
  /** `whole`: whether the run has ended, or goes on. */
  close(whole: boolean): Promise<void>;
}

function jsonTeller(io: Io): Teller {
  return { tell: (event) => io.stdout.write(`${printableJson(event)}\n`), close: async () => {} };
}

/** The words of the plain reporter, on standard output: here they are what was asked for. */
function plainTeller({ project, run, recorded }: ReadRun, state: RecordedRun['state'], io: Io): Teller {
  const { layout, id } = run;
  const resume = wordsOn(project, run, 'orchestra', 'resume');
  const reporter = plainReporter({
    stdout: io.stdout,
    stderr: io.stdout,
    plan: recorded.plan,
    goal: recorded.started.goal,
    resume,
    logs: wordsOn(project, run, 'runs', 'logs'),
    printsResult: false,
    color: wantsColor(io.stdout, io.env),
    verbose: false,
    everyEvent: true,
    files: runFiles(project, layout),
    lastLine: (task) => lastSaid(layout, task, state.tasks.get(task)?.attempt ?? 1),
  });
  return {
    tell: (event) => reporter.onEvent(event, state),
    async close(whole) {
      await reporter.close(state.status === 'finished' ? state : undefined);
      if (!whole)
        tellOn(io.stderr, `super: run ${id} was interrupted; to go on with it: ${resume.map(quoted).join(' ')}\n`);
    },
  };
}
