import { expect, test } from 'vitest';
import { isWithin, withinEntry } from '../../src/process/within.ts';

const attempt = ['SUPER_RUN_ID=r1', 'SUPER_TASK=one', 'SUPER_ATTEMPT=2'];

test('a run that nothing is around has no such variable', () => {
  expect(withinEntry({ PATH: '/bin' })).toEqual({});
});

test('a run within an agent is told which attempt is around it, and what is around that', () => {
  const outer = { SUPER_RUN_ID: 'r1', SUPER_TASK: 'one', SUPER_ATTEMPT: '2' };
  expect(withinEntry(outer)).toEqual({ SUPER_WITHIN: 'r1/one/2' });
  const middle = { SUPER_RUN_ID: 'r2', SUPER_TASK: 'two', SUPER_ATTEMPT: '1', SUPER_WITHIN: 'r1/one/2' };
  expect(withinEntry(middle)).toEqual({ SUPER_WITHIN: 'r1/one/2 r2/two/1' });
});

test.each([
  ['SUPER_WITHIN=r1/one/2', true],
  ['SUPER_WITHIN=r0/x/1 r1/one/2 r3/y/1', true],
  ['SUPER_WITHIN=r1/one/3', false],
  ['SUPER_WITHIN=r1/one/22', false],
  ['SUPER_WITHIN=xr1/one/2', false],
  ['MY_SUPER_WITHIN=r1/one/2', false],
  ['OTHER=1', false],
])('%s: within the attempt is %s', (entry, expected) => {
  expect(isWithin(`\0PATH=/bin\0${entry}\0LANG=C\0`, attempt)).toBe(expected);
});

test('a run is around all of its attempts, and not around runs whose ids begin like its own', () => {
  expect(isWithin('\0SUPER_WITHIN=r1/one/2\0', ['SUPER_RUN_ID=r1'])).toBe(true);
  expect(isWithin('\0SUPER_WITHIN=r12/one/2\0', ['SUPER_RUN_ID=r1'])).toBe(false);
  expect(isWithin('\0SUPER_WITHIN=r1/one/2\0', [])).toBe(false);
});
