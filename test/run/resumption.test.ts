// What a resume does again, and what the fold makes of it.
import { describe, expect, test } from 'vitest';
import { fold } from '../../src/run/fold.ts';
import { optionsToGoOn, tasksToRedo } from '../../src/run/resumption.ts';
import type { Plan, RunEvent, TaskName } from '../../src/schema/types.gen.ts';
import { planOf } from './rig.ts';

const name = (text: string) => text as TaskName;
const output = { path: 'task_outputs/x_output.txt', bytes: 0, sha256: '0'.repeat(64) };

/** Events from short texts: `start a`, `ok a`, `fail a`, `retry a`, `skip a`, `cancel a`, `asked a`, `finish failed`, `pause`, `resume a b`. */
function journal(...texts: readonly string[]): RunEvent[] {
  const attempts = new Map<string, number>();
  return ['begin', ...texts].map((text, index) => {
    const [what = '', task = '', ...more] = text.split(' ');
    if (what === 'start') attempts.set(task, (attempts.get(task) ?? 0) + 1);
    const attempt = attempts.get(task) ?? 1;
    const failure = { task, attempt, reason: 'agent-exit', message: 'no' };
    const bodies: Record<string, object> = {
      begin: { type: 'run.started' },
      start: { type: 'task.started', task, attempt },
      ok: { type: 'task.succeeded', task, attempt, output, duration_ms: 1 },
      fail: { type: 'task.failed', ...failure },
      retry: { type: 'task.retry-scheduled', at: '2026-11-20T00:00:00.000Z', ...failure },
      skip: { type: 'task.skipped', task, because: 'x' },
      cancel: { type: 'task.cancelled', task, because: 'SIGINT' },
      asked: { type: 'task.cancelled', task, because: 'not wanted', requested: true },
      finish: { type: 'run.finished', outcome: task },
      pause: { type: 'run.paused', frozen: true },
      less: { type: 'parallelism.changed', max_parallel_tasks: Number(task), because: 'load' },
      resume: { type: 'run.resumed', ...(task !== '' && { again: [task, ...more] }) },
    };
    return { v: 1, seq: index + 1, ts: '2026-11-20T00:00:00.000Z', run: 'r', ...bodies[what] } as RunEvent;
  });
}

