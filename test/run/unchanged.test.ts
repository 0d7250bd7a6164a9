// Which successes of an earlier run hold under another plan.
import { describe, expect, test } from 'vitest';
import { keptSuccesses, reuseEvents } from '../../src/run/unchanged.ts';
import type { Plan, RunId } from '../../src/schema/types.gen.ts';
import { planOf, rig, type Sketch } from './rig.ts';

const sketches: readonly Sketch[] = [
  { name: 'a' },
  { name: 'b', context: ['a'] },
  { name: 'c', context: ['b'] },
  { name: 'd', needs: ['a'], agent: 'other' },
];

async function kept(now: Plan, before: Plan = planOf(sketches), failing: readonly string[] = [], sameGoal = true) {
  const earlier = await rig(before, ({ task }) => (failing.includes(task.name) ? { fails: 'no' } : {})).finish();
  return keptSuccesses(earlier, now, sameGoal).map(({ task }) => task);
}

const withTask = (name: string, more: object): Plan => {
  const plan = planOf(sketches);
  return { ...plan, tasks: plan.tasks.map((task) => (task.name === name ? { ...task, ...more } : task)) };
};

const withAgent = (name: string, more: object): Plan => {
  const plan = planOf(sketches);
  return { ...plan, agents: plan.agents.map((agent) => (agent.name === name ? { ...agent, ...more } : agent)) };
};

test('under the same plan all of them, each after what it received', async () => {
  expect(await kept(planOf(sketches))).toEqual(['a', 'b', 'd', 'c'].sort());
});

test('none of a task that did not succeed, nor of what would receive it', async () => {
  expect(await kept(planOf(sketches), planOf(sketches), ['b'])).toEqual(['a', 'd']);
});

describe('with a change', () => {
  test.each([
    [
      'to what a task is to do: it and what receives its output',
      withTask('b', { description: 'otherwise' }),
      ['a', 'd'],
    ],
    ['to what a task receives', withTask('c', { context: ['a', 'b'] }), ['a', 'b', 'd']],
    ['to an agent: its tasks', withAgent('other', { system_prompt: 'be brief' }), ['a', 'b', 'c']],
    ['to the agent of all but one, which receives nothing of them', withAgent('worker', { run: 'true' }), ['d']],
    ['to when a task may start: nothing', withTask('c', { priority: 'low', timeout_seconds: 9 }), ['a', 'b', 'c', 'd']],
    [
      'to the limits of an agent, to its policy, or to where it was found',
      withAgent('worker', { limits: { cpu: 1 }, policy: { deny: ['x'] }, file: 'x' }),
      ['a', 'b', 'c', 'd'],
    ],
    ['to the order of keys', withAgent('worker', { options: {}, env: { set: {}, pass: [] } }), ['a', 'b', 'c', 'd']],
  ])('%s', async (_, plan, expected) => {
    expect((await kept(plan as Plan)).toSorted()).toEqual(expected);
  });

  test('to the goal: what is told the goal, and what receives its output', async () => {
    const plan = withAgent('other', { adapter: 'claude' });
    expect(await kept(plan, plan, [], false)).toEqual(['d']);
    const claude: Plan = { ...plan, agents: plan.agents.map((agent) => ({ ...agent, adapter: 'claude' })) };
    expect((await kept(claude, claude, [], false)).toSorted()).toEqual(['a', 'b', 'c', 'd']);
    const tasks = claude.tasks.map((task) => (task.name === 'b' ? { ...task, description: "do '{goal}'" } : task));
    expect((await kept({ ...claude, tasks }, { ...claude, tasks }, [], false)).toSorted()).toEqual(['a', 'd']);
  });

  test('to the list: a task that is new is not kept, one that is gone is not missed', async () => {
    expect(await kept(planOf([{ name: 'a' }, { name: 'x', context: ['a'] }]))).toEqual(['a']);
  });
});

describe('delegation', () => {
  const managed = (over: Partial<Plan> = {}) =>
    planOf(
      [
        { name: 'm_brief', agent: 'm', role: 'brief' },
        { name: 'm_synthesis', agent: 'm', role: 'synthesis', context: ['m_brief'] },
      ],
      { delegation: { max_depth: 1, max_delegated_tasks: 5, timeout_seconds: null, max_attempts: 1 }, ...over },
    );
  const says = JSON.stringify({ delegate: [{ name: 'd', agent: 'worker', description: 'do it' }] });

  test('a brief is kept with what it delegated, and that with it', async () => {
    const earlier = await rig(managed(), ({ task }) => (task.role === 'brief' ? { says } : {})).finish();
    const found = keptSuccesses(earlier, managed(), true);
    expect(found.map(({ task }) => task)).toEqual(['m_brief', 'd', 'm_synthesis']);
    expect(reuseEvents(found, 'before' as RunId).map((event) => event.type)).toEqual([
      'plan.extended',
      'task.reused',
      'task.reused',
      'task.reused',
    ]);
  });

  const brief = { name: 'm_brief', agent: 'm', role: 'brief' } as const;
  const limits = { max_depth: 1, max_delegated_tasks: 5, timeout_seconds: null, max_attempts: 1 };
  test.each([
    ['whose agent is gone', managed({ agents: managed().agents.filter(({ name }) => name !== 'worker') })],
    ['whose name has been taken', planOf([brief, { name: 'd' }], { delegation: limits })],
    ['that are too many now', managed({ delegation: { ...limits, max_delegated_tasks: 0 } })],
    ['that are too deep now', managed({ delegation: { ...limits, max_depth: 0 } })],
    ['that nobody may delegate now', managed({ delegation: null })],
  ])('a brief with tasks %s is done again', async (_, now) => {
    const earlier = await rig(managed(), ({ task }) => (task.role === 'brief' ? { says } : {})).finish();
    expect(keptSuccesses(earlier, now, true)).toEqual([]);
  });
});
