import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { watchQuota } from '../../src/workspace/quota.ts';

const MiB = 1024 * 1024;

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'super-quota-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const attempts = join(folder, 'attempts');
  mkdirSync(join(attempts, 'a', '1'), { recursive: true });
  return {
    folder,
    attempts,
    fill: (name: string, bytes: number) => writeFileSync(join(folder, name), Buffer.alloc(bytes, 1)),
  };
}

function watch(layout: { folder: string; attempts: string }, limit: number, running: ReadonlySet<string> = new Set()) {
  const told: string[] = [];
  const close = watchQuota(
    { layout, limit, isRunning: (task) => running.has(task), onExcess: (text) => told.push(text) },
    20,
  );
  onTestFinished(close);
  return { told, close };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('a folder that grows beyond its limit is told once, with figures', async () => {
  const { fill, ...layout } = place();
  fill('a', MiB);
  const { told } = watch(layout, 2 * MiB);
  await pause(100);
  expect(told).toEqual([]);
  fill('intermediate', 2 * MiB);
  await pause(150);
  expect(told).toEqual([expect.stringMatching(/^the run takes 3(\.\d)? MiB of disk, the limit is 2 MiB$/)]);
});

test('an attempt that runs is measured again, one that has ended is not; a second attempt is', async () => {
  const { fill, ...layout } = place();
  const running = new Set(['a']);
  const { told } = watch(layout, MiB, running);
  await pause(60);
  fill('attempts/a/1/stdout.log', MiB / 2);
  await pause(60);
  running.delete('a');
  await pause(60);
  fill('attempts/a/1/late', 2 * MiB);
  await pause(60);
  expect(told).toEqual([]);
  running.add('a');
  await pause(60);
  expect(told).toHaveLength(1);
});

test('what a link leads to does not count, nor do holes', async () => {
  const { fill, ...layout } = place();
  const elsewhere = place();
  elsewhere.fill('big', 8 * MiB);
  symlinkSync(elsewhere.folder, join(layout.folder, 'link'));
  writeFileSync(join(layout.folder, 'holes'), '', { flag: 'w' });
  const { truncateSync } = await import('node:fs');
  truncateSync(join(layout.folder, 'holes'), 100 * MiB);
  const { told } = watch(layout, MiB);
  await pause(100);
  expect(told).toEqual([]);
});

test('many files are measured in pieces, and nothing is told after the end', async () => {
  const { fill, ...layout } = place();
  for (let n = 0; n < 1000; n++) fill(`attempts/a/1/${n}`, 5000);
  expect(readdirSync(join(layout.attempts, 'a', '1'))).toHaveLength(1000);
  const { told } = watch(layout, 7 * MiB);
  const other = watch(layout, 7 * MiB);
  other.close();
  await pause(200);
  expect(told).toHaveLength(1);
  expect(other.told).toEqual([]);
});