const chain = planOf([{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c', needs: ['b'] }, { name: 'd' }]);

function redone(plan: Plan, events: readonly RunEvent[], more: { retryFailed?: boolean; from?: string[] } = {}) {
  return tasksToRedo(fold(plan, events), { retryFailed: more.retryFailed ?? false, from: (more.from ?? []).map(name) });
}

describe('what is done again', () => {
  test('of a run that was cut off: nothing that has ended', () => {
    expect(redone(chain, journal('start a', 'ok a', 'start b', 'start d'))).toEqual([]);
    expect(redone(chain, journal('start a', 'fail a', 'skip b', 'skip c', 'start d'))).toEqual([]);
  });

  test('of one that was stopped: what was cancelled, but for what a person cancelled alone', () => {
    const stopped = journal('start a', 'ok a', 'asked d', 'start b', 'cancel b', 'cancel c', 'finish cancelled');
    expect(redone(chain, stopped)).toEqual(['b', 'c']);
    expect(redone(chain, stopped, { from: ['d'] })).toEqual(['b', 'c', 'd']);
  });

  test('of one that failed: what failed and what was skipped for it', () => {
    const failed = journal('start a', 'fail a', 'skip b', 'skip c', 'start d', 'ok d', 'finish failed');
    expect(redone(chain, failed)).toEqual(['a', 'b', 'c']);
  });

  test('of one that was cut off, what failed only when asked for', () => {
    const cut = journal('start a', 'fail a', 'skip b', 'skip c', 'start d');
    expect(redone(chain, cut, { retryFailed: true })).toEqual(['a', 'b', 'c']);
  });

  test('from a task on: it and what depends on it, where that had ended', () => {
    const cut = journal('start a', 'ok a', 'start b', 'ok b', 'start d', 'ok d');
    expect(redone(chain, cut, { from: ['a'] })).toEqual(['a', 'b']);
    expect(redone(chain, cut, { from: ['b', 'd'] })).toEqual(['b', 'd']);
  });

  test('of one that succeeded: nothing, unless tasks are named', () => {
    const whole = journal(
      ...['a', 'b', 'c', 'd'].flatMap((each) => [`start ${each}`, `ok ${each}`]),
      'finish succeeded',
    );
    expect(redone(chain, whole)).toBeUndefined();
    expect(redone(chain, whole, { retryFailed: true })).toBeUndefined();
    expect(redone(chain, whole, { from: ['c'] })).toEqual(['c']);
  });

  test('of one in which only a person cancelled something: nothing, unless it is named', () => {
    const plan = planOf([{ name: 'a' }]);
    expect(redone(plan, journal('asked a', 'finish cancelled'))).toBeUndefined();
    expect(redone(plan, journal('asked a', 'finish cancelled'), { from: ['a'] })).toEqual(['a']);
  });
});

describe('options without which a resume would find nothing to do', () => {
  const optionsAfter = (...texts: readonly string[]) =>
    optionsToGoOn(fold(planOf([{ name: 'a' }, { name: 'd' }]), journal(...texts)));

  test.each([
    [['start a', 'fail a', 'start d', 'ok d', 'finish failed'], []],
    [['start a', 'cancel a', 'cancel d', 'finish cancelled'], []],
    [['start a', 'ok a', 'start d', 'ok d', 'finish succeeded'], []],
    [['start a', 'asked d'], []],
    [
      ['asked a', 'start d', 'ok d', 'finish cancelled'],
      ['--from', 'a'],
    ],
    [
      ['asked a', 'asked d', 'finish cancelled'],
      ['--from', 'a', '--from', 'd'],
    ],
    [['asked a', 'start d', 'fail d', 'finish cancelled'], ['--retry-failed']],
  ])('%j: %j', (texts, options) => {
    expect(optionsAfter(...texts)).toEqual(options);
  });
});

describe('a resume', () => {
  test('begins anew with what was asked for: attempts count on, failures from zero', () => {
    const plan = planOf([{ name: 'a', attempts: 2 }]);
    const state = fold(plan, journal('start a', 'retry a', 'start a', 'fail a', 'finish failed', 'resume a'));
    expect(state.tasks.get(name('a'))).toMatchObject({ status: 'pending', attempt: 2, failures: 0, unmet: 0 });
    expect(state.tasks.get(name('a'))?.reason).toBeUndefined();
    expect([state.status, state.outcome, state.firstFailed]).toEqual(['running', undefined, undefined]);
  });

  test('of what was running takes the attempt back, and no failure is forgotten', () => {
    const plan = planOf([{ name: 'a', attempts: 3 }]);
    const state = fold(plan, journal('start a', 'retry a', 'start a', 'resume'));
    expect(state.tasks.get(name('a'))).toMatchObject({ status: 'pending', attempt: 2, failures: 1 });
    expect([state.counts.running, state.running.size, state.counts.pending]).toEqual([0, 0, 1]);
  });

  test('ends pauses and throttling: the machine and the person are asked anew', () => {
    const state = fold(chain, journal('less 1', 'pause', 'resume'));
    expect([state.status, state.frozen, state.parallel]).toEqual(['running', false, undefined]);
  });

  test('has what depends on a reopened task wait for it again', () => {
    const state = fold(chain, journal('start a', 'ok a', 'start b', 'ok b', 'resume a b'));
    expect(state.tasks.get(name('b'))).toMatchObject({ status: 'pending', unmet: 1 });
    expect(state.tasks.get(name('c'))).toMatchObject({ status: 'pending', unmet: 1 });
  });

  test('keeps the first failure that is still one', () => {
    const plan = planOf([{ name: 'a' }, { name: 'b' }], { on_failure: 'stop' });
    const events = journal('start a', 'start b', 'fail b', 'fail a', 'finish failed', 'resume b');
    expect(fold(plan, events).firstFailed?.task.name).toBe('a');
  });
});

test('a retry waits no longer than it was to wait, though the clock was set back before the resume', () => {
  const events = journal('start a', 'retry a', 'resume');
  const times = [
    '2027-01-01T00:00:00.000Z',
    '2027-01-01T00:00:01.000Z',
    '2027-01-01T00:00:02.000Z',
    '2026-01-01T00:00:00.000Z',
  ];
  const timed = events.map((event, at) => ({
    ...event,
    ts: times[at],
    ...('at' in event && { at: '2027-01-01T00:00:07.000Z' }),
  }));
  const waiting = (until: number) => fold(chain, (timed as RunEvent[]).slice(0, until)).tasks.get(name('a'))?.notBefore;
  expect(waiting(3)).toBe(Date.parse('2027-01-01T00:00:07.000Z'));
  expect(waiting(4)).toBe(Date.parse('2026-01-01T00:00:05.000Z'));
});

test('a task that waits for a retry waits for its need first, when that is done again', () => {
  const plan = planOf([{ name: 'a' }, { name: 'b', needs: ['a!'], attempts: 2 }]);
  const state = fold(plan, journal('start a', 'fail a', 'start b', 'retry b', 'resume a'));
  const b = state.tasks.get(name('b'));
  expect(b).toMatchObject({ status: 'pending', unmet: 1 });
  expect([...state.retrying]).toEqual([]);
});
