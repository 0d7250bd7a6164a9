import { mkdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fold } from '../../src/run/fold.ts';
import type { Plan, RunEvent, RunId } from '../../src/schema/types.gen.ts';
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

test('tells what may be spent, and what is: by the run, and by agents and tasks that have budgets of their own', () => {
  const layout = layoutOf(folderWith(), 'r1' as RunId);
  mkdirSync(layout.folder, { recursive: true });
  const status = statusFile(layout, { pid: 7, start_time: '1', boot_id: 'b', host: 'h', run: 'r1' as RunId });
  const agent = { name: 'worker', budget: { max_cost_usd: 2 } };
  const plan = planOf([{ name: 'a', budget: { max_tokens: 500 } }, { name: 'b' }], {
    budget: { max_cost_usd: 5, max_wall_seconds: 60 },
    agents: [agent, { name: 'other' }],
  } as unknown as Partial<Plan>);
  const usage = { input_tokens: 90, output_tokens: 10, cost_usd: 0.25 };
  const told = [
    { type: 'run.started' },
    { type: 'task.started', task: 'a', attempt: 1 },
    { type: 'task.failed', task: 'a', attempt: 1, reason: 'agent-exit', message: 'm', duration_ms: 1000, usage },
  ].map((event, at) => ({ v: 1, seq: at + 1, ts: `2026-11-20T00:00:0${at}.500Z`, run: 'r1', ...event }));
  status.write(fold(plan, told as unknown as RunEvent[]));
  const spent = { cost_usd: 0.25, tokens: 100 };
  expect(JSON.parse(readFileSync(layout.status, 'utf8'))).toMatchObject({
    budget: { max_cost_usd: 5, max_wall_seconds: 60 },
    spent: { ...spent, wall_seconds: 2, exceeded: null },
    agents: [{ name: 'worker', budget: { max_cost_usd: 2 }, spent: { ...spent, wall_seconds: 1 } }],
    tasks: [{ name: 'a', budget: { max_tokens: 500 }, spent: { ...spent, wall_seconds: 1 } }, { name: 'b' }],
  });
  status.write(fold(planOf([{ name: 'a' }]), told.slice(0, 1) as unknown as RunEvent[]));
  expect(JSON.parse(readFileSync(layout.status, 'utf8'))).toMatchObject({ budget: null, spent: null, agents: [] });
});
