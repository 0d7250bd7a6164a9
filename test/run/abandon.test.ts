import { expect, test } from 'vitest';
import { type AttemptEnd, type Clock, StorageFailure } from '../../src/run/ports.ts';
import { startRun } from '../../src/run/runner.ts';
import type { RunEvent, RunId } from '../../src/schema/types.gen.ts';
import { planOf } from './rig.ts';

test('a run that the disk ends stops its attempts and leaves no timer behind', async () => {
  const timers = new Set<object>();
  const clock: Clock = {
    now: () => 0,
    after() {
      const timer = {};
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  const stopped: string[] = [];
  const failures = new Map([
    ['a', Promise.withResolvers<AttemptEnd>()],
    ['b', Promise.withResolvers<AttemptEnd>()],
  ]);
  let seq = 0;
  const { finished } = startRun(
    {
      run: 'r' as RunId,
      plan: planOf(
        [
          { name: 'a', timeout: 300 },
          { name: 'b', timeout: 300 },
        ],
        { run_timeout_seconds: 900 },
      ),
      goal: '',
      opening: [{ type: 'run.resumed' }],
    },
    {
      clock,
      random: { next: () => 0 },
      journal: {
        append: (body) => ({ v: 1, seq: ++seq, ts: new Date(0).toISOString(), run: 'r', ...body }) as RunEvent,
        write() {},
        sync: async () => {},
        durable: 1000,
      },
      observe() {},
      writeResult: async () => {},
      backend: {
        start: ({ task }) => ({
          ended: failures.get(task.name)?.promise as Promise<AttemptEnd>,
          freeze() {},
          stop() {
            stopped.push(task.name);
            failures.get(task.name)?.resolve({ type: 'cancelled' });
          },
        }),
      },
    },
  );
  await new Promise(setImmediate);
  expect(timers.size).toBe(3);
  failures.get('a')?.reject(new StorageFailure('no room'));
  await expect(finished).rejects.toThrow('no room');
  expect(stopped).toEqual(['b']);
  expect(timers.size).toBe(0);
});
