import { Graph } from '@dagrejs/graphlib';
import type { Need, Plan, PlanTask } from '../schema/types.gen.ts';

/** The label of an edge: until when its target waits for its source, and whether it receives its output. */
export interface EdgeLabel {
  readonly until: Need['until'];
  readonly passesOutput: boolean;
}

/** The plan as a graph for programs: a node for each task, labelled with it, and an edge from each need to the task that waits. */
export function toGraph(plan: Plan): Graph<string, PlanTask, EdgeLabel> {
  const graph = new Graph<string, PlanTask, EdgeLabel>();
  graph.setGraph(plan.orchestra);
  for (const task of plan.tasks) graph.setNode(task.name, task);
  for (const task of plan.tasks) {
    const context = new Set(task.context);
    for (const { task: need, until } of task.needs) {
      graph.setEdge(need, task.name, { until, passesOutput: context.has(need) });
    }
  }
  return graph;
}
