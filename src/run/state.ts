// RunState: the fold of a run's journal over its plan. Only apply() writes it: all that moves it is in this one file.
//
//                    +--- task.retry-scheduled ---+
//                    v                            |
//   pending -- task.started --> running -- task.succeeded --> succeeded
//      |                           |------ task.failed -----> failed
//      |                           '------ task.cancelled --> cancelled
//      |-- task.skipped --> skipped
//      |-- task.reused ---> reused
//      '-- task.cancelled -> cancelled            run.resumed: running -> pending, attempt numbers go on
//
// Sets and counts that deciding needs (ready, running, unmet needs) are kept here and moved one step per event:
// nothing is searched or copied, so a run of 100,000 tasks folds in linear time.
import { priorityRank } from '../plan/arrange.ts';
import { remainingLengths, topologicalOrder } from '../plan/graph.ts';
import { type Heap, heap } from '../plan/heap.ts';
import type {
  FailureReason,
  FinishCause,
  Outcome,
  Output,
  Plan,
  PlanTask,
  RunEvent,
  TaskName,
  Usage,
} from '../schema/types.gen.ts';

export type TaskStatus = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'cancelled' | 'reused';

export interface TaskState {
  /** As planned; a synthesis gains needs when tasks are delegated. */
  task: PlanTask;
  /** Position in file order; added tasks come after. */
  index: number;
  status: TaskStatus;
  /** Number of the latest attempt, 0 before the first. */
  attempt: number;
  /** Failed attempts that count towards max_attempts. */
  failures: number;
  /** How often a faulty delegation was handed back. */
  repairs: number;
  /** Needs that are not met yet. */
  unmet: number;
  /** Longest chain of tasks that waits for this one, itself included. */
  remaining: number;
  /** Milliseconds since 1970 of the latest start and of the end. */
  startedAt?: number;
  endedAt?: number;
  /** Sum of the durations of all attempts, in milliseconds. */
  busy: number;
  output?: Output;
  reason?: FailureReason;
  /** Why it failed, was skipped or cancelled. */
  message?: string;
  exitCode?: number;
  /** What the next attempt is told about the one before. */
  feedback?: string;
  /** Time before which the next attempt does not start, in milliseconds since 1970. */
  notBefore?: number;
  /** Latest report of the agent. */
  lastReport?: string;
}

