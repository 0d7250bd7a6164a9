import type { AgentName, TaskName } from '../schema/types.gen.ts';

/** Name of the task that the hierarchical strategy adds for its manager: `<manager>_brief` or `<manager>_synthesis`. */
export function managerTask(manager: AgentName, role: 'brief' | 'synthesis'): TaskName {
  // An agent's name may hold dots and is as long as a task's may be.
  return `${manager.replaceAll('.', '_').slice(0, 50)}_${role}` as TaskName;
}
