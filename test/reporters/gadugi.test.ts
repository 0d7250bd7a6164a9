import { expect, test } from 'vitest';
import { type GadugiProcess, gadugiFiles } from '../../src/reporters/gadugi.ts';
import { apply, initialState } from '../../src/run/fold.ts';
import type { EventBody } from '../../src/run/ports.ts';
import type { RunEvent, RunId, TaskName } from '../../src/schema/types.gen.ts';
import { planOf } from '../run/rig.ts';

const run = '20261120-024512-123-k3f9' as RunId;
const began = Date.UTC(2026, 10, 20, 2, 45, 12);

/** One task in each state. */
function stateOf() {
  const names = ['queued', 'running', 'done', 'kept', 'broken', 'late', 'skipped', 'cancelled'];
  const state = initialState(planOf(names.map((name) => ({ name }))));
  const task = (name: string) => name as TaskName;
  const output = { path: 'task_outputs/x', bytes: 1, sha256: '0'.repeat(64) };
  const start = (name: string): EventBody => ({
    type: 'task.started',
    task: task(name),
    attempt: 1,
    agent: 'worker' as never,
    adapter: 'command',
  });
  const end = { attempt: 1, duration_ms: 1500 };
  const bodies: EventBody[] = [
    { type: 'run.started', orchestra: 'x', plan_sha256: '0'.repeat(64), goal: '', rehearsal: false, super: '1' },
    start('running'),
    start('done'),
    { type: 'task.succeeded', task: task('done'), output, ...end },
    { type: 'task.reused', task: task('kept'), output },
    start('broken'),
    { type: 'task.failed', task: task('broken'), reason: 'agent-exit', message: 'exit code 3', exit_code: 3, ...end },
    start('late'),
    { type: 'task.failed', task: task('late'), reason: 'timeout', message: 'took longer than 1 s', ...end },
    { type: 'task.skipped', task: task('skipped'), because: 'needs broken, which failed' },
    { type: 'task.cancelled', task: task('cancelled'), because: 'cancelled by a person', requested: true },
  ];
  bodies.forEach((body, at) => {
    apply(state, { v: 1, seq: at + 1, ts: new Date(began + at * 1000).toISOString(), run, ...body } as RunEvent);
  });
  return state;
}

function files(alive: boolean, list = false) {
  const known = { workingDirectory: () => '/w', promptFile: () => null, command: () => 'make' };
  const measured = () => ({ pid: 4711, cpu_percent: 12.5, memory_mb: 64 });
  return gadugiFiles({ run, state: stateOf(), alive, now: began + 60_000, measured, ...known }, list);
}

function statuses(alive: boolean) {
  const { processes } = files(alive)['process_registry.json'] as { processes: Record<string, GadugiProcess> };
  return Object.fromEntries(Object.values(processes).map(({ task_id, status }) => [task_id, status]));
}

test('every state has its word', () => {
  expect(statuses(true)).toEqual({
    queued: 'queued',
    running: 'running',
    done: 'completed',
    kept: 'completed',
    broken: 'failed',
    late: 'timeout',
    skipped: 'cancelled',
    cancelled: 'cancelled',
  });
});

test('with nobody at work nothing runs, and what has ended stays as it was', () => {
  expect(statuses(false)).toEqual({ ...statuses(true), running: 'queued' });
});

test('the files have the shapes that their readers know', () => {
  const { 'process_registry.json': registry, ...others } = files(true);
  expect((registry as { processes: Record<string, unknown> }).processes.running).toMatchObject({
    task_id: 'running',
    task_name: 'do running',
    status: 'running',
    command: 'make',
    working_directory: '/w',
    pid: 4711,
    completed_at: null,
    exit_code: null,
    error_message: null,
    resource_usage: { cpu_percent: 12.5, memory_mb: 64 },
    started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
  });
  expect((registry as { processes: Record<string, unknown> }).processes.broken).toMatchObject({
    exit_code: 3,
    error_message: 'agent-exit: exit code 3',
    pid: null,
    resource_usage: null,
  });
  const active = [{ task_id: 'running', task_name: 'do running', status: 'running', runtime_seconds: 59 }];
  expect(others).toEqual({
    'heartbeats.json': { timestamp: expect.any(String), active_processes: active },
    'registry_stats.json': {
      total_processes: 8,
      queued_count: 1,
      running_count: 1,
      completed_count: 2,
      failed_count: 1,
      timeout_count: 1,
      cancelled_count: 2,
      average_execution_time: 1.5,
      total_cpu_usage: 12.5,
      total_memory_usage: 64,
    },
    [`${run}_status.json`]: {
      orchestration_id: run,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
      total_processes: 8,
      status_breakdown: { queued: 1, running: 1, completed: 2, failed: 1, timeout: 1, cancelled: 2 },
      active_processes: active,
    },
  });
});

test('as a list, processes can be filtered', () => {
  const { processes } = files(true, true)['process_registry.json'] as { processes: GadugiProcess[] };
  expect(processes.filter((one) => one.status === 'running').length).toBe(1);
});
