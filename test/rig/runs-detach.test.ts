// Runs in the background.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findPrograms } from '../../src/process/probe.ts';
import { driver, lives, marked, orchestra, program, project, run, start, task, until } from './rig.ts';

const runIds = (cwd: string) => readdirSync(join(cwd, 'orchestra_workspaces/o/runs'));

/** Whatever a test leaves in the background ends with it. */
function endWith(id: string, cwd: string): void {
  onTestFinished(async () => void (await run(['runs', 'stop', '--force', id], { cwd })));
}

/** Fields of a process's stat file from the third on. */
function statOf(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

test('the run goes on in a session of its own, and can be seen, followed and stopped', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one'), task('two')] }));
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml', '--goal', 'x', '--detach'], { cwd });
  const id = stdout.trim();
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d{8}-\d{6}-\d{3}-[a-z0-9]{4}\n$/);
  endWith(id, cwd);
  const log = `orchestra_workspaces/o/runs/${id}/detached.log`;
  expect(stderr.replace(/process \d+/, 'process <pid>')).toBe(
    `super: the run goes on in the background, in process <pid>; what it says: ${log}\n` +
      `see     super runs show ${id}\nfollow  super runs logs -f ${id}\nstop    super runs stop ${id}\n`,
  );
  const { holder } = JSON.parse((await run(['runs', 'show', '--json'], { cwd })).stdout);
  const [, , , session, terminal] = statOf(holder.pid);
  expect({ session, terminal }).toEqual({ session: String(holder.pid), terminal: '0' });
  expect(marked(`SUPER_DETACHED_RUN=${id}`).filter((pid) => pid !== holder.pid)).toEqual([]);
  const follower = start(['runs', 'logs', '-f', id], { cwd });
  for (const name of ['one', 'two']) (await drive.begun(name)).tell({ say: name, exit: 0 });
  expect(await follower.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('SUCCEEDED') });
  await until(() => !lives(holder.pid));
  expect(readFileSync(join(cwd, log), 'utf8')).toContain('SUCCEEDED  2 tasks');
});

const terminal = findPrograms('script', process.env.PATH)[0];

test.skipIf(terminal === undefined)('it survives the end of its terminal (skipped without script(1))', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one')] }));
  const words = [process.execPath, program, 'orchestra', 'run', 'o.yaml', '--detach', '--json'];
  const line = `${words.join(' ')} > begun && echo $$ > shell && exec sleep 100`;
  const screen = spawn(terminal ?? '', ['-qec', line, '/dev/null'], {
    cwd,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, HOME: cwd },
  });
  onTestFinished(() => void screen.kill('SIGKILL'));
  await until(() => existsSync(join(cwd, 'shell')) && readFileSync(join(cwd, 'shell'), 'utf8') !== '');
  const { run: id, pid } = JSON.parse(readFileSync(join(cwd, 'begun'), 'utf8'));
  endWith(id, cwd);
  const one = await drive.begun('one');
  screen.kill('SIGKILL');
  const shell = Number(readFileSync(join(cwd, 'shell'), 'utf8'));
  await until(() => !lives(shell)); // it had the terminal, and heard HUP
  expect(lives(pid)).toBe(true);
  one.tell({ say: 'x', exit: 0 });
  await until(() => !lives(pid));
  const shown = JSON.parse((await run(['runs', 'show', id, '--json'], { cwd })).stdout);
  expect(shown).toMatchObject({ state: 'succeeded', files: { background: expect.stringContaining('detached.log') } });
});

test('the goal may come from standard input', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one')] }));
  const goal = 'a goal\nof two lines';
  const { stdout } = await run(['orchestra', 'run', 'o.yaml', '--goal-file', '-', '--detach'], { cwd, stdin: goal });
  endWith(stdout.trim(), cwd);
  expect((await drive.begun('one')).env.SUPER_GOAL).toBe(goal);
});

