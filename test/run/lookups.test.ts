// Tasks whose outputs were recorded: looked for beside the loop, taken instead of an attempt, kept when they are made.
import { expect, test } from 'vitest';
import { fold } from '../../src/run/fold.ts';
import type { Clock, Found, LookOrder, Made, Missed, Reuse } from '../../src/run/ports.ts';
import type { RunEvent, RunId, TaskName } from '../../src/schema/types.gen.ts';
import { brief, planOf, rig, type Sketch } from './rig.ts';

const key = 'a'.repeat(64);
const cache = { files: [] };
const missed: Missed = { type: 'missed', key, because: ['the goal changed'] };

function found(task: string): Found {
  const output = { path: `task_outputs/${task}_output.txt`, bytes: 1, sha256: 'b'.repeat(64) };
  return { type: 'found', key, run: 'before' as RunId, output, saved: { duration_ms: 9 }, because: ['the goal'] };
}

interface Shelf {
  readonly looks: LookOrder[];
  readonly kept: (Made & { readonly task: TaskName })[];
  door(clock: Clock): Partial<Reuse>;
}

/** Recorded outputs of these tasks; a look takes 5 ms. */
function shelf(recorded: readonly string[], why?: string): Shelf {
  const looks: LookOrder[] = [];
  const kept: (Made & { readonly task: TaskName })[] = [];
  const door = (clock: Clock): Partial<Reuse> => ({
    async look(order) {
      looks.push(order);
      await new Promise<void>((done) => void clock.after(5, done));
      const { name } = order.task;
      return order.anew === undefined && recorded.includes(name) ? found(name) : { ...missed };
    },
    async keep({ task }, made) {
      kept.push({ task: task.name, ...made });
      return why;
    },
  });
  return { looks, kept, door };
}

type Options = Partial<Parameters<typeof planOf>[1]> & { readonly again?: readonly string[] };

function start(
  sketches: readonly Sketch[],
  recorded: Shelf,
  { again = [], ...over }: Options = {},
  before: readonly RunEvent[] = [],
  behave?: Parameters<typeof rig>[1],
) {
  return rig(
    planOf(sketches, over),
    behave,
    undefined,
    before,
    undefined,
    again as TaskName[],
    undefined,
    recorded.door,
  );
}

const names = (orders: readonly { readonly task: { readonly name: string } }[]) => orders.map(({ task }) => task.name);

test('a recorded output is taken: no attempt, no slot, and what depends on it goes on', async () => {
  const run = start(
    [{ name: 'a', cache }, { name: 'b', context: ['a'] }, { name: 'busy' }],
    shelf(['a']),
    { max_parallel_tasks: 1 },
    [],
    ({ task }) => ({ after: task.name === 'busy' ? 100 : 1 }),
  );
  const state = await run.finish();
  expect(names(run.orders)).toEqual(['busy', 'b']);
  const reused = run.events.find((event) => event.type === 'task.reused');
  expect(reused).toMatchObject({
    task: 'a',
    key,
    from_run: 'before',
    because: ['the goal'],
    saved: { duration_ms: 9 },
  });
  // It was taken while the only slot was held.
  expect(Date.parse(reused?.ts ?? '') - Date.parse(run.events[0]?.ts ?? '')).toBe(5);
  expect(state).toMatchObject({ outcome: 'succeeded', counts: { reused: 1, succeeded: 2 } });
  expect(run.orders[1]?.context).toEqual([{ task: 'a', output: found('a').output }]);
});

test('without one the task is done, and its output kept under the key that was looked for', async () => {
  const recorded = shelf([]);
  const usage = { input_tokens: 3, output_tokens: 4 };
  const run = start([{ name: 'a', cache }, { name: 'b' }], recorded, {}, [], () => ({ after: 7, usage }));
  await run.finish();
  expect(brief(run.events)).toEqual([
    'run.started',
    'task.started b 1',
    'reuse.missed a (the goal changed)',
    'task.started a 1',
    'task.succeeded b 1',
    'task.succeeded a 1',
    'run.finished succeeded',
  ]);
  const output = { path: 'task_outputs/a_output.txt', bytes: 11, sha256: '0'.repeat(64) };
  expect(recorded.kept).toEqual([{ task: 'a', key, output, saved: { duration_ms: 7, usage } }]);
});

