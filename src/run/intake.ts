// What is recorded of the end of an attempt: whether its task has ended with it, and how, or is tried again.
import type { AgentName, PlanRetry } from '../schema/types.gen.ts';
import { readAnswer } from './answer.ts';
import { exhaustionAfter, overspending } from './budget.ts';
import type { AttemptEnd, AttemptFailed, AttemptSucceeded, EventBody, Random } from './ports.ts';
import { type Ground, type Recovery, recoveryAfter } from './recovery.ts';
import { retryDelay } from './retry.ts';
import type { RunState, TaskState } from './state.ts';

/** What else an end depends on. */
export interface Circumstances {
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly random: Random;
  readonly retry: PlanRetry;
  /** Agents that cannot run here, and why. */
  readonly unusable: ReadonlyMap<AgentName, string>;
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
  const answer = readAnswer(state, task, end, around.unusable);
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
      ? [{ type: 'plan.extended' as const, by: name, tasks: [...answer.delegated], ...soFar(end) }]
      : []),
    { type: 'task.succeeded', ...attempt, output: end.output, ...usageOf(end) },
  ];
}

function eventsOfFailure(state: RunState, task: TaskState, end: AttemptFailed, around: Circumstances): EventBody[] {
  // What exceeds its budget, or runs what it must not, does so again.
  const final = around.nothingStarts || end.reason === 'budget' || end.final === true;
  const recovery = final ? undefined : recoveryAfter(state, task, end, groundOf(state, task, end, around));
  if (recovery?.type === 'relaunch') return eventsOfRelaunch(state, task, end, recovery, around);
  const usual = recovery === undefined || recovery.usual;
  const again = task.failures + 1 < task.task.max_attempts && !final && usual;
  if (!again) return [...toldOf(task, recovery, end), ...failed(task, end, around)];
  const unpaid = exhaustionAfter(state, task, end.usage, around.now);
  if (unpaid !== undefined) return failed(task, notTriedAgain(end, unpaid), around);
  const pause = recovery?.pauseMs ?? 0;
  const delay = Math.max(pause, retryDelay(around.retry, task.failures + 1, around.random.next()));
  return [retried(task, end, around.now + delay)];
}

/** The cause is known, and it is launched again so that it does not fail for that once more. It counts as no attempt of the task. */
function eventsOfRelaunch(
  state: RunState,
  task: TaskState,
  end: AttemptFailed,
  { change, at }: Extract<Recovery, { type: 'relaunch' }>,
  around: Circumstances,
): EventBody[] {
  const unpaid = exhaustionAfter(state, task, end.usage, around.now, change.agent);
  if (unpaid !== undefined) return failed(task, notTriedAgain(end, unpaid), around);
  const applied = { task: task.task.name, attempt: task.attempt, ...change, ...soFar(end) };
  return [{ type: 'recovery.applied', ...applied }, retried(task, end, at)];
}

function groundOf(
  state: RunState,
  task: TaskState,
  { usage }: AttemptFailed,
  { now, unusable }: Circumstances,
): Ground {
  const hindrance = (agent: AgentName) => unusable.get(agent) ?? exhaustionAfter(state, task, usage, now, agent);
  return { now, hindrance };
}

/** What a person can do about what nothing else could be done about. */
function toldOf({ task }: TaskState, recovery: Recovery | undefined, end: AttemptFailed): EventBody[] {
  if (recovery?.type !== 'escalate' || recovery.words === '') return [];
  return [{ type: 'task.progressed', task: task.name, kind: 'blocker', text: recovery.words, ...soFar(end) }];
}

function retried(task: TaskState, { type: _, signs: __, final: ___, ...how }: AttemptFailed, at: number): EventBody {
  const time = new Date(at).toISOString();
  return { type: 'task.retry-scheduled', task: task.task.name, attempt: task.attempt, at: time, ...how };
}

function failed(
  task: TaskState,
  { type: _, signs: __, final: ___, ...how }: AttemptFailed,
  { now }: Circumstances,
): EventBody[] {
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

/** For what is recorded before the end itself: a run may be cut off between the two, and what was spent is spent. */
function soFar({ usage }: AttemptEnd) {
  return usage === undefined ? {} : { usage_so_far: usage };
}

function durationOf(task: TaskState, now: number): number {
  return Math.max(0, now - (task.startedAt ?? now));
}
