// Replays of random runs in memory: they end as their recordings, again and again in the same way.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../../src/run/fold.ts';
import type { AttemptEnd, AttemptOrder, Backend } from '../../src/run/ports.ts';
import { recordingOf } from '../../src/run/recording.ts';
import { openReplay, type Replay } from '../../src/run/replay.ts';
import { compare, planOfReplay } from '../../src/run/replay-plan.ts';
import { tasksToRedo } from '../../src/run/resumption.ts';
import { startRun } from '../../src/run/runner.ts';
import type { Plan, PlanRetry, RunEvent, RunId } from '../../src/schema/types.gen.ts';
import { type Case, cases, type Move, moves, perform, start } from './cases.ts';
import { brief, planOf } from './rig.ts';

const texts = (order: AttemptOrder, plan: Plan) =>
  plan.tasks.find(({ name }) => name === order.task.name)?.role === 'brief'
    ? '{"delegate":[{"name":"d1","agent":"worker","description":"one"},{"name":"d2","agent":"worker","description":"two","context":["d1"]}]}'
    : `output of ${order.task.name}`;

/** Plays recorded ends, each after some turns of its own. */
function players(replay: Replay, plan: Plan, turns: () => number): Backend {
  return {
    start(order) {
      let stop: (end: AttemptEnd) => void = () => {};
      const stopped = new Promise<AttemptEnd>((resolve) => {
        stop = resolve;
      });
      const play = async (): Promise<AttemptEnd> => {
        for (let turn = turns(); turn > 0; turn--) await new Promise(setImmediate);
        const end = replay.playedBy(order.task.name)?.end;
        order.report({ kind: 'progress', text: `plays ${order.task.name}` });
        if (end === undefined || end.type === 'stopped') {
          const unstopped: AttemptEnd = { type: 'failed', reason: 'adapter', message: 'nothing is recorded' };
          return Promise.race([stopped, replay.awaitTurn(order.task.name).then(() => unstopped)]);
        }
        if (end.type !== 'exited') return { type: 'failed', reason: 'adapter', message: end.message };
        if (end.code !== 0) return { type: 'failed', reason: 'agent-exit', message: 'exit', exit_code: end.code };
        const text = texts(order, plan);
        const path = `task_outputs/${order.task.name}_output.txt`;
        return { type: 'succeeded', text, output: { path, bytes: text.length, sha256: '0'.repeat(64) } };
      };
      return {
        ended: play(),
        freeze() {},
        stop: (cause, _, message = '') =>
          stop(cause === 'cancelled' ? { type: 'cancelled' } : { type: 'failed', reason: cause, message }),
      };
    },
  };
}

/** Replays a journal; gives its events and its state. */
async function replayed(plan: Plan, recorded: readonly RunEvent[], turns: () => number = () => 0) {
  const before = fold(plan, recorded);
  const recording = recordingOf(plan, recorded);
  const replay = openReplay(recording, () => new Promise(setImmediate));
  const events: RunEvent[] = [];
  const run = startRun(
    {
      run: 'r' as RunId,
      plan: planOfReplay(before, recording),
      goal: '',
      opening: [
        {
          type: 'run.started',
          orchestra: 'test',
          plan_sha256: '',
          goal: '',
          rehearsal: false,
          super: '',
          replays: 'q' as RunId,
        },
      ],
    },
    {
      clock: replay.clock,
      random: replay.random,
      journal: {
        append(body) {
          const ts = new Date(replay.clock.now()).toISOString();
          const event = { v: 1, seq: events.length + 1, ts, run: 'r', ...body } as RunEvent;
          events.push(event);
          return event;
        },
        write() {},
        durable: Number.POSITIVE_INFINITY,
        sync: async () => {},
      },
      reuse: replay.reuse(async () => {}),
      governor: replay.governor,
      backend: replay.around(players(replay, plan, turns)),
      observe() {},
      async writeResult() {},
    },
  );
  replay.conduct(run);
  const state = await run.finished;
  return { events, state, comparison: compare(before, state, replay.lacking) };
}

/** How and when attempts ended. */
const endsOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) =>
    /^task\.(succeeded|failed|cancelled|retry-scheduled)$/.test(event.type) && 'task' in event && 'attempt' in event
      ? [`${event.ts.slice(20, 23)} ${event.type} ${event.task}`]
      : [],
  );