test('a retry does not look again, and a failure keeps nothing', async () => {
  const recorded = shelf([]);
  const run = start(
    [
      { name: 'a', cache, attempts: 2 },
      { name: 'b', cache },
    ],
    recorded,
    {},
    [],
    ({ task, attempt }) => (task.name === 'b' || attempt === 1 ? { fails: 'no' } : {}),
  );
  await run.finish();
  expect(names(recorded.looks)).toEqual(['a', 'b']);
  expect(recorded.kept.map(({ task }) => task)).toEqual(['a']);
});

test('what it receives is part of the look', async () => {
  const recorded = shelf([]);
  await start([{ name: 'a' }, { name: 'b', context: ['a'], cache }], recorded).finish();
  expect(recorded.looks[0]?.context).toMatchObject([{ task: 'a', output: { bytes: 11 } }]);
});

test('an output that could not be kept is told as a finding, before the run ends', async () => {
  const run = start([{ name: 'a', cache }], shelf([], 'src/a.ts changed while it worked'));
  const state = await run.finish();
  expect(run.events.at(-2)).toMatchObject({
    type: 'task.progressed',
    task: 'a',
    kind: 'finding',
    text: 'its output is not kept for reuse: src/a.ts changed while it worked',
  });
  expect(state.outcome).toBe('succeeded');
});

test('without a key nothing is kept', async () => {
  const recorded = shelf([]);
  const door = (clock: Clock) => ({
    ...recorded.door(clock),
    look: async () => ({ type: 'missed', because: ['?'] }) as const,
  });
  await start([{ name: 'a', cache }], { ...recorded, door }).finish();
  expect(recorded.kept).toEqual([]);
});

test('a task that is cancelled while it is looked for stays so', async () => {
  const run = start([{ name: 'a', cache }, { name: 'b' }], shelf(['a']), {}, [], () => ({ after: 20 }));
  await run.crank(2);
  run.run.cancel('a' as TaskName, 'not wanted');
  const state = await run.finish();
  expect(state.counts).toMatchObject({ cancelled: 1, reused: 0, succeeded: 1 });
});

test('a run that is stopped while it looks ends, and waits for the look', async () => {
  const recorded = shelf(['a']);
  let closed = 0;
  const door = (clock: Clock) => ({ ...recorded.door(clock), close: async () => void closed++ });
  const run = start([{ name: 'a', cache }], { ...recorded, door });
  await run.crank(2);
  run.run.stop('signal', 'stopped');
  const state = await run.finish();
  expect([state.outcome, state.counts.cancelled, closed]).toEqual(['cancelled', 1, 1]);
});

test('while a run is paused nothing new is looked for', async () => {
  const recorded = shelf(['b']);
  const run = start([{ name: 'a' }, { name: 'b', needs: ['a'], cache }], recorded, {}, [], () => ({ after: 10 }));
  await run.crank(2);
  run.run.pause(false);
  await run.crank(50);
  expect(recorded.looks).toEqual([]);
  run.run.unpause();
  expect((await run.finish()).counts.reused).toBe(1);
});

test('after a failure that stops the run nothing is looked for', async () => {
  const recorded = shelf(['b']);
  const run = start([{ name: 'a' }, { name: 'b', needs: ['a!'], cache }], recorded, { on_failure: 'stop' }, [], () => ({
    fails: 'no',
  }));
  expect((await run.finish()).counts).toMatchObject({ failed: 1, skipped: 1 });
  expect(recorded.looks).toEqual([]);
});

test('many are looked for side by side, and not all at once', async () => {
  const all = Array.from({ length: 100 }, (_, i) => `t${i}`);
  const recorded = shelf(all);
  const run = start(
    all.map((name) => ({ name, cache })),
    recorded,
  );
  await run.crank(1);
  expect(recorded.looks).toHaveLength(8);
  expect((await run.finish()).counts.reused).toBe(100);
  expect(run.orders).toEqual([]);
});

test('what another agent or model made is not kept as the work of this one', async () => {
  const recorded = shelf([]);
  const run = start([{ name: 'a', cache }], recorded, {}, [], () => ({ hangs: true }));
  await run.crank(6);
  const applied = { type: 'recovery.applied', task: 'a', attempt: 1, rule: 'x', action: 'y', model: 'm2' };
  const state = fold(planOf([{ name: 'a', cache }]), [...run.events, { ...applied, seq: 9 } as unknown as RunEvent]);
  expect(state.tasks.get('a' as TaskName)?.key).toBeUndefined();
});

