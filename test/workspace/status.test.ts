import { mkdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fold } from '../../src/run/fold.ts';
import type { RunEvent, RunId } from '../../src/schema/types.gen.ts';
import { layoutOf } from '../../src/workspace/layout.ts';
import { statusFile } from '../../src/workspace/status.ts';
import { folderWith } from '../cli/harness.ts';
import { planOf } from '../run/rig.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('is written at most once a second, and never stays behind what happened', () => {
  const layout = layoutOf(folderWith(), 'r1' as RunId);
  mkdirSync(layout.folder, { recursive: true });
  const status = statusFile(layout, { pid: 7, start_time: '1', boot_id: 'b', host: 'h', run: 'r1' as RunId });
  const plan = planOf([{ name: 'a' }]);
  const seq = () => JSON.parse(readFileSync(layout.status, 'utf8')).seq;
  const after = (events: number) => fold(plan, started.slice(0, events));
  const started = [
    { v: 1, seq: 1, ts: '2026-11-20T00:00:00.000Z', run: 'r1', type: 'run.started' },
    { v: 1, seq: 2, ts: '2026-11-20T00:00:00.100Z', run: 'r1', type: 'task.started', task: 'a', attempt: 1 },
  ] as unknown as RunEvent[];
  status.offer(after(1), 0);
  status.offer(after(2), 100);
  expect(seq()).toBe(1);
  vi.advanceTimersByTime(900);
  expect(seq()).toBe(2);
});
