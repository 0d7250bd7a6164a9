// The fold: apply() moves the state one event further, and nothing else writes it.
//
//                    +--- task.retry-scheduled ---+
//                    v                            |
//   pending -- task.started --> running -- task.succeeded --> succeeded
//      |                           |------ task.failed -----> failed
//      |                           '------ task.cancelled --> cancelled
//      |-- task.skipped --> skipped
//      |-- task.reused ---> reused            (reuse.missed: pending, and ready from then on)
//      '-- task.cancelled -> cancelled            run.resumed: running -> pending, and what it names: ended -> pending;
//                                                 attempt numbers go on
import type { Plan, RunEvent, TaskName } from '../schema/types.gen.ts';
import { changeLaunch } from './launch.ts';
import { addTasks, discardUnconfirmed, recount } from './membership.ts';
import { enqueue, forgetLook, release, settleNeed } from './ready.ts';
import { account, openSpending } from './spending.ts';
import type { RunState, TaskState, TaskStatus } from './state.ts';

/** The state before any event. */
export function initialState(plan: Plan): RunState {
  const state: RunState = {
    plan,
    status: 'new',
    tasks: new Map(),
    inOrder: [],
    dependents: new Map(),
    ready: new Map(),
    retrying: new Set(),
    running: new Set(),
    runningInGroup: new Map(),
    doomed: new Set(),
    unlooked: new Set(),
    counts: { pending: 0, running: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0, reused: 0 },
    delegatedBy: new Map(),
    formerAttempts: new Map(),
    frozen: false,
    spending: openSpending(plan),
    budget: plan.budget ?? {},
    seq: 0,
  };
  addTasks(state, plan.tasks);
  return state;
}

/** The state after these events. */
export function fold(plan: Plan, events: Iterable<RunEvent>): RunState {
  const state = initialState(plan);
  for (const event of events) apply(state, event);
  return state;
}

/** Moves the state one event further. */
export function apply(state: RunState, event: RunEvent): void {
  state.seq = event.seq;
  const at = Date.parse(event.ts);
  account(state, event, at);
  switch (event.type) {
    case 'run.started':
      state.status = 'running';
      state.startedAt = at;
      if (event.replays !== undefined) state.replays = event.replays;
      return;
    case 'run.resumed':
      state.status = 'running';
      delete state.outcome;
      delete state.because;
      delete state.finishedAt;
      delete state.parallel;
      state.frozen = false;
      // When what was cut off ended nobody saw: such attempts have no duration, and do not count as busy time.
      for (const task of [...state.running]) backToPending(state, task);
      // The clock may have been set back since: a retry waits no longer than it was to wait.
      for (const task of state.retrying) task.notBefore = Math.min(task.notBefore ?? at, at + (task.retryDelay ?? 0));
      for (const name of event.again ?? []) reopen(state, taskNamed(state, name, event.seq));
      discardUnconfirmed(state);
      if (event.again !== undefined) recount(state);
      return;
    case 'run.paused':
      state.status = 'paused';
      state.frozen = event.frozen ?? false;
      return;
    case 'run.unpaused':
      state.status = 'running';
      state.frozen = false;
      return;
    case 'parallelism.changed':
      state.parallel = event.max_parallel_tasks;
      return;
    case 'run.finished':
      state.status = 'finished';
      state.outcome = event.outcome;
      if (event.because !== undefined) state.because = event.because;
      state.finishedAt = at;
      return;
    case 'plan.extended':
      for (const { name } of event.tasks) state.delegatedBy.set(name, event.by);
      addTasks(state, event.tasks);
      return;
    case 'budget.exceeded':
      return;
    default:
      applyToTask(state, event, at);
  }
}

/** An event that cannot follow what came before it: the journal is damaged, or was written by something else. */
export class JournalFault extends Error {
  override readonly name = 'JournalFault';
  readonly seq: number;
  constructor(seq: number, message: string) {
    super(`event ${seq} ${message}`);
    this.seq = seq;
  }
}

function taskNamed(state: RunState, name: TaskName, seq: number): TaskState {
  const task = state.tasks.get(name);
  if (task === undefined) throw new JournalFault(seq, `names the unknown task "${name}"`);
  return task;
}

/** A task begins and ends once; whoever says otherwise is not believed. */
function expect(task: TaskState, event: RunEvent, ...statuses: readonly TaskStatus[]): void {
  if (statuses.includes(task.status)) return;
  throw new JournalFault(event.seq, `(${event.type}) finds the task "${task.task.name}" ${task.status}`);
}

/** Most notices of one kind and task that are kept; a state must not grow with what agents say. */
const mostNotices = 5;

function notice(task: TaskState, { kind, text }: Extract<RunEvent, { type: 'task.progressed' }>): void {
  task.notices ??= [];
  const alike = task.notices.filter((each) => each.kind === kind).length;
  if (alike < mostNotices) task.notices.push({ kind, text, attempt: task.attempt });
  task.noticed = (task.noticed ?? 0) + 1;
}

/** What earlier attempts waited for is needed no more. What they found stays found. */
function dropBlockers(task: TaskState, before: number): void {
  const { notices = [], noticed = 0 } = task;
  const kept = notices.filter(({ kind, attempt }) => kind !== 'blocker' || attempt >= before);
  if (kept.length === notices.length) return;
  task.notices = kept;
  task.noticed = noticed - (notices.length - kept.length);
}

