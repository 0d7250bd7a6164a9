import type { Plan, PlanTask, TaskName } from '../schema/types.gen.ts';
import * as graph from './graph.ts';

const rank = { critical: 3, high: 2, medium: 1, low: 0 } as const;

/** A larger number starts first. */
export function priorityRank(task: Pick<PlanTask, 'priority'>): number {
  return rank[task.priority];
}

/** Order, levels and longest path of tasks whose needs are given by index. */
export function arrange(
  tasks: readonly PlanTask[],
  needs: graph.Needs,
): Pick<Plan, 'order' | 'levels' | 'longest_path'> {
  const anyOrder = graph.topologicalOrder(needs, (a, b) => a < b);
  const remaining = graph.remainingLengths(needs, anyOrder);
  const order = graph.topologicalOrder(needs, (a, b) => {
    const difference =
      priorityRank(tasks[b] as PlanTask) - priorityRank(tasks[a] as PlanTask) ||
      (remaining[b] ?? 0) - (remaining[a] ?? 0);
    return difference === 0 ? a < b : difference < 0;
  });
  const nameOf = (index: number) => (tasks[index] as PlanTask).name;
  const levels: TaskName[][] = [];
  graph.levelOf(needs, order).forEach((level, index) => {
    const row = levels[level] ?? [];
    levels[level] = row;
    row.push(nameOf(index));
  });
  return { order: order.map(nameOf), levels, longest_path: graph.longestPath(needs, order).map(nameOf) };
}
