import { readDelegation } from '../plan/delegation.ts';
import type { AgentName, PlanTask } from '../schema/types.gen.ts';
import { delegationScope } from './attempt-order.ts';
import type { AttemptFailed, AttemptSucceeded } from './ports.ts';
import { recalled } from './prompt.ts';
import type { RunState, TaskState } from './state.ts';

/** What an agent's answer comes to: the tasks that it hands to others, or why it cannot be used. */
export type Answer =
  | { readonly type: 'usable'; readonly delegated: readonly PlanTask[] }
  | {
      readonly type: 'unusable';
      readonly failure: AttemptFailed;
      /** For the agent to read, when it is asked again. */
      readonly feedback: string;
    };

/** Looks at the answer of an attempt that ended well. `unusable`: agents that cannot run here. */
export function readAnswer(
  state: RunState,
  task: TaskState,
  end: AttemptSucceeded,
  unusable: ReadonlyMap<AgentName, string>,
): Answer {
  if (end.faults !== undefined) {
    const feedback = [...end.faults, ...recalled(end.text ?? '')];
    return unusableAnswer(end, `the output does not conform to output_schema: ${end.faults[0]}`, feedback);
  }
  const scope = delegationScope(state, task, unusable);
  const delegation = scope === undefined ? undefined : readDelegation(end.text ?? '', scope);
  if (delegation?.type === 'faulty') {
    return unusableAnswer(end, `the delegation is faulty: ${delegation.faults[0]}`, delegation.faults);
  }
  return { type: 'usable', delegated: delegation?.type === 'tasks' ? delegation.tasks : [] };
}

function unusableAnswer({ usage }: AttemptSucceeded, message: string, feedback: readonly string[]): Answer {
  return {
    type: 'unusable',
    failure: { type: 'failed', reason: 'invalid-output', message, ...(usage !== undefined && { usage }) },
    feedback: feedback.join('\n'),
  };
}
