// A machine that is short of something, in memory and by the hand clock.
import { expect, test } from 'vitest';
import type { Shortage } from '../../src/run/ports.ts';
import { adjust, mostAtOnce, openThrottle, type Sight } from '../../src/run/throttle.ts';
import { brief, planOf, type Rig, rig } from './rig.ts';

const low: Shortage = { type: 'memory', message: 'memory: 100 MiB of 8 GiB available' };
const full: Shortage = { type: 'disk', message: 'the disk of ws has 10 MiB left' };

const many = (count: number) => Array.from({ length: count }, (_, n) => ({ name: `t${n}` }));

/** What was recorded of the number of tasks at once, with the milliseconds since the start. */
function changes({ events }: Rig): readonly (readonly [number, number, string])[] {
  const began = Date.parse(events[0]?.ts ?? '');
  return events.flatMap((event) =>
    event.type === 'parallelism.changed'
      ? [[Date.parse(event.ts) - began, event.max_parallel_tasks, event.because] as const]
      : [],
  );
}

test('a machine that is well changes nothing', async () => {
  const run = rig(planOf(many(20)), undefined, undefined, [], () => undefined);
  expect((await run.finish()).outcome).toBe('succeeded');
  expect(changes(run)).toEqual([]);
  expect(run.most()).toBe(4);
});

test('while it lasts, half of those that ran may run, every two seconds; then step by step all of them', async () => {
  let short: Shortage | undefined;
  const plan = planOf(many(400), { max_parallel_tasks: 8 });
  const run = rig(
    plan,
    () => ({ after: 500 }),
    undefined,
    [],
    () => short,
  );
  await run.crank(1200);
  short = low;
  await run.crank(6000);
  short = undefined;
  await run.finish();
  expect(changes(run)).toEqual([
    [1500, 4, low.message],
    [3500, 2, low.message],
    [5500, 1, low.message],
    [7500, 2, 'the machine recovers'],
    [9500, 3, 'the machine recovers'],
    [11_500, 4, 'the machine recovers'],
    [13_500, 5, 'the machine recovers'],
    [15_500, 6, 'the machine recovers'],
    [17_500, 7, 'the machine recovers'],
    [19_500, 8, 'the machine has recovered'],
  ]);
});

test('never more run at once than the last event says, and never none', async () => {
  const plan = planOf(many(60), { max_parallel_tasks: 8 });
  const run = rig(
    plan,
    () => ({ after: 900 }),
    undefined,
    [],
    () => low,
  );
  const state = await run.finish();
  expect(state.outcome).toBe('succeeded');
  expect(changes(run)).toEqual([[0, 1, low.message]]);
  expect(run.most()).toBe(1);
});

test('a run that waits for a task that lasts sees by itself that the machine is well again', async () => {
  let short: Shortage | undefined = low;
  const plan = planOf(many(3), { max_parallel_tasks: 2 });
  const run = rig(
    plan,
    () => ({ after: 60_000 }),
    undefined,
    [],
    () => short,
  );
  await run.crank(5000);
  expect(run.orders).toHaveLength(1);
  short = undefined;
  await run.crank(3000);
  expect(run.orders).toHaveLength(2);
  run.run.stop('signal', 'SIGINT');
  await run.finish();
});

test('without room nothing starts, and what is there again is used at once', async () => {
  let short: Shortage | undefined;
  const run = rig(
    planOf(many(8)),
    () => ({ after: 3000 }),
    undefined,
    [],
    () => short,
  );
  await run.crank(1000);
  short = full;
  await run.crank(2000);
  expect(run.orders).toHaveLength(4);
  expect(changes(run)).toEqual([[3000, 0, full.message]]);
  await expect(run.run.finished).rejects.toMatchObject({ name: 'StorageFailure', message: full.message });
  expect(run.written()).toBe(run.events.length);

  short = undefined;
  const other = rig(
    planOf(many(8)),
    ({ task }) => ({ after: task.name === 't0' ? 9000 : 3000 }),
    undefined,
    [],
    () => short,
  );
  await other.crank(1000);
  short = full;
  await other.crank(3000);
  expect(other.orders).toHaveLength(4);
  short = undefined;
  expect((await other.finish()).outcome).toBe('succeeded');
  expect(changes(other).map(([, most, because]) => [most, because])).toEqual([
    [0, full.message],
    [4, 'the machine has recovered'],
  ]);
});

