// A run as facts: what `runs show` prints, in JSON and as the ground of its words.
import { dirname, join } from 'node:path';
import { canSee, type RunUse, sampleRun } from '../process/resources.ts';
import { commandsAfter } from '../reporters/next.ts';
import { budgetFacts } from '../run/budget.ts';
import { workerOf } from '../run/launch.ts';
import type { RunState, TaskState, TaskStatus } from '../run/state.ts';
import type { PlanAgent, RunEvent } from '../schema/types.gen.ts';
import type { RunLayout } from '../workspace/layout.ts';
import type { LockRecord } from '../workspace/lock.ts';
import { ordinarySize } from '../workspace/ordinary.ts';
import type { RecordedRun } from '../workspace/recorded.ts';
import { verdictOf } from './holder.ts';
import { wordsOn } from './live.ts';
import { nameFor } from './paths.ts';
import type { Project } from './project.ts';
import { logsOf } from './run-files.ts';
import type { FoundRun } from './runs.ts';

/** A task that was running when its run was cut off is interrupted: nobody runs it. */
export type ShownStatus = TaskStatus | 'interrupted';

/** Facts of a run; times are UTC, paths as people name them. */
export function runFacts(project: Project, run: FoundRun, { plan, started, events, state }: RecordedRun) {
  const { layout, holder } = run;
  const agents = new Map(plan.agents.map((agent) => [agent.name, agent]));
  const detached = join(layout.folder, 'detached.log');
  return {
    run: run.id,
    orchestra: run.orchestra,
    strategy: plan.strategy,
    goal: started.goal,
    rehearsal: started.rehearsal,
    state: run.state,
    because: state.because ?? null,
    message: endOf(state, events)?.message ?? null,
    started_at: run.started_at,
    finished_at: run.finished_at,
    continues: run.continues,
    replays: run.replays,
    holder: holder === undefined ? null : { pid: holder.pid, host: holder.host },
    paused: pauseOf(run, state, events),
    parallelism: parallelismOf(state, events),
    limits: {
      run: plan.limits ?? null,
      run_timeout_seconds: plan.run_timeout_seconds,
      grace_seconds: plan.grace_seconds ?? 10,
    },
    ...budgetFacts(state, lastSeen(run, state)),
    counts: countsOf(run, state),
    usage: state.usage ?? null,
    tasks: state.inOrder.map((task) => taskFacts(project, run, state, task, agents.get(workerOf(task)))),
    files: {
      folder: nameFor(project, layout.folder),
      workspace: nameFor(project, layout.workspace),
      journal: nameFor(project, layout.journal),
      result: state.outcome === 'succeeded' ? nameFor(project, layout.result) : null,
      background: ordinarySize(detached) === undefined ? null : nameFor(project, detached),
    },
    next: nextCommands(project, run, state),
  };
}

/** The event by which a run came to its end; a run that goes on has none. */
function endOf({ status }: RunState, events: readonly RunEvent[]) {
  return status === 'finished' ? events.findLast((event) => event.type === 'run.finished') : undefined;
}

/** What `runFacts` gives. */
export type RunFacts = ReturnType<typeof runFacts>;

/** The state of a task as it is now. */
export function shownStatus(run: Pick<FoundRun, 'state'>, { status }: TaskState): ShownStatus {
  return status === 'running' && run.state === 'interrupted' ? 'interrupted' : status;
}

/** The time up to which a run is known to have been under way, in milliseconds since 1970. */
export function lastSeen({ holder }: Pick<FoundRun, 'holder'>, { spending }: RunState): number {
  return holder === undefined ? spending.seenAt : Date.now();
}

/** How many tasks are in which state, as it is now. */
function countsOf(run: FoundRun, { counts }: RunState): Readonly<Record<ShownStatus, number>> {
  if (run.state !== 'interrupted') return { ...counts, interrupted: 0 };
  return { ...counts, running: 0, interrupted: counts.running };
}

