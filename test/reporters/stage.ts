// A stage for reporters: streams that remember, the files of a run that never was, and a way to play a journal.
import type { Reporter, ReporterContext, Stream } from '../../src/reporters/reporter.ts';
import { apply, initialState } from '../../src/run/fold.ts';
import type { RunState } from '../../src/run/state.ts';
import type { Plan, RunEvent } from '../../src/schema/types.gen.ts';
import { type Behaviour, planOf, rig } from '../run/rig.ts';

export interface Remembered extends Stream {
  /** Each write, in order. */
  readonly writes: string[];
  columns: number;
  rows: number;
}

/** A stream that keeps what is written to it. */
export function remembering(terminal?: { readonly columns: number; readonly rows: number }): Remembered {
  const writes: string[] = [];
  return {
    writes,
    write: (text) => void writes.push(text),
    isTTY: terminal !== undefined,
    columns: terminal?.columns ?? 80,
    rows: terminal?.rows ?? 24,
  };
}

export interface Stage extends ReporterContext {
  readonly stdout: Remembered;
  readonly stderr: Remembered;
}

/** What a reporter of a run of this plan is given. Failed tasks have written twelve lines, the last one to attack terminals. */
export function stageOf(plan: Plan, over: Partial<Stage> = {}): Stage {
  const folder = 'orchestra_workspaces/test/runs/r';
  return {
    stdout: remembering(),
    stderr: remembering(),
    plan,
    goal: 'the goal',
    resume: ['super', 'orchestra', 'resume', '20261120-024512-123-k3f9'],
    logs: ['super', 'runs', 'logs', '20261120-024512-123-k3f9'],
    printsResult: true,
    color: false,
    verbose: false,
    files: {
      folder,
      result: `${folder}/final_results/orchestra_output.txt`,
      output: (task) => `${folder}/task_outputs/${task}_output.txt`,
      log: (task, attempt) => ({ path: `${folder}/attempts/${task}/${attempt}/stderr.log`, empty: false }),
      tail: (_task, _attempt, lines) =>
        [...Array.from({ length: 11 }, (_, at) => `line ${at + 1}`), '\x1b]0;mine\x07\x1b[31mline 12\x1b[0m'].slice(
          -lines,
        ),
    },
    lastLine: (task) => `thinks about \x1b[2J${task}`,
    ...over,
  };
}

/** The events of a whole run whose agents behave as told. */
export async function eventsOf(plan: Plan, behave?: Parameters<typeof rig>[1]): Promise<readonly RunEvent[]> {
  const played = rig(plan, behave);
  await played.finish();
  return played.events;
}

/** Plays events to a reporter, and closes it. */
export async function play(
  reporter: Reporter,
  plan: Plan,
  events: readonly RunEvent[],
  after: (state: RunState, event: RunEvent) => void = () => {},
): Promise<RunState> {
  const state = initialState(plan);
  for (const event of events) {
    apply(state, event);
    reporter.onEvent(event, state);
    after(state, event);
  }
  await reporter.close(state);
  return state;
}

/** Three tasks in a row; the second one fails once, or for good. */
export function chainWithFault(attempts: number): {
  plan: Plan;
  behave: (order: { task: { name: string }; attempt: number }) => Behaviour;
} {
  const plan = planOf([
    { name: 'design' },
    { name: 'implement', context: ['design'], attempts },
    { name: 'test', context: ['implement'] },
  ]);
  return {
    plan,
    behave: ({ task, attempt }) => ({
      after: 2500,
      ...(task.name === 'implement' && attempt === 1 && { fails: 'exit code 1:\n\x1b[31mno such module\x1b[0m' }),
    }),
  };
}
