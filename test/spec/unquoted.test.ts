import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { lineInQuotes, unquotedPlaceholder } from '../../src/spec/unquoted.ts';

test.each([
  ['description: {goal} please', { description: '{goal} please' }],
  ['    description: {goal}: all   # a note', { description: '{goal}: all' }],
  ['  - - name: {goal} "now"', { name: '{goal} "now"' }],
  ["goal: it's {goal} \\o/: yes", { goal: "it's {goal} \\o/: yes" }],
  ["goal: it's {goal}: yes", { goal: "it's {goal}: yes" }],
  ['  - {goal} and more', ['{goal} and more']],
])('%s: the line that is shown means the text', (line, meant) => {
  expect(parse(lineInQuotes(line) ?? '')).toEqual(meant);
});

test.each(['orchestra:', 'goal: "quoted', "goal: 'quoted", 'run: |', '', 'no key here'])(
  '%j has no plain value',
  (line) => {
    expect(lineInQuotes(line)).toBeUndefined();
  },
);

test('a placeholder is to blame for what follows it only', () => {
  const line = '  goal: {goal} now';
  expect(unquotedPlaceholder(line, 15)).toEqual({
    message: 'YAML reads {goal} as a map, and nothing may follow it',
    hint: 'write the text in quotes: goal: "{goal} now"',
  });
  expect(unquotedPlaceholder(line, 2)).toBeUndefined();
  expect(unquotedPlaceholder('  goal: {a: b} now', 15)).toBeUndefined();
});
