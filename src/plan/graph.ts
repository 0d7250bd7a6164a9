// Graph algorithms over indexes, none recursive: a chain of 100,000 tasks is an ordinary input.
import { heap } from './heap.ts';

/** For each node, the nodes that it waits for. */
export type Needs = readonly (readonly number[])[];

/** For each node, the nodes that wait for it. */
function dependents(needs: Needs): number[][] {
  const result: number[][] = Array.from(needs, () => []);
  needs.forEach((list, node) => {
    for (const need of list) result[need]?.push(node);
  });
  return result;
}

/** Nodes in an order that respects needs; of several ready ones the first by `before`. Nodes on or behind a cycle are left out. */
export function topologicalOrder(needs: Needs, before: (a: number, b: number) => boolean): number[] {
  const waiting = needs.map((list) => list.length);
  const behind = dependents(needs);
  const ready = heap<number>(before);
  waiting.forEach((count, node) => {
    if (count === 0) ready.push(node);
  });
  const order: number[] = [];
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    order.push(node);
    for (const next of behind[node] ?? []) {
      const left = (waiting[next] ?? 0) - 1;
      waiting[next] = left;
      if (left === 0) ready.push(next);
    }
  }
  return order;
}

/** For each node the number of nodes on the longest chain that waits for it, itself included. */
export function remainingLengths(needs: Needs, order: readonly number[]): number[] {
  const remaining = needs.map(() => 1);
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at] as number;
    const through = (remaining[node] ?? 1) + 1;
    for (const need of needs[node] ?? []) {
      if ((remaining[need] ?? 1) < through) remaining[need] = through;
    }
  }
  return remaining;
}

/** For each node its distance from the start: one more than the largest among its needs. */
export function levelOf(needs: Needs, order: readonly number[]): number[] {
  const levels = needs.map(() => 0);
  for (const node of order) {
    for (const need of needs[node] ?? []) {
      levels[node] = Math.max(levels[node] ?? 0, (levels[need] ?? 0) + 1);
    }
  }
  return levels;
}

/** A longest chain of needs, from its start; the first one in file order. */
export function longestPath(needs: Needs, order: readonly number[]): number[] {
  const levels = levelOf(needs, order);
  let node = 0;
  levels.forEach((level, each) => {
    if (level > (levels[node] ?? 0)) node = each;
  });
  const path = [node];
  for (let level = levels[node] ?? 0; level > 0; level--) {
    const wanted = level - 1;
    node = (needs[node] ?? []).reduce(
      (best, need) => (levels[need] === wanted && (best === -1 || need < best) ? need : best),
      -1,
    );
    path.push(node);
  }
  return path.reverse();
}

/** One shortest cycle for each knot of nodes that wait for each other, in file order: [a, b, a] where a waits for b and b for a. */
export function cycles(needs: Needs): number[][] {
  return knots(needs)
    .map((knot) => shortestCycle(needs, knot))
    .sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

/** Strongly connected components of more than one node (Tarjan, with an explicit stack). */
function knots(needs: Needs): number[][] {
  const index = new Int32Array(needs.length).fill(-1);
  const low = new Int32Array(needs.length);
  const onStack = new Uint8Array(needs.length);
  const stack: number[] = [];
  const found: number[][] = [];
  let counter = 0;
  for (let root = 0; root < needs.length; root++) {
    if (index[root] !== -1) continue;
    const visits: { readonly node: number; next: number }[] = [{ node: root, next: 0 }];
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const { node } = visit;
      if (visit.next === 0) {
        index[node] = low[node] = counter++;
        stack.push(node);
        onStack[node] = 1;
      }
      const need = needs[node]?.[visit.next++];
      if (need === undefined) {
        visits.pop();
        const parent = visits.at(-1)?.node;
        if (parent !== undefined) low[parent] = Math.min(low[parent] as number, low[node] as number);
        if (low[node] === index[node]) takeKnot(node, stack, onStack, found);
      } else if (index[need] === -1) {
        visits.push({ node: need, next: 0 });
      } else if (onStack[need]) {
        low[node] = Math.min(low[node] as number, index[need] as number);
      }
    }
  }
  return found;
}

function takeKnot(root: number, stack: number[], onStack: Uint8Array, found: number[][]): void {
  const knot: number[] = [];
  let node: number;
  do {
    node = stack.pop() as number;
    onStack[node] = 0;
    knot.push(node);
  } while (node !== root);
  if (knot.length > 1) found.push(knot);
}

/** Breadth-first from the knot's first node back to itself. */
function shortestCycle(needs: Needs, knot: readonly number[]): number[] {
  const inside = new Set(knot);
  const start = knot.reduce((a, b) => Math.min(a, b));
  const cameFrom = new Map<number, number>();
  let frontier = [start];
  while (frontier.length > 0) {
    const next: number[] = [];
    for (const node of frontier) {
      for (const need of needs[node] ?? []) {
        if (need === start) return walkBack(start, node, cameFrom);
        if (!inside.has(need) || cameFrom.has(need)) continue;
        cameFrom.set(need, node);
        next.push(need);
      }
    }
    frontier = next;
  }
  return [start, start];
}

function walkBack(start: number, last: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path = [start];
  for (let node = last; node !== start; node = cameFrom.get(node) ?? start) path.push(node);
  return [...path, start].reverse();
}
