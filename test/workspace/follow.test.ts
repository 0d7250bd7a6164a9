import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { initialState } from '../../src/run/fold.ts';
import type { Plan, RunEvent, RunId } from '../../src/schema/types.gen.ts';
import { followRun } from '../../src/workspace/follow.ts';
import { isPaused } from '../../src/workspace/heads.ts';
import { layoutOf, type RunLayout } from '../../src/workspace/layout.ts';
import { DamagedRun, type RecordedRun } from '../../src/workspace/recorded.ts';

const run = '20261120-024512-123-aaaa' as RunId;
const plan = { tasks: [], agents: [], max_parallel_tasks: 1 } as unknown as Plan;
const line = (seq: number, type: string, more: object = {}) =>
  `${JSON.stringify({ v: 1, seq, ts: '2026-11-20T02:45:12.123Z', run, type, ...more })}\n`;
const started = line(1, 'run.started', {
  orchestra: 'o',
  plan_sha256: '0'.repeat(64),
  goal: '',
  rehearsal: false,
  super: '0.1.0',
});

function layoutWith(journal: string): RunLayout {
  const folder = mkdtempSync(join(tmpdir(), 'super-follow-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const layout = { ...layoutOf(folder, run), journal: join(folder, 'events.jsonl') };
  writeFileSync(layout.journal, journal);
  return layout;
}

function follow(layout: RunLayout) {
  const followed = followRun({ layout, state: initialState(plan), wholeBytes: 0 } as unknown as RecordedRun);
  const told: RunEvent['type'][] = [];
  return { ...followed, told, look: () => followed.look(({ type }) => told.push(type)) };
}

test('events are told once, when their line is whole', () => {
  const layout = layoutWith(started);
  const followed = follow(layout);
  followed.look();
  const pause = line(2, 'run.paused', { frozen: true });
  appendFileSync(layout.journal, pause.slice(0, 20));
  followed.look();
  expect(followed.told).toEqual(['run.started']);
  appendFileSync(layout.journal, pause.slice(20));
  followed.look();
  followed.look();
  expect(followed.told).toEqual(['run.started', 'run.paused']);
  expect(followed.state).toMatchObject({ status: 'paused', frozen: true, seq: 2 });
});

test('a line that is longer than one stretch is read', () => {
  const long = line(2, 'budget.exceeded', { budget: 'x'.repeat(3_000_000), used: 1, limit: 1 });
  const followed = follow(layoutWith(started + long + line(3, 'run.paused')));
  followed.look();
  expect(followed.told).toEqual(['run.started', 'budget.exceeded', 'run.paused']);
});

test.each([
  ['is no event', 'nonsense\n'],
  ['leaves one out', line(3, 'run.paused')],
  ['has the wrong checksum', line(2, 'run.paused').replace('}\n', ',"crc":"00000000"}\n')],
  ['has not the form of an event', line(2, 'run.paused', { frozen: 'perhaps' })],
])('a line that %s is damage, with its place', (_, bad) => {
  const followed = follow(layoutWith(started + bad));
  const failure = (() => {
    try {
      followed.look();
      return undefined;
    } catch (error) {
      return error;
    }
  })();
  expect(failure).toBeInstanceOf(DamagedRun);
  expect(failure).toMatchObject({ offset: Buffer.byteLength(started) });
});

test.each([
  ['paused', line(2, 'run.paused'), true],
  ['paused, then a lot', line(2, 'run.paused') + line(3, 'task.progressed', { text: 'ä'.repeat(150_000) }), true],
  ['paused and unpaused', line(2, 'run.paused') + line(3, 'run.unpaused'), false],
  ['paused and resumed', line(2, 'run.paused') + line(3, 'run.resumed'), false],
  ['a pause whose line is torn', line(2, 'run.paused').trimEnd(), false],
  ['a text that speaks of it', line(2, 'task.progressed', { text: '"type":"run.paused"' }), false],
  ['never', '', false],
])('whether a run is paused: %s', (_, rest, paused) => {
  expect(isPaused(layoutWith(started + rest))).toBe(paused);
});