test('a disk that is full at the start begins nothing; the run can go on later', async () => {
  const run = rig(planOf(many(2)), undefined, undefined, [], () => full);
  await run.crank(0);
  await expect(run.run.finished).rejects.toMatchObject({ name: 'StorageFailure', message: full.message });
  expect(brief(run.events)).toEqual(['run.started', `parallelism.changed (${full.message})`]);
  const again = rig(planOf(many(2)), undefined, undefined, run.events, () => undefined);
  expect((await again.finish()).outcome).toBe('succeeded');
});

test('a disk that is full when nothing is left to start disturbs nobody', async () => {
  let short: Shortage | undefined;
  const run = rig(
    planOf(many(4)),
    () => ({ after: 1000 }),
    undefined,
    [],
    () => short,
  );
  await run.crank(500);
  short = full;
  expect((await run.finish()).outcome).toBe('succeeded');
  expect(changes(run)).toEqual([]);
});

test('a run that is paused without room waits for whoever unpauses it', async () => {
  let short: Shortage | undefined;
  const run = rig(
    planOf(many(8)),
    () => ({ after: 1000 }),
    undefined,
    [],
    () => short,
  );
  await run.crank(500);
  run.run.pause(false);
  short = full;
  await run.crank(10_000);
  short = undefined;
  run.run.unpause();
  expect((await run.finish()).outcome).toBe('succeeded');
});

test('a retry that is due later waits for its time, room or not', async () => {
  let short: Shortage | undefined;
  const plan = planOf([{ name: 'a', attempts: 2 }], {
    retry: { strategy: 'fixed', initial_delay_seconds: 10, max_delay_seconds: 60, jitter: 0 },
  });
  const run = rig(
    plan,
    ({ attempt }) => (attempt === 1 ? { fails: 'no' } : {}),
    undefined,
    [],
    () => short,
  );
  await run.crank(100);
  short = full;
  await run.crank(5000);
  short = undefined;
  expect((await run.finish()).outcome).toBe('succeeded');
});

test('a run that uses too much ends its attempts for that, has failed, and goes on later', async () => {
  const plan = planOf([{ name: 'a', attempts: 3 }, { name: 'b' }, { name: 'c', needs: ['a'] }]);
  const run = rig(plan, ({ task }) => (task.name === 'b' ? {} : { hangs: true }));
  await run.crank(10);
  const message = 'the run uses 2.1 GB of disk, the limit is 2 GB';
  run.run.stop('limit', message);
  const state = await run.finish();
  expect([state.outcome, state.because]).toEqual(['failed', 'limit']);
  expect(brief(run.events).slice(-3)).toEqual([
    'task.failed a 1',
    `task.cancelled c (${message})`,
    'run.finished (limit) failed',
  ]);
  expect(state.tasks.get('a' as never)).toMatchObject({ reason: 'resource-limit', message });
});

test('the cause is told when nothing else was left to stop', async () => {
  const run = rig(planOf([{ name: 'a' }]), () => ({ hangs: true }));
  await run.crank(10);
  run.run.stop('limit', 'too much');
  expect(await run.finish()).toMatchObject({ outcome: 'failed', because: 'limit' });
});

test.each<[number, number, Shortage | undefined, number]>([
  [4, 4, low, 2],
  [4, 2, low, 1],
  [4, 1, low, 1],
  [64, 64, low, 32],
  [1, 1, low, 1],
  [1, 1, undefined, 2],
  [40, 40, undefined, 50],
  [63, 10, undefined, 64],
  [64, 3, undefined, 64],
])('from %i at once with %i lately: %o makes %i', (level, busiest, shortage, next) => {
  const throttle = { ...openThrottle(64), level };
  const sight: Sight = { shortage, busiest, planned: 64, now: 10_000 };
  expect(mostAtOnce(adjust(throttle, sight))).toBe(next);
  expect(adjust({ ...throttle, changedAt: 9000 }, sight).level).toBe(level);
});
