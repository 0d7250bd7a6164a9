import { describe, expect, test } from 'vitest';
import { excessWords } from '../../src/run/budget.ts';
import { wallOf } from '../../src/run/spending.ts';
import type { Plan, PlanAgent, RunEvent, TaskName, Usage } from '../../src/schema/types.gen.ts';
import { type Behaviour, brief, planOf, type Rig, rig, type Sketch } from './rig.ts';

const tokens = (count: number, more: Partial<Usage> = {}): Usage => ({
  input_tokens: count,
  output_tokens: 0,
  ...more,
});
const money = (cost: number): Usage => ({ input_tokens: 1, output_tokens: 1, cost_usd: cost });

const names = (...all: readonly string[]): Sketch[] => all.map((name) => ({ name }));

/** A plan whose agents have these budgets and prices. */
function withAgents(plan: Plan, more: Readonly<Record<string, Partial<PlanAgent>>>): Plan {
  return { ...plan, agents: plan.agents.map((agent) => ({ ...agent, ...more[agent.name] })) };
}

const spends =
  (usage: Usage, more: Behaviour = {}) =>
  (): Behaviour => ({ usage, ...more });

/** What became of each task: its state, with the reason where it failed. */
async function ends(run: Rig): Promise<Readonly<Record<string, string>>> {
  const state = await run.finish();
  return Object.fromEntries(state.inOrder.map((t) => [t.task.name, t.reason ? `${t.status} ${t.reason}` : t.status]));
}

const exceeded = (events: readonly RunEvent[]) => events.filter((event) => event.type === 'budget.exceeded');

