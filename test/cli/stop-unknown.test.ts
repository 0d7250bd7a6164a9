// A lock is a file: whoever can write it can name any process, also one that shows nobody what it has open, as ssh-agent.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { identify } from '../../src/process/identity.ts';
import { commandOrchestra, folderWith, runCli } from './harness.ts';

vi.mock('../../src/process/open-files.ts', () => ({ hasOpen: () => undefined }));

test.each([[], ['--force']])('a process of which nothing can be known gets no signal %s', async (...force) => {
  const cwd = folderWith({ 'orchestras/good.yaml': commandOrchestra('good', ['one']) });
  await runCli(['orchestra', 'run', 'good', '--rehearse', '--goal', 'g', '-q'], { cwd });
  const { runs } = JSON.parse((await runCli(['runs', 'list', '--json'], { cwd })).stdout);
  const innocent = spawn('sleep', ['60']);
  onTestFinished(() => void innocent.kill('SIGKILL'));
  const { pid = 0, began, boot } = identify(innocent.pid ?? 0) ?? {};
  const record = { pid, start_time: began, boot_id: boot, host: hostname(), run: runs[0].id };
  writeFileSync(join(cwd, 'orchestra_workspaces/good/run.lock'), JSON.stringify(record));
  const { code, stderr } = await runCli(['runs', 'stop', ...force.flat()], { cwd });
  expect(code).toBe(9);
  expect(stderr).toContain(`process ${pid}, of which nothing can be known here: it was left alone`);
  expect([innocent.exitCode, innocent.signalCode]).toEqual([null, null]);
});
