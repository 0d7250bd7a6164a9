// Which tasks may take a recorded output instead of an attempt.
import type { PlanAgent, PlanCache, PlanTask } from '../schema/types.gen.ts';
import { hindranceOf } from '../spec/reuse.ts';

/** What holds of a task that says this itself, where this is said of all tasks: a task that says no is asked no more. */
export function someCache(
  own: PlanCache | false | undefined,
  all: 'all' | 'none' | undefined,
): { readonly cache?: PlanCache } {
  if (own === false) return {};
  if (own === undefined) return all === 'all' ? { cache: { files: [] } } : {};
  return { cache: all === 'none' ? { ...own, anew: true } : own };
}

/** Why a task never takes a recorded output, nor leaves one, in words; undefined where it does. */
export function whyNotReused(task: PlanTask, agent: Pick<PlanAgent, 'adapter'> | undefined): string | undefined {
  if (task.cache === undefined)
    return 'cache is off for this task (cache: true turns it on, and so does run --cached where it says nothing)';
  if (agent?.adapter === 'rehearsal') return 'a rehearsal is no work: it is neither kept nor taken';
  return hindranceOf(task);
}