test('what keeps it from beginning is told here, with its exit code, and nothing is left', async () => {
  const cwd = project({
    ...orchestra({ agents: [{ name: 'a', run: 'sleep 100' }], tasks: [task('one')] }),
    'bad.yaml': 'orchestra: {id: o}\nagents: [ghost]\ntasks: []\n',
    'missing.yaml': JSON.stringify({
      orchestra: { id: 'o' },
      agents: [{ name: 'a', argv: ['no-such-program-anywhere'] }],
      tasks: [task('one')],
    }),
  });
  const detach = (...words: readonly string[]) => run(['orchestra', 'run', ...words, '--detach'], { cwd });
  expect(await detach('nope')).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('"nope"') });
  expect(await detach('bad.yaml')).toMatchObject({
    code: 3,
    stdout: '',
    stderr: expect.stringContaining('out-of-range'),
  });
  expect(await detach('missing.yaml')).toMatchObject({ code: 4, stdout: '' });
  expect(await detach('o.yaml', '--dry-run')).toMatchObject({ code: 2, stdout: '' });
  expect(existsSync(join(cwd, 'orchestra_workspaces'))).toBe(false);
  writeFileSync(join(cwd, 'a-file'), '');
  expect(await detach('o.yaml', '-w', 'a-file')).toMatchObject({
    code: 10,
    stdout: '',
    stderr: expect.stringContaining('cannot write'),
  });
  const first = await detach('o.yaml');
  endWith(first.stdout.trim(), cwd);
  const second = await detach('o.yaml');
  expect(second).toMatchObject({ code: 9, stdout: '' });
  expect(second.stderr).toContain(`run ${first.stdout.trim()} (process `);
  expect(runIds(cwd)).toEqual([first.stdout.trim()]);
});

test('Ctrl-C before it has begun ends both', async () => {
  const slow = `if (process.env.SUPER_DETACHED_RUN) {
  require('node:fs').writeFileSync('waiting', String(process.pid));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20000);
}`;
  const cwd = project({
    ...orchestra({ agents: [{ name: 'a', run: 'true' }], tasks: [task('one')] }),
    'slow.cjs': slow,
  });
  const env = { NODE_OPTIONS: `--require=${join(cwd, 'slow.cjs')}` };
  const starter = start(['orchestra', 'run', 'o.yaml', '--detach'], { cwd, env });
  await until(() => existsSync(join(cwd, 'waiting')) && readFileSync(join(cwd, 'waiting'), 'utf8') !== '');
  const pid = Number(readFileSync(join(cwd, 'waiting'), 'utf8'));
  expect(lives(pid)).toBe(true);
  starter.child.kill('SIGINT');
  expect(await starter.ended).toMatchObject({ code: 130, stdout: '' });
  expect(lives(pid)).toBe(false);
  expect(runIds(cwd)).toEqual([]);
});

test('resume --detach goes on in the background, with today’s files too', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one'), task('two')] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  (await drive.begun('one')).tell({ say: 'one', exit: 0 });
  await drive.begun('two');
  started.child.kill('SIGTERM');
  await started.ended;
  const [first = ''] = runIds(cwd);
  const resumed = await run(['orchestra', 'resume', '--detach', '-q'], { cwd });
  expect(resumed).toMatchObject({ code: 0, stdout: `${first}\n`, stderr: '' });
  endWith(first, cwd);
  await drive.begun('two', 2);
  expect((await run(['runs', 'stop', first], { cwd })).code).toBe(0);
  const other = await run(['orchestra', 'resume', '--detach', '--with-changes'], { cwd });
  expect(other.code).toBe(0);
  const second = other.stdout.trim();
  endWith(second, cwd);
  expect(runIds(cwd).sort()).toEqual([first, second]);
  const shown = JSON.parse((await run(['runs', 'show', second, '--json'], { cwd })).stdout);
  expect(shown).toMatchObject({ continues: first, counts: { reused: 1 } });
});
