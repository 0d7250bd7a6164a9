// What a person can do to a run that is under way, besides ending it.
import type { TaskName } from '../schema/types.gen.ts';
import type { Attempt, EventBody } from './ports.ts';
import type { RunState } from './state.ts';
import type { Timer } from './timer.ts';

/** What a person can ask of a run. Each function says why it was not done, if so. */
export interface Steering {
  /** Nothing new starts until unpause(). With `freeze` running agents are held, too, and so are their timeouts. */
  pause(freeze: boolean): string | undefined;
  unpause(): string | undefined;
  /** Cancels one task, unless it has ended or is unknown. */
  cancel(task: TaskName, because: string): string | undefined;
}

/** A run, as far as it can be steered. */
export interface Steered {
  readonly state: RunState;
  readonly attempts: ReadonlyMap<TaskName, Attempt>;
  readonly timers: ReadonlyMap<TaskName, Timer>;
  /** Takes note of tasks that a person cancelled while they ran, and why. */
  readonly requested: Map<TaskName, string>;
  readonly runTimer: Timer | undefined;
  /** Says whether the event could be recorded. */
  record(body: EventBody): boolean;
  isEnding(): boolean;
  /** Has the run decide again. */
  wake(): void;
}

/** The steering of a run. */
export function steer(run: Steered): Steering {
  const { state, attempts, timers } = run;
  return {
    pause(freeze) {
      if (run.isEnding()) return 'the run is ending';
      if (state.status === 'paused' && (state.frozen || !freeze)) return 'the run is paused already';
      if (!run.record({ type: 'run.paused', ...(freeze && { frozen: true }) })) return 'it could not be recorded';
      run.runTimer?.hold();
      if (!freeze) return undefined;
      for (const timer of timers.values()) timer.hold();
      for (const attempt of attempts.values()) attempt.freeze(true);
      return undefined;
    },
    unpause() {
      const { frozen } = state;
      if (state.status !== 'paused') return 'the run is not paused';
      if (!run.record({ type: 'run.unpaused' })) return 'it could not be recorded';
      run.runTimer?.goOn();
      if (frozen) {
        for (const timer of timers.values()) timer.goOn();
        for (const attempt of attempts.values()) attempt.freeze(false);
      }
      run.wake();
      return undefined;
    },
    cancel(name, because) {
      const task = state.tasks.get(name);
      if (task === undefined) return `there is no task "${name}" in this run`;
      if (task.endedAt !== undefined) return `${name} has already ended: ${task.status}`;
      run.requested.set(name, because);
      if (task.status === 'running') attempts.get(name)?.stop('cancelled');
      else run.record({ type: 'task.cancelled', task: name, because, requested: true });
      run.wake();
      return undefined;
    },
  };
}
