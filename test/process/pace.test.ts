// Work in slices, by a clock of the test's own.
import { expect, test } from 'vitest';
import { openPace } from '../../src/process/pace.ts';

/** Does so many steps of so many milliseconds each; gives the lengths of all slices and rests. */
async function work(steps: number, milliseconds: number) {
  let now = 0;
  const slices: number[] = [];
  const rests: number[] = [];
  let began = 0;
  const pace = openPace(
    (rest) => {
      slices.push(now - began);
      rests.push(rest);
      now += rest;
      began = now;
      return Promise.resolve();
    },
    () => now,
  );
  pace.begin();
  for (let step = 0; step < steps; step += 1) {
    now += milliseconds;
    const rest = pace.breathe();
    if (rest) await rest;
  }
  return { slices, rests, now };
}

test('two thousand looks are cut into short slices, and take a fifth of the time', async () => {
  const { slices, now } = await work(2000, 0.05);
  expect(slices.length).toBeGreaterThan(30);
  expect(Math.max(...slices)).toBeLessThan(3.1);
  expect((2000 * 0.05) / now).toBeLessThan(0.21);
});

test('who waits for a processor does not rest for ever from it', async () => {
  const { slices, rests } = await work(3, 500);
  expect(slices).toEqual([500, 500, 500]);
  expect(rests).toEqual([50, 50, 50]);
});

test('what takes less than a slice is not interrupted, and rests all the same', async () => {
  let now = 0;
  const pace = openPace(
    () => Promise.reject(new Error('unreachable')),
    () => now,
  );
  pace.begin();
  now = 2;
  expect(pace.breathe()).toBeUndefined();
  expect(pace.rest()).toBe(8);
});
