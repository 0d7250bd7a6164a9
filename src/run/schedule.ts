// decide(state, now): what happens next. Pure; the runner asks again after every event that its answer led to.

import type { FinishCause, Outcome } from '../schema/types.gen.ts';
import { type Excess, excessWords, isBudgeted, isHeld, leaveFor, runExcess, type Told } from './budget.ts';
import { enqueue, isReady, startsBefore } from './ready.ts';
import type { RunState, TaskState } from './state.ts';

export type Decision =
  | { readonly type: 'start'; readonly task: TaskState }
  | { readonly type: 'skip'; readonly tasks: readonly { readonly task: TaskState; readonly because: string }[] }
  /** Its own budget, or its agent's, does not pay for an attempt. */
  | { readonly type: 'fail'; readonly task: TaskState; readonly message: string }
  /** The run's budget is used up. */
  | { readonly type: 'exceed'; readonly excess: Excess }
  /** Nothing to do until an attempt ends, or until this time (milliseconds since 1970). */
  | { readonly type: 'wait'; readonly until?: number }
  | { readonly type: 'finish'; readonly outcome: Outcome };

const nobodyTold: Told = new Map();

/** What the run does next in this state, at this time in milliseconds since 1970. `told`: what running attempts have used so far. */
export function decide(state: RunState, now: number, told: Told = nobodyTold): Decision {
  if (state.doomed.size > 0) {
    return { type: 'skip', tasks: [...state.doomed].map((task) => ({ task, because: whyDoomed(task) })) };
  }
  const budgeted = isBudgeted(state);
  const excess = budgeted && state.exceeded === undefined ? runExcess(state, now, told) : undefined;
  if (excess !== undefined) return { type: 'exceed', excess };
  if (isStopping(state) && state.counts.pending > 0) return { type: 'skip', tasks: skipsOfStop(state) };
  if (state.status !== 'paused' && state.running.size < (state.parallel ?? state.plan.max_parallel_tasks)) {
    const task = nextTask(state, now, state.spending.own ? (each) => isHeld(state, each, told) : () => false);
    const leave = task !== undefined && budgeted ? leaveFor(state, task, now, told) : { type: 'start' as const };
    if (leave.type === 'exceed') return leave;
    if (task !== undefined && leave.type === 'fail') return { type: 'fail', task, message: leave.message };
    if (task !== undefined && leave.type === 'start') return { type: 'start', task };
  }
  if (state.counts.pending === 0 && state.running.size === 0) return { type: 'finish', outcome: outcomeOf(state) };
  const until = earliestRetry(state, now);
  return until === undefined ? { type: 'wait' } : { type: 'wait', until };
}

/** Whether on_failure: stop is in force, or the budget is used up: nothing new starts, not even a retry. */
export function isStopping(state: RunState): boolean {
  return state.exceeded !== undefined || (state.plan.on_failure === 'stop' && state.firstFailed !== undefined);
}

/** How a run in this state has ended: green only when every task is. */
export function outcomeOf(state: RunState): Outcome {
  const { counts } = state;
  if (state.curtailed === true) return 'failed';
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

function skipsOfStop(state: RunState): { task: TaskState; because: string }[] {
  const { exceeded, firstFailed } = state;
  const because = exceeded === undefined ? `stopped because ${firstFailed?.task.name} failed` : usedUpWords(exceeded);
  return state.inOrder.filter((task) => task.status === 'pending').map((task) => ({ task, because }));
}

/** That the run's budget is used up, with figures. */
export function usedUpWords(excess: Excess): string {
  return `the budget of the run is used up: ${excessWords(excess)}`;
}

/** The best startable task whose group has room and that is not held. */
function nextTask(state: RunState, now: number, isHeld: (task: TaskState) => boolean): TaskState | undefined {
  const held: TaskState[] = [];
  let best: TaskState | undefined;
  const consider = (task: TaskState | undefined) => {
    if (task !== undefined && (best === undefined || startsBefore(task, best))) best = task;
  };
  for (const [group, queue] of state.ready) {
    if (!hasRoom(state, group)) continue;
    let head = queue.peek();
    while (head !== undefined && (!isReady(state, head) || isHeld(head))) {
      queue.pop();
      if (isReady(state, head)) held.push(head);
      head = queue.peek();
    }
    consider(head);
  }
  for (const task of state.retrying) {
    if ((task.notBefore ?? 0) <= now && hasRoom(state, task.task.group) && !isHeld(task)) consider(task);
  }
  for (const task of held) enqueue(state, task);
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
