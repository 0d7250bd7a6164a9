import { expect, test } from 'vitest';
import { validate } from '../../src/schema/orchestra.gen.js';
import type { SchemaFault } from '../../src/schema/validator.ts';
import { violations } from '../../src/spec/stretches.ts';

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const task = (index: number, context: readonly string[] = []) => ({ name: `t${index}`, agent: 'a', context });
const document = (tasks: readonly unknown[], agents: readonly unknown[] = []) => ({ orchestra: {}, agents, tasks });

/** Place and kind of each fault, in the order of places. */
const told = (faults: readonly SchemaFault[]) =>
  faults.map(({ instancePath, keyword }) => `${instancePath} ${keyword}`).sort();

test('a document that conforms has none, however long its lists are', () => {
  const names = times(2500, (index) => `t${index}`);
  expect(violations(validate, document([...times(2500, (index) => task(index)), task(2500, names)], names))).toEqual(
    [],
  );
});

test('faults are those of the whole document, at the same places', () => {
  const names = times(2100, (index) => (index % 700 === 1 ? `no name ${index}` : `t${index}`));
  const tasks = times(2300, (index) => {
    if (index === 999 || index === 1000) return { agent: 'a', context: 1 };
    if (index === 2299) return { ...task(index, names), nmae: 1 };
    return task(index, index === 1500 ? names : []);
  });
  const agents = times(1200, (index) => (index === 1100 ? { name: 'b', argv: [1] } : `a${index}`));
  const broken = document(tasks, agents);
  validate(broken);
  const whole = told(validate.errors ?? []);
  expect(whole.length).toBeGreaterThan(10);
  expect(told(violations(validate, broken))).toEqual(whole);
});

test('100,000 faults take no longer than as many tasks', () => {
  const started = performance.now();
  const names = times(100_000, (index) => `no name ${index}`);
  expect(violations(validate, document([task(0, names)])).length).toBe(100_000);
  expect(violations(validate, document(names.map((name) => ({ name, agent: 'a' })))).length).toBe(100_000);
  // Ten times what it takes; with all faults in one list it was half a minute.
  expect(performance.now() - started).toBeLessThan(10_000);
});
