// What must hold of every run with budgets, tried on random plans.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../../src/run/fold.ts';
import type { RunState } from '../../src/run/state.ts';
import type { Plan, PlanBudget, RunEvent, Usage } from '../../src/schema/types.gen.ts';
import { type Case, cases } from './cases.ts';
import { type Behaviour, type Rig, rig } from './rig.ts';

const amount = fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined });
const wall = fc.option(
  fc.integer({ min: 1, max: 60 }).map((ms) => ms / 1000),
  { nil: undefined },
);
const budgets: fc.Arbitrary<PlanBudget> = fc
  .record({ max_tokens: amount, max_cost_usd: amount, max_wall_seconds: wall })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));

interface Budgeted {
  readonly each: Case;
  readonly plan: Plan;
  readonly costs: readonly number[];
}

const budgeted: fc.Arbitrary<Budgeted> = fc
  .record({
    each: cases,
    run: budgets,
    hard: fc.boolean(),
    agent: budgets,
    tasks: fc.array(budgets, { minLength: 4, maxLength: 4 }),
    costs: fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 7, maxLength: 7 }),
  })
  .map(({ each, run, hard, agent, tasks, costs }) => ({
    each,
    costs,
    plan: {
      ...each.plan,
      budget: { ...run, hard },
      agents: each.plan.agents.map((one) => (one.name === 'worker' ? { ...one, budget: agent } : one)),
      // Every third task has a budget of its own.
      tasks: each.plan.tasks.map((task, at) => (at % 3 === 0 ? { ...task, budget: tasks[at % 4] ?? {} } : task)),
    },
  }));

function begin({ each, plan, costs }: Budgeted, before: readonly RunEvent[] = []): Rig {
  const usage = (share: number, name: string): Usage => {
    const cost = (costs[name.length % costs.length] ?? 1) * share;
    return { input_tokens: Math.round(cost), output_tokens: 0, cost_usd: cost };
  };
  const behave = ({ task, attempt }: { task: { name: string }; attempt: number }): Behaviour => ({
    after: each.delays[(task.name.length * 7 + attempt) % each.delays.length] ?? 1,
    usage: usage(1, task.name),
    tells: [{ after: 2, usage: usage(0.5, task.name) }],
    ...((each.fails.has(task.name) || (each.flaky.has(task.name) && attempt === 1)) && { fails: 'exit code 1' }),
  });
  return rig(plan, behave, () => 0, before);
}

const tally = ({ spending, usage, exceeded, inOrder }: RunState) => ({
  usage,
  exceeded,
  agents: [...spending.agents.values()].map(({ spent, most }) => ({ spent, most })),
  tasks: inOrder.map(({ task, status, spent }) => [task.name, status, spent]),
});

/** What every attempt that ended had used. */
const used = (events: readonly RunEvent[]) =>
  events.reduce((sum, event) => sum + ('usage' in event ? (event.usage?.input_tokens ?? 0) : 0), 0);

test('every run comes to its end; its accounts are what its events say, and the fold of them', async () => {
  await fc.assert(
    fc.asyncProperty(budgeted, async (given) => {
      const run = begin(given);
      const state = await run.finish();
      expect(state.inOrder.every(({ endedAt }) => endedAt !== undefined)).toBe(true);
      expect(tally(fold(given.plan, run.events))).toEqual(tally(state));
      expect(state.usage?.input_tokens ?? 0).toBe(used(run.events));
      expect(run.events.filter(({ type }) => type === 'budget.exceeded').length).toBeLessThanOrEqual(1);
      const after = run.events.slice(run.events.findIndex(({ type }) => type === 'budget.exceeded'));
      if (state.exceeded !== undefined) expect(after.some(({ type }) => type === 'task.started')).toBe(false);
      const good = state.counts.succeeded === state.inOrder.length;
      expect(state.outcome).toBe(good ? 'succeeded' : 'failed');
      expect(state.because === undefined || state.exceeded !== undefined).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('one after the other, a run exceeds its budget by its last attempt at most', async () => {
  await fc.assert(
    fc.asyncProperty(budgeted, async (given) => {
      const plan = { ...given.plan, max_parallel_tasks: 1 };
      const state = await begin({ ...given, plan }).finish();
      const limit = plan.budget?.max_tokens ?? Number.POSITIVE_INFINITY;
      expect(state.usage?.input_tokens ?? 0).toBeLessThan(limit + Math.max(1, ...given.costs));
    }),
    { numRuns: 200 },
  );
});

test('a run that is cut off and resumed comes to its end, and forgets nothing that was recorded as spent', async () => {
  await fc.assert(
    fc.asyncProperty(budgeted, fc.double({ min: 0, max: 1, noNaN: true }), async (given, share) => {
      const whole = begin(given);
      await whole.finish();
      const before = whole.events.slice(0, Math.max(1, Math.ceil(share * whole.events.length)));
      const resumed = begin(given, before);
      const state = await resumed.finish();
      expect(state.usage?.input_tokens ?? 0).toBe(used(resumed.events));
      expect(used(resumed.events)).toBeGreaterThanOrEqual(used(before));
      expect(tally(fold(given.plan, resumed.events))).toEqual(tally(state));
    }),
    { numRuns: 300 },
  );
});
