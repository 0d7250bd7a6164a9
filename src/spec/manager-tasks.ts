import type { AgentName, TaskName } from '../schema/types.gen.ts';
import type { OrchestraSpec } from './spec.ts';

/** Name of the task that the hierarchical strategy adds for its manager: `<manager>_brief` or `<manager>_synthesis`. */
export function managerTask(manager: AgentName, role: 'brief' | 'synthesis'): TaskName {
  // An agent's name may hold dots and is as long as a task's may be.
  return `${manager.replaceAll('.', '_').slice(0, 50)}_${role}` as TaskName;
}

/** The names of both, where the strategy of an orchestra makes them. */
export function managerTasks({
  execution,
  agents,
}: OrchestraSpec): { brief: TaskName; synthesis: TaskName } | undefined {
  const manager = execution.manager ?? agents[0]?.name;
  if (execution.strategy !== 'hierarchical' || manager === undefined) return undefined;
  return { brief: managerTask(manager, 'brief'), synthesis: managerTask(manager, 'synthesis') };
}
