// Which successes of an earlier run still hold under another plan: those whose task, agent and context are the same.
import type { AgentName, Output, Plan, PlanAgent, PlanTask, RunId, TaskName } from '../schema/types.gen.ts';
import { workerOf } from './launch.ts';
import type { EventBody } from './ports.ts';
import type { RunState } from './state.ts';

/** A success of an earlier run that holds. */
export interface KeptSuccess {
  readonly task: TaskName;
  readonly output: Output;
  /** Tasks that it had delegated: they are part of the run from the start. */
  readonly delegated: readonly PlanTask[];
}

/**
 * Successes of an earlier run that hold for tasks of this plan, each after those that it received. With another goal none holds of
 * what is told the goal.
 */
export function keptSuccesses(earlier: RunState, plan: Plan, sameGoal: boolean): readonly KeptSuccess[] {
  const before = agentsOf(earlier.plan);
  const now = agentsOf(plan);
  const planned = new Map<TaskName, PlanTask>(plan.tasks.map((task) => [task.name, task]));
  const isSynthesis = (name: TaskName) => planned.get(name)?.role === 'synthesis';
  const kept = new Map<TaskName, KeptSuccess>();
  const added: PlanTask[] = [];
  const keep = (task: PlanTask): boolean => {
    const old = earlier.tasks.get(task.name);
    if (old?.output === undefined || (old.status !== 'succeeded' && old.status !== 'reused')) return false;
    if (contentOf(task, now) !== contentOf(old.task, before)) return false;
    if (!sameGoal && usesGoal(task, now.get(task.agent))) return false;
    // Another agent may have taken over.
    const worker = workerOf(old);
    if (canonical(agentContent(worker, now)) !== canonical(agentContent(worker, before))) return false;
    if (!task.context.every((each) => kept.has(each))) return false;
    const delegated = earlier.inOrder.flatMap((each) =>
      earlier.delegatedBy.get(each.task.name) === task.name ? [each.task] : [],
    );
    if (!mayJoin(delegated)) return false;
    kept.set(task.name, { task: task.name, output: old.output, delegated });
    added.push(...delegated);
    return true;
  };
  /** Whether delegated tasks can be part of this plan as they were; if not, whoever delegated them decides anew. */
  const mayJoin = (delegated: readonly PlanTask[]): boolean => {
    if (delegated.length === 0) return true;
    const { max_depth, max_delegated_tasks } = plan.delegation ?? { max_depth: 0, max_delegated_tasks: 0 };
    return (
      added.length + delegated.length <= max_delegated_tasks &&
      delegated.every(({ name, agent, depth }) => depth <= max_depth && now.has(agent) && !planned.has(name))
    );
  };
  for (const name of plan.order) if (!isSynthesis(name)) keep(planned.get(name) as PlanTask);
  for (let at = 0; at < added.length; at++) keep(added[at] as PlanTask);
  for (const name of plan.order.filter(isSynthesis)) {
    const task = planned.get(name) as PlanTask;
    keep({ ...task, context: [...task.context, ...added.map((each) => each.name)] });
  }
  return [...kept.values()];
}

/** The events with which a run begins that keeps these successes of the run `from`. */
export function reuseEvents(kept: readonly KeptSuccess[], from: RunId): EventBody[] {
  return kept.flatMap(({ task, output, delegated }): EventBody[] => [
    ...(delegated.length > 0 ? [{ type: 'plan.extended' as const, by: task, tasks: [...delegated] }] : []),
    { type: 'task.reused', task, output, from_run: from },
  ]);
}

function agentsOf(plan: Plan): ReadonlyMap<AgentName, PlanAgent> {
  return new Map(plan.agents.map((agent) => [agent.name, agent]));
}

/** All of a task and its agent that an output can depend on; when it may start and how long it may take is no part of it. */
function contentOf(task: PlanTask, agents: ReadonlyMap<AgentName, PlanAgent>): string {
  const { description, context, role, expects, output_schema } = task;
  return canonical({ description, context, role, expects, output_schema, agent: agentContent(task.agent, agents) });
}

function agentContent(name: AgentName, agents: ReadonlyMap<AgentName, PlanAgent>) {
  const written = agents.get(name) ?? ({} as Partial<PlanAgent>);
  const { why, file, limits, budget, price, policy, fallback_agents, fallback_models, ...content } = written;
  return content;
}

/** Whether a task is told the goal: commands and modules are handed it, all others read of it in their description. */
export function usesGoal({ description }: PlanTask, agent: PlanAgent | undefined): boolean {
  return agent?.adapter === 'command' || agent?.adapter === 'module' || description.includes('{goal}');
}

/** JSON whose keys are in order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
