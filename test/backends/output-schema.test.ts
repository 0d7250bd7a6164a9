// An output beside its task's output_schema.
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { outputFaults, schemaFault } from '../../src/backends/output-schema.ts';

const schema = { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } };
const faultsOf = (a: string) => outputFaults(schema, JSON.stringify({ a }));

test('a pattern counts', () => {
  expect(faultsOf('aa')).toBeUndefined();
  expect(faultsOf('b')).toEqual(['/a: must match pattern "^(a+)+$"']);
});

test('a pattern and a text that would take years hold nobody up', () => {
  const begun = performance.now();
  expect(faultsOf(`${'a'.repeat(60)}!`)).toEqual([expect.stringContaining('a pattern of the schema goes astray')]);
  expect(performance.now() - begun).toBeLessThan(8000);
});

/** A map as YAML gives it: it inherits nothing. */
const bare = (map: object): Record<string, unknown> => Object.assign(Object.create(null), map);

test('a map that the schema names is found in the answer', () => {
  expect(outputFaults(bare({ const: bare({ b: [1] }) }), '{"b": [1]}')).toBeUndefined();
  expect(outputFaults(bare({ enum: [bare({ b: 1 }), bare({ b: 2 })] }), '{"b": 2}')).toBeUndefined();
  expect(outputFaults(bare({ const: bare({ b: 1 }) }), '{"b": 2}')).toEqual([expect.stringContaining('must be equal')]);
});

test('a schema of an unlikely form is a fault or none, and never an exception', () => {
  expect(schemaFault(bare({ type: [bare({ a: 1 }), bare({ a: 2 })] }))).toBeDefined();
  expect(schemaFault(bare({ type: bare({ a: 1 }) }))).toBeDefined();
});

test('a schema that asks to be answered later is answered at once', () => {
  expect(outputFaults({ $async: true, type: 'object' }, '5')).toEqual(['the whole: must be object']);
});

test('an answer that cannot be measured is a fault of the answer', () => {
  const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const deep = outputFaults({ type: 'array', items: { $ref: '#' } }, nested);
  expect(deep).toEqual(['the answer cannot be measured: it is nested too deep']);
});

test('what the built program compares by knows no prototypes', () => {
  const equal = createRequire(import.meta.url)('../../schemas/equal.cjs');
  expect(equal({ valueOf: 1 }, { valueOf: 1 })).toBe(true);
  expect(equal({ valueOf: 1 }, { valueOf: 2 })).toBe(false);
  expect(equal(bare({ a: [1, { b: null }] }), { a: [1, { b: null }] })).toBe(true);
  expect(equal({ a: undefined }, { b: undefined })).toBe(false);
  expect(equal([], {})).toBe(false);
  expect(equal(null, {})).toBe(false);
});
