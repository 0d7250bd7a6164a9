// An output beside its task's output_schema.
import { expect, test } from 'vitest';
import { outputFaults } from '../../src/backends/output-schema.ts';

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
