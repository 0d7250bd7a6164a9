import { describe, expect, test } from 'vitest';
import { cutMiddle } from '../../src/reporters/terminal.ts';
import { wrapLine, wrapped } from '../../src/reporters/wrap.ts';

describe('lines that are too wide', () => {
  test.each([
    ['short', ['short']],
    ['result  one two three four', ['result  one two', '        three four']],
    ['  log: a/very/long/path/of/a/file', ['  log: a/very/long/path/of/a/file']],
    ['because of one two three', ['because of one two', '  three']],
    ['\u001b[31mFAILED\u001b[39m  3 tasks in 5ms', ['\u001b[31mFAILED\u001b[39m  3 tasks in', '        5ms']],
  ])('%j', (line, lines) => {
    expect(wrapped([line], 18)).toEqual(lines);
  });

  test('a command goes on as in a shell', () => {
    expect(wrapLine('next  super runs show abc', 18, 8, ' \\')).toEqual(['next  super runs \\', '        show abc']);
    expect(wrapLine('next  super runs show abc', Number.POSITIVE_INFINITY, 8, ' \\')).toHaveLength(1);
  });
});

test.each([
  ['compile_server', 14, 'compile_server'],
  ['compile_the_server', 10, 'compi…rver'],
  ['compile_the_server', 11, 'compi…erver'],
  ['ab', 1, '…'],
])('a name is cut in its middle: %s in %i columns', (name, width, shown) => {
  expect(cutMiddle(name, width)).toBe(shown);
});
