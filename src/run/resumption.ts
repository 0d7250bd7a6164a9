// What a resume does again: decided here, recorded in run.resumed, done by the fold.
import type { TaskName } from '../schema/types.gen.ts';
import type { RunState, TaskState } from './state.ts';

/** What a person wants done again, besides what had not ended. */
export interface ResumeChoice {
  /** Everything that failed, and what was skipped because of it. */
  readonly retryFailed: boolean;
  /** These tasks and all that depends on them, whether they succeeded or not. */
  readonly from: readonly TaskName[];
}

/** Ended tasks that a resume sets back to pending, in file order; undefined when there is nothing to go on with. */
export function tasksToRedo(state: RunState, choice: ResumeChoice): readonly TaskName[] | undefined {
  // A run that came to its own end as failed has nothing else left to do; one that was cut short goes on where it was.
  const retry = choice.retryFailed || (state.status === 'finished' && state.outcome === 'failed');
  const redone = new Set<TaskState>();
  for (const task of state.inOrder) {
    if (task.status === 'cancelled' && task.requested !== true) redone.add(task);
    if (retry && (task.status === 'failed' || task.status === 'skipped')) redone.add(task);
  }
  for (const name of choice.from) addWithDependents(state, name, redone);
  const open = state.status !== 'finished' || redone.size > 0;
  if (!open) return undefined;
  return state.inOrder.filter((task) => redone.has(task)).map(({ task }) => task.name);
}

/** Options of a resume without which it would find nothing to do; none where it finds something, or where all has succeeded. */
export function optionsToGoOn(state: RunState): readonly string[] {
  if (state.outcome === 'succeeded' || tasksToRedo(state, { retryFailed: false, from: [] }) !== undefined) return [];
  if (state.counts.failed > 0) return ['--retry-failed'];
  return cancelledAlone(state).flatMap((name) => ['--from', name]);
}

/** Tasks that a person cancelled alone: they are done again only where they are named. */
export function cancelledAlone(state: RunState): readonly TaskName[] {
  return state.inOrder.filter(({ requested }) => requested === true).map(({ task }) => task.name);
}

function addWithDependents(state: RunState, name: TaskName, redone: Set<TaskState>): void {
  const waiting = [name];
  const seen = new Set<TaskName>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const task = state.tasks.get(next);
    if (task === undefined || seen.has(next)) continue;
    seen.add(next);
    if (task.endedAt !== undefined) redone.add(task);
    for (const dependent of state.dependents.get(next) ?? []) waiting.push(dependent.task.name);
  }
}
