// What strategies promise about order, kept by whole runs in which tasks fail as they please.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Plan, RunEvent } from '../../src/schema/types.gen.ts';
import { rig } from '../run/rig.ts';
import { document, planOfText } from './compiled.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

const cases = fc.record({
  tasks: fc.array(
    fc.record({
      context: fc.option(fc.array(fc.nat(), { maxLength: 2 }), { nil: undefined }),
      any: fc.boolean(),
      fails: fc.boolean(),
      after: fc.constantFrom(1, 5, 20),
    }),
    { minLength: 3, maxLength: 8 },
  ),
  sizes: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 8 }),
  kinds: fc.array(fc.constantFrom('parallel', 'sequential'), { minLength: 8, maxLength: 8 }),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function tasksOf({ tasks }: Case) {
  return tasks.map(({ context, any }, at) => {
    const received = [...new Set(at === 0 ? [] : (context ?? []).map((each) => names[each % at] ?? ''))];
    const dependencies = received.map((task_name) => ({ task_name, dependency_type: 'requires_completion' }));
    return { name: names[at] ?? '', ...(context !== undefined && (any ? { dependencies } : { context: received })) };
  });
}

async function eventsOf(plan: Plan, { tasks }: Case): Promise<readonly RunEvent[]> {
  const { events, finish } = rig(plan, ({ task }) => {
    const { fails, after } = tasks[names.indexOf(task.name)] ?? { fails: false, after: 1 };
    return { after, ...(fails && { fails: 'no' }) };
  });
  await finish();
  return events;
}

/** Positions in the journal at which each task started, where it did, and ended. */
function places(events: readonly RunEvent[]) {
  const started = new Map<string, number>();
  const ended = new Map<string, number>();
  events.forEach((event, at) => {
    if (event.type === 'task.started') started.set(event.task, at);
    if (/^task\.(succeeded|failed|skipped)$/.test(event.type) && 'task' in event) ended.set(event.task, at);
  });
  return { started, ended };
}

test('mixed: no task starts before every task of every earlier group has ended, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (each) => {
      const tasks = tasksOf(each);
      const groups: string[][] = [];
      for (let at = 0; at < tasks.length; ) {
        const size = each.sizes[groups.length] ?? 1;
        groups.push(tasks.slice(at, at + size).map(({ name }) => name));
        at += size;
      }
      const task_groups = groups.map((members, at) => ({
        name: `g${at}`,
        tasks: members,
        execution_strategy: each.kinds[at],
      }));
      const execution = { strategy: 'mixed', max_parallel_tasks: 8, on_failure: 'continue', task_groups };
      const { started, ended } = places(await eventsOf(planOfText(document(execution, tasks)), each));
      groups.forEach((members, at) => {
        for (const member of members) {
          for (const earlier of groups.slice(0, at).flat()) {
            const start = started.get(member);
            if (start !== undefined) expect(ended.get(earlier), `${earlier} before ${member}`).toBeLessThan(start);
          }
        }
      });
    }),
    { numRuns: 300 },
  );
});

test('sequential: one after the other in the order of the plan, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (each) => {
      const execution = { strategy: 'sequential', max_parallel_tasks: 8, on_failure: 'continue' };
      const plan = planOfText(document(execution, tasksOf(each)));
      const { started, ended } = places(await eventsOf(plan, each));
      plan.order.forEach((name, at) => {
        const start = started.get(name);
        for (const earlier of plan.order.slice(0, at)) {
          if (start !== undefined) expect(ended.get(earlier), `${earlier} before ${name}`).toBeLessThan(start);
        }
      });
    }),
    { numRuns: 300 },
  );
});

test('a task that is delegated in the knowledge of a failed one does not hold up the run', async () => {
  const execution = { strategy: 'hierarchical', on_failure: 'continue' };
  const plan = planOfText(document(execution, [{ name: 'bad' }]));
  const deeper = JSON.stringify({ delegate: [{ name: 'second', agent: 'w', description: 'd', context: ['bad'] }] });
  const first = JSON.stringify({ delegate: [{ name: 'first', agent: 'w', description: 'd' }] });
  const { finish } = rig(plan, ({ task }) => {
    if (task.name === 'w_brief') return { says: first };
    if (task.name === 'bad') return { fails: 'no', after: 1 };
    if (task.name === 'first') return { says: deeper, after: 50 };
    return {};
  });
  const state = await finish();
  expect(state.outcome).toBe('failed');
  expect(state.tasks.get('second' as never)).toMatchObject({ status: 'skipped', message: 'needs bad, which failed' });
});
