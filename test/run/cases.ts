// Random plans, agents and steering.
import fc from 'fast-check';
import type { Clock, Reuse, Shortage } from '../../src/run/ports.ts';
import type { RunState } from '../../src/run/state.ts';
import type { Plan, RunEvent, RunId, TaskName } from '../../src/schema/types.gen.ts';
import { type Behaviour, planOf, type Rig, rig, type Sketch } from './rig.ts';

export interface Case {
  readonly plan: Plan;
  readonly fails: ReadonlySet<string>;
  /** Tasks whose first attempt fails. */
  readonly flaky: ReadonlySet<string>;
  readonly delays: readonly number[];
  /** Tasks whose outputs are recorded. */
  readonly recorded: ReadonlySet<string>;
}

/** Random layered plans with mixed needs, priorities, groups, limits, failures, and sometimes a delegating manager. */
export const cases: fc.Arbitrary<Case> = fc
  .record({
    tasks: fc.array(
      fc.record({
        needs: fc.array(fc.record({ back: fc.integer({ min: 1, max: 8 }), end: fc.boolean() }), { maxLength: 3 }),
        priority: fc.constantFrom('low', 'medium', 'high', 'critical'),
        attempts: fc.integer({ min: 1, max: 3 }),
        group: fc.constantFrom(undefined, 'g', 'h'),
        fails: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
        flaky: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
        cache: fc.constantFrom(undefined, undefined, 'missed', 'found'),
      }),
      { minLength: 1, maxLength: 14 },
    ),
    limit: fc.integer({ min: 1, max: 5 }),
    groupLimit: fc.integer({ min: 1, max: 2 }),
    stop: fc.boolean(),
    managed: fc.boolean(),
    delays: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 20, maxLength: 20 }),
  })
  .map(({ tasks, limit, groupLimit, stop, managed, delays }) => {
    const sketches: Sketch[] = tasks.map((task, index) => ({
      name: `t${index}`,
      needs: [...new Set(task.needs.map(({ back }) => index - back).filter((need) => need >= 0))].map((need, at) =>
        task.needs[at]?.end === true ? `t${need}!` : `t${need}`,
      ),
      priority: task.priority as never,
      attempts: task.attempts,
      ...(task.group !== undefined && { group: task.group }),
      ...(task.cache !== undefined && { cache: { files: [] } }),
    }));
    const names = sketches.map(({ name }) => name);
    const manager: Sketch[] = managed
      ? [
          { name: 'm_brief', agent: 'm', role: 'brief' },
          { name: 'm_synthesis', agent: 'm', role: 'synthesis', context: [...names, 'm_brief'] },
        ]
      : [];
    return {
      plan: planOf([...sketches, ...manager], {
        max_parallel_tasks: limit,
        on_failure: stop ? 'stop' : 'continue',
        groups: [{ name: 'g', max_concurrency: groupLimit }],
        delegation: managed ? { max_depth: 1, max_delegated_tasks: 5, timeout_seconds: null, max_attempts: 1 } : null,
      }),
      fails: new Set(names.filter((_, index) => tasks[index]?.fails)),
      flaky: new Set(names.filter((_, index) => tasks[index]?.flaky && (tasks[index]?.attempts ?? 1) > 1)),
      delays,
      recorded: new Set(names.filter((_, index) => tasks[index]?.cache === 'found')),
    };
  });

/** Something that is done to a run while it goes on. */
export interface Move {
  /** Milliseconds after the one before. */
  readonly after: number;
  readonly act: 'pause' | 'freeze' | 'unpause' | 'cancel' | 'short' | 'well';
  /** Which task, where one is meant. */
  readonly which: number;
}

export const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 12 }),
    act: fc.constantFrom('pause', 'freeze', 'unpause', 'unpause', 'cancel', 'short', 'well'),
    which: fc.nat(15),
  }),
  { maxLength: 6 },
);

const delegation = JSON.stringify({
  delegate: [
    { name: 'd1', agent: 'worker', description: 'one' },
    { name: 'd2', agent: 'worker', description: 'two', context: ['d1'] },
  ],
});

const behaviour =
  ({ fails, flaky, delays }: Case) =>
  ({ task, attempt }: { task: { name: string; role: string }; attempt: number }): Behaviour => ({
    after: delays[(task.name.length * 7 + attempt + Number(/\d+/.exec(task.name)?.[0] ?? 0)) % delays.length] ?? 1,
    ...((fails.has(task.name) || (flaky.has(task.name) && attempt === 1)) && { fails: 'exit code 1' }),
    ...(task.role === 'brief' && { says: delegation }),
  });

/** Looks take their time, and what a task is to do again is not taken. */
const lookIn =
  ({ recorded, delays }: Case, clock: Clock): Reuse['look'] =>
  async ({ task, anew }) => {
    const { name } = task;
    await new Promise<void>((done) => void clock.after(delays[name.length % delays.length] ?? 0, done));
    const key = '0'.repeat(64);
    const because = ['the description'];
    if (anew !== undefined || !recorded.has(name)) return { type: 'missed', key, because };
    const output = { path: `task_outputs/${name}_output.txt`, bytes: 0, sha256: key };
    return { type: 'found', key, run: 'before' as RunId, output, saved: { duration_ms: 1 }, because };
  };

/** A run on a machine that can be made short of memory. */
export interface CaseRun extends Rig {
  readonly plan: Plan;
  short(is: boolean): void;
}

/** Starts a run of a case, or resumes one that came as far as these events. */
export function start(each: Case, before: readonly RunEvent[] = [], again: readonly TaskName[] = []): CaseRun {
  let shortage: Shortage | undefined;
  const run = rig(
    each.plan,
    behaviour(each),
    () => 0,
    before,
    () => shortage,
    again,
    undefined,
    (clock) => ({ look: lookIn(each, clock) }),
  );
  return {
    ...run,
    plan: each.plan,
    short(is) {
      shortage = is ? { type: 'memory', message: 'too little memory' } : undefined;
    },
  };
}

/** Does all this to a run, lets it go on where it is held, and gives its end. */
export async function perform(run: CaseRun, script: readonly Move[]): Promise<RunState> {
  const names = run.plan.tasks.map(({ name }) => name);
  for (const { after, act, which } of script) {
    await run.crank(after);
    if (act === 'pause' || act === 'freeze') run.run.pause(act === 'freeze');
    else if (act === 'unpause') run.run.unpause();
    else if (act === 'cancel') run.run.cancel(names[which % names.length] as TaskName, 'not wanted');
    else run.short(act === 'short');
  }
  run.short(false);
  run.run.unpause();
  return run.finish();
}
