import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { machineOf, type Senses, usualThresholds } from '../../src/process/machine.ts';

const MiB = 1024 * 1024;

/** A machine whose figures can be set. */
function fake() {
  const figures = { total: 8192, available: 4000, free: 1000 * MiB, load: 1.5, pressure: 0, online: '0-1\n', now: 0 };
  const files: Readonly<Record<string, () => string>> = {
    '/proc/meminfo': () =>
      `MemTotal:       ${figures.total * 1024} kB\nMemFree:        1 kB\nMemAvailable:   ${figures.available * 1024} kB\n`,
    '/proc/pressure/memory': () =>
      `some avg10=99.00 avg60=9.00 avg300=0.00 total=1\nfull avg10=${figures.pressure.toFixed(2)} avg60=0.00 avg300=0.00 total=0\n`,
    '/proc/loadavg': () => `${figures.load.toFixed(2)} 0.50 0.20 1/127 618\n`,
    '/sys/devices/system/cpu/online': () => figures.online,
  };
  let reads = 0;
  const senses: Senses = {
    read(path) {
      reads += 1;
      return files[path]?.();
    },
    free: () => figures.free,
    now: () => figures.now,
  };
  const machine = machineOf('/ws', usualThresholds, senses);
  return {
    figures,
    reads: () => reads,
    /** What is short a while later, with these figures. */
    with(over: Partial<typeof figures>) {
      Object.assign(figures, over, { now: figures.now + 1000 });
      return machine.look();
    },
    look: machine.look,
  };
}

test('this machine, whose figures are real, can bear more than nothing', () => {
  const machine = machineOf(tmpdir(), { freeDisk: 1, memoryShare: 0, memoryBytes: 1, pressure: 101, load: 1e6 });
  expect(machine.look()).toBeUndefined();
  const full = machineOf(tmpdir(), { ...usualThresholds, freeDisk: 1024 ** 6 });
  expect(full.look()).toMatchObject({ type: 'disk', message: expect.stringMatching(/has [\d.]+ [MGT]iB left, and/) });
  const small = machineOf(tmpdir(), { ...usualThresholds, freeDisk: 0, memoryShare: 1 });
  expect(small.look()?.message).toMatch(/^memory: [\d.]+ [MG]iB of [\d.]+ [MG]iB available$/);
  const slow = machineOf(tmpdir(), { ...usualThresholds, freeDisk: 0, memoryShare: 0, memoryBytes: 0, load: 0 });
  expect(slow.look()?.message).toMatch(/^load: [\d.]+ on \d+ processors?$/);
});

test('disk', () => {
  const machine = fake();
  expect(machine.with({ free: 256 * MiB })).toBeUndefined();
  expect(machine.with({ free: 256 * MiB - 1 })).toEqual({
    type: 'disk',
    message: 'the disk of /ws has 255 MiB left, and nothing starts below 256 MiB',
  });
  expect(machine.with({ free: 256 * MiB })).toBeUndefined();
});

test('memory: by share on a large machine, by bytes on others, by an eighth on a very small one', () => {
  const machine = fake();
  expect(machine.with({ available: 410 })).toBeUndefined();
  expect(machine.with({ available: 409 })).toEqual({ type: 'memory', message: 'memory: 409 MiB of 8 GiB available' });
  expect(machine.with({ available: 511 })?.type).toBe('memory');
  expect(machine.with({ available: 513 })).toBeUndefined();
  expect(machine.with({ total: 4096, available: 256 })).toBeUndefined();
  expect(machine.with({ total: 4096, available: 255 })?.type).toBe('memory');
  expect(machine.with({ total: 512, available: 100 })).toBeUndefined();
  expect(machine.with({ total: 512, available: 63 })?.type).toBe('memory');
});

test('pressure', () => {
  const machine = fake();
  expect(machine.with({ pressure: 19 })).toBeUndefined();
  expect(machine.with({ pressure: 35.4 })?.message).toBe('memory: everything waited for it in 35 % of the last 10 s');
  expect(machine.with({ pressure: 17 })?.type).toBe('memory');
  expect(machine.with({ pressure: 15 })).toBeUndefined();
});

test('load, for each processor of the machine', () => {
  const machine = fake();
  expect(machine.with({ load: 31.9 })).toBeUndefined();
  expect(machine.with({ load: 32.25 })).toEqual({ type: 'load', message: 'load: 32.25 on 2 processors' });
  expect(machine.with({ load: 26 })?.type).toBe('load');
  expect(machine.with({ load: 25.5 })).toBeUndefined();
  expect(machine.with({ load: 60, online: '0-3,8\n' })).toBeUndefined();
  expect(machine.with({ load: 16, online: '0\n' })?.message).toBe('load: 16 on 1 processor');
});

test('a look is good for a second', () => {
  const machine = fake();
  expect(machine.with({ load: 100 })?.type).toBe('load');
  const reads = machine.reads();
  machine.figures.load = 0;
  machine.figures.now += 999;
  expect(machine.look()?.type).toBe('load');
  expect(machine.reads()).toBe(reads);
  machine.figures.now += 1;
  expect(machine.look()).toBeUndefined();
});

test('a kernel that tells nothing is taken to be well', () => {
  const silent: Senses = { read: () => undefined, free: () => undefined, now: () => 0 };
  expect(machineOf('/ws', usualThresholds, silent).look()).toBeUndefined();
});
