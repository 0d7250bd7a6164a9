import type { GroupSpec } from '../../spec/spec.ts';
import { addNeed, chain, type Draft } from '../draft.ts';

/** Groups are barriers in file order; inside a group a chain or nothing. */
export function mixed(draft: Draft): void {
  const place = new Map(draft.order.map((index, at) => [index, at]));
  let before: readonly number[] = [];
  for (const group of draft.spec.execution.task_groups) {
    const members = membersOf(draft, group).sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
    if (group.execution_strategy === 'sequential') chain(draft, members);
    for (const member of firsts(draft, members)) {
      const task = draft.tasks[member];
      if (task === undefined) continue;
      for (const earlier of before) addNeed(task, earlier, 'end');
    }
    before = lasts(draft, members);
  }
}

function membersOf(draft: Draft, group: GroupSpec): number[] {
  return group.tasks.flatMap((name) => draft.indexOf.get(name) ?? []);
}

/** Members that wait for no other member: an edge to these orders the whole group. */
function firsts(draft: Draft, members: readonly number[]): number[] {
  const inside = new Set(members);
  return members.filter((member) => ![...(draft.tasks[member]?.needs.keys() ?? [])].some((need) => inside.has(need)));
}

/** Members for which no other member waits: once these have ended, all have. */
function lasts(draft: Draft, members: readonly number[]): number[] {
  const awaited = new Set(members.flatMap((member) => [...(draft.tasks[member]?.needs.keys() ?? [])]));
  return members.filter((member) => !awaited.has(member));
}