test('what delegated is not kept', async () => {
  const recorded = shelf([]);
  const says = JSON.stringify({ delegate: [{ name: 'd', agent: 'worker', description: 'do it' }] });
  const limits = { max_depth: 1, max_delegated_tasks: 5, timeout_seconds: null, max_attempts: 1, cache };
  const run = start(
    [
      { name: 'm_brief', agent: 'm', role: 'brief', cache },
      { name: 'm_synthesis', agent: 'm', role: 'synthesis', context: ['m_brief'], cache },
    ],
    recorded,
    { delegation: limits },
    [],
    ({ task }) => (task.role === 'brief' ? { says } : {}),
  );
  await run.finish();
  expect(recorded.kept.map(({ task }) => task)).toEqual(['d', 'm_synthesis']);
  expect(recorded.looks[0]?.delegation).toMatchObject({ most: 5 });
});

test('tasks of a rehearsal are neither looked for nor kept', async () => {
  const recorded = shelf(['a']);
  const plan = planOf([{ name: 'a', cache }]);
  const agents = plan.agents.map((agent) => ({ ...agent, adapter: 'rehearsal' as const }));
  await start([{ name: 'a', cache }], recorded, { agents }).finish();
  expect([recorded.looks, recorded.kept]).toEqual([[], []]);
});

test('with --no-cache nothing is taken, and what is made is kept', async () => {
  const recorded = shelf(['a']);
  const run = start([{ name: 'a', cache: { files: [], anew: true } }], recorded);
  expect((await run.finish()).counts.succeeded).toBe(1);
  expect(recorded.looks[0]?.anew).toBe('--no-cache');
  expect(recorded.kept).toHaveLength(1);
});

test('a mistake in a look ends the run', async () => {
  const door = () => ({ look: () => Promise.reject(new TypeError('a defect')) });
  const run = start([{ name: 'a', cache }], { ...shelf([]), door });
  await expect(run.run.finished).rejects.toThrow('a defect');
});

/** Events up to the first of this type, that one included. */
function upTo(events: readonly RunEvent[], type: RunEvent['type']): RunEvent[] {
  return events.slice(0, events.findIndex((event) => event.type === type) + 1);
}

test('a resume goes on from what was missed, and keeps under that key', async () => {
  const first = start([{ name: 'a', cache }], shelf([]));
  await first.finish();
  for (const type of ['reuse.missed', 'task.started'] as const) {
    const recorded = shelf(['a']);
    const run = start([{ name: 'a', cache }], recorded, {}, upTo(first.events, type));
    await run.finish();
    expect([recorded.looks, recorded.kept.map((each) => each.key)]).toEqual([[], [key]]);
  }
});

test('cut off before anything was recorded, it is looked for again', async () => {
  const first = start([{ name: 'a', cache }], shelf([]));
  await first.finish();
  const run = start([{ name: 'a', cache }], shelf(['a']), {}, upTo(first.events, 'run.started'));
  expect((await run.finish()).counts.reused).toBe(1);
});

test('what a person wants done again is done, with what depends on it; what had failed may be taken', async () => {
  const sketches: readonly Sketch[] = [
    { name: 'a', cache },
    { name: 'b', context: ['a'], cache },
    { name: 'c', cache },
    { name: 'd', context: ['c'], cache },
  ];
  const first = start(sketches, shelf(['a', 'b']), {}, [], ({ task }) => (task.name === 'c' ? { fails: 'no' } : {}));
  await first.finish();
  const recorded = shelf(['a', 'b', 'c', 'd']);
  const run = start(sketches, recorded, { again: ['a', 'b', 'c', 'd'] }, first.events);
  const state = await run.finish();
  expect(Object.fromEntries(state.inOrder.map(({ task, status }) => [task.name, status]))).toEqual({
    a: 'succeeded',
    b: 'succeeded',
    c: 'reused',
    d: 'reused',
  });
  expect(recorded.looks.map(({ task, anew }) => [task.name, anew])).toEqual([
    ['a', 'it is done again, as was asked for'],
    ['c', undefined],
    ['d', undefined],
    ['b', 'it is done again, as was asked for'],
  ]);
  expect(fold(state.plan, run.events).counts).toEqual(state.counts);
});

test('what was at work while its need is done again is looked for anew', async () => {
  const sketches: readonly Sketch[] = [
    { name: 'a', cache },
    { name: 'b', context: ['a'], cache },
  ];
  const first = start(sketches, shelf([]), {}, [], ({ task }) => (task.name === 'b' ? { hangs: true } : {}));
  await first.crank(50);
  const recorded = shelf([]);
  const run = start(sketches, recorded, { again: ['a'] }, first.events);
  await run.finish();
  expect(names(recorded.looks)).toEqual(['a', 'b']);
});
