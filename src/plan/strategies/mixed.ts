import type { GroupSpec } from '../../spec/spec.ts';
import { priorityRank } from '../arrange.ts';
import { addNeed, chain, type Draft } from '../draft.ts';
import { topologicalOrder } from '../graph.ts';

/** Groups are barriers in file order; inside a group nothing, or a chain: topological order, ties by priority, then as the group lists them. */
export function mixed(draft: Draft): void {
  const place = new Map(groupedOrder(draft).map((index, at) => [index, at]));
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

/**
 * All tasks, group by group: between the members of a group only needs, priority and its list decide. Tasks in no group come as
 * soon as they can, so that they hold up no member.
 */
function groupedOrder({ spec, tasks, indexOf }: Draft): number[] {
  const ranks = tasks.map(({ task }, index) => ({ group: -1, priority: priorityRank(task), place: index }));
  spec.execution.task_groups.forEach((group, number) => {
    group.tasks.forEach((name, place) => {
      const rank = ranks[indexOf.get(name) ?? -1];
      if (rank !== undefined) Object.assign(rank, { group: number, place });
    });
  });
  const needs = tasks.map((task) => [...task.needs.keys()]);
  return topologicalOrder(needs, (a, b) => {
    const [one, other] = [ranks[a], ranks[b]];
    if (one === undefined || other === undefined) return false;
    return (one.group - other.group || other.priority - one.priority || one.place - other.place) < 0;
  });
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
