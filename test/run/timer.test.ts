import { expect, test } from 'vitest';
import type { Clock } from '../../src/run/ports.ts';
import { startTimer } from '../../src/run/timer.ts';

/** A clock that is cranked by hand. */
function handClock() {
  let now = 1000;
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after(milliseconds, callback) {
      const timer = { at: now + milliseconds, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
  };
  return {
    clock,
    waiting: () => timers.length,
    crank(milliseconds: number) {
      now += milliseconds;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { callback } of due) callback();
    },
  };
}

function timer(milliseconds: number) {
  const hand = handClock();
  let calls = 0;
  const started = startTimer(hand.clock, milliseconds, () => {
    calls += 1;
  });
  return { ...hand, ...started, calls: () => calls };
}

test('it calls back once, when its time has come', () => {
  const { crank, calls } = timer(100);
  crank(99);
  expect(calls()).toBe(0);
  crank(1);
  crank(1000);
  expect(calls()).toBe(1);
});

test('the time in which it is held does not count', () => {
  const { crank, calls, hold, goOn, waiting } = timer(100);
  crank(60);
  hold();
  expect(waiting()).toBe(0);
  crank(10_000);
  expect(calls()).toBe(0);
  goOn();
  crank(39);
  expect(calls()).toBe(0);
  crank(1);
  expect(calls()).toBe(1);
});

test('held and let go twice it counts once', () => {
  const { crank, calls, hold, goOn } = timer(100);
  hold();
  crank(50);
  hold();
  goOn();
  crank(60);
  goOn();
  crank(40);
  expect(calls()).toBe(1);
  crank(1000);
  expect(calls()).toBe(1);
});

test.each(['going', 'held'])('cancelled while %s it never calls, and nothing waits for it', (how) => {
  const { hold, cancel, goOn, crank, calls, waiting } = timer(100);
  if (how === 'held') hold();
  cancel();
  goOn();
  crank(1000);
  expect([calls(), waiting()]).toEqual([0, 0]);
});
