// Limits on a machine that has much to do: hundreds of other processes, more every moment, and no idle processor. What grows here
// stops by itself long before it could do harm.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identify, processFacts } from '../../src/process/identity.ts';
import { restrain } from '../../src/process/restraint.ts';
import type { Limited } from '../../src/process/sampler.ts';
import { processUsage } from '../../src/process/usage.ts';
import { type Lab, lives, openLab, script, until } from './lab.ts';

const MiB = 1024 * 1024;
let crowd: ChildProcess[] = [];
let lab: Lab;
beforeEach(() => {
  lab = openLab(2000);
  crowd = [];
});
afterEach(async () => {
  for (const { pid } of crowd) if (pid !== undefined) end(pid);
  await lab.close();
});

function end(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

/** Starts a shell in a group of its own that ends with the test, or after a minute. */
function shell(text: string): number {
  const child = spawn('timeout', ['60', 'setsid', '-w', 'sh', '-c', text], { detached: true, stdio: 'ignore' });
  crowd.push(child);
  return child.pid ?? 0;
}

test('a hog ends long before it has taken what it can get', { timeout: 120_000 }, async () => {
  await lab.launchers.ready;
  crowd.push(
    spawn('sh', ['-c', 'i=0; while [ $i -lt 600 ]; do sleep 60 & i=$((i + 1)); done; wait'], {
      detached: true,
      stdio: 'ignore',
    }),
  );
  for (const text of ['while :; do (:); done', 'while :; do (:); done', 'while :; do :; done']) {
    crowd.push(spawn('timeout', ['60', 'sh', '-c', text], { detached: true, stdio: 'ignore' }));
  }
  const start = (name: string, text: string) =>
    lab.launchers.launch({
      program: script(text),
      cwd: lab.folder,
      env: { SUPER_TASK: name, SUPER_ATTEMPT: '1' },
      stdin: undefined,
      stdout: join(lab.folder, `${name}.out`),
      stderr: join(lab.folder, `${name}.err`),
      limits: { memoryBytes: 100 * MiB },
    });
  const others = ['a', 'b', 'c', 'd', 'e'].map((name) =>
    start(name, 'i=0; while [ $i -lt 30 ]; do sleep 60 & i=$((i + 1)); done; wait'),
  );
  await until(() => others.every((_, at) => existsSync(join(lab.folder, `${'abcde'[at]}.out`))));
  // It takes 20 MiB every 20 ms and writes a letter for each, up to 1.4 GiB.
  const grow = '$| = 1; for (1..70) { vec($a[$_], 20 << 20, 8) = 1; print "."; select undef, undef, undef, 0.02 }';
  const hog = start('hog', `ulimit -v 3000000; exec perl -e '${grow} sleep 60'`);
  expect(await hog.ended).toMatchObject({ type: 'exceeded' });
  expect(lab.read('hog.out').length * 20).toBeLessThan(700);
  for (const other of others) other.stop(true);
  await Promise.all(others.map(({ ended }) => ended));
});

/** A restraint whose sampler does nothing by itself, and what it asked for. */
function restraintOn(pid: number) {
  const leader = identify(pid);
  if (leader === undefined) throw new Error('it has ended already');
  const limited: Limited[] = [];
  const stops: number[] = [];
  const watch = (one: Limited) => {
    limited.push(one);
    return () => {};
  };
  const findStrays = () => Promise.resolve([]);
  const limits = { memoryBytes: 100 * MiB };
  const restraint = restrain(
    { watch },
    { leader, marks: [], stamps: [], limits, findStrays, stop: (grace) => stops.push(grace) },
  );
  return { restraint, stops, exceed: (...args: Parameters<Limited['onExcess']>) => limited[0]?.onExcess(...args) };
}

/** Lets time pass without a turn for anything that waits in this process. */
const standStill = () => spawnSync('sleep', ['0.3']);

test('far above the limit all of it is killed in the very look that saw it', async () => {
  const pid = shell('trap "" TERM; sleep 60');
  const stray = () => childOf(pid);
  await until(() => stray() !== undefined && processFacts(stray() ?? 0)?.group === stray());
  const member = processFacts(stray() ?? 0);
  if (member === undefined) throw new Error('it has ended already');
  expect(member.group).not.toBe(pid);
  const { restraint, exceed, stops } = restraintOn(pid);
  exceed(151 * MiB, [member]);
  standStill();
  expect(lives(pid)).toBe(false);
  expect(lives(member.pid)).toBe(false);
  expect(stops).toEqual([0]);
  exceed(160 * MiB, []);
  expect(stops).toEqual([0]);
  expect(restraint.excess).toBe('used 151 MiB of memory, the limit is 100 MiB (1 process; measured by sampling)');
});

test('a little above it is told to end at once, once, and killed when it grows on', async () => {
  const child = spawn('sh', ['-c', 'trap "echo told" TERM; echo up; while :; do sleep 0.05; done'], { detached: true });
  crowd.push(child);
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  await until(() => said === 'up\n');
  const { exceed, stops, restraint } = restraintOn(child.pid ?? 0);
  exceed(110 * MiB, []);
  await until(() => said === 'up\ntold\n');
  restraint.letGo();
  exceed(120 * MiB, []);
  standStill();
  expect(lives(child.pid ?? 0)).toBe(true);
  exceed(200 * MiB, []);
  standStill();
  expect(lives(child.pid ?? 0)).toBe(false);
  expect([said, stops]).toEqual(['up\ntold\n', [2000, 0]]);
});

/** A child of a process. */
function childOf(parent: number): number | undefined {
  return readdirSync('/proc')
    .map(Number)
    .find((pid) => Number.isInteger(pid) && processUsage(pid)?.parent === parent);
}
