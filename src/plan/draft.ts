// A plan in the making: tasks with the edges that the file says, to which a strategy adds its own.
import type { Finding } from '../diagnostics/diagnostic.ts';
import type { PlanTask, TaskName } from '../schema/types.gen.ts';
import type { OrchestraSpec } from '../spec/spec.ts';

/** A task with its edges, by index into the draft. Indexes are file order; tasks that a strategy adds come after. */
export interface DraftTask {
  readonly task: Omit<PlanTask, 'needs' | 'context'>;
  /** Whether the file says what this task waits for; if not, the strategy gives the default context. */
  readonly explicit: boolean;
  /** Index of each need and until when it is waited for; success wins over end. */
  readonly needs: Map<number, 'success' | 'end'>;
  /** Indexes of the tasks whose outputs are received, in order. */
  readonly context: number[];
}

export interface Draft {
  readonly spec: OrchestraSpec;
  readonly tasks: DraftTask[];
  readonly indexOf: Map<TaskName, number>;
  /** Task indexes in an order that respects the edges of the file, ties by priority, then file order. */
  readonly order: readonly number[];
  report(finding: Finding): void;
}

/** A strategy adds edges, default contexts and tasks of its own; it removes nothing. */
export type StrategyFunction = (draft: Draft) => void;

/** Makes a task wait for another one. */
export function addNeed(task: DraftTask, need: number, until: 'success' | 'end'): void {
  if (task.needs.get(need) !== 'success') task.needs.set(need, until);
}

/** Makes a task wait for another one and receive its output. */
export function addContext(task: DraftTask, need: number): void {
  addNeed(task, need, 'success');
  if (!task.context.includes(need)) task.context.push(need);
}

/** Puts tasks into a chain. Each waits for the one before, and receives its output unless the file says what it receives. */
export function chain(draft: Draft, members: readonly number[]): void {
  members.forEach((member, at) => {
    const previous = members[at - 1];
    const task = draft.tasks[member];
    if (previous === undefined || task === undefined) return;
    if (task.explicit) addNeed(task, previous, 'end');
    else addContext(task, previous);
  });
}
