// The queues of tasks that can start, one for each group.
import { priorityRank } from '../plan/arrange.ts';
import { heap } from '../plan/heap.ts';
import type { RunState, TaskState } from './state.ts';

/** Whether a queued task can start: it may have been started, skipped or set back since it was queued. */
export function isReady(state: RunState, task: TaskState): boolean {
  return task.status === 'pending' && task.unmet === 0 && task.blame === undefined && !state.retrying.has(task);
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

/** A pending task whose needs have all ended can start, or is to be skipped. */
export function release(state: RunState, task: TaskState): void {
  if (task.blame === undefined) enqueue(state, task);
  else state.doomed.add(task);
}
