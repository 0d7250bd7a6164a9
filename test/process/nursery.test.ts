import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { identify } from '../../src/process/identity.ts';
import { nurseryProgram } from '../../src/process/nursery.sh.ts';
import { startInnocents } from '../chaos/records.ts';
import { lives } from './lab.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'super-nursery-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A nursery that was told this, and whose orchestrator has died since; resolves when it has ended. */
async function orphanedNursery(folder: string, lines: readonly string[]): Promise<void> {
  const words = [
    '-c',
    nurseryProgram,
    'super-nursery',
    'no-run',
    join(folder, 'private'),
    '',
    process.execPath,
    '',
    '',
  ];
  const nursery = spawn('sh', words, {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: { PATH: process.env.PATH },
  });
  onTestFinished(() => void nursery.kill('SIGKILL'));
  nursery.stdin.end(lines.map((line) => `${line}\n`).join(''));
  await once(nursery, 'exit');
}

test('a guardian ends the group that it guards', async () => {
  const child: ChildProcess = spawn('sleep', ['100'], { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  await orphanedNursery(newFolder(), [`guard ${child.pid} ${identify(child.pid ?? 0)?.began}`]);
  expect(lives(child.pid ?? 0)).toBe(false);
});

test('a guardian signals no group whose number belongs to another process now, nor what is no number of a group', async () => {
  const folder = newFolder();
  const innocents = await startInnocents(folder, 4);
  onTestFinished(innocents.end);
  const wrong = innocents.pids.flatMap((pid) => {
    const began = Number(identify(pid)?.began);
    return [began - 1, began + 1, 0, '', 'x', -1, 2 ** 53].map((time) => `guard ${pid} ${time}`);
  });
  const odd = [
    '0',
    '1',
    '-1',
    '',
    'x',
    '99999999999999999999',
    '4194305',
    `-${innocents.pids[0]}`,
    '1 0',
    '$(kill -9 0)',
  ];
  await orphanedNursery(folder, [...wrong, ...odd.flatMap((pid) => [`guard ${pid} 1`, `guard ${pid}`])]);
  expect(innocents.harm()).toEqual([]);
});
