// Graphs to measure with. What a graph looks like in the files of each runner is in runners.ts.

/** A task of a graph: a script for sh, and the names of the tasks that it needs. */
export interface ShapeTask {
  readonly name: string;
  readonly needs: readonly string[];
  readonly script: string;
}

/** Tasks in an order in which they could run. */
export type Shape = readonly ShapeTask[];

/** Tasks without edges. */
export function wide(count: number, script = 'true'): Shape {
  return names(count).map((name) => ({ name, needs: [], script }));
}

/** Tasks of which each needs the one before. */
export function chain(count: number, script = 'true'): Shape {
  return names(count).map((name, index) => ({ name, needs: index === 0 ? [] : [`t${index - 1}`], script }));
}

/** Layers of equal width in which each task needs a few of the layer before, chosen at random but always the same. */
export function layers(count: number, width: number, needs: number, script = 'true'): Shape {
  const random = randomFrom(1);
  return names(count * width).map((name, index) => {
    const before = Math.floor(index / width) - 1;
    return { name, needs: before < 0 ? [] : someOf(before * width, width, needs, random), script };
  });
}

/** Three to eight layers of four to twenty sleeping tasks of 0.02 to 0.2 s; each needs up to three of the layer before. The same for the same seed. */
export function sleepers(seed: number): Shape {
  const random = randomFrom(seed);
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const tasks: ShapeTask[] = [];
  let before = { first: 0, width: 0 };
  for (let left = between(3, 8); left > 0; left -= 1) {
    const layer = { first: tasks.length, width: between(4, 20) };
    for (let index = 0; index < layer.width; index += 1) {
      const needs = someOf(before.first, before.width, Math.min(before.width, between(1, 3)), random);
      tasks.push({ name: `t${tasks.length}`, needs, script: `sleep ${(between(20, 200) / 1000).toFixed(3)}` });
    }
    before = layer;
  }
  return tasks;
}

/** How long a sleeping task works, in seconds. */
export function workOf({ script }: ShapeTask): number {
  return Number(script.split(' ')[1]);
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `t${index}`);
}

/** The names of this many different tasks out of those from `first` on. */
function someOf(first: number, width: number, count: number, random: () => number): string[] {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(first + Math.floor(random() * width));
  return [...chosen].map((index) => `t${index}`);
}

/** A small generator of random numbers from 0 to below 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
