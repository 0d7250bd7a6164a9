import type { AgentName, Plan, TaskName } from '../schema/types.gen.ts';
import { arrange } from './arrange.ts';

/** The plan with these tasks and everything that they wait for; nothing else. Names are of the plan. */
export function selectTasks(plan: Plan, names: readonly TaskName[]): Plan {
  const byName = new Map(plan.tasks.map((task) => [task.name, task]));
  const wanted = new Set<TaskName>();
  for (const open = [...names]; open.length > 0; ) {
    const name = open.pop() as TaskName;
    if (wanted.has(name)) continue;
    wanted.add(name);
    for (const need of byName.get(name)?.needs ?? []) open.push(need.task);
  }
  const tasks = plan.tasks.filter((task) => wanted.has(task.name));
  const indexOf = new Map(tasks.map((task, index) => [task.name, index]));
  const needs = tasks.map((task) => task.needs.map((need) => indexOf.get(need.task) as number));
  const used = withFallbacks(plan, new Set(tasks.map((task) => task.agent)));
  const agents = plan.delegation === null ? plan.agents.filter((agent) => used.has(agent.name)) : plan.agents;
  return { ...plan, agents, tasks, ...arrange(tasks, needs) };
}

/** These agents and all who may take over from them, and from those. */
function withFallbacks({ agents }: Plan, names: ReadonlySet<AgentName>): ReadonlySet<AgentName> {
  const byName = new Map(agents.map((agent) => [agent.name, agent]));
  const all = new Set(names);
  // A set goes on to what is added to it meanwhile.
  for (const name of all) for (const next of byName.get(name)?.fallback_agents ?? []) all.add(next);
  return all;
}
