// What is recorded of the end of an attempt: whether its task has ended with it, and how, or is tried again.
import type { PlanRetry } from '../schema/types.gen.ts';
import { readAnswer } from './answer.ts';
import { exhaustionAfter, overspending } from './budget.ts';
import type { AttemptEnd, AttemptFailed, AttemptSucceeded, EventBody, Random } from './ports.ts';
import { retryDelay } from './retry.ts';
import type { RunState, TaskState } from './state.ts';

/** What else an end depends on. */
export interface Circumstances {
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly random: Random;
  readonly retry: PlanRetry;
  /** Whether nothing new starts any more, not even a retry. */
  readonly nothingStarts: boolean;
  /** Why attempts are cancelled. `alone`: a person cancelled this task. */
  readonly cancelled: { readonly because: string; readonly alone: boolean };
}

/** The events that record the end of a task's running attempt. */
export function eventsOfEnd(state: RunState, task: TaskState, end: AttemptEnd, around: Circumstances): EventBody[] {
  if (end.type === 'succeeded') return eventsOfSuccess(state, task, end, around);
  if (end.type === 'failed') return eventsOfFailure(state, task, end, around);
  const { because, alone } = around.cancelled;
  const more = { ...(alone && { requested: true }), ...usageOf(end) };
  return [{ type: 'task.cancelled', task: task.task.name, attempt: task.attempt, because, ...more }];
}

function eventsOfSuccess(state: RunState, task: TaskState, end: AttemptSucceeded, around: Circumstances): EventBody[] {
  const { name } = task.task;
  const message = overspending(state, task, end.usage);
  if (message !== undefined)
    return failed(task, { type: 'failed', reason: 'budget', message, ...usageOf(end) }, around);
  const answer = readAnswer(state, task, end);
  if (answer.type === 'unusable') {
    // It is handed back once, outside of the attempts that a task has.
    if (task.repairs > 0 || around.nothingStarts) return failed(task, answer.failure, around);
    const unpaid = exhaustionAfter(state, task, end.usage, around.now);
    if (unpaid !== undefined) return failed(task, notTriedAgain(answer.failure, unpaid), around);
    const { type: _, ...failure } = answer.failure;
    const at = new Date(around.now).toISOString();
    const again = { task: name, attempt: task.attempt, at, feedback: answer.feedback, ...failure };
    return [{ type: 'task.retry-scheduled', ...again }];
  }
  const attempt = { task: name, attempt: task.attempt, duration_ms: durationOf(task, around.now) };
  return [
    // The extension comes first: cut off between the two, it is discarded with the attempt, and nothing delegated is lost.
    ...(answer.delegated.length > 0
      ? [{ type: 'plan.extended' as const, by: name, tasks: [...answer.delegated] }]
      : []),
    { type: 'task.succeeded', ...attempt, output: end.output, ...usageOf(end) },
  ];
}

function eventsOfFailure(state: RunState, task: TaskState, end: AttemptFailed, around: Circumstances): EventBody[] {
  // What exceeds its budget once does so again.
  const again = task.failures + 1 < task.task.max_attempts && !around.nothingStarts && end.reason !== 'budget';
  if (!again) return failed(task, end, around);
  const unpaid = exhaustionAfter(state, task, end.usage, around.now);
  if (unpaid !== undefined) return failed(task, notTriedAgain(end, unpaid), around);
  const delay = retryDelay(around.retry, task.failures + 1, around.random.next());
  const { type: _, ...how } = end;
  const at = new Date(around.now + delay).toISOString();
  return [{ type: 'task.retry-scheduled', task: task.task.name, attempt: task.attempt, at, ...how }];
}

function failed(task: TaskState, { type: _, ...how }: AttemptFailed, { now }: Circumstances): EventBody[] {
  const duration_ms = durationOf(task, now);
  return [{ type: 'task.failed', task: task.task.name, attempt: task.attempt, duration_ms, ...how }];
}

/** A failure after which there might have been another attempt, had a budget paid for it. */
function notTriedAgain(end: AttemptFailed, unpaid: string): AttemptFailed {
  return { ...end, message: `${end.message} (not tried again: ${unpaid})` };
}

function usageOf({ usage }: AttemptEnd) {
  return usage === undefined ? {} : { usage };
}

function durationOf(task: TaskState, now: number): number {
  return Math.max(0, now - (task.startedAt ?? now));
}
