import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clean, cut, pad, widthOf } from '../../src/reporters/terminal.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const dangerous = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** Texts rich in what terminals act upon. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\x1b',
        '\x1b[',
        '\x1b]',
        '\x1bP',
        '\x1b_',
        '\x9b',
        '\x9d',
        '\x07',
        '\x9c',
        '\x1b\\',
        '8;;',
        '31',
        'm',
        '\n',
        '\r',
        '\u202e',
      ),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

describe('clean', () => {
  test.each([
    ['plain text stays', 'plain text stays'],
    ['\x1b[1;31mred\x1b[0m', 'red'],
    ['a\tb\r\nc', 'a b c'],
    ['\x1b]0;title\x07shown', 'shown'],
    ['\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'link'],
    ['\x1b]52;c;aGk=', ''],
    ['\x1b]0;never ends\nnext line', ' next line'],
    ['\x1bPdcs\x1b\\x\x1b_apc\x1b\\y', 'xy'],
    ['\x9b31mC1\x9d0;t\x9c!', 'C1!'],
    ['\x1b[', ''],
    ['\x1b[\x1b[31mnested', 'nested'],
    ['\x1bc\x1b(Breset', 'reset'],
    ['\x00\x08\x7f\u0085', ' '],
    ['user\u202egnp.exe', 'usergnp.exe'],
    ['zero\u200bwidth\ufeff', 'zerowidth'],
    ['👩‍💻 e\u0301 日本', '👩‍💻 e\u0301 日本'],
    ['\ud800', '\ufffd'],
  ])('%j', (text, expected) => expect(clean(text)).toBe(expected));

  test('nothing that a terminal acts upon survives', () => {
    fc.assert(
      fc.property(hostile, (text) => !dangerous.test(clean(text))),
      { numRuns: 2000 },
    );
  });

  test('clean text is left alone', () => {
    fc.assert(
      fc.property(hostile, (text) => clean(clean(text)) === clean(text)),
      { numRuns: 500 },
    );
  });

  test('a line of a megabyte takes no time to speak of', () => {
    expect(clean('\x1b]'.repeat(500_000))).toBe('');
  });
});

describe('width', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['한', 2],
    ['✔…', 2],
    ['🚀', 2],
  ])('%j takes %i columns', (text, width) => expect(widthOf(text)).toBe(width));

  test.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
    ['abc', -3, ''],
  ])('%j cut to %i', (text, width, expected) => expect(cut(text, width)).toBe(expected));

  test('cut text fits, padded text fills', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 60 }).map(clean);
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(widthOf(cut(text, width))).toBeLessThanOrEqual(width);
        expect(widthOf(pad(text, width))).toBe(width);
      }),
    );
  });
});