describe('the budget of a run', () => {
  const one = { max_parallel_tasks: 1, budget: { max_tokens: 250 } };

  test('when it is used up nothing new starts, and the run has failed because of it', async () => {
    const run = rig(planOf(names('a', 'b', 'c', 'd'), one), spends(tokens(130)));
    expect(await ends(run)).toEqual({ a: 'succeeded', b: 'skipped', c: 'skipped', d: 'skipped' });
    const state = await run.finish();
    expect(state).toMatchObject({ outcome: 'failed', because: 'budget' });
    const why =
      'the budget of the run is used up: 130 tokens of 250 tokens used, and another attempt is expected to take 130 tokens';
    expect(run.events.at(-1)).toMatchObject({ type: 'run.finished', because: 'budget', message: why });
    expect(state.tasks.get('d' as TaskName)?.message).toBe(why);
    expect(exceeded(run.events)).toMatchObject([{ budget: 'max_tokens', limit: 250, used: 130, needed: 130 }]);
  });

  test('an attempt whose cost was not to be foreseen may exceed it; those that run end by themselves', async () => {
    const plan = planOf(names('big', 'slow', 'later'), { max_parallel_tasks: 2, budget: { max_cost_usd: 1 } });
    const run = rig(plan, ({ task }) =>
      task.name === 'big' ? { usage: money(1.5) } : { after: 50, usage: money(0.25) },
    );
    expect(await ends(run)).toEqual({ big: 'succeeded', slow: 'succeeded', later: 'skipped' });
    const [event, ...more] = exceeded(run.events);
    expect(event).toMatchObject({ budget: 'max_cost_usd', limit: 1, used: 1.5 });
    expect(more).toEqual([]);
    expect((await run.finish()).usage?.cost_usd).toBe(1.75);
  });

  test('what runs is ended where the budget is hard', async () => {
    const plan = planOf(names('big', 'slow', 'later'), {
      max_parallel_tasks: 2,
      budget: { max_cost_usd: 1, hard: true },
    });
    const run = rig(plan, ({ task }) =>
      task.name === 'big' ? { usage: money(1.5) } : { hangs: true, usage: money(0.25) },
    );
    expect(await ends(run)).toEqual({ big: 'succeeded', slow: 'failed budget', later: 'skipped' });
    expect((await run.finish()).usage?.cost_usd).toBe(1.75);
  });

  test('what was spent when nothing was left to do prevents nothing: the run has succeeded', async () => {
    const run = rig(planOf(names('a', 'b'), one), spends(tokens(125)));
    const state = await run.finish();
    expect(state.outcome).toBe('succeeded');
    expect(state.because).toBeUndefined();
    expect(exceeded(run.events)).toMatchObject([{ used: 250 }]);
  });

  test('so much is reserved for attempts that run as the dearest one took', async () => {
    const plan = planOf(names('first', 'a', 'b', 'c', 'd', 'e'), {
      max_parallel_tasks: 4,
      budget: { max_tokens: 400 },
    });
    const first: Plan = {
      ...plan,
      tasks: plan.tasks.map((task, at) => (at === 0 ? { ...task, priority: 'critical' } : task)),
    };
    const alone = {
      ...first,
      tasks: first.tasks.map((t, at) =>
        at === 0 ? t : { ...t, needs: [{ task: 'first' as TaskName, until: 'end' as const }] },
      ),
    };
    const run = rig(alone, spends(tokens(100), { after: 10 }));
    const state = await run.finish();
    expect(state.counts).toMatchObject({ succeeded: 4, skipped: 2 });
    expect(run.most()).toBe(3);
    expect(state.usage?.input_tokens).toBe(400);
  });

  test('before an agent was seen at work, so much is reserved as a task may take by itself', async () => {
    const own = names('a', 'b', 'c').map((each) => ({ ...each, budget: { max_tokens: 100 } }));
    const plan = planOf(own, { max_parallel_tasks: 4, budget: { max_tokens: 250 } });
    const run = rig(plan, spends(tokens(100), { after: 10 }));
    expect(await ends(run)).toEqual({ a: 'succeeded', b: 'succeeded', c: 'skipped' });
    expect(run.most()).toBe(2);
    // Alone a task may start though it could take more than is left: nobody knows that it will.
    const alone = rig({ ...plan, budget: { max_tokens: 90 } }, spends(tokens(10), { after: 10 }));
    expect(await ends(alone)).toEqual({ a: 'succeeded', b: 'succeeded', c: 'succeeded' });
  });

  test('failed attempts and retries count, and a retry that cannot be paid is not made', async () => {
    const plan = planOf([{ name: 'a', attempts: 9 }], one);
    const run = rig(plan, spends(tokens(100), { fails: 'no' }));
    await run.finish();
    expect(brief(run.events)).toEqual([
      'run.started',
      'task.started a 1',
      'task.retry-scheduled a 1',
      'task.started a 2',
      'task.retry-scheduled a 2',
      'budget.exceeded',
      'task.skipped a (the budget of the run is used up: 200 tokens of 250 tokens used, and another attempt is expected to take 100 tokens)',
      'run.finished (budget) failed',
    ]);
  });

  test('agents that tell nothing cost nothing', async () => {
    const run = rig(planOf(names('a', 'b', 'c'), one));
    expect((await run.finish()).outcome).toBe('succeeded');
  });

  test('tokens count as money where the price of the model is known, and as tokens alone where not', async () => {
    const plan = planOf([{ name: 'a' }, { name: 'b', agent: 'other' }], { budget: { max_cost_usd: 100 } });
    const priced = withAgents(plan, { worker: { price: { input: 2, output: 10, cached: 0.5 } } });
    const usage = { input_tokens: 1_000_000, cached_tokens: 400_000, output_tokens: 100_000 };
    const state = await rig(priced, spends(usage)).finish();
    expect(state.usage).toEqual({
      input_tokens: 2e6,
      cached_tokens: 8e5,
      output_tokens: 2e5,
      cost_usd: 2.4,
      estimated: true,
    });
    expect([...state.spending.unpriced]).toEqual(['other']);
    const told = await rig(priced, spends({ ...usage, cost_usd: 7 })).finish();
    expect(told.usage).toMatchObject({ cost_usd: 14 });
    expect(told.usage?.estimated).toBeUndefined();
  });
});

