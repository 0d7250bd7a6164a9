import { describe, expect, test } from 'vitest';
import type { RunId } from '../../src/schema/types.gen.ts';
import { headOf, isPaused, runsIn } from '../../src/workspace/heads.ts';
import { layoutOf } from '../../src/workspace/layout.ts';
import { folderWith } from '../cli/harness.ts';

const id = '20261120-024512-123-k3f9' as RunId;
const line = (event: object) => `${JSON.stringify({ v: 1, run: id, ...event })}\n`;
const started = (more: object = {}) =>
  line({ seq: 1, ts: '2026-11-20T02:45:13.000Z', type: 'run.started', orchestra: 'o', goal: 'g', ...more });
const finished = line({ seq: 9, ts: '2026-11-20T03:00:00.000Z', type: 'run.finished', outcome: 'failed' });
const event = (type: string) => line({ seq: 2, ts: '2026-11-20T02:46:00.000Z', type });

function head(journal: string) {
  const workspace = folderWith({ [`runs/${id}/events.jsonl`]: journal });
  return headOf(layoutOf(workspace, id), id);
}

test('the first and the last line tell of a run', () => {
  expect(head(started({ continues: 'before' }) + finished)).toMatchObject({
    id,
    orchestra: 'o',
    started_at: '2026-11-20T02:45:13.000Z',
    finished_at: '2026-11-20T03:00:00.000Z',
    outcome: 'failed',
    continues: 'before',
  });
  expect(head(started() + event('run.resumed'))).toMatchObject({ finished_at: null, outcome: null, continues: null });
});

test('very long lines are read, too', () => {
  const long = started({ goal: 'x'.repeat(100_000) });
  expect(head(long + finished)).toMatchObject({ orchestra: 'o', outcome: 'failed' });
});

test('a torn last line has not happened', () => {
  expect(head(started() + finished.slice(0, -1))).toMatchObject({ outcome: null });
});

test.each([
  ['nothing', ''],
  ['a torn first line', started().slice(0, -1)],
])('%s: no run has begun', (_, journal) => {
  expect(head(journal)).toBeUndefined();
});

test('a run whose first line was damaged is still there', () => {
  expect(head(`x${started()}${finished}`)).toMatchObject({
    id,
    started_at: '2026-11-20T02:45:12.123Z',
    outcome: 'failed',
  });
});

test.each([
  ['names of the wrong kind', started({ orchestra: 5 }) + finished, { orchestra: /./, outcome: 'failed' }],
  ['no time at its beginning', started({ ts: '2026-99-99T99:99:99.999Z' }) + finished, { outcome: 'failed' }],
  ['no time at its end', started() + finished.replace('2026-11-20', '2026-99-99'), { finished_at: null }],
  ['an end of an unknown kind', started() + finished.replace('failed', 'toString'), { outcome: null }],
  ['a damaged end', started() + finished.replace('}', ',"crc":"00000000"}'), { finished_at: null, outcome: null }],
])('of a journal with %s only what is whole is told', (_, journal, told) => {
  const found = head(journal);
  expect(found).toMatchObject({
    ...told,
    ...('orchestra' in told && { orchestra: expect.stringMatching(told.orchestra) }),
  });
  expect(Date.parse(found?.started_at ?? '')).not.toBeNaN();
});

test('runs are found oldest first; what is no run is left out', () => {
  const other = '20261119-024512-123-k3f9';
  const workspace = folderWith({
    [`runs/${id}/events.jsonl`]: started(),
    [`runs/${other}/events.jsonl`]: started(),
    'runs/20261121-024512-123-k3f9/plan.json': '{}',
    'runs/notes/events.jsonl': 'mine\n',
    'runs/file': '',
  });
  expect(runsIn(workspace).map((run) => run.id)).toEqual([other, id]);
});

describe('whether a run is paused', () => {
  const progress = line({
    seq: 3,
    ts: '',
    type: 'task.progressed',
    task: 'a',
    kind: 'progress',
    text: 'x'.repeat(500),
  });
  test.each([
    ['never', started(), false],
    ['paused', started() + event('run.paused'), true],
    ['paused, and much was told since', started() + event('run.paused') + progress.repeat(400), true],
    ['going on again', started() + event('run.paused') + event('run.unpaused'), false],
    ['resumed', started() + event('run.paused') + event('run.resumed') + progress, false],
    ['a torn line', started() + event('run.paused').slice(0, -1), false],
  ])('%s', (_, journal, expected) => {
    const workspace = folderWith({ [`runs/${id}/events.jsonl`]: journal });
    expect(isPaused(layoutOf(workspace, id))).toBe(expected);
  });
});
