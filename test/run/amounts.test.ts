import { expect, test } from 'vitest';
import { amount } from '../../src/run/amounts.ts';

const GiB = 1024 ** 3;

test.each([
  [2 * GiB, 2 * GiB, '2 GiB'],
  [2 * GiB + 1, 2 * GiB, '2.1 GiB'],
  [2e9, 2e9, '2 GB'],
  [2e9 + 1, 2e9, '2.1 GB'],
  [157 * 1024 * 1024 + 1, 150 * 1024 * 1024, '158 MiB'],
  [1024 ** 2 - 1, 1024, '1 MiB'],
  [1023, 1023, '1023 B'],
  [1001, 1000, '1.1 kB'],
  [0, 1024, '0 B'],
  [5e18, 1e18, '5000000 TB'],
])('%d bytes, limited to %d: %s', (bytes, limit, text) => {
  expect(amount(bytes, limit)).toBe(text);
});

test('what is left of a floor never reads like the floor', () => {
  expect(amount(256 * 1024 ** 2 - 1, 256 * 1024 ** 2, Math.floor)).toBe('255 MiB');
  expect(amount(2 * GiB - 1, 2 * GiB, Math.floor)).toBe('1.9 GiB');
});