describe('what is told while an attempt runs', () => {
  const telling = [
    { after: 10, usage: tokens(80) },
    { after: 20, usage: tokens(120) },
  ];

  test('counts at once: nothing new starts, and a hard budget ends the attempt', async () => {
    for (const hard of [false, true]) {
      const plan = planOf(names('a', 'b'), { max_parallel_tasks: 1, budget: { max_tokens: 100, hard } });
      const run = rig(plan, () => ({ after: 1000, tells: telling, usage: tokens(130) }));
      expect(await ends(run)).toEqual({ a: hard ? 'failed budget' : 'succeeded', b: 'skipped' });
      expect(exceeded(run.events)).toMatchObject([{ used: 120 }]);
      expect((await run.finish()).usage?.input_tokens).toBe(130);
    }
  });

  test('ends an attempt that exceeds the budget of its task', async () => {
    const run = rig(planOf([{ name: 'a', attempts: 3, budget: { max_tokens: 100 } }]), () => ({
      hangs: true,
      tells: telling,
      usage: tokens(121),
    }));
    expect(await ends(run)).toEqual({ a: 'failed budget' });
    expect(run.orders).toHaveLength(1);
    expect((await run.finish()).tasks.get('a' as TaskName)?.message).toBe(
      'the budget of the task: 120 tokens of 100 tokens used',
    );
  });
});

describe('the budget of a task', () => {
  test('fails the attempt that exceeds it, which is not tried again; the rest goes on', async () => {
    const plan = planOf([
      { name: 'a', attempts: 3, budget: { max_tokens: 100 } },
      { name: 'b' },
      { name: 'c', needs: ['a'] },
    ]);
    const run = rig(plan, spends(tokens(101)));
    expect(await ends(run)).toEqual({ a: 'failed budget', b: 'succeeded', c: 'skipped' });
    expect((await run.finish()).because).toBeUndefined();
    expect(exceeded(run.events)).toEqual([]);
  });

  test('pays for retries as long as it lasts', async () => {
    const plan = planOf([{ name: 'a', attempts: 9, budget: { max_tokens: 100 } }]);
    const run = rig(plan, spends(tokens(40), { fails: 'no' }));
    expect(await ends(run)).toEqual({ a: 'failed agent-exit' });
    expect(run.orders).toHaveLength(2);
    expect((await run.finish()).firstFailed?.message).toBe(
      'no (not tried again: the budget of the task: 80 tokens of 100 tokens used, and another attempt is expected to take 40 tokens)',
    );
  });

  test('its time is the sum over its attempts, and ends the one in which it is over', async () => {
    const plan = planOf([{ name: 'a', attempts: 9, budget: { max_wall_seconds: 1 } }]);
    const run = rig(plan, ({ attempt }) => (attempt === 1 ? { after: 600, fails: 'no' } : { hangs: true }));
    const began = run.now();
    expect(await ends(run)).toEqual({ a: 'failed budget' });
    expect(run.orders).toHaveLength(2);
    expect(run.now() - began).toBe(1000);
  });

  test('its time stands still while its agent is frozen', async () => {
    const plan = planOf([{ name: 'a', budget: { max_wall_seconds: 1 } }]);
    const run = rig(plan, () => ({ hangs: true }));
    const began = run.now();
    await run.crank(400);
    run.run.pause(true);
    await run.crank(5000);
    run.run.unpause();
    expect(await ends(run)).toEqual({ a: 'failed budget' });
    expect(run.now() - began).toBe(6000);
  });
});

describe('the budget of an agent', () => {
  const team = (budget: PlanAgent['budget'], more: Partial<Plan> = {}) =>
    withAgents(planOf([...names('a', 'b', 'c'), { name: 'x', agent: 'other' }], more), {
      worker: { budget: budget ?? {} },
    });

  test('fails the attempt that exceeds it; its further tasks fail without a start, those of others go on', async () => {
    const run = rig(team({ max_cost_usd: 1 }, { max_parallel_tasks: 1 }), spends(money(1.25)));
    expect(await ends(run)).toEqual({ a: 'failed budget', b: 'failed budget', c: 'failed budget', x: 'succeeded' });
    expect(run.orders.map(({ task }) => task.name)).toEqual(['a', 'x']);
    const b = (await run.finish()).tasks.get('b' as TaskName);
    expect(b).toMatchObject({ attempt: 0, message: 'the budget of agent worker: $1.25 of $1.00 spent' });
  });

  test('reserves: while its attempts may take what is left, others of it wait, and those of other agents do not', async () => {
    const plan = team({ max_tokens: 250 }, { max_parallel_tasks: 4 });
    const first = {
      ...plan,
      tasks: plan.tasks.map((t) =>
        t.name === 'a' ? t : { ...t, needs: [{ task: 'a' as TaskName, until: 'end' as const }] },
      ),
    };
    const run = rig(first, spends(tokens(100), { after: 10 }));
    expect(await ends(run)).toEqual({ a: 'succeeded', b: 'succeeded', c: 'failed budget', x: 'succeeded' });
    expect(run.orders.map(({ task }) => task.name)).toEqual(['a', 'b', 'x']);
  });

  test('the time of attempts that run at once adds up', async () => {
    const run = rig(team({ max_wall_seconds: 3 }), ({ task }) => (task.name === 'x' ? {} : { hangs: true }));
    const began = run.now();
    expect(await ends(run)).toEqual({ a: 'failed budget', b: 'failed budget', c: 'failed budget', x: 'succeeded' });
    expect(run.now() - began).toBe(1000);
  });
});

