import type { Path } from '../../diagnostics/diagnostic.ts';
import { managerTasks } from '../manager-tasks.ts';
import { guesser, listed } from './hints.ts';
import type { Rule } from './rule.ts';

/** Every task that another waits for, or that a group holds, exists, and none waits for itself. */
export const references: Rule = (spec, _team, report) => {
  const { tasks, execution } = spec;
  const manager = managerTasks(spec);
  const known = new Set<string>(tasks.map(({ name }) => name));
  if (manager !== undefined) known.add(manager.brief);
  const all = [...known];
  const guess = guesser(all);
  const check = (name: string, at: Path, from?: string) => {
    if (name === from)
      report({ code: 'self-reference', message: `task "${name}" waits for itself`, at, hint: 'delete this name' });
    else if (name === manager?.synthesis && from !== undefined)
      report({
        code: 'cycle',
        message: `these tasks wait for each other: ${from} -> ${name} -> ${from}`,
        at,
        hint: 'the synthesis waits for all other tasks; delete this name',
      });
    else if (!known.has(name))
      report({
        code: 'unknown-task',
        message: `there is no task "${name}"`,
        at,
        hint: guess(name) ?? `tasks: ${listed(all)}`,
      });
  };
  tasks.forEach(({ name, context = [], dependencies = [] }, index) => {
    context.forEach((needed, which) => {
      check(needed, ['tasks', index, 'context', which], name);
    });
    dependencies.forEach(({ task }, which) => {
      check(task, ['tasks', index, 'dependencies', which, 'task_name'], name);
    });
  });
  execution.task_groups.forEach((group, index) => {
    group.tasks.forEach((name, which) => {
      check(name, ['orchestra', 'execution', 'task_groups', index, 'tasks', which]);
    });
  });
};
