// decide(state, now): what happens next. Pure; the runner asks again after every event that its answer led to.

import type { FinishCause, Outcome } from '../schema/types.gen.ts';
import { isReady, startsBefore } from './ready.ts';
import type { RunState, TaskState } from './state.ts';

export type Decision =
  | { readonly type: 'start'; readonly task: TaskState }
  | { readonly type: 'skip'; readonly tasks: readonly { readonly task: TaskState; readonly because: string }[] }
  /** Nothing to do until an attempt ends, or until this time (milliseconds since 1970). */
  | { readonly type: 'wait'; readonly until?: number }
  | { readonly type: 'finish'; readonly outcome: Outcome };

/** What the run does next in this state, at this time in milliseconds since 1970. */
export function decide(state: RunState, now: number): Decision {
  if (state.doomed.size > 0) {
    return { type: 'skip', tasks: [...state.doomed].map((task) => ({ task, because: whyDoomed(task) })) };
  }
  if (isStopping(state) && state.counts.pending > 0) return { type: 'skip', tasks: skipsAfterFailure(state) };
  if (state.status !== 'paused' && state.running.size < (state.parallel ?? state.plan.max_parallel_tasks)) {
    const task = nextTask(state, now);
    if (task !== undefined) return { type: 'start', task };
  }
  if (state.counts.pending === 0 && state.running.size === 0) return { type: 'finish', outcome: outcomeOf(state) };
  const until = earliestRetry(state, now);
  return until === undefined ? { type: 'wait' } : { type: 'wait', until };
}

/** Whether on_failure: stop is in force: nothing new starts, not even a retry. */
export function isStopping(state: RunState): boolean {
  return state.plan.on_failure === 'stop' && state.firstFailed !== undefined;
}

/** How a run in this state has ended: green only when every task is. */
export function outcomeOf(state: RunState): Outcome {
  const { counts } = state;
  if (counts.cancelled > 0) return 'cancelled';
  return counts.failed + counts.skipped > 0 ? 'failed' : 'succeeded';
}

/** Whether a task ended because the whole run was ended, for this cause. */
export function wasStopped(task: TaskState, because: FinishCause | undefined): boolean {
  if (because === 'limit' && task.status === 'failed' && task.reason === 'resource-limit') return true;
  return task.status === 'cancelled' && task.requested !== true;
}

function whyDoomed({ blame }: TaskState): string {
  const how = blame?.status === 'failed' ? 'failed' : `was ${blame?.status}`;
  return `needs ${blame?.task.name}, which ${how}`;
}

function skipsAfterFailure(state: RunState): { task: TaskState; because: string }[] {
  const because = `stopped because ${state.firstFailed?.task.name} failed`;
  return state.inOrder.filter((task) => task.status === 'pending').map((task) => ({ task, because }));
}

/** The best startable task whose group has room. */
function nextTask(state: RunState, now: number): TaskState | undefined {
  let best: TaskState | undefined;
  const consider = (task: TaskState | undefined) => {
    if (task !== undefined && (best === undefined || startsBefore(task, best))) best = task;
  };
  for (const [group, queue] of state.ready) {
    if (!hasRoom(state, group)) continue;
    let head = queue.peek();
    while (head !== undefined && !isReady(state, head)) {
      queue.pop();
      head = queue.peek();
    }
    consider(head);
  }
  for (const task of state.retrying) {
    if ((task.notBefore ?? 0) <= now && hasRoom(state, task.task.group)) consider(task);
  }
  return best;
}

function hasRoom(state: RunState, group: string | null): boolean {
  if (group === null) return true;
  const limit = state.plan.groups.find(({ name }) => name === group)?.max_concurrency ?? null;
  return limit === null || (state.runningInGroup.get(group) ?? 0) < limit;
}

/** When the next retry is due. One that is due already waits for room, not for time. */
function earliestRetry(state: RunState, now: number): number | undefined {
  let earliest: number | undefined;
  for (const { notBefore } of state.retrying) {
    if (notBefore !== undefined && notBefore > now && (earliest === undefined || notBefore < earliest))
      earliest = notBefore;
  }
  return earliest;
}