export interface RunState {
  readonly plan: Plan;
  status: 'new' | 'running' | 'paused' | 'finished';
  outcome?: Outcome;
  because?: FinishCause;
  readonly tasks: Map<TaskName, TaskState>;
  /** In file order. */
  inOrder: TaskState[];
  readonly dependents: Map<TaskName, TaskState[]>;
  /** Ready tasks by group; null holds those without one. May hold tasks that are ready no more: see isReady. */
  readonly ready: Map<string | null, Heap<TaskState>>;
  /** Pending tasks that wait for a retry's time. */
  readonly retrying: Set<TaskState>;
  readonly running: Set<TaskState>;
  readonly runningInGroup: Map<string, number>;
  /** Pending tasks that can no longer run, with the task that is to blame. */
  readonly doomed: Map<TaskState, TaskState>;
  /** Number of tasks by status. */
  readonly counts: Record<TaskStatus, number>;
  /** The first task that failed, in order of events. */
  firstFailed?: TaskState;
  /** Who delegated each delegated task. */
  readonly delegatedBy: Map<TaskName, TaskName>;
  startedAt?: number;
  finishedAt?: number;
  usage?: Usage;
  /** Sequence number of the latest event. */
  seq: number;
}

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
    doomed: new Map(),
    counts: { pending: 0, running: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0, reused: 0 },
    delegatedBy: new Map(),
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
  switch (event.type) {
    case 'run.started':
      state.status = 'running';
      state.startedAt = at;
      return;
    case 'run.resumed':
      state.status = 'running';
      delete state.outcome;
      delete state.because;
      delete state.finishedAt;
      for (const task of [...state.running]) backToPending(state, task);
      discardUnconfirmed(state);
      return;
    case 'run.paused':
      state.status = 'paused';
      return;
    case 'run.unpaused':
      state.status = 'running';
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

type TaskEvent = Extract<RunEvent, { task: TaskName }>;

function applyToTask(state: RunState, event: TaskEvent, at: number): void {
  const task = state.tasks.get(event.task);
  if (task === undefined) throw new Error(`journal: event ${event.seq} names the unknown task "${event.task}"`);
  switch (event.type) {
    case 'task.started':
      move(state, task, 'running');
      task.attempt = event.attempt;
      task.startedAt = at;
      delete task.notBefore;
      return;
    case 'task.progressed':
      task.lastReport = event.text;
      return;
    case 'task.retry-scheduled':
      task.busy += at - (task.startedAt ?? at);
      if (event.feedback === undefined) task.failures += 1;
      else task.repairs += 1;
      task.reason = event.reason;
      if (event.message !== undefined) task.message = event.message;
      if (event.feedback !== undefined) task.feedback = event.feedback;
      task.notBefore = Date.parse(event.at);
      backToPending(state, task);
      return;
    case 'task.succeeded':
      task.busy += event.duration_ms;
      task.output = event.output;
      clearFailure(task);
      addUsage(state, event.usage);
      end(state, task, 'succeeded', at);
      return;
    case 'task.reused':
      task.output = event.output;
      end(state, task, 'reused', at);
      return;
    case 'task.failed':
      task.busy += event.duration_ms ?? 0;
      task.failures += 1;
      task.reason = event.reason;
      task.message = event.message;
      if (event.exit_code !== undefined) task.exitCode = event.exit_code;
      addUsage(state, event.usage);
      end(state, task, 'failed', at);
      state.firstFailed ??= task;
      return;
    case 'task.skipped':
      task.message = event.because;
      end(state, task, 'skipped', at);
      return;
    case 'task.cancelled':
      if (event.attempt !== undefined) task.busy += at - (task.startedAt ?? at);
      task.message = event.because;
      end(state, task, 'cancelled', at);
      return;
    case 'recovery.applied':
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

function addUsage(state: RunState, usage: Usage | undefined): void {
  if (usage === undefined) return;
  const before = state.usage ?? { input_tokens: 0, output_tokens: 0 };
  state.usage = {
    input_tokens: before.input_tokens + usage.input_tokens,
    output_tokens: before.output_tokens + usage.output_tokens,
    ...(before.cached_tokens !== undefined || usage.cached_tokens !== undefined
      ? { cached_tokens: (before.cached_tokens ?? 0) + (usage.cached_tokens ?? 0) }
      : {}),
    ...(before.cost_usd !== undefined || usage.cost_usd !== undefined
      ? { cost_usd: (before.cost_usd ?? 0) + (usage.cost_usd ?? 0) }
      : {}),
  };
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
  task.status = status;
}

function backToPending(state: RunState, task: TaskState): void {
  move(state, task, 'pending');
  if (task.notBefore !== undefined) state.retrying.add(task);
  else enqueue(state, task);
}

/** Whether a queued task can start: it may have been started, skipped or set back since it was queued. */
export function isReady(state: RunState, task: TaskState): boolean {
  return task.status === 'pending' && task.unmet === 0 && !state.retrying.has(task) && !state.doomed.has(task);
}

function enqueue(state: RunState, task: TaskState): void {
  const { group } = task.task;
  let queue = state.ready.get(group);
  if (queue === undefined) {
    queue = heap(startsBefore);
    state.ready.set(group, queue);
  }
  queue.push(task);
}

/** Priority, then longest remaining path, then file order. */
export function startsBefore(a: TaskState, b: TaskState): boolean {
  const difference = priorityRank(b.task) - priorityRank(a.task) || b.remaining - a.remaining || a.index - b.index;
  return difference < 0;
}

function end(
  state: RunState,
  task: TaskState,
  status: 'succeeded' | 'reused' | 'failed' | 'skipped' | 'cancelled',
  at: number,
): void {
  move(state, task, status);
  state.doomed.delete(task);
  task.endedAt = at;
  const good = status === 'succeeded' || status === 'reused';
  for (const dependent of state.dependents.get(task.task.name) ?? []) {
    if (dependent.status !== 'pending') continue;
    if (good) meet(state, dependent);
    else if (state.doomed.has(dependent)) continue;
    else if (untilEnd(dependent, task)) meet(state, dependent);
    else state.doomed.set(dependent, task);
  }
}

function meet(state: RunState, dependent: TaskState): void {
  dependent.unmet -= 1;
  if (dependent.unmet === 0) enqueue(state, dependent);
}

function untilEnd(dependent: TaskState, need: TaskState): boolean {
  return dependent.task.needs.some((each) => each.task === need.task.name && each.until === 'end');
}

function addTasks(state: RunState, tasks: readonly PlanTask[]): void {
  for (const task of tasks) {
    const entry: TaskState = {
      task,
      index: state.inOrder.length,
      status: 'pending',
      attempt: 0,
      failures: 0,
      repairs: 0,
      unmet: 0,
      remaining: 1,
      busy: 0,
    };
    state.tasks.set(task.name, entry);
    state.inOrder.push(entry);
    state.counts.pending += 1;
  }
  for (const task of tasks) {
    for (const need of task.needs) connect(state, task.name, need.task);
  }
  if (tasks !== state.plan.tasks) joinSynthesis(state, tasks);
  rearrange(state);
}

function connect(state: RunState, name: TaskName, need: TaskName): void {
  const waiting = state.tasks.get(name) as TaskState;
  const list = state.dependents.get(need);
  if (list === undefined) state.dependents.set(need, [waiting]);
  else list.push(waiting);
  const status = state.tasks.get(need)?.status;
  if (status !== 'succeeded' && status !== 'reused') waiting.unmet += 1;
}

/** The manager's synthesis also waits for what was delegated, and receives it. */
function joinSynthesis(state: RunState, tasks: readonly PlanTask[]): void {
  const synthesis = state.inOrder.find(({ task }) => task.role === 'synthesis');
  if (synthesis === undefined || synthesis.status !== 'pending') return;
  const { task } = synthesis;
  synthesis.task = {
    ...task,
    needs: [...task.needs, ...tasks.map(({ name }) => ({ task: name, until: 'success' as const }))],
    context: [...task.context, ...tasks.map(({ name }) => name)],
  };
  for (const { name } of tasks) connect(state, task.name, name);
}

/** Tasks whose delegating attempt did not come to its end leave the plan: its next attempt decides anew. */
function discardUnconfirmed(state: RunState): void {
  const gone = new Set<TaskName>();
  for (const [name, by] of state.delegatedBy) {
    if (state.tasks.get(by)?.status !== 'succeeded') gone.add(name);
  }
  if (gone.size === 0) return;
  for (const name of gone) {
    state.tasks.delete(name);
    state.delegatedBy.delete(name);
    state.dependents.delete(name);
    state.counts.pending -= 1;
  }
  state.inOrder = state.inOrder.filter(({ task }) => !gone.has(task.name));
  for (const [name, list] of state.dependents)
    state.dependents.set(
      name,
      list.filter(({ task }) => !gone.has(task.name)),
    );
  state.inOrder.forEach((entry, index) => {
    const { task } = entry;
    entry.index = index;
    if (!task.needs.some((need) => gone.has(need.task))) return;
    const needs = task.needs.filter((need) => !gone.has(need.task));
    entry.unmet -= task.needs.length - needs.length;
    entry.task = { ...task, needs, context: task.context.filter((name) => !gone.has(name)) };
  });
  rearrange(state);
}

/** After tasks came or went: path lengths are measured anew, and what is ready is queued by them. */
function rearrange(state: RunState): void {
  const needs = state.inOrder.map(({ task }) => task.needs.map((need) => state.tasks.get(need.task)?.index ?? 0));
  const remaining = remainingLengths(
    needs,
    topologicalOrder(needs, (a, b) => a < b),
  );
  remaining.forEach((length, index) => {
    (state.inOrder[index] as TaskState).remaining = length;
  });
  state.ready.clear();
  for (const task of state.inOrder) if (isReady(state, task)) enqueue(state, task);
}
