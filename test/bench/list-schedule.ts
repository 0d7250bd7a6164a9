// What a graph of sleeping tasks could take at best, and what the engine's rule of order makes of it without an engine.
import { type Shape, type ShapeTask, workOf } from './shapes.ts';

/** No schedule is shorter: the longest path, or all work shared out evenly, in seconds. */
export function lowerBound(shape: Shape, limit: number): number {
  const work = shape.reduce((sum, task) => sum + workOf(task), 0);
  return Math.max(work / limit, ...remaining(shape, workOf).values());
}

/** What decides which ready task is first: the longest path that waits for it, in tasks or in seconds; then the order as written. */
export type Rule = 'tasks' | 'seconds';

/** How long it takes when nothing but the order costs time. The engine, which knows no durations, goes by tasks. */
export function listSchedule(shape: Shape, limit: number, rule: Rule): number {
  const rank = remaining(shape, rule === 'tasks' ? () => 1 : workOf);
  const unmet = new Map(shape.map(({ name, needs }) => [name, needs.length]));
  const waiting = shape.toSorted((a, b) => (rank.get(b.name) ?? 0) - (rank.get(a.name) ?? 0));
  const running: { readonly task: ShapeTask; readonly end: number }[] = [];
  let now = 0;
  while (waiting.length + running.length > 0) {
    const next = running.length < limit ? waiting.findIndex(({ name }) => unmet.get(name) === 0) : -1;
    const [task] = next < 0 ? [] : waiting.splice(next, 1);
    if (task !== undefined) {
      running.push({ task, end: now + workOf(task) });
      continue;
    }
    running.sort((a, b) => a.end - b.end);
    const ended = running.shift();
    if (ended === undefined) throw new Error('the graph has a cycle');
    now = ended.end;
    for (const { name, needs } of waiting) {
      if (needs.includes(ended.task.name)) unmet.set(name, (unmet.get(name) ?? 0) - 1);
    }
  }
  return now;
}

/** For each task the longest path from its start to the end of everything, as `cost` counts it. */
function remaining(shape: Shape, cost: (task: ShapeTask) => number): Map<string, number> {
  const after = new Map<string, number>();
  const lengths = new Map<string, number>();
  for (const task of shape.toReversed()) {
    const length = cost(task) + (after.get(task.name) ?? 0);
    lengths.set(task.name, length);
    for (const need of task.needs) after.set(need, Math.max(after.get(need) ?? 0, length));
  }
  return lengths;
}
