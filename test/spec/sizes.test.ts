import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  agentLimitWords,
  cpusFor,
  parseCpus,
  parseSize,
  runLimitWords,
  sizeFor,
  sizeText,
  toLimits,
} from '../../src/spec/sizes.ts';

describe('sizes', () => {
  test.each([
    ['1B', 1],
    ['1k', 1000],
    ['1K', 1000],
    ['1kB', 1000],
    ['2MB', 2_000_000],
    ['2M', 2_000_000],
    ['3G', 3_000_000_000],
    ['1TB', 1_000_000_000_000],
    ['1Ki', 1024],
    ['512MiB', 536_870_912],
    ['2Gi', 2_147_483_648],
    ['1.5GiB', 1_610_612_736],
    ['0.1kB', 100],
    ['1Ti', 1_099_511_627_776],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', '1', '1 GB', 'GB', '1XB', '-1B', '1e3', '1.B', '.5k', '1GBB', '1iB', '1 '])('%j is none', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  test.each([
    ['2 GB', '2GB'],
    ['2gb', '2GB'],
    ['2g', '2GB'],
    ['512 mib', '512MiB'],
    ['1,5 GiB', '1.5GiB'],
    ['10 bytes', '10B'],
    ['100', '100B'],
    ['1KIB', '1KiB'],
    ['3KB', '3kB'],
    ['much', undefined],
    ['1 i', undefined],
  ])('%j may have been meant as %j', (text, meant) => {
    expect(sizeFor(text)).toBe(meant);
    if (meant !== undefined) expect(parseSize(meant)).toBeDefined();
  });

  test('as a text they are exactly as many bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (bytes) => {
        expect(parseSize(sizeText(bytes))).toBe(bytes);
      }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.constantFrom('kB', 'MB', 'GB', 'KiB', 'MiB', 'GiB'),
        (n, unit) => {
          expect(parseSize(sizeText(parseSize(`${n}${unit}`) ?? 0))).toBe(parseSize(`${n}${unit}`));
        },
      ),
    );
    expect([1_610_612_736, 20_000_000_000, 268_435_456, 1001].map(sizeText)).toEqual([
      '1536MiB',
      '20GB',
      '256MiB',
      '1001B',
    ]);
  });
});

describe('shares of the processors', () => {
  test.each([
    ['1.5', 1.5],
    ['50%', 0.5],
    ['150%', 1.5],
    ['1000m', 1],
    ['250m', 0.25],
    ['2 cores', undefined],
    ['-1', undefined],
  ])('%s is %d', (text, cpus) => {
    expect(parseCpus(text)).toBe(cpus);
  });

  test.each([
    ['2 cores', '2'],
    ['50 %', '50%'],
    ['50 percent', '50%'],
    ['1 vcpu', '1'],
    ['500 millicores', '500m'],
    ['all', undefined],
  ])('%j may have been meant as %j', (text, meant) => {
    expect(cpusFor(text)).toBe(meant);
  });
});

test('limits in bytes and processors, only those that are said', () => {
  expect(toLimits({})).toEqual({});
  expect(toLimits({ memory: '1GiB', cpu: '50%', output: 10, disk: '2GB', free_disk: '1k' })).toEqual({
    memory_bytes: 2 ** 30,
    cpus: 0.5,
    output_bytes: 10,
    disk_bytes: 2e9,
    free_disk_bytes: 1000,
  });
});

test('limits in words', () => {
  const limits = toLimits({ memory: '1GiB', cpu: 1, output: '5MB', disk: '20GB', free_disk: '1GB' });
  expect(agentLimitWords(limits)).toEqual(['1GiB of memory', '1 processor', '5MB of output']);
  expect(runLimitWords(limits)).toEqual(['at most 20GB on disk', 'nothing new starts below 1GB of free space']);
  expect([...agentLimitWords({}), ...runLimitWords({})]).toEqual([]);
});
