// A run in the shapes of gadugi's monitoring files, for what already reads those. A fold like every other view: nothing is
// guessed from the age of a file, and what has ended says so for ever.
import type { RunState, TaskState } from '../run/state.ts';
import type { RunId } from '../schema/types.gen.ts';
import { whyOf } from './failure.ts';

/** The words of those files for how a process stands. */
type GadugiStatus = 'queued' | 'running' | 'completed' | 'failed' | 'timeout' | 'cancelled';

/** What is known of a running attempt's processes. */
export interface Measured {
  readonly pid: number;
  readonly cpu_percent: number;
  readonly memory_mb: number;
}

/** What the fold does not know. */
export interface GadugiFacts {
  readonly run: RunId;
  readonly state: RunState;
  /** Whether the process that runs it lives: known by its identity. */
  readonly alive: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Folder in which a task works, its prompt, and what it runs. */
  readonly workingDirectory: (task: TaskState) => string;
  readonly promptFile: (task: TaskState) => string | null;
  readonly command: (task: TaskState) => string;
  readonly measured: (task: TaskState) => Measured | undefined;
}

/** One entry of the registry. */
export interface GadugiProcess {
  readonly task_id: string;
  readonly task_name: string;
  readonly status: GadugiStatus;
  readonly command: string;
  readonly working_directory: string;
  readonly created_at: string;
  readonly prompt_file: string | null;
  readonly pid: number | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly last_heartbeat: string | null;
  readonly exit_code: number | null;
  readonly error_message: string | null;
  readonly resource_usage: { readonly cpu_percent: number; readonly memory_mb: number } | null;
}

/** The documents by file name. `processes` of the registry is an object by task; `list` makes it an array. */
export function gadugiFiles(facts: GadugiFacts, list: boolean): Readonly<Record<string, unknown>> {
  const { run, state, now } = facts;
  const processes = state.inOrder.map((task) => processOf(facts, task));
  const timestamp = localTime(now, 'T');
  const active = state.inOrder.flatMap((task, at) => {
    const entry = processes[at] as GadugiProcess;
    if (entry.status !== 'running') return [];
    const { task_id, task_name, status } = entry;
    return [{ task_id, task_name, status, runtime_seconds: (now - (task.startedAt ?? now)) / 1000 }];
  });
  return {
    'process_registry.json': {
      timestamp,
      processes: list ? processes : Object.fromEntries(processes.map((entry) => [entry.task_id, entry])),
    },
    'heartbeats.json': { timestamp, active_processes: active },
    'registry_stats.json': statsOf(state, processes),
    [`${run}_status.json`]: {
      orchestration_id: run,
      timestamp: localTime(now, ' '),
      total_processes: processes.length,
      status_breakdown: breakdown(processes),
      active_processes: active,
    },
  };
}

function processOf(facts: GadugiFacts, task: TaskState): GadugiProcess {
  const { state } = facts;
  const status = statusOf(facts, task);
  const measured = status === 'running' ? facts.measured(task) : undefined;
  const time = (value: number | undefined) => (value === undefined ? null : localTime(value, 'T'));
  return {
    task_id: task.task.name,
    task_name: task.task.description.split('\n', 1)[0]?.trim().slice(0, 80) || task.task.name,
    status,
    command: facts.command(task),
    working_directory: facts.workingDirectory(task),
    created_at: localTime(state.startedAt ?? 0, 'T'),
    prompt_file: facts.promptFile(task),
    pid: measured?.pid ?? null,
    started_at: time(task.startedAt),
    completed_at: time(task.endedAt),
    // A process that was seen alive has just given its sign; one that ended gave its last then.
    last_heartbeat: status === 'running' ? localTime(facts.now, 'T') : time(task.endedAt ?? task.startedAt),
    exit_code: status === 'completed' ? 0 : status === 'failed' ? (task.exitCode ?? null) : null,
    error_message: messageOf(task, status),
    resource_usage:
      measured === undefined ? null : { cpu_percent: measured.cpu_percent, memory_mb: measured.memory_mb },
  };
}

function statusOf({ alive }: GadugiFacts, task: TaskState): GadugiStatus {
  switch (task.status) {
    case 'pending':
      return 'queued';
    // Nobody works at it any more: a resume gives it a new attempt.
    case 'running':
      return alive ? 'running' : 'queued';
    case 'succeeded':
    case 'reused':
      return 'completed';
    case 'failed':
      return task.reason === 'timeout' ? 'timeout' : 'failed';
    case 'skipped':
    case 'cancelled':
      return 'cancelled';
    default:
      return task.status satisfies never;
  }
}

function messageOf(task: TaskState, status: GadugiStatus): string | null {
  if (task.status === 'running' && status === 'queued') {
    return `attempt ${task.attempt} was cut off with the process that ran it; it waits for a resume`;
  }
  if (task.status === 'failed') return whyOf({ reason: task.reason ?? 'agent-exit', message: task.message ?? '' });
  if (status === 'cancelled') return `${task.status}: ${task.message ?? ''}`;
  return null;
}

function breakdown(processes: readonly GadugiProcess[]): Partial<Record<GadugiStatus, number>> {
  const counts: Partial<Record<GadugiStatus, number>> = {};
  for (const { status } of processes) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function statsOf(state: RunState, processes: readonly GadugiProcess[]) {
  const counts = breakdown(processes);
  const done = state.inOrder.filter(({ status }) => status === 'succeeded');
  const used = processes.flatMap(({ resource_usage }) => resource_usage ?? []);
  return {
    total_processes: processes.length,
    queued_count: counts.queued ?? 0,
    running_count: counts.running ?? 0,
    completed_count: counts.completed ?? 0,
    failed_count: counts.failed ?? 0,
    timeout_count: counts.timeout ?? 0,
    cancelled_count: counts.cancelled ?? 0,
    average_execution_time: done.length === 0 ? 0 : done.reduce((sum, { busy }) => sum + busy, 0) / done.length / 1000,
    total_cpu_usage: used.reduce((sum, { cpu_percent }) => sum + cpu_percent, 0),
    total_memory_usage: used.reduce((sum, { memory_mb }) => sum + memory_mb, 0),
  };
}

/** Local time without a zone, to the microsecond, as Python prints it. */
function localTime(milliseconds: number, between: 'T' | ' '): string {
  const shifted = new Date(milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000);
  return `${shifted.toISOString().slice(0, -1).replace('T', between)}000`;
}
