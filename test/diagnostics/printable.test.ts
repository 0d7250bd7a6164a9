import { expect, test } from 'vitest';
import { printableJson } from '../../src/diagnostics/printable.ts';

test('JSON for a terminal: no control and no direction mark stands in it, and it means the same', () => {
  const codes = [...Array(0x2070).keys(), 0xfeff, 0xd800];
  const value = {
    ...Object.fromEntries(codes.map((code) => [`k${String.fromCharCode(code)}`, String.fromCharCode(code)])),
  };
  const json = printableJson(value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  expect(json).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
  expect(JSON.parse(json)).toEqual(value);
  expect(printableJson({ a: ['\x9b2J'] }, 1)).toBe('{\n "a": [\n  "\\u009b2J"\n ]\n}');
});
