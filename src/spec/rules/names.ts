import type { Path } from '../../diagnostics/diagnostic.ts';
import { managerTasks } from '../manager-tasks.ts';
import type { Report, Rule } from './rule.ts';

/** Tasks, agents and groups have names of their own, and none that the strategy needs. */
export const names: Rule = (spec, _team, report) => {
  const { tasks, agents, execution } = spec;
  duplicateTasks(
    tasks.map(({ name }) => name),
    report,
  );
  const seenAgents = new Set<string>();
  for (const { type, name, at } of agents) {
    const place: Path = type === 'inline' ? [...at, 'name'] : at;
    if (seenAgents.has(name))
      report({ code: 'duplicate-agent', message: `agent "${name}" is declared twice`, at: place, hint: deleteOne });
    seenAgents.add(name);
  }
  const seenGroups = new Set<string>();
  execution.task_groups.forEach(({ name }, index) => {
    const at = ['orchestra', 'execution', 'task_groups', index, 'name'];
    if (seenGroups.has(name))
      report({ code: 'duplicate-group', message: `two groups are called "${name}"`, at, hint: 'rename one of them' });
    seenGroups.add(name);
  });
  const reserved = new Map(Object.values(managerTasks(spec) ?? {}).map((name) => [name.toLowerCase(), name]));
  tasks.forEach(({ name }, index) => {
    if (!reserved.has(name.toLowerCase())) return;
    const message = `the hierarchical strategy makes a task "${reserved.get(name.toLowerCase())}" of its own`;
    report({ code: 'reserved-name', message, at: ['tasks', index, 'name'], hint: 'rename this task' });
  });
};

const deleteOne = 'delete one of them';

function duplicateTasks(written: readonly string[], report: Report): void {
  const seen = new Map<string, string>();
  written.forEach((name, index) => {
    const before = seen.get(name.toLowerCase());
    const at = ['tasks', index, 'name'];
    if (before === undefined) seen.set(name.toLowerCase(), name);
    else if (before === name)
      report({ code: 'duplicate-task', message: `two tasks are called "${name}"`, at, hint: 'rename one of them' });
    else
      report({
        code: 'duplicate-task',
        message: `task names "${before}" and "${name}" differ only in case`,
        at,
        hint: 'rename one of them: names become file names, which some systems do not tell apart',
      });
  });
}
