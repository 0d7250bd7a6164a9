// The loop. It says what it does before it does it: an event is appended and applied, made durable, and only then acted upon.
import type {
  AgentName,
  FinishCause,
  Outcome,
  Plan,
  PlanAgent,
  RunEvent,
  RunId,
  TaskName,
} from '../schema/types.gen.ts';
import { contextOf, offer } from './attempt-order.ts';
import { apply, initialState } from './fold.ts';
import { eventsOfEnd } from './intake.ts';
import { launchedAgent } from './launch.ts';
import { openLookups } from './lookups.ts';
import {
  type Attempt,
  type AttemptEnd,
  type Backend,
  type Clock,
  type EventBody,
  type Journal,
  type Machine,
  type Progress,
  type Random,
  type Reuse,
  StorageFailure,
} from './ports.ts';
import { openPurse } from './purse.ts';
import { decide, isStopping, outcomeOf, usedUpWords, wasStopped } from './schedule.ts';
import type { RunState, TaskState } from './state.ts';
import { type Steering, steer } from './steering.ts';
import { type Governor, governorOf } from './throttle.ts';
import { startTimer, type Timer } from './timer.ts';

/** What the runner needs from the world. */
export interface RunDoors {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly backend: Backend;
  readonly reuse: Reuse;
  /** Where it is known how the machine is, no more is started than it can bear, or than a governor of its own allows. */
  readonly machine?: Machine;
  readonly governor?: Governor;
  /** Called after every event, with the state that it led to. Must not throw. */
  observe(event: RunEvent, state: RunState): void;
  /** Writes the final result; called once, before run.finished is recorded. */
  writeResult(state: RunState): Promise<void>;
}

export interface RunRequest {
  readonly run: RunId;
  readonly plan: Plan;
  readonly goal: string;
  /** The first events of this process: run.started and what is reused, or run.resumed on top of a state that was folded before. */
  readonly opening: readonly EventBody[];
  readonly state?: RunState;
  /** Agents that cannot run here, and only stand by for others, and why. */
  readonly unusable?: ReadonlyMap<AgentName, string>;
}

const nobody: ReadonlyMap<AgentName, string> = new Map();

/** Least time, in milliseconds, between two starts that wait for the disk for their own sake. */
const shortestWait = 50;

/** A run under way. */
export interface Run extends Steering {
  /** Resolves with the final state. Rejects with StorageFailure, or with a defect. */
  readonly finished: Promise<RunState>;
  /** Ends the run: running attempts are stopped, nothing new starts. A second call skips the rest of the grace period. */
  stop(because: FinishCause, message: string): void;
}

