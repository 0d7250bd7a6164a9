import { crc32 as reference } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from '../../src/workspace/crc32.ts';

const expected = (text: string) => reference(text).toString(16).padStart(8, '0');

test('the check value of the algorithm', () => {
  expect(crc32('123456789')).toBe('cbf43926');
  expect(crc32('')).toBe('00000000');
});

test('the same as zlib, for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(crc32(text)).toBe(expected(text));
    }),
    { numRuns: 1000 },
  );
});
