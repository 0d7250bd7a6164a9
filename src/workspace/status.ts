import type { RunState } from '../run/state.ts';
import type { RunLayout } from './layout.ts';
import { writeWhole } from './ordinary.ts';

export interface StatusFile {
  /** Writes status.json unless that happened less than a second ago. */
  offer(state: RunState, now: number): void;
  /** Writes status.json in any case. */
  write(state: RunState): void;
}

/** Keeps status.json, a fold of the journal for outside readers. */
export function statusFile(layout: RunLayout, run: string): StatusFile {
  let writtenAt = Number.NEGATIVE_INFINITY;
  const write = (state: RunState) => {
    try {
      writeWhole(layout.status, `${JSON.stringify(statusOf(run, state), null, 1)}\n`);
    } catch {
      // The journal holds the truth, and complains where the disk refuses; a reader from outside cannot stop a run.
    }
  };
  return {
    write,
    offer(state, now) {
      if (now - writtenAt < 1000) return;
      writtenAt = now;
      write(state);
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