type TaskEvent = Extract<RunEvent, { task: TaskName }>;

function applyToTask(state: RunState, event: TaskEvent, at: number): void {
  const task = taskNamed(state, event.task, event.seq);
  switch (event.type) {
    case 'task.started':
      expect(task, event, 'pending');
      move(state, task, 'running');
      task.attempt = event.attempt;
      task.startedAt = at;
      delete task.notBefore;
      if (event.agent === task.task.agent) delete task.worker;
      else task.worker = event.agent;
      if (task.recovery !== undefined) task.recovery.due = false;
      return;
    case 'task.progressed':
      task.lastReport = event.text;
      if (event.kind !== 'progress' && event.kind !== 'milestone') notice(task, event);
      return;
    case 'task.retry-scheduled':
      expect(task, event, 'running');
      task.busy += at - (task.startedAt ?? at);
      if (task.recovery?.due === true) task.recovery.due = false;
      else if (event.feedback === undefined) task.failures += 1;
      else task.repairs += 1;
      task.reason = event.reason;
      if (event.message !== undefined) task.message = event.message;
      if (event.feedback !== undefined) task.feedback = event.feedback;
      task.notBefore = Date.parse(event.at);
      task.retryDelay = Math.max(0, task.notBefore - at);
      backToPending(state, task);
      return;
    case 'task.succeeded':
      expect(task, event, 'running');
      task.busy += event.duration_ms;
      task.output = event.output;
      clearFailure(task);
      dropBlockers(task, task.attempt);
      end(state, task, 'succeeded', at);
      return;
    case 'task.reused':
      expect(task, event, 'pending');
      task.output = event.output;
      if (event.saved !== undefined) task.saved = event.saved;
      end(state, task, 'reused', at);
      return;
    case 'task.failed':
      // What its own budget does not pay for fails without an attempt.
      if (event.reason === 'budget') expect(task, event, 'running', 'pending');
      else expect(task, event, 'running');
      task.busy += event.duration_ms ?? 0;
      task.failures += 1;
      task.reason = event.reason;
      task.message = event.message;
      if (event.exit_code !== undefined) task.exitCode = event.exit_code;
      end(state, task, 'failed', at);
      state.firstFailed ??= task;
      return;
    case 'task.skipped':
      expect(task, event, 'pending');
      task.message = event.because;
      end(state, task, 'skipped', at);
      return;
    case 'task.cancelled':
      expect(task, event, 'pending', 'running');
      if (event.requested === true) task.requested = true;
      if (event.attempt !== undefined) task.busy += at - (task.startedAt ?? at);
      task.message = event.because;
      end(state, task, 'cancelled', at);
      return;
    case 'recovery.applied':
      expect(task, event, 'running');
      changeLaunch(task, event, at);
      return;
    case 'reuse.missed':
      expect(task, event, 'pending');
      task.looked = true;
      if (event.key !== undefined) task.key = event.key;
      if (state.unlooked.delete(task)) enqueue(state, task);
      return;
    default:
      event satisfies never;
  }
}

function clearFailure(task: TaskState): void {
  delete task.reason;
  delete task.message;
  delete task.feedback;
}

function move(state: RunState, task: TaskState, status: TaskStatus): void {
  state.counts[task.status] -= 1;
  state.counts[status] += 1;
  const { group } = task.task;
  if (task.status === 'running') {
    state.running.delete(task);
    if (group !== null) state.runningInGroup.set(group, (state.runningInGroup.get(group) ?? 1) - 1);
  }
  if (status === 'running') {
    const queue = state.ready.get(group);
    if (queue?.peek() === task) queue.pop();
    state.running.add(task);
    if (group !== null) state.runningInGroup.set(group, (state.runningInGroup.get(group) ?? 0) + 1);
  }
  state.retrying.delete(task);
  state.unlooked.delete(task);
  task.status = status;
}

/** What has ended is to be done again. */
function reopen(state: RunState, task: TaskState): void {
  if (task.endedAt === undefined) return;
  if (task.output !== undefined) task.anew = true;
  forgetLook(task);
  move(state, task, 'pending');
  clearFailure(task);
  dropBlockers(task, task.attempt + 1);
  delete task.endedAt;
  delete task.endedSeq;
  delete task.output;
  delete task.saved;
  delete task.exitCode;
  delete task.notBefore;
  delete task.requested;
  delete task.recovery;
  task.failures = 0;
  task.repairs = 0;
}

function backToPending(state: RunState, task: TaskState): void {
  move(state, task, 'pending');
  if (task.notBefore !== undefined) state.retrying.add(task);
  else enqueue(state, task);
}

function end(
  state: RunState,
  task: TaskState,
  status: 'succeeded' | 'reused' | 'failed' | 'skipped' | 'cancelled',
  at: number,
): void {
  move(state, task, status);
  state.doomed.delete(task);
  if (state.exceeded !== undefined && (status === 'failed' || status === 'skipped')) state.curtailed = true;
  task.endedAt = at;
  task.endedSeq = state.seq;
  for (const dependent of state.dependents.get(task.task.name) ?? []) {
    if (dependent.status !== 'pending') continue;
    dependent.unmet -= 1;
    settleNeed(dependent, task);
    if (dependent.unmet === 0) release(state, dependent);
  }
}
