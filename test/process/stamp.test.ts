import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { launcherStamp, stampOn, stampsOf } from '../../src/process/stamp.ts';

const run = '20261120-000000-000-abcd';

/** A process whose limit was set to this number, and which has emptied its environment since. */
async function stamped(number: string): Promise<number> {
  const text = `{ ulimit -w ${number} || ulimit -x ${number}; } 2>/dev/null; exec env -i setsid perl -e '$| = 1; print "up\n"; sleep 100'`;
  const child = spawn('sh', ['-c', text], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

test('stamps are always the same for a run, differ from those of others, and grow smaller', () => {
  const stamps = stampsOf(run);
  expect(stampsOf(run)).toEqual(stamps);
  expect(stampsOf('20261120-000000-000-abce')).not.toEqual(stamps);
  const numbers = stamps.map(Number);
  expect(numbers.toSorted((a, b) => b - a)).toEqual(numbers);
  expect(new Set(numbers).size).toBe(12);
  // With six digits behind it, it is a number that the kernel can keep.
  for (const stamp of stamps) expect(BigInt(`${stamp}999999`)).toBeLessThan(2n ** 63n);
});

test('is read from a process without an environment, in a session of its own', async () => {
  const [first = '', second = ''] = stampsOf(run);
  const pid = await stamped(launcherStamp(first, 7));
  expect(stampOn(pid, stampsOf(run))).toBe(first);
  expect(stampOn(pid, [launcherStamp(first, 7)])).toBe(launcherStamp(first, 7));
  expect(stampOn(pid, [launcherStamp(first, 8), second])).toBeUndefined();
  expect(stampOn(pid, stampsOf('20261120-000000-000-abce'))).toBeUndefined();
});

test('a number that only begins like a stamp is none', async () => {
  const [stamp = ''] = stampsOf(run);
  expect(stampOn(await stamped(`${stamp}12345`), [stamp])).toBeUndefined();
});

test('is not on a process that was never started by a run, nor on one that is gone', () => {
  const gone = spawnSync('true').pid;
  expect([stampOn(1, stampsOf(run)), stampOn(gone, stampsOf(run))]).toEqual([undefined, undefined]);
});
