import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { identify } from '../../src/process/identity.ts';
import { endLeftovers } from '../../src/process/leftovers.ts';
import { stampsOf } from '../../src/process/stamp.ts';
import { lives } from './lab.ts';

const newRun = () => `20261120-000000-000-${Math.random().toString(36).slice(2, 6).padEnd(4, '0')}`;

async function startShell(
  text: string,
  env: Record<string, string>,
  more: readonly string[] = [],
): Promise<ChildProcess> {
  const words = ['-c', `${text}; echo up; while :; do sleep 0.1; done`, ...more];
  const child = spawn('sh', words, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test('what bears the mark ends, and what bears only the stamp, deaf or not; others stay', async () => {
  const run = newRun();
  const [stamp = ''] = stampsOf(run);
  const ended = await Promise.all([
    startShell('true', { SUPER_RUN_ID: run }),
    startShell('trap "" TERM', { SUPER_RUN_ID: run }),
    startShell(`ulimit -w ${stamp}000001 2>/dev/null || ulimit -x ${stamp}000001`, {}),
  ]);
  const others = await Promise.all([
    startShell('true', { SUPER_RUN_ID: newRun() }),
    startShell('true', { OTHER: run }),
  ]);
  expect(await endLeftovers(run)).toBe(true);
  expect(ended.map(({ pid }) => lives(pid ?? 0))).toEqual([false, false, false]);
  expect(others.map(({ pid }) => lives(pid ?? 0))).toEqual([true, true]);
  expect(await endLeftovers(run)).toBe(false);
});

test.each(['', '.*', '../..', 'x', '20261120-000000-000'])(
  'what is no id of a run is not looked for: %j',
  async (run) => {
    const child = await startShell('true', { SUPER_RUN_ID: run });
    expect(await endLeftovers(run)).toBe(false);
    expect(lives(child.pid ?? 0)).toBe(true);
  },
);

test('a run whose orchestrator lives elsewhere is left alone', async () => {
  const run = newRun();
  const orchestrator = await startShell('true', {});
  const began = identify(orchestrator.pid ?? 0)?.began;
  const nursery = (identity: string) => ['super-nursery', run, '/nowhere', '', '', '', identity];
  const agent = await startShell('true', { SUPER_RUN_ID: run });
  const guardian = await startShell('true', { SUPER_RUN_ID: run }, nursery(`${orchestrator.pid}:${began}`));
  expect(await endLeftovers(run)).toBe(false);
  expect([agent, guardian].map(({ pid }) => lives(pid ?? 0))).toEqual([true, true]);
  orchestrator.kill('SIGKILL');
  await once(orchestrator, 'exit');
  expect(await endLeftovers(run)).toBe(true);
  expect([agent, guardian].map(({ pid }) => lives(pid ?? 0))).toEqual([false, false]);
});
