import type { RunState } from '../run/state.ts';
import type { RunLayout } from './layout.ts';
import { writeWhole } from './ordinary.ts';

export interface StatusFile {
  /** Writes status.json, now or when a second has passed since the last time. */
  offer(state: RunState, now: number): void;
  /** Writes status.json in any case. */
  write(state: RunState): void;
}

/** Shortest time between two writes, in milliseconds. */
const interval = 1000;

/** Keeps status.json, a fold of the journal for outside readers. */
export function statusFile(layout: RunLayout, run: string): StatusFile {
  let writtenAt = Number.NEGATIVE_INFINITY;
  let due: NodeJS.Timeout | undefined;
  let latest: RunState;
  const write = (state: RunState) => {
    clearTimeout(due);
    due = undefined;
    try {
      writeWhole(layout.status, `${JSON.stringify(statusOf(run, state), null, 1)}\n`);
    } catch {
      // The journal holds the truth, and complains where the disk refuses; a reader from outside cannot stop a run.
    }
  };
  return {
    write,
    offer(state, now) {
      latest = state;
      const wait = writtenAt + interval - now;
      if (wait <= 0) {
        writtenAt = now;
        write(state);
      } else if (due === undefined) {
        due = setTimeout(() => {
          writtenAt = now + wait;
          write(latest);
        }, wait);
        due.unref(); // no reason to stay alive
      }
    },
  };
}

function statusOf(run: string, state: RunState) {
  const time = (value: number | undefined) => (value === undefined ? null : new Date(value).toISOString());
  return {
    run,
    orchestra: state.plan.orchestra,
    state: state.status === 'finished' ? state.outcome : state.status,
    seq: state.seq,
    pid: process.pid,
    started_at: time(state.startedAt),
    finished_at: time(state.finishedAt),
    counts: state.counts,
    tasks: state.inOrder.map((task) => ({
      name: task.task.name,
      agent: task.task.agent,
      state: task.status,
      attempt: task.attempt,
      started_at: time(task.startedAt),
      ended_at: time(task.endedAt),
      ...(task.reason !== undefined && { reason: task.reason }),
      ...(task.message !== undefined && { message: task.message }),
    })),
  };
}
