import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { cycles, levelOf, longestPath, type Needs, topologicalOrder } from '../../src/plan/graph.ts';
import { planOf } from '../run/rig.ts';
import { check, document, planOfText } from './compiled.ts';

const first = (a: number, b: number) => a < b;

/** Needs of a graph without cycles: each node waits for some earlier ones. */
const acyclic = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
  .map((rows): Needs => rows.map((row, node) => [...new Set(node === 0 ? [] : row.map((each) => each % node))]));

const anyGraph = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
  .map(
    (rows): Needs =>
      rows.map((row, node) => [...new Set(row.map((each) => each % rows.length))].filter((each) => each !== node)),
  );

describe('graphs', () => {
  test('an order names every node once, after all that it waits for', () => {
    fc.assert(
      fc.property(acyclic, (needs) => {
        const order = topologicalOrder(needs, first);
        expect(order.toSorted((a, b) => a - b)).toEqual(needs.map((_, node) => node));
        const place = new Map(order.map((node, at) => [node, at]));
        needs.forEach((list, node) => {
          for (const need of list) expect(place.get(need)).toBeLessThan(place.get(node) ?? -1);
        });
      }),
    );
  });

  test('levels are the longest distance from the start; a longest path goes through all of them', () => {
    fc.assert(
      fc.property(acyclic, (needs) => {
        const order = topologicalOrder(needs, first);
        const levels = levelOf(needs, order);
        needs.forEach((list, node) => {
          expect(levels[node]).toBe(list.length === 0 ? 0 : 1 + Math.max(...list.map((need) => levels[need] ?? 0)));
        });
        const path = longestPath(needs, order);
        expect(path.map((node) => levels[node])).toEqual(path.map((_, at) => at));
        expect(path).toHaveLength(1 + Math.max(...levels));
        path.slice(1).forEach((node, at) => {
          expect(needs[node]).toContain(path[at]);
        });
      }),
    );
  });

  test('a cycle that is found is one, and where there is none none is found', () => {
    fc.assert(
      fc.property(anyGraph, (needs) => {
        const found = cycles(needs);
        const complete = topologicalOrder(needs, first).length === needs.length;
        expect(found.length === 0).toBe(complete);
        for (const cycle of found) {
          expect(cycle[0]).toBe(cycle.at(-1));
          expect(new Set(cycle).size).toBe(cycle.length - 1);
          cycle.slice(1).forEach((node, at) => {
            expect(needs[cycle[at] as number]).toContain(node);
          });
        }
      }),
    );
  });

  test('a chain of 100,000 is an ordinary input', () => {
    const needs = Array.from({ length: 100_000 }, (_, node) => (node === 0 ? [] : [node - 1]));
    const order = topologicalOrder(needs, first);
    expect(order).toHaveLength(100_000);
    expect(longestPath(needs, order)).toHaveLength(100_000);
    expect(cycles(needs)).toEqual([]);
    const closed = needs.map((list, node) => (node === 0 ? [99_999] : list));
    expect(cycles(closed)[0]).toHaveLength(100_001);
  });
});

describe('the order in which tasks can start', () => {
  test('priority, then the longest path that waits, then the order of the file', () => {
    const plan = planOf([
      { name: 'plain' },
      { name: 'long' },
      { name: 'urgent', priority: 'critical' },
      { name: 'after_long', context: ['long'] },
      { name: 'lazy', priority: 'low' },
      { name: 'high_but_waits', priority: 'high', context: ['lazy'] },
    ]);
    expect(plan.order).toEqual(['urgent', 'long', 'plain', 'after_long', 'lazy', 'high_but_waits']);
    expect(plan.levels).toEqual([
      ['plain', 'long', 'urgent', 'lazy'],
      ['after_long', 'high_but_waits'],
    ]);
    expect(plan.longest_path).toEqual(['long', 'after_long']);
  });
});

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const orchestras = fc.record({
  strategy: fc.constantFrom('sequential', 'parallel', 'hierarchical'),
  tasks: fc
    .array(
      fc.record({
        context: fc.option(fc.array(fc.nat(), { maxLength: 3 }), { nil: undefined }),
        priority: fc.constantFrom('low', 'medium', 'high', 'critical'),
        text: fc.string({ unit: 'grapheme' }),
      }),
      { minLength: 1, maxLength: 8 },
    )
    .map((rows) =>
      rows.map(({ context, priority, text }, at) => ({
        name: names[at],
        priority,
        description: `do ${text}`.replaceAll(/[{}\0]/g, ' '),
        ...(context !== undefined && {
          context: [...new Set(at === 0 ? [] : context.map((each) => names[each % at]))],
        }),
      })),
    ),
});

test('what is printed and read again gives the same plan', () => {
  fc.assert(
    fc.property(orchestras, fc.constantFrom(40, 80, 0), ({ strategy, tasks }, lineWidth) => {
      const text = document({ strategy }, tasks);
      const plan = planOfText(text);
      expect(planOfText(text)).toEqual(plan);
      expect(planOfText(stringify(JSON.parse(text), { lineWidth }))).toEqual(plan);
    }),
    { numRuns: 150 },
  );
});

test('a plan is always one that can be run to its end: needs exist, come earlier, and cover the context', () => {
  fc.assert(
    fc.property(orchestras, ({ strategy, tasks }) => {
      const { order, tasks: planned, levels, longest_path } = planOfText(document({ strategy }, tasks));
      const place = new Map(order.map((name, at) => [name, at]));
      expect(place.size).toBe(planned.length);
      expect(levels.flat().toSorted()).toEqual([...order].sort());
      expect(longest_path).toHaveLength(levels.length);
      for (const task of planned) {
        for (const need of task.needs) expect(place.get(need.task)).toBeLessThan(place.get(task.name) ?? -1);
        const met = task.needs.filter(({ until }) => until === 'success').map((need) => need.task);
        for (const name of task.context) expect(met).toContain(name);
      }
    }),
    { numRuns: 150 },
  );
});

test('a file of 20,000 tasks in a chain is planned', () => {
  const tasks = Array.from({ length: 20_000 }, (_, index) => ({ name: `t${index}` }));
  const { value, diagnostics } = check(document({ strategy: 'sequential' }, tasks));
  expect(diagnostics).toEqual([]);
  expect(value?.longest_path).toHaveLength(20_000);
});
