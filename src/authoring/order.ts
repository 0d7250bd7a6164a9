/** A task to be put in order: who does it, and the names of what it takes and gives. */
export interface Orderable {
  readonly agent: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** An item in its place, with the earlier items (by index in the result) whose outputs it takes. */
export interface Placed<T> {
  readonly item: T;
  readonly sources: readonly number[];
}

/** Puts each item after those that produce what it takes; where that decides nothing, or goes round in a circle, by agent, then as given. */
export function inProductionOrder<T extends Orderable>(items: readonly T[]): readonly Placed<T>[] {
  const sorted = [...items].sort((a, b) => (a.agent < b.agent ? -1 : a.agent > b.agent ? 1 : 0));
  const producers = producersOf(sorted);
  const awaited = sorted.map((item, self) =>
    item.inputs.flatMap((name) => producers.get(name) ?? []).filter((producer) => producer !== self),
  );
  const left = [...sorted.keys()];
  const result: Placed<T>[] = [];
  const latest = new Map<string, number>();
  while (left.length > 0) {
    const open = new Set(left);
    // In a circle nobody is ready: the first one by agent opens it.
    const ready = Math.max(
      0,
      left.findIndex((index) => !awaited[index]?.some((producer) => open.has(producer))),
    );
    const item = left.splice(ready, 1).map((index) => sorted[index])[0];
    if (item === undefined) break;
    // Of several that give the same name the nearest before is meant, as in a conversation.
    const sources = new Set(item.inputs.flatMap((name) => latest.get(name) ?? []));
    result.push({ item, sources: [...sources].sort((a, b) => a - b) });
    for (const name of item.outputs) latest.set(name, result.length - 1);
  }
  return result;
}

/** How many producers stand before each item, one after the other: 0 for one that takes nothing of the others. */
export function depths(placed: readonly Placed<unknown>[]): readonly number[] {
  const result: number[] = [];
  for (const { sources } of placed)
    result.push(sources.reduce((most, source) => Math.max(most, (result[source] ?? 0) + 1), 0));
  return result;
}

function producersOf(items: readonly Orderable[]): ReadonlyMap<string, readonly number[]> {
  const result = new Map<string, number[]>();
  items.forEach((item, index) => {
    for (const name of new Set(item.outputs)) result.set(name, [...(result.get(name) ?? []), index]);
  });
  return result;
}
