// A run that cannot go on must not keep the program alive.
import { expect, test } from 'vitest';
import { type EventBody, StorageFailure } from '../../src/run/ports.ts';
import { startRun } from '../../src/run/runner.ts';
import type { RunEvent, RunId } from '../../src/schema/types.gen.ts';
import { nothingRecorded, planOf } from './rig.ts';

test('when an attempt cannot be written down, no timer of any attempt is left', async () => {
  const timers = new Set<object>();
  const full = new StorageFailure('the disk is full');
  let seq = 0;
  const opening: EventBody = {
    type: 'run.started',
    orchestra: 'test',
    plan_sha256: '0'.repeat(64),
    goal: '',
    rehearsal: false,
    super: '0.0.0',
  };
  const { finished } = startRun(
    {
      run: 'r' as RunId,
      plan: planOf([
        { name: 'broken', timeout: 300 },
        { name: 'other', timeout: 300 },
      ]),
      goal: '',
      opening: [opening],
    },
    {
      clock: {
        now: () => 0,
        after() {
          const timer = {};
          timers.add(timer);
          return () => void timers.delete(timer);
        },
      },
      random: { next: () => 0 },
      journal: {
        append: (body) => ({ v: 1, seq: ++seq, ts: '2026-11-20T00:00:00.000Z', run: 'r', ...body }) as RunEvent,
        write() {},
        durable: 0,
        sync: async () => {},
      },
      backend: {
        start({ task }) {
          const { promise: stopped, resolve } = Promise.withResolvers<{ readonly type: 'cancelled' }>();
          return {
            ended: task.name === 'broken' ? Promise.reject(full) : stopped,
            stop: () => resolve({ type: 'cancelled' }),
            freeze() {},
          };
        },
      },
      reuse: nothingRecorded,
      observe() {},
      writeResult: async () => {},
    },
  );
  await expect(finished).rejects.toBe(full);
  expect(timers.size).toBe(0);
});
