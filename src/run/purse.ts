// Watches on behalf of a run what its running attempts spend, and ends those that spend more than they may.
import type { TaskName, Usage } from '../schema/types.gen.ts';
import { isBudgeted, nextDue, spendthrifts, type Told } from './budget.ts';
import { launchedAgent } from './launch.ts';
import type { Attempt } from './ports.ts';
import { usedUpWords } from './schedule.ts';
import { priced } from './spending.ts';
import type { RunState, TaskState } from './state.ts';

/** The purse of a run. */
export interface Purse {
  /** What running attempts have used so far, as far as they told it. */
  readonly told: Told;
  /** Takes note of all that an attempt has used so far; says whether anything depends on it. */
  note(task: TaskState, usage: Usage): boolean;
  /** An attempt has ended: gives its end with the money that its tokens cost, where that is known. */
  settle<T extends { readonly usage?: Usage }>(task: TaskState, end: T): T;
  /** Ends running attempts whose budget is used up. */
  curb(now: number): void;
  /** When time alone uses a budget up. */
  due(now: number): number | undefined;
}

/** Opens the purse of a run. */
export function openPurse(state: RunState, attempts: ReadonlyMap<TaskName, Attempt>): Purse {
  const told = new Map<TaskName, Usage>();
  /** Attempts that were told to end. */
  const ending = new Set<TaskName>();
  const priceOf = (task: TaskState) => launchedAgent(state, task).price;
  const end = (name: TaskName, message: string) => {
    const attempt = attempts.get(name);
    if (attempt === undefined || ending.has(name)) return;
    ending.add(name);
    attempt.stop('budget', false, message);
  };
  return {
    told,
    note(task, usage) {
      if (task.status !== 'running' || !isBudgeted(state)) return false;
      told.set(task.task.name, priced(usage, priceOf(task)));
      return true;
    },
    settle(task, how) {
      told.delete(task.task.name);
      ending.delete(task.task.name);
      return how.usage === undefined ? how : { ...how, usage: priced(how.usage, priceOf(task)) };
    },
    curb(now) {
      const { exceeded, budget, running } = state;
      for (const { task, message } of spendthrifts(state, now, told)) end(task.task.name, message);
      if (exceeded === undefined || budget.hard !== true) return;
      for (const { task } of running) end(task.name, usedUpWords(exceeded));
    },
    due: (now) => nextDue(state, now, ending),
  };
}
