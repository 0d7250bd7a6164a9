// What an attempt is told of the run around it: the outputs that it receives, and what it may delegate.
import type { AgentName, PlanAgent } from '../schema/types.gen.ts';
import type { ContextItem, DelegationOffer } from './ports.ts';
import type { RunState, TaskState } from './state.ts';

/** Outputs that a task receives, in the order of its context. */
export function contextOf(state: RunState, task: TaskState): ContextItem[] {
  return task.task.context.flatMap((name) => {
    const output = state.tasks.get(name)?.output;
    return output === undefined ? [] : [{ task: name, output }];
  });
}

/** What a task's answer may delegate; undefined where it may not. `unusable`: agents that cannot run here. */
export function delegationScope(state: RunState, { task }: TaskState, unusable: ReadonlyMap<AgentName, string>) {
  const { delegation } = state.plan;
  const may =
    delegation !== null && (task.role === 'brief' || task.role === 'delegated') && task.depth < delegation.max_depth;
  if (!may) return undefined;
  return {
    by: task,
    limits: delegation,
    agents: state.plan.agents.map(({ name }) => name).filter((name) => !unusable.has(name)),
    taken: state.inOrder.map((each) => each.task.name),
    offered: state.inOrder.filter((each) => each.task.role !== 'synthesis').map((each) => each.task.name),
    most: Math.max(0, delegation.max_delegated_tasks - state.delegatedBy.size),
  };
}

/** The offer to an agent that may delegate; nothing for others. */
export function offer(
  state: RunState,
  task: TaskState,
  agents: ReadonlyMap<AgentName, PlanAgent>,
  unusable: ReadonlyMap<AgentName, string>,
): { delegation?: DelegationOffer } {
  const scope = delegationScope(state, task, unusable);
  if (scope === undefined || scope.most === 0) return {};
  const list = [...agents.values()].flatMap(({ name, description }) =>
    scope.agents.includes(name) ? [{ name, description }] : [],
  );
  return {
    delegation: { agents: list, tasks: scope.offered.filter((name) => name !== task.task.name), most: scope.most },
  };
}