async function expectSame(plan: Plan, recorded: readonly RunEvent[], turns: () => number): Promise<void> {
  const once = await replayed(plan, recorded);
  expect(once.comparison.differences, `${brief(recorded).join('\n')}\n\n${brief(once.events).join('\n')}`).toEqual([]);
  // A throttled run, and one that was cut off, has no such order.
  const isPlain = !recorded.some(({ type }) => type === 'parallelism.changed' || type === 'run.resumed');
  if (isPlain && recorded.at(-1)?.type === 'run.finished') expect(endsOf(once.events)).toEqual(endsOf(recorded));
  const again = await replayed(plan, recorded, turns);
  expect(brief(again.events)).toEqual(brief(once.events));
  expect(again.events).toEqual(once.events);
}

const delays: fc.Arbitrary<PlanRetry> = fc.record({
  strategy: fc.constantFrom('simple', 'fixed', 'exponential_backoff'),
  initial_delay_seconds: fc.integer({ min: 0, max: 8 }).map((n) => n / 1000),
  max_delay_seconds: fc.constant(60),
  jitter: fc.constantFrom(0, 0.5),
});

const turnsOf = (list: readonly number[]) => {
  let at = 0;
  return () => list[at++ % list.length] ?? 0;
};

function delayed(each: Case, retry: PlanRetry): Case {
  return { ...each, plan: { ...each.plan, retry } };
}

test('a replay ends as its recording, in the same order however long each attempt takes to play', async () => {
  await fc.assert(
    fc.asyncProperty(
      cases,
      delays,
      moves,
      fc.array(fc.nat(3), { minLength: 5, maxLength: 5 }),
      async (each: Case, retry: PlanRetry, script: readonly Move[], turns) => {
        const one = delayed(each, retry);
        const run = start(one);
        await perform(run, script);
        await expectSame(one.plan, run.events, turnsOf(turns));
      },
    ),
    { numRuns: 300 },
  );
});

/** A run that ended at its first failure and was resumed has two ends: no single run goes that way. */
function goingOn({ plan, ...rest }: Case): Case {
  return { ...rest, plan: { ...plan, on_failure: 'continue' } };
}

test('so does one of a run that was cut off or stopped, and resumed', async () => {
  await fc.assert(
    fc.asyncProperty(
      cases,
      delays,
      fc.nat(60),
      fc.boolean(),
      fc.boolean(),
      async (each, retry, cut, stops, retryFailed) => {
        const one = goingOn(delayed(each, retry));
        const first = start(one);
        await first.crank(cut);
        if (stops) first.run.stop('signal', 'stopped by Ctrl-C');
        if (stops) await first.finish();
        const state = fold(one.plan, first.events);
        await expectSame(one.plan, [...first.events], turnsOf([2, 0, 1]));
        const again = tasksToRedo(state, { retryFailed, from: [] });
        if (again === undefined) return;
        const second = start(one, [...first.events], again);
        await second.finish();
        await expectSame(one.plan, second.events, turnsOf([0, 3, 1]));
      },
    ),
    { numRuns: 300 },
  );
});

/** A journal as it stands when these events were recorded, each so many milliseconds after the first. */
function journal(...bodies: readonly (readonly [number, object])[]): RunEvent[] {
  const started = { type: 'run.started', orchestra: 'test', plan_sha256: '', goal: '', rehearsal: false, super: '' };
  return [[0, started] as const, ...bodies].map(
    ([ms, body], at) =>
      ({ v: 1, seq: at + 1, ts: new Date(ms).toISOString(), run: 'q', ...body }) as unknown as RunEvent,
  );
}

const missed = (name: string) => ({ type: 'reuse.missed', task: name, key: '0'.repeat(64), because: ['x'] });
const started = (name: string, attempt = 1) => ({
  type: 'task.started',
  task: name,
  attempt,
  agent: 'worker',
  adapter: 'command',
});
const failed = (name: string, attempt: number, more: object) => ({
  type: 'task.failed',
  task: name,
  attempt,
  duration_ms: 1,
  message: 'too much',
  ...more,
});

test('what was found in one turn of the run is told in one, though the clock went on between', async () => {
  const plan = planOf(
    [
      { name: 'low', priority: 'low', cache: { files: [] } },
      { name: 'high', priority: 'critical', cache: { files: [] } },
      { name: 'last', needs: ['low'] },
    ],
    { max_parallel_tasks: 1, on_failure: 'stop' },
  );
  const recorded = journal(
    [5, missed('low')],
    [7, missed('high')],
    [8, started('high')],
    [9, failed('high', 1, { reason: 'agent-exit', exit_code: 1 })],
    [9, { type: 'task.skipped', task: 'low', because: 'stopped because high failed' }],
    [9, { type: 'task.skipped', task: 'last', because: 'stopped because high failed' }],
    [9, { type: 'run.finished', outcome: 'failed' }],
  );
  await expectSame(plan, recorded, turnsOf([0, 2, 1]));
});