describe('the time of a run', () => {
  const slow = planOf([{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c', needs: ['b'] }], {
    budget: { max_wall_seconds: 10 },
  });

  test('is over: nothing new starts', async () => {
    const run = rig(slow, () => ({ after: 6000 }));
    expect(await ends(run)).toEqual({ a: 'succeeded', b: 'succeeded', c: 'skipped' });
    expect(exceeded(run.events)).toMatchObject([{ budget: 'max_wall', limit: 10, used: 10 }]);
    expect(run.events.at(-1)).toMatchObject({
      because: 'budget',
      message: 'the budget of the run is used up: 10 s of 10 s used',
    });
  });

  test('does not pass while it is paused, nor between its end and a resume', async () => {
    const run = rig(slow, () => ({ after: 6000 }));
    await run.crank(2000);
    run.run.pause(false);
    await run.crank(60_000);
    run.run.unpause();
    await run.crank(1000);
    run.run.stop('signal', 'stopped');
    const state = await run.finish();
    expect(wallOf(state.spending, run.now())).toBe(3000);
    const resumed = rig(
      slow,
      () => ({ after: 6000 }),
      () => 0,
      run.events,
      undefined,
      ['a', 'b', 'c'] as TaskName[],
    );
    expect(await ends(resumed)).toEqual({ a: 'succeeded', b: 'succeeded', c: 'skipped' });
  });
});

describe('over a resume', () => {
  const plan = planOf(names('a', 'b', 'c', 'd'), { max_parallel_tasks: 1, budget: { max_tokens: 250 } });

  test('wherever the run was cut off, as much is spent as without the cut, but for what ran', async () => {
    const whole = rig(plan, spends(tokens(100)));
    const expected = await ends(whole);
    expect(expected).toEqual({ a: 'succeeded', b: 'succeeded', c: 'skipped', d: 'skipped' });
    for (let cut = 1; cut < whole.events.length; cut += 1) {
      const resumed = rig(plan, spends(tokens(100)), () => 0, whole.events.slice(0, cut));
      expect(await ends(resumed)).toEqual(expected);
      expect((await resumed.finish()).usage?.input_tokens).toBe(200);
    }
  });

  test('with the same budget nothing starts; with a larger one it goes on', async () => {
    const before = rig(plan, spends(tokens(100)));
    await before.finish();
    const again = ['c', 'd'] as TaskName[];
    const same = rig(plan, spends(tokens(100)), () => 0, before.events, undefined, again);
    expect(await ends(same)).toEqual({ a: 'succeeded', b: 'succeeded', c: 'skipped', d: 'skipped' });
    expect(same.orders).toEqual([]);
    const larger = rig(plan, spends(tokens(100)), () => 0, same.events, undefined, again, { max_tokens: 400 });
    expect(await ends(larger)).toEqual({ a: 'succeeded', b: 'succeeded', c: 'succeeded', d: 'succeeded' });
    expect(await larger.finish()).toMatchObject({ outcome: 'succeeded', budget: { max_tokens: 400 } });
  });

  test('what cancelled attempts had used counts', async () => {
    const run = rig(plan, () => ({ hangs: true, usage: tokens(70) }));
    await run.crank(10);
    run.run.stop('signal', 'stopped');
    expect((await run.finish()).usage?.input_tokens).toBe(70);
  });
});

test.each([
  [0.001, 0.0206, '21 ms of 1 ms used'],
  [0.3, 1.26, '1.3 s of 300 ms used'],
  [60, 61.04, '61 s of 60 s used'],
])('%d s of time, of which %d were used: %s', (limit, used, words) => {
  expect(excessWords({ budget: 'max_wall', limit, used })).toBe(words);
});
