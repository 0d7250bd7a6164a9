import { expect, test } from 'vitest';
import { brief } from '../../src/diagnostics/brief.ts';
import { suggest } from '../../src/diagnostics/suggest.ts';

test.each([
  ['reviwer', ['builder', 'reviewer'], 'reviewer'],
  ['fro', ['for'], 'for'],
  ['max-parallel', ['max_parallel'], 'max_parallel'],
  ['ab', ['ba'], 'ba'],
  ['ab', ['ba', 'AB'], 'AB'],
  ['a_', ['a-'], 'a-'],
  ['ab', ['ac', 'a', 'abc', 'ab'], undefined],
  ['q', ['a', 'Q', 'qq'], undefined],
  ['', ['a'], undefined],
  ['abc', ['xyz'], undefined],
])('%s among %j: %s', (written, candidates, meant) => {
  expect(suggest(written, candidates)).toBe(meant);
});

test('a value is quoted whole up to 80 characters', () => {
  expect(brief('x'.repeat(80))).toBe('x'.repeat(80));
  expect(brief('x'.repeat(81))).toBe(`${'x'.repeat(77)}...`);
});
