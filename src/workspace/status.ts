import { budgetFacts, spentFacts } from '../run/budget.ts';
import { workerOf } from '../run/launch.ts';
import type { RunState } from '../run/state.ts';
import type { RunLayout } from './layout.ts';
import type { LockRecord } from './lock.ts';
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
export function statusFile(layout: RunLayout, holder: LockRecord): StatusFile {
  let writtenAt = Number.NEGATIVE_INFINITY;
  let due: NodeJS.Timeout | undefined;
  let latest: RunState;
  const write = (state: RunState) => {
    clearTimeout(due);
    due = undefined;
    try {
      writeWhole(layout.status, `${JSON.stringify(statusOf(holder, state), null, 1)}\n`);
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

function statusOf({ run, ...process }: LockRecord, state: RunState) {
  const time = (value: number | undefined) => (value === undefined ? null : new Date(value).toISOString());
  return {
    run,
    orchestra: state.plan.orchestra,
    ...(state.replays !== undefined && { replays: state.replays }),
    state: state.status === 'finished' ? state.outcome : state.status,
    seq: state.seq,
    // Who has not ended need not be alive: this process is, if its start time and the boot are still those.
    pid: process.pid,
    process,
    started_at: time(state.startedAt),
    finished_at: time(state.finishedAt),
    frozen: state.frozen,
    max_parallel_tasks: state.parallel ?? state.plan.max_parallel_tasks,
    counts: state.counts,
    usage: state.usage ?? null,
    // Up to the latest event: what running attempts have used so far is not recorded yet.
    ...budgetFacts(state, state.spending.seenAt),
    agents: [...state.spending.agents.values()].flatMap(({ agent: { name, budget }, spent }) =>
      budget === undefined ? [] : [{ name, budget, spent: spentFacts(spent) }],
    ),
    tasks: state.inOrder.map((task) => ({
      name: task.task.name,
      agent: workerOf(task),
      state: task.status,
      attempt: task.attempt,
      started_at: time(task.startedAt),
      ended_at: time(task.endedAt),
      ...(task.task.budget !== undefined && { budget: task.task.budget, spent: spentFacts(task.spent) }),
      ...(task.reason !== undefined && { reason: task.reason }),
      ...(task.message !== undefined && { message: task.message }),
    })),
  };
}
