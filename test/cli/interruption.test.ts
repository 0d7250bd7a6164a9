import { expect, test } from 'vitest';
import type { Io, Signal } from '../../src/cli/command.ts';
import { nap, watchSignals } from '../../src/cli/interruption.ts';

function watched() {
  let send: (signal: Signal) => void = () => {};
  const io = {
    onSignal(callback: (signal: Signal) => void) {
      send = callback;
      return () => {};
    },
  } as unknown as Io;
  return { interruption: watchSignals(io), send: (signal: Signal) => send(signal) };
}

test('a signal that came before somebody listens is told at once; the next ones come again', () => {
  const { interruption, send } = watched();
  send('SIGTERM');
  const told: unknown[] = [];
  interruption.listen((...words) => told.push(words));
  expect(told).toEqual([['SIGTERM', false]]);
  send('SIGINT');
  expect(told).toEqual([
    ['SIGTERM', false],
    ['SIGINT', true],
  ]);
  expect(interruption.signal).toBe('SIGTERM');
});

test('a signal ends a nap, and none begins after one', async () => {
  const { interruption, send } = watched();
  const asleep = nap(60_000, interruption);
  send('SIGINT');
  await asleep;
  await nap(60_000, interruption);
});