/** Starts running a plan. */
export function startRun(request: RunRequest, doors: RunDoors): Run {
  const state = request.state ?? initialState(request.plan);
  const attempts = new Map<TaskName, Attempt>();
  const inbox: { readonly task: TaskState; readonly end: AttemptEnd }[] = [];
  const { unusable = nobody } = request;
  const agents = new Map<AgentName, PlanAgent>(request.plan.agents.map((agent) => [agent.name, agent]));
  const timers = new Map<TaskName, Timer>();
  /** Running tasks that a person cancelled, and why. */
  const requested = new Map<TaskName, string>();
  const governor = doors.governor ?? governorOf(doors.machine, request.plan.max_parallel_tasks);
  const purse = openPurse(state, attempts);
  let stopping: { readonly because: FinishCause; readonly message: string } | undefined;
  let defect: { readonly error: unknown } | undefined;
  let wake = () => {};
  let syncedAt = Number.NEGATIVE_INFINITY;

  const record = (body: EventBody): void => {
    const event = doors.journal.append(body);
    apply(state, event);
    doors.observe(event, state);
  };

  /** A run that uses too much ends its attempts for that; all else that ends a run cancels them. */
  const stopCause = () => (stopping?.because === 'limit' ? 'resource-limit' : 'cancelled');

  /** Takes in how an attempt ended. */
  const takeIn = (task: TaskState, how: AttemptEnd): void => {
    const end = purse.settle(task, how);
    const { name } = task.task;
    const endedAt = attempts.get(name)?.endedAt?.() ?? doors.clock.now();
    attempts.delete(name);
    timers.get(name)?.cancel();
    timers.delete(name);
    const asked = stopping === undefined ? requested.get(name) : undefined;
    const events = eventsOfEnd(state, task, end, {
      now: endedAt,
      random: doors.random,
      retry: request.plan.retry,
      unusable,
      nothingStarts: stopping !== undefined || isStopping(state),
      cancelled: { because: asked ?? stopping?.message ?? 'stopped', alone: asked !== undefined },
    });
    for (const event of events) record(event);
    lookups.keep(task, events);
  };

  /** Starts an attempt whose task.started is written; its agent waits for what must be durable. */
  const begin = (task: TaskState, durable: Promise<void> | undefined): void => {
    const { name } = task.task;
    const attempt = doors.backend.start({
      run: request.run,
      goal: request.goal,
      task: task.task,
      agent: launchedAgent(state, task),
      attempt: task.attempt,
      context: contextOf(state, task),
      durable,
      ...(task.feedback !== undefined && { feedback: task.feedback }),
      ...offer(state, task, agents, unusable),
      report: (progress) => reportProgress(task, progress),
      spend: (usage) => {
        if (purse.note(task, usage)) wake();
      },
    });
    attempts.set(name, attempt);
    const limit = task.task.timeout_seconds;
    if (limit !== null)
      timers.set(
        name,
        startTimer(doors.clock, limit * 1000, () => attempt.stop('timeout')),
      );
    if (stopping !== undefined) attempt.stop(stopCause(), false, stopping.message);
    if (state.exceeded !== undefined) purse.curb(doors.clock.now());
    attempt.ended.then(
      (end) => {
        inbox.push({ task, end });
        wake();
      },
      (error: unknown) => {
        attempts.delete(name);
        defect ??= { error };
        wake();
      },
    );
  };

  /** An agent may report at any time: nobody else would write it, or hear that it could not be written. */
  const reportProgress = (task: TaskState, { kind, text, percent }: Progress): void => {
    if (task.status !== 'running') return;
    const usage = purse.told.get(task.task.name);
    const more = { ...(percent !== undefined && { percent }), ...(usage !== undefined && { usage_so_far: usage }) };
    recordNow({ type: 'task.progressed', task: task.task.name, kind, text, ...more });
  };

  /** Records what does not come from the loop; says whether it could be. */
  const recordNow = (body: EventBody): boolean => {
    if (state.status === 'finished' || defect !== undefined) return false;
    try {
      record(body);
      doors.journal.write();
      return true;
    } catch (error) {
      defect = { error };
      wake();
      return false;
    }
  };

  const lookups = openLookups({
    ...{ run: request.run, goal: request.goal, state, agents, unusable, reuse: doors.reuse, record: recordNow },
    wake: () => wake(),
    fail: (error) => {
      defect ??= { error };
      wake();
    },
  });

  /** Records skips and starts until there is nothing more to decide; gives the tasks to begin and when to look again. */
  const decideAll = (): { starts: TaskState[]; until?: number; outcome?: Outcome } => {
    const starts: TaskState[] = [];
    for (;;) {
      purse.curb(doors.clock.now());
      if (stopping !== undefined) {
        const over = state.running.size === 0;
        return over ? { starts, outcome: cancelRest() } : { starts };
      }
      if (governor.throttled()) adapt();
      const decision = decide(state, doors.clock.now(), purse.told);
      if (decision.type === 'finish') return { starts, outcome: decision.outcome };
      if (decision.type === 'wait') return { starts, ...whenToLook(decision.until) };
      if (decision.type === 'skip') {
        for (const { task, because } of decision.tasks) record({ type: 'task.skipped', task: task.task.name, because });
      } else if (decision.type === 'exceed') {
        record({ type: 'budget.exceeded', ...decision.excess });
      } else if (decision.type === 'fail') {
        const { task, message } = decision;
        record({ type: 'task.failed', task: task.task.name, attempt: task.attempt, reason: 'budget', message });
      } else if (!adapt()) {
        const { task } = decision;
        const agent = launchedAgent(state, task);
        record({
          type: 'task.started',
          task: task.task.name,
          attempt: task.attempt + 1,
          agent: agent.name,
          adapter: agent.adapter ?? 'rehearsal',
        });
        starts.push(task);
      }
    }
  };

  /** Fits the number of tasks at once to the machine; says whether it had to change. */
  const adapt = (): boolean => {
    const change = governor.look(state.running.size, doors.clock.now());
    if (change !== undefined) record({ type: 'parallelism.changed', ...change });
    return change !== undefined;
  };

  /** When to decide again though nothing has happened. Throws where nothing can happen any more. */
  const whenToLook = (retry: number | undefined): { until?: number } => {
    const blocked = governor.blocked();
    const idle = state.running.size === 0 && state.unlooked.size === 0;
    if (blocked !== undefined && retry === undefined && idle && state.status === 'running') {
      doors.journal.write();
      throw new StorageFailure(blocked);
    }
    const now = doors.clock.now();
    const look = state.counts.pending > 0 ? governor.patience() : undefined;
    const times = [retry, look && now + look, purse.due(now)].filter((each) => each !== undefined);
    return times.length === 0 ? {} : { until: Math.min(...times) };
  };

  /** Whatever waits is cancelled. A stop that came when nothing was left to cancel changes nothing. */
  const cancelRest = (): Outcome => {
    for (const task of state.inOrder) {
      if (task.status !== 'pending') continue;
      record({ type: 'task.cancelled', task: task.task.name, because: stopping?.message ?? 'stopped' });
    }
    if (!state.inOrder.some((task) => wasStopped(task, stopping?.because))) stopping = undefined;
    return stopping?.because === 'timeout' || stopping?.because === 'limit' ? 'failed' : outcomeOf(state);
  };

  const loop = async (): Promise<RunState> => {
    // Whoever starts a run holds it before the first event.
    await undefined;
    for (const event of request.opening) record(event);
    for (;;) {
      for (const { task, end } of inbox.splice(0)) takeIn(task, end);
      for (const event of lookups.arrivals()) record(event);
      if (defect !== undefined) throw defect.error;
      const { starts, until, outcome } = decideAll();
      if (outcome !== undefined) return finish(outcome);
      // What has happened survives the end of this process from here on, whether or not anything starts.
      doors.journal.write();
      if (starts.length > 0) {
        // That a task starts is on disk before its agent runs, and so is all that it builds upon.
        const early = starts.filter((task) => !hurried() || buildsUpon(state, task) > doors.journal.durable);
        const durable = early.length === 0 ? undefined : doors.journal.sync();
        if (durable !== undefined) syncedAt = doors.clock.now();
        // Each attempt that waits for it reports a failure; this keeps it from counting as unheard before they do.
        durable?.catch(() => {});
        for (const task of starts) begin(task, early.includes(task) ? durable : undefined);
      }
      if (stopping === undefined) lookups.begin();
      if (inbox.length === 0 && defect === undefined) await nextArrival(until);
    }
  };

  /** Of starts in quick succession only those wait for the disk that build upon something new; the others are there soon. */
  const hurried = () => Math.abs(doors.clock.now() - syncedAt) < shortestWait;

  const nextArrival = (until: number | undefined): Promise<void> =>
    new Promise((resolve) => {
      const forget =
        until === undefined ? undefined : doors.clock.after(Math.max(0, until - doors.clock.now()), resolve);
      wake = () => {
        forget?.();
        resolve();
      };
    });

  const finish = async (outcome: Outcome): Promise<RunState> => {
    await lookups.close(stopping !== undefined);
    await doors.journal.sync();
    await doors.writeResult(state);
    const { exceeded, curtailed } = state;
    const budget = { because: 'budget' as const, message: exceeded === undefined ? '' : usedUpWords(exceeded) };
    record({ type: 'run.finished', outcome, ...(stopping ?? (curtailed === true ? budget : {})) });
    await doors.journal.sync();
    return state;
  };

  /** Nothing may keep running when the loop cannot go on. */
  const abandon = async (error: unknown): Promise<never> => {
    for (const timer of timers.values()) timer.cancel();
    for (const attempt of attempts.values()) attempt.stop('cancelled', true);
    await Promise.allSettled([...[...attempts.values()].map((attempt) => attempt.ended), lookups.close(true)]);
    throw error;
  };

  const stop = (because: FinishCause, message: string): void => {
    const again = stopping !== undefined;
    stopping ??= { because, message };
    for (const attempt of attempts.values()) attempt.stop(stopCause(), again, stopping.message);
    wake();
  };

  const limit = request.plan.run_timeout_seconds;
  const runTimer =
    limit === null
      ? undefined
      : startTimer(doors.clock, limit * 1000, () => stop('timeout', `the run took longer than ${limit} s`));
  const finished = loop()
    .catch(abandon)
    .finally(() => runTimer?.cancel());
  const steering = steer({
    state,
    attempts,
    timers,
    requested,
    runTimer,
    record: recordNow,
    isEnding: () => stopping !== undefined || state.status === 'finished',
    wake: () => wake(),
  });
  return { finished, stop, ...steering };
}

/** The last event that a task builds upon: the latest end among its needs. */
function buildsUpon(state: RunState, { task }: TaskState): number {
  return task.needs.reduce((last, need) => Math.max(last, state.tasks.get(need.task)?.endedSeq ?? 0), 0);
}
