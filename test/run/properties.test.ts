// What must hold for every plan, tried on random ones.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../../src/run/fold.ts';
import type { RunState } from '../../src/run/state.ts';
import type { Plan, RunEvent } from '../../src/schema/types.gen.ts';
import { type Behaviour, planOf, rig, type Sketch } from './rig.ts';

interface Case {
  readonly plan: Plan;
  readonly fails: ReadonlySet<string>;
  readonly delays: readonly number[];
}

/** Random layered plans with mixed needs, priorities, groups, limits, failures, and sometimes a delegating manager. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    tasks: fc.array(
      fc.record({
        needs: fc.array(fc.record({ back: fc.integer({ min: 1, max: 8 }), end: fc.boolean() }), { maxLength: 3 }),
        priority: fc.constantFrom('low', 'medium', 'high', 'critical'),
        attempts: fc.integer({ min: 1, max: 3 }),
        group: fc.constantFrom(undefined, 'g', 'h'),
        fails: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
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
      delays,
    };
  });

const delegation = JSON.stringify({
  delegate: [
    { name: 'd1', agent: 'worker', description: 'one' },
    { name: 'd2', agent: 'worker', description: 'two', context: ['d1'] },
  ],
});

const behaviour =
  ({ fails, delays }: Case) =>
  ({ task, attempt }: { task: { name: string; role: string }; attempt: number }): Behaviour => ({
    after: delays[(task.name.length * 7 + attempt + Number(/\d+/.exec(task.name)?.[0] ?? 0)) % delays.length] ?? 1,
    ...(fails.has(task.name) && { fails: 'exit code 1' }),
    ...(task.role === 'brief' && { says: delegation }),
  });

/** How each task ended. */
const ends = (state: RunState) => Object.fromEntries(state.inOrder.map(({ task, status }) => [task.name, status]));

/** A state as plain data, queues left out: they are a way of finding what the rest says. */
const plain = ({ ready: _, ...state }: RunState) =>
  JSON.stringify(state, (_key, value) => {
    if (value instanceof Map) return [...value].map(([key, each]) => [key.task?.name ?? key, each?.task?.name ?? each]);
    if (value instanceof Set) return [...value].map((each) => each.task?.name ?? each);
    return value;
  });

test('the fold is deterministic, and the same whether taken at once or event by event', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (each) => {
      const run = rig(each.plan, behaviour(each));
      const live = await run.finish();
      expect(plain(fold(each.plan, run.events))).toBe(plain(live));
    }),
    { numRuns: 300 },
  );
});

test('needs, limits, attempt numbers and single ends', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (each) => {
      const run = rig(each.plan, behaviour(each));
      await run.finish();
      checkHistory(each.plan, run.events);
    }),
    { numRuns: 500 },
  );
});

function checkHistory(plan: Plan, events: readonly RunEvent[]): void {
  const tasks = new Map(plan.tasks.map((task) => [task.name, task]));
  const ended = new Map<string, string>();
  const running = new Set<string>();
  const attempts = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'plan.extended') for (const task of event.tasks) tasks.set(task.name, task);
    if (!('task' in event)) continue;
    expect(ended.has(event.task)).toBe(false);
    if (event.type === 'task.started') {
      for (const need of tasks.get(event.task)?.needs ?? []) {
        expect(need.until === 'end' ? ended.has(need.task) : ended.get(need.task) === 'task.succeeded').toBe(true);
      }
      expect(event.attempt).toBe((attempts.get(event.task) ?? 0) + 1);
      attempts.set(event.task, event.attempt);
      running.add(event.task);
      expect(running.size).toBeLessThanOrEqual(plan.max_parallel_tasks);
      for (const { name, max_concurrency } of plan.groups) {
        const inGroup = [...running].filter((task) => tasks.get(task as never)?.group === name);
        expect(inGroup.length).toBeLessThanOrEqual(max_concurrency ?? Number.POSITIVE_INFINITY);
      }
    } else if (event.type !== 'task.progressed') {
      running.delete(event.task);
      if (event.type !== 'task.retry-scheduled') ended.set(event.task, event.type);
    }
  }
  expect(ended.size).toBe(tasks.size);
}

test('a run cut after any event and resumed ends in the same outcomes', async () => {
  await fc.assert(
    fc.asyncProperty(cases, fc.double({ min: 0, max: 1, noNaN: true }), async (each, share) => {
      // Which tasks a failure under `stop` skips depends on what was under way: outcomes are compared under `continue`.
      const plan: Plan = { ...each.plan, on_failure: 'continue' };
      const whole = rig(plan, behaviour(each));
      const expected = ends(await whole.finish());
      const cut = Math.max(1, Math.floor(share * whole.events.length));
      const resumed = rig(plan, behaviour(each), () => 0, whole.events.slice(0, cut));
      const state = await resumed.finish();
      expect(ends(state)).toEqual(expected);
      const succeeded = resumed.events.filter((event) => event.type === 'task.succeeded').map((event) => event.task);
      expect(new Set(succeeded).size).toBe(succeeded.length);
      expect(plain(fold(plan, resumed.events))).toBe(plain(state));
    }),
    { numRuns: 500 },
  );
});
