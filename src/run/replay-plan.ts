// The plan of a replay, and what it came to beside its recording.
import type { Plan, PlanBudget, TaskName } from '../schema/types.gen.ts';
import type { Recording } from './recording.ts';
import type { RunState, TaskState } from './state.ts';

/**
 * What is run of a recorded plan: without what measures time or the machine, for these ends are in the recording. It may spend what the run could in the end.
 */
export function planOfReplay({ plan, budget }: Pick<RunState, 'plan' | 'budget'>, recording: Recording): Plan {
  const tries = (name: TaskName) => (recording.attempts.get(name)?.length ?? 0) + 1;
  const most = [...recording.attempts.values()].reduce((longest, list) => Math.max(longest, list.length), 0) + 1;
  const byTime = recording.moments.some((moment) => moment.type === 'exceed' && moment.budget === 'max_wall');
  const { limits: _, delegation, ...rest } = plan;
  return {
    ...rest,
    run_timeout_seconds: null,
    budget: byTime ? budget : timeless(budget),
    delegation: delegation && { ...delegation, max_attempts: Math.min(delegation.max_attempts, most) },
    agents: plan.agents.map(({ limits, budget: own, ...agent }) => ({
      ...agent,
      ...(own && { budget: timeless(own) }),
    })),
    tasks: plan.tasks.map(({ budget: own, ...task }) => ({
      ...task,
      timeout_seconds: null,
      stall_seconds: null,
      // Of what is not recorded one attempt says as much as many.
      max_attempts: Math.min(task.max_attempts, tries(task.name)),
      ...(own && { budget: timeless(own) }),
    })),
  };
}

function timeless({ max_wall_seconds, ...budget }: PlanBudget): PlanBudget {
  return budget;
}

/** What the plan of a replay allows of the budget over the recorded plan, because a resume did. */
export function raisedBudget({ budget: planned }: Plan, { budget = {} }: Plan): PlanBudget {
  const before = new Map(Object.entries(planned ?? {}));
  return Object.fromEntries(Object.entries(budget).filter(([name, most]) => before.get(name) !== most));
}

/** What a replay came to beside its recording. */
export interface Comparison {
  /** Tasks that ended in both. */
  readonly compared: number;
  readonly differences: readonly Difference[];
  /** Tasks of which no end, or not every attempt was recorded, because the run was cut off. */
  readonly unrecorded: readonly TaskName[];
}

/** A task that ended otherwise. */
interface Difference {
  readonly task: TaskName;
  readonly recorded: string;
  readonly replayed: string;
}

/** Compares how the tasks of a run have ended, and what their outputs are. `lacking`: those of which an attempt was not recorded. */
export function compare(recorded: RunState, replayed: RunState, lacking: ReadonlySet<TaskName>): Comparison {
  const unrecorded = new Set<TaskName>();
  for (const { task } of [...recorded.inOrder, ...replayed.inOrder]) {
    const { status = 'pending', endedAt } = recorded.tasks.get(task.name) ?? {};
    // Who has ended without an attempt may have had one that was cut off.
    const cutOff = lacking.has(task.name) && (status === 'skipped' || status === 'cancelled');
    if (endedAt === undefined || cutOff) unrecorded.add(task.name);
  }
  const known = recorded.inOrder.filter(({ task }) => !unrecorded.has(task.name));
  const differences = known.flatMap((before): Difference[] => {
    const { name } = before.task;
    const after = replayed.tasks.get(name);
    if (after !== undefined && sameEnd(before, after)) return [];
    const now = after === undefined ? 'no such task' : endWords(after);
    return [{ task: name, recorded: endWords(before), replayed: now }];
  });
  return { compared: known.length, differences, unrecorded: [...unrecorded] };
}

function sameEnd(a: TaskState, b: TaskState): boolean {
  const sameReason = a.status !== 'failed' || a.reason === b.reason;
  return a.status === b.status && sameReason && a.output?.sha256 === b.output?.sha256;
}

function endWords({ status, reason, output }: TaskState): string {
  if (status === 'failed') return `failed (${reason})`;
  return output === undefined ? status : `${status}, output ${output.bytes} bytes ${output.sha256.slice(0, 12)}`;
}
