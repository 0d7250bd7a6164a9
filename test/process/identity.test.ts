import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { identify, processFacts, signalGroup, signalProcess, verdict } from '../../src/process/identity.ts';
import { lives } from './lab.ts';

test('this process is ours, and tells its group', () => {
  const identity = identify(process.pid);
  expect(identity && verdict(identity)).toBe('ours');
  expect(processFacts(process.pid)).toMatchObject({
    pid: process.pid,
    group: expect.any(Number),
    began: expect.stringMatching(/^\d+$/),
  });
});

test('a name with brackets and spaces does not shift the fields', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'super-identity-'));
  const program = join(folder, 'a) Z 1 (b');
  copyFileSync('/bin/sleep', program);
  const child = spawn(program, ['100']);
  await once(child, 'spawn');
  expect(readFileSync(`/proc/${child.pid}/comm`, 'utf8')).toBe('a) Z 1 (b\n');
  expect(processFacts(child.pid ?? 0)).toMatchObject({
    state: expect.stringMatching(/^[RSD]$/),
    group: processFacts(process.pid)?.group,
  });
  child.kill();
  rmSync(folder, { recursive: true });
});

test.each([0, -1, 1, 1.5, -5, Number.NaN])('nobody is signalled by way of the number %d as a group', (pid) => {
  const identity = { ...identify(process.pid), pid, began: '1', boot: identify(process.pid)?.boot ?? '' };
  expect([signalGroup(identity, 'SIGCONT'), signalProcess(identity, 'SIGCONT')]).toEqual([false, false]);
});

test('a number that was given away again is another process, and is not signalled', async () => {
  const child = spawn('sleep', ['100'], { detached: true });
  const identity = identify(child.pid ?? 0);
  if (!identity) throw new Error('sleep was not started');
  const earlier = { ...identity, began: String(Number(identity.began) - 1) };
  expect(verdict(earlier)).toBe('other');
  expect([signalProcess(earlier, 'SIGKILL'), signalGroup(earlier, 'SIGKILL')]).toEqual([false, false]);
  const otherBoot = { ...identity, boot: 'another' };
  expect(verdict(otherBoot)).toBe('gone');
  expect([signalProcess(otherBoot, 'SIGKILL'), signalGroup(otherBoot, 'SIGKILL')]).toEqual([false, false]);
  expect(lives(identity.pid)).toBe(true);
  expect(signalProcess(identity, 'SIGKILL')).toBe(true);
  await once(child, 'exit');
  expect(verdict(identity)).toBe('gone');
  expect(identify(identity.pid)).toBeUndefined();
});
