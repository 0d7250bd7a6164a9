import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Supervised, supervise } from '../../src/backends/supervision.ts';
import type { AttemptFiles } from '../../src/run/ports.ts';

/** An attempt whose logs, holds and clock are moved by hand. */
function stage(over: Partial<Supervised>) {
  const folder = mkdtempSync(join(tmpdir(), 'super-supervision-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const output = join(folder, 'output.txt');
  const facts = { now: 0, grown: 0, written: 0, held: 0 };
  let pending: { at: number; callback: () => void } | undefined;
  const told: unknown[][] = [];
  const forget = supervise(
    {
      now: () => facts.now,
      after(milliseconds, callback) {
        pending = { at: facts.now + milliseconds, callback };
        return () => {
          pending = undefined;
        };
      },
    },
    {
      files: { output } as AttemptFiles,
      logs: { silence: () => facts.now - facts.grown, written: () => facts.written, close: async () => {} },
      stallSeconds: null,
      outputBytes: undefined,
      held: () => facts.held,
      ...over,
    },
    (...words) => told.push(words),
  );
  return {
    facts,
    told,
    forget,
    output,
    waits: () => pending !== undefined,
    /** Time passes; `held` of each millisecond it is held. */
    pass(milliseconds: number, held = 0) {
      for (const end = facts.now + milliseconds; facts.now < end; facts.now += 1, facts.held += held) {
        if (pending === undefined || pending.at > facts.now) continue;
        const { callback } = pending;
        pending = undefined;
        callback();
      }
    },
  };
}

test('nothing is looked at where nothing is limited', () => {
  expect(stage({}).waits()).toBe(false);
});

test('silence ends an attempt, and what it says before puts that off', () => {
  const { facts, told, pass } = stage({ stallSeconds: 2 });
  pass(1900);
  facts.grown = facts.now;
  pass(1900);
  expect(told).toEqual([]);
  pass(500);
  expect(told).toEqual([['stalled', 'wrote nothing for 2 s']]);
  pass(9000);
  expect(told).toHaveLength(1);
});

test('time in which it is held counts for nothing', () => {
  const { facts, told, pass } = stage({ stallSeconds: 2 });
  pass(1000);
  pass(10_000, 1);
  pass(900);
  expect(told).toEqual([]);
  facts.grown = facts.now;
  pass(7000, 0.8);
  expect(told).toEqual([]);
  pass(1000);
  expect(told).toEqual([['stalled', 'wrote nothing for 2 s']]);
});

test('logs and output file count together', () => {
  const { facts, told, pass, output } = stage({ outputBytes: 1_000_000 });
  facts.written = 600_000;
  pass(500);
  expect(told).toEqual([]);
  writeFileSync(output, Buffer.alloc(500_000));
  pass(500);
  expect(told).toEqual([['resource-limit', 'wrote 1.1 MB to its outputs, the limit is 1 MB']]);
});

test('nothing is looked at any more once it has ended', () => {
  const { waits, forget } = stage({ stallSeconds: 2 });
  expect(waits()).toBe(true);
  forget();
  expect(waits()).toBe(false);
});
