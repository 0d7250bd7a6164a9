import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutMiddle } from '../../src/reporters/terminal.ts';
import { filled, wrapLine, wrapped } from '../../src/reporters/wrap.ts';

describe('lines that are too wide', () => {
  test.each([
    ['short', ['short']],
    ['a name with many ::error::words in it', ['a name with many ::error::words', '  in it']],
    ['result  one two three four', ['result  one two', '        three four']],
    ['  log: a/very/long/path/of/a/file', ['  log: a/very/long/path/of/a/file']],
    ['because of one two three', ['because of one two', '  three']],
    ['\u001b[31mFAILED\u001b[39m  3 tasks in 5ms', ['\u001b[31mFAILED\u001b[39m  3 tasks in', '        5ms']],
  ])('%j', (line, lines) => {
    expect(wrapped([line], 18)).toEqual(lines);
  });

  test.each([
    ['next  super runs show abc', ['next  super runs \\', '      show abc']],
    ['to see: super runs show a', ['to see: super \\', '  runs show a']],
    ['  super run a "b c d" e', ['  super run a \\', '    "b c d" e']],
    ['see: super run; or ask who', ['see: super run; or', '  ask who']],
    ['no super powers here at all', ['no super powers', '  here at all']],
  ])('a command goes on as in a shell: %j', (line, lines) => {
    expect(wrapped([line], 18)).toEqual(lines);
  });

  test('nothing is broken before a place, nor a command that begins at one', () => {
    expect(wrapLine('a b c d e f', 5, 2, 7)).toEqual(['a b c d', '  e f']);
    expect(wrapLine('next cat a/b c/d', 12, 5, 0, 5)).toEqual(['next cat \\', '     a/b c/d']);
  });

  test('prose goes on where it began, an item below its words', () => {
    expect(filled('one two three four\n\n  - five six seven eight', 12).split('\n')).toEqual([
      ...['one two', 'three four', '', '  - five six', '    seven', '    eight'],
    ]);
  });

  test('what broken lines say is what the line said', () => {
    const parts = fc.array(
      fc.constantFrom('a', 'word', ' ', '  ', ': super run', '"b c"', "'", ';', ',', '\u001b[31m', 'longer_than_all'),
    );
    fc.assert(
      fc.property(parts, fc.integer({ min: 8, max: 40 }), (words, columns) => {
        const line = words.join('').trimEnd();
        const said = wrapped([line], columns)
          .map((each) => each.replace(/ \\$/, ''))
          .join(' ');
        expect(said.replaceAll(/ +/g, ' ').trim()).toBe(line.replaceAll(/ +/g, ' ').trim());
      }),
    );
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