const succeeded = (name: string) => ({
  type: 'task.succeeded',
  task: name,
  attempt: 1,
  duration_ms: 1,
  output: { path: `task_outputs/${name}_output.txt`, bytes: 10 + name.length, sha256: '0'.repeat(64) },
});

test('an attempt that was ended for its budget ends before the next one, and each in its own moment', async () => {
  const plan = planOf([{ name: 'docs' }, { name: 'big', budget: { max_tokens: 10 } }]);
  const recorded = journal(
    [1, started('docs')],
    [1, started('big')],
    [42, failed('big', 1, { reason: 'budget' })],
    [58, succeeded('docs')],
    [59, { type: 'run.finished', outcome: 'failed' }],
  );
  const { events } = await replayed(plan, recorded, turnsOf([0, 2, 1]));
  expect(endsOf(events)).toEqual(['042 task.failed big', '058 task.succeeded docs']);
  await expectSame(plan, recorded, turnsOf([0, 2, 1]));
});

test('attempts that end in nearly the same moment end each in its own', async () => {
  const plan = planOf([{ name: 'cod' }, { name: 'page' }]);
  const recorded = journal(
    [1, started('cod')],
    [1, started('page')],
    [27, succeeded('cod')],
    [31, succeeded('page')],
    [31, { type: 'run.finished', outcome: 'succeeded' }],
  );
  const { events } = await replayed(plan, recorded, turnsOf([0, 2, 1]));
  expect(endsOf(events)).toEqual(['027 task.succeeded cod', '031 task.succeeded page']);
});

test('what was taken in together with an attempt that was ended is so again, in the recorded order', async () => {
  const plan = planOf([{ name: 'big', budget: { max_tokens: 10 } }, { name: 'docs' }, { name: 'next' }], {
    max_parallel_tasks: 2,
    on_failure: 'stop',
  });
  const recorded = journal(
    [1, started('big')],
    [1, started('docs')],
    [42, failed('big', 1, { reason: 'budget' })],
    [44, succeeded('docs')],
    [44, { type: 'task.skipped', task: 'next', because: 'stopped because big failed' }],
    [44, { type: 'run.finished', outcome: 'failed' }],
  );
  const { events } = await replayed(plan, recorded, turnsOf([0, 2, 1]));
  expect(brief(events.filter(({ type }) => type !== 'task.progressed'))).toEqual(brief(recorded));
});

test('a run that was throttled after a pause is so after the pause', async () => {
  const plan = planOf(
    [
      { name: 'one', attempts: 2 },
      { name: 'two', priority: 'high', cache: { files: [] } },
    ],
    {
      max_parallel_tasks: 2,
      on_failure: 'stop',
      retry: { strategy: 'fixed', initial_delay_seconds: 0.001, max_delay_seconds: 60, jitter: 0 },
    },
  );
  const at = new Date(2).toISOString();
  const recorded = journal(
    [0, started('one')],
    [
      1,
      {
        type: 'task.retry-scheduled',
        task: 'one',
        attempt: 1,
        reason: 'agent-exit',
        message: 'exit',
        exit_code: 1,
        at,
      },
    ],
    [1, { type: 'run.paused' }],
    [1, missed('two')],
    [9, { type: 'run.unpaused' }],
    [9, { type: 'parallelism.changed', max_parallel_tasks: 1, because: 'too little memory' }],
    [9, started('two')],
    [10, failed('two', 1, { reason: 'agent-exit', exit_code: 1 })],
    [10, { type: 'task.skipped', task: 'one', because: 'stopped because two failed' }],
    [10, { type: 'run.finished', outcome: 'failed' }],
  );
  await expectSame(plan, recorded, turnsOf([0, 2, 1]));
});

test('who was failing when the run was stopped is not tried again', async () => {
  const plan = planOf([
    { name: 'one', attempts: 3 },
    { name: 'two', attempts: 3 },
    { name: 'three', needs: ['one'] },
  ]);
  const message = 'the run took longer than 1 s';
  const recorded = journal(
    [1, started('one')],
    [1, started('two')],
    [900, failed('one', 1, { reason: 'resource-limit' })],
    [1200, failed('two', 1, { reason: 'stalled' })],
    [1201, { type: 'task.cancelled', task: 'three', because: message }],
    [1201, { type: 'run.finished', outcome: 'failed', because: 'timeout', message }],
  );
  await expectSame(plan, recorded, turnsOf([0, 2, 1]));
});