function taskFacts(project: Project, run: FoundRun, state: RunState, task: TaskState, agent: PlanAgent | undefined) {
  const logs = task.attempt === 0 ? undefined : logsOf(run.layout, task.task.name, task.attempt);
  const named = (path: string) => (ordinarySize(path) === undefined ? null : nameFor(project, path));
  return {
    name: task.task.name,
    agent: workerOf(task),
    adapter: agent?.adapter ?? null,
    state: shownStatus(run, task),
    attempt: task.attempt,
    max_attempts: task.task.max_attempts,
    timeout_seconds: task.task.timeout_seconds,
    limits: agent?.limits ?? null,
    budget: task.task.budget ?? null,
    agent_budget: agent?.budget ?? null,
    started_at: time(task.startedAt),
    ended_at: time(task.endedAt),
    /** All attempts together. */
    duration_ms: task.busy,
    reason: task.reason ?? null,
    message: task.message ?? null,
    exit_code: task.exitCode ?? null,
    recoveries: task.recovery?.applied ?? [],
    notices: (task.notices ?? []).map(({ kind, text }) => ({ kind, text })),
    next_attempt_at: state.retrying.has(task) ? time(task.notBefore) : null,
    waits_for: task.status === 'pending' ? openNeeds(state, task) : [],
    delegated_by: state.delegatedBy.get(task.task.name) ?? null,
    output: task.output === undefined ? null : nameFor(project, join(run.layout.folder, task.output.path)),
    logs: {
      stdout: logs === undefined ? null : named(logs.stdout),
      stderr: logs === undefined ? null : named(logs.stderr),
    },
  };
}

function openNeeds(state: RunState, { task }: TaskState): string[] {
  return task.needs.map((need) => need.task).filter((name) => state.tasks.get(name)?.endedAt === undefined);
}

function pauseOf({ state: standing }: FoundRun, state: RunState, events: readonly RunEvent[]) {
  if (standing !== 'paused') return null;
  const since = events.findLast(({ type }) => type === 'run.paused')?.ts ?? null;
  return { since, frozen: state.frozen };
}

function parallelismOf(state: RunState, events: readonly RunEvent[]) {
  const planned = state.plan.max_parallel_tasks;
  const change = events.findLast((event) => event.type === 'parallelism.changed');
  if (state.parallel === undefined || state.parallel === planned || state.status === 'finished') {
    return { planned, now: planned, because: null };
  }
  return { planned, now: state.parallel, because: change?.because ?? null };
}

/** Commands that make sense now, in words. */
function nextCommands(project: Project, run: FoundRun, state: RunState): string[][] {
  const on = (...words: readonly string[]) => wordsOn(project, run, ...words);
  switch (run.state) {
    case 'succeeded':
      return [['cat', nameFor(project, run.layout.result)]];
    case 'running':
      return [on('runs', 'logs', '-f'), on('runs', 'stop')];
    case 'paused':
      return [on('runs', 'unpause'), on('runs', 'stop')];
    case 'failed':
    case 'cancelled':
    case 'interrupted':
      return commandsAfter(state, { resume: on('orchestra', 'resume'), logs: on('runs', 'logs') });
    default:
      return run.state satisfies never;
  }
}

/** Why nothing is known of what a run uses; undefined where it can be looked at. */
export function whyUnseen({ holder, state }: FoundRun): string | undefined {
  if (holder === undefined) return `nobody runs it (${state})`;
  const found = verdictOf(holder);
  if (found === 'elsewhere') return `it runs on ${holder.host}`;
  return found === 'ours' && canSee(holder.pid) ? undefined : 'it belongs to another user';
}

/** What the running attempts of a run use, and what the run itself does. The run can be looked at: see whyUnseen. */
export async function resourcesOf(run: FoundRun, holder: LockRecord, state: RunState) {
  const running = state.inOrder.filter(({ status }) => status === 'running');
  const sought = running.map(({ task, attempt }) => ({
    task: task.name,
    attempt,
    folder: folderOf(run.layout, task.name, attempt),
  }));
  const use: RunUse = await sampleRun(run.id, holder.pid, sought);
  const facts = (each: RunUse['own'] | undefined) => ({
    processes: each?.processes ?? 0,
    cpu_percent: each?.cpuPercent ?? 0,
    memory_bytes: each?.memoryBytes ?? 0,
  });
  const now = Date.now();
  return {
    attempts: running.map((entry, at) => ({
      task: entry.task.name,
      attempt: entry.attempt,
      agent: workerOf(entry),
      elapsed_seconds: seconds(now - (entry.startedAt ?? now)),
      ...facts(use.attempts[at]),
    })),
    super: { elapsed_seconds: seconds(now - Date.parse(run.started_at)), ...facts(use.own) },
  };
}

function folderOf(layout: RunLayout, task: TaskState['task']['name'], attempt: number): string {
  return dirname(logsOf(layout, task, attempt).stdout);
}

function seconds(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds / 100) / 10);
}

function time(value: number | undefined): string | null {
  return value === undefined ? null : new Date(value).toISOString();
}
