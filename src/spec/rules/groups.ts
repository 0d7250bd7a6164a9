import type { Rule } from './rule.ts';

/** With the mixed strategy each task stands in one group; with another, groups do nothing. */
export const groups: Rule = ({ tasks, execution }, _team, report) => {
  const { strategy, task_groups } = execution;
  const at = ['orchestra', 'execution', 'task_groups'];
  if (strategy !== 'mixed') {
    if (task_groups.length > 0)
      report({
        code: 'groups-ignored',
        message: `task_groups have no effect with strategy ${strategy}`,
        at,
        part: 'key',
        hint: 'set strategy: mixed, or delete them',
      });
    return;
  }
  if (task_groups.length === 0) {
    const hint = 'add task_groups:, a list of {name, tasks}, or choose strategy: parallel';
    const place = ['orchestra', 'execution', 'strategy'];
    report({ code: 'groups-missing', message: 'strategy mixed needs task_groups', at: place, hint });
    return;
  }
  const groupOf = new Map<string, (typeof task_groups)[number]>();
  task_groups.forEach((group, index) => {
    group.tasks.forEach((name, which) => {
      const before = groupOf.get(name);
      if (before !== undefined) {
        const where =
          before === group
            ? `twice in group "${group.name}"`
            : before.name === group.name
              ? `in both groups "${group.name}"`
              : `in groups "${before.name}" and "${group.name}"`;
        const message = `task "${name}" stands ${where}`;
        report({ code: 'two-groups', message, at: [...at, index, 'tasks', which], hint: 'delete one of them' });
      }
      groupOf.set(name, group);
    });
  });
  tasks.forEach(({ name }, index) => {
    if (groupOf.has(name)) return;
    const message = `task "${name}" stands in no group; only what it waits for orders it`;
    report({ code: 'no-group', message, at: ['tasks', index, 'name'], hint: 'add it to a group' });
  });
};
