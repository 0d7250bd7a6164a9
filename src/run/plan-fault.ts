import { topologicalOrder } from '../plan/graph.ts';
import type { Plan, PlanTask } from '../schema/types.gen.ts';

/** Why these tasks of a stored plan can never all end, whoever wrote it; undefined where they can. Its form was checked before. */
export function planFault(tasks: readonly PlanTask[], { agents }: Pick<Plan, 'agents'>): string | undefined {
  const indexes = new Map(tasks.map(({ name }, index) => [name, index]));
  const known = new Set(agents.map(({ name }) => name));
  if (indexes.size < tasks.length) return 'two of its tasks have the same name';
  for (const { name, agent, needs, context } of tasks) {
    if (!known.has(agent)) return `its task ${name} is for the agent ${agent}, which it does not have`;
    const missing = [...needs.map(({ task }) => task), ...context].find((task) => !indexes.has(task));
    if (missing !== undefined) return `its task ${name} waits for ${missing}, which it does not have`;
  }
  const needs = tasks.map((task) => task.needs.map((need) => indexes.get(need.task) as number));
  return topologicalOrder(needs, (a, b) => a < b).length < tasks.length ? 'its tasks wait for each other' : undefined;
}
