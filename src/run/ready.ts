// The queues of tasks that can start, one for each group.
import { priorityRank } from '../plan/arrange.ts';
import { heap } from '../plan/heap.ts';
import { whyNotReused } from '../plan/reuse.ts';
import type { RunState, TaskState } from './state.ts';

/** Whether a queued task can start: it may have been started, skipped or set back since it was queued. */
export function isReady(state: RunState, task: TaskState): boolean {
  const waits = state.retrying.has(task) || state.unlooked.has(task);
  return task.status === 'pending' && task.unmet === 0 && task.blame === undefined && !waits;
}

/** Queues a task whose needs are met. */
export function enqueue(state: RunState, task: TaskState): void {
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

/** Takes note of how a need of a task ended. */
export function settleNeed(task: TaskState, need: TaskState): void {
  if (task.blame !== undefined || need.status === 'succeeded' || need.status === 'reused') return;
  if (task.task.needs.some((each) => each.task === need.task.name && each.until === 'success')) task.blame = need;
}

/** A pending task whose needs have all ended can start, is to be skipped, or may not have to start. */
export function release(state: RunState, task: TaskState): void {
  if (task.blame !== undefined) state.doomed.add(task);
  else if (mayReuse(state, task)) state.unlooked.add(task);
  else enqueue(state, task);
}

/** Whether a recorded output is still to be looked for. */
function mayReuse({ spending }: RunState, { task, looked }: TaskState): boolean {
  if (task.cache === undefined || looked === true) return false;
  return whyNotReused(task, spending.agents.get(task.agent)?.agent) === undefined;
}

/** What it receives, or who does it, may not be what it was when a recorded output was looked for. */
export function forgetLook(task: TaskState): void {
  delete task.looked;
  delete task.key;
}
