// A live run and a second terminal.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { driver, events, lives, marked, orchestra, project, run, runFolder, start, task, until } from './rig.ts';

/** `super runs ...` in a second terminal. */
function runs(cwd: string, ...words: readonly string[]) {
  return run(['runs', ...words], { cwd });
}

/** The state of a process: T is stopped. */
function stateOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
}

const parallel = { strategy: 'parallel' };
const happened = (cwd: string, type: string, name: string) =>
  events(cwd).some((event) => event.type === type && 'task' in event && event.task === name);

test('a paused run starts nothing; what runs comes to its end; then it goes on', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one'), task('two')] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const one = await drive.begun('one');
  const { SUPER_RUN_ID: id = '' } = one.env;
  expect(await runs(cwd, 'pause')).toEqual({
    code: 0,
    stdout: `run ${id} is paused; still running: one\nto go on: super runs unpause ${id}\n`,
    stderr: '',
  });
  expect(await runs(cwd, 'pause', id)).toMatchObject({
    code: 4,
    stderr: `super: run ${id}: the run is paused already\nto go on: super runs unpause ${id}\n`,
  });
  one.tell({ say: 'done', exit: 0 });
  await until(() => happened(cwd, 'task.succeeded', 'one'));
  await sleep(300);
  const shown = JSON.parse((await runs(cwd, 'show', '--json')).stdout);
  expect(shown).toMatchObject({ state: 'paused', paused: { frozen: false }, holder: { pid: started.pid } });
  expect(shown.tasks.map(({ state }: { state: string }) => state)).toEqual(['succeeded', 'pending']);
  expect(drive.seen).toEqual(['one']);
  expect((await runs(cwd, 'unpause')).code).toBe(0);
  (await drive.begun('two')).tell({ say: 'done', exit: 0 });
  expect((await started.ended).code).toBe(0);
  expect(await runs(cwd, 'unpause', id)).toMatchObject({ code: 4, stderr: expect.stringContaining('ended') });
});

test('a frozen run holds its agents, those too that left their group, and lets them go on', async () => {
  const drive = await driver();
  const tasks = [task('one', { timeout_seconds: 2 })];
  const cwd = project(orchestra({ execution: parallel, agents: [drive.agent], tasks }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const one = await drive.begun('one');
  const family = [one.pid, await one.child(false), await one.child(true)];
  expect((await runs(cwd, 'pause', '--freeze')).stdout).toContain('; held: one\n');
  await until(() => family.every((pid) => stateOf(pid) === 'T'));
  await sleep(2500); // longer than the timeout, which waits
  expect(family.map(stateOf)).toEqual(['T', 'T', 'T']);
  expect((await runs(cwd, 'unpause')).code).toBe(0);
  await until(() => family.every((pid) => stateOf(pid) !== 'T'));
  one.tell({ say: 'late, but in time', exit: 0 });
  expect(await started.ended).toMatchObject({ code: 0, stdout: '## one\n\nlate, but in time\n' });
});

test('a frozen run can be stopped', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one'), task('two')] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const one = await drive.begun('one');
  const { SUPER_RUN_ID: id = '' } = one.env;
  await runs(cwd, 'pause', '--freeze');
  await until(() => stateOf(one.pid) === 'T');
  const { code, stdout, stderr } = await runs(cwd, 'stop');
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `run ${id} has ended: cancelled (2 cancelled)\nto go on: super orchestra resume ${id}\n`,
  });
  expect(stderr).toBe(
    `super: run ${id} was told to end; its agents have 10 s (at once: super runs stop --force ${id})\n`,
  );
  const ended = await started.ended;
  expect(ended.code).toBe(143);
  expect(ended.stderr).toContain('\ncancelled: one, two: stopped by super runs stop\n');
  expect(readdirSync(runFolder(cwd))).not.toContain('control');
  expect(marked(`SUPER_RUN_ID=${id}`)).toEqual([]);
});

test('one task is cancelled, running or not; the others go on', async () => {
  const drive = await driver();
  const tasks = [task('one'), task('two'), task('three', { context: ['one'] }), task('four', { context: ['two'] })];
  const cwd = project(orchestra({ execution: { ...parallel, on_failure: 'continue' }, agents: [drive.agent], tasks }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const [one, two] = await Promise.all([drive.begun('one'), drive.begun('two')]);
  expect((await runs(cwd, 'cancel', 'one')).stdout).toMatch(/^one: cancelled\n/);
  expect(lives(one.pid)).toBe(false);
  expect((await runs(cwd, 'cancel', 'four')).stdout).toMatch(/^four: cancelled\n/);
  expect(await runs(cwd, 'cancel', 'one')).toMatchObject({
    code: 4,
    stderr: 'super: one has already ended: cancelled\n',
  });
  two.tell({ say: 'two', exit: 0 });
  expect((await started.ended).code).toBe(1);
  const shown = JSON.parse((await runs(cwd, 'show', '--json')).stdout);
  expect(shown.tasks.map(({ state }: { state: string }) => state)).toEqual([
    'cancelled',
    'succeeded',
    'skipped',
    'cancelled',
  ]);
});

test('--force ends agents at once that are deaf to TERM', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one')] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const one = await drive.begun('one');
  one.tell({ deaf: true });
  const family = [one.pid, await one.child(false), await one.child(true)];
  const before = performance.now();
  const { code, stdout } = await runs(cwd, 'stop', '--force', '--json');
  expect(performance.now() - before).toBeLessThan(5000);
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, state: 'cancelled', forced: true, killed: false });
  expect((await started.ended).code).toBe(143);
  expect(family.filter(lives)).toEqual([]);
});

test('--force kills an orchestrator that does not listen, and its guardian ends the agents', async () => {
  const drive = await driver();
  const preload = 'deaf.cjs';
  const deaf = `const on = process.on;
process.on = function (name, ...more) { return /^SIG/.test(name) ? on.call(this, name, () => {}) : on.call(this, name, ...more); };`;
  const cwd = project({ ...orchestra({ agents: [drive.agent], tasks: [task('one')] }), [preload]: deaf });
  const env = { NODE_OPTIONS: `--require=${join(cwd, preload)}` };
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd, env });
  const one = await drive.begun('one');
  const { SUPER_RUN_ID: id = '' } = one.env;
  const children = [await one.child(false), await one.child(true)];
  expect(await runs(cwd, 'stop', '--force')).toEqual({
    code: 0,
    stdout: `run ${id} was killed: its process did not end within 5 s\nto go on: super orchestra resume ${id}\n`,
    stderr: '',
  });
  await started.ended;
  expect([one.pid, ...children].filter(lives)).toEqual([]);
  expect(marked(`SUPER_RUN_ID=${id}`)).toEqual([]);
  expect(JSON.parse((await runs(cwd, 'show', '--json')).stdout)).toMatchObject({ state: 'interrupted', holder: null });
});

test('a run that was put to sleep from its terminal says nothing, and is woken to be stopped', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one')] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  await drive.begun('one');
  started.child.kill('SIGSTOP');
  await until(() => stateOf(started.pid) === 'T');
  const { code, stderr } = await runs(cwd, 'pause');
  expect(code).toBe(9);
  expect(stderr).toMatch(
    /^super: run \S+ has not answered for 5 s \(process \d+\): it is held itself, as by Ctrl-Z; kill -CONT \d+\nto end it: super runs stop /,
  );
  expect((await runs(cwd, 'stop')).stdout).toContain('has ended: cancelled');
  expect((await started.ended).code).toBe(143);
});

test('no signal goes to an innocent process whose number stands in a lock', async () => {
  const cwd = project(orchestra({ agents: [{ name: 'a', run: 'echo x' }], tasks: [task('one')] }));
  await run(['orchestra', 'run', 'o.yaml', '-q'], { cwd });
  const journal = join(runFolder(cwd), 'events.jsonl');
  writeFileSync(journal, readFileSync(journal, 'utf8').split('\n').slice(0, 2).join('\n').concat('\n'));
  const noting =
    'for s in HUP INT TERM CONT USR1 TSTP; do trap "echo $s >> signals" $s; done; echo > ready; while :; do sleep 0.05; done';
  const home = project({});
  const innocent = spawn('sh', ['-c', noting], { cwd: home, stdio: 'ignore' });
  const pid = innocent.pid ?? 0;
  try {
    await until(() => exists(join(home, 'ready')));
    const id = events(cwd)[0]?.run ?? '';
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const forged = [
      { start_time: '1', boot_id: boot },
      { start_time: '99999999999', boot_id: boot },
      { start_time: '', boot_id: boot },
      { start_time: beganOf(pid), boot_id: '00000000-0000-0000-0000-000000000000' },
    ];
    for (const record of forged) {
      const lock = { pid, host: hostname(), run: id, ...record };
      writeFileSync(join(cwd, 'orchestra_workspaces/o/run.lock'), `${JSON.stringify(lock)}\n`);
      for (const words of [
        ['stop', id],
        ['stop', id, '--force'],
        ['pause', id, '--freeze'],
        ['cancel', 'one', id],
      ]) {
        expect((await runs(cwd, ...words)).code).toBe(4);
      }
    }
    // A whole identity, but not of whoever runs this run.
    const whole = { pid, host: hostname(), run: id, start_time: beganOf(pid), boot_id: boot };
    writeFileSync(join(cwd, 'orchestra_workspaces/o/run.lock'), `${JSON.stringify(whole)}\n`);
    for (const words of [['stop'], ['stop', '--force']]) {
      expect(await runs(cwd, ...words)).toMatchObject({
        code: 9,
        stderr: expect.stringContaining('does not write its journal: it was left alone'),
      });
    }
    await sleep(100);
    expect(lives(pid)).toBe(true);
    expect(exists(join(home, 'signals'))).toBe(false);
  } finally {
    innocent.kill('SIGKILL');
  }
});

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

function beganOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

test('logs of a task are followed over its attempts until it ends', async () => {
  const drive = await driver();
  const execution = { retry_strategy: { strategy: 'fixed', max_attempts: 2, initial_delay_seconds: 0.1 } };
  const cwd = project(orchestra({ execution, agents: [drive.agent], tasks: [task('one'), task('two')] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const one = await drive.begun('one', 1);
  const follower = start(['runs', 'logs', '-f', '@last', 'one'], { cwd });
  let heard = '';
  follower.child.stdout?.on('data', (text: string) => {
    heard += text;
  });
  one.tell({ say: 'first ', complain: 'oops\n' });
  await until(() => heard === 'first ');
  one.tell({ say: 'try\n', exit: 1 });
  (await drive.begun('one', 2)).tell({ say: 'second try\n', exit: 0 });
  expect(await follower.ended).toEqual({ code: 0, stdout: 'first try\nsecond try\n', stderr: 'oops\n' });
  const reader = start(['runs', 'logs', '-f'], { cwd });
  (await drive.begun('two')).tell({ say: 'x', exit: 0 });
  await started.ended;
  const { code, stdout } = await reader.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/started +two .*succeeded +two .*\nSUCCEEDED {2}2 tasks/s);
  expect((await runs(cwd, 'logs', '@last', 'one', '--attempt', '1')).stdout).toBe('first try\n');
});

test('Ctrl-C ends the reader of logs, and not the run', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one')] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const one = await drive.begun('one');
  one.tell({ say: 'half a line' });
  const readers = [start(['runs', 'logs', '-f', 'one'], { cwd }), start(['runs', 'logs', '-f'], { cwd })];
  await Promise.all(readers.map(({ child }) => new Promise((heard) => child.stdout?.once('data', heard))));
  for (const { child } of readers) child.kill('SIGINT');
  expect((await Promise.all(readers.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([130, 130]);
  one.tell({ exit: 0 });
  expect((await started.ended).code).toBe(0);
});

test('what agents use is seen from any terminal, also of those that left their group or emptied their environment', async () => {
  const busy = 'while :; do :; done';
  const agents = [
    { name: 'plain', run: busy },
    { name: 'apart', run: `setsid sh -c '${busy}' & env -i sh -c 'echo > hidden; exec sleep 100' & wait` },
    { name: 'idle', run: 'sleep 100' },
  ];
  const tasks = agents.map(({ name }) => task(name, { agent: name }));
  const cwd = project(orchestra({ execution: parallel, agents, tasks }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const mine = (name: string) => marked(`SUPER_TASK=${name}`).filter((pid) => marked(cwd).includes(pid));
  await until(() => mine('apart').length >= 2 && mine('idle').length >= 1);
  await until(() => exists(join(cwd, 'hidden')));
  const shown = JSON.parse((await runs(cwd, 'show', '--resources', '--json')).stdout);
  const [plain, apart, idle] = shown.resources.attempts;
  expect(plain).toMatchObject({ task: 'plain', attempt: 1 });
  // How much of a processor they get is up to whatever else runs on this machine.
  expect(plain.cpu_percent).toBeGreaterThan(idle.cpu_percent);
  expect(apart.cpu_percent).toBeGreaterThan(idle.cpu_percent);
  // The shell, what it set apart, and what hides its environment.
  expect(apart.processes).toBeGreaterThanOrEqual(3);
  expect(idle.cpu_percent).toBeLessThan(10);
  expect(idle.memory_bytes).toBeGreaterThan(10_000);
  expect(shown.resources.super.memory_bytes).toBeGreaterThan(5_000_000);
  const screen = (await runs(cwd, 'show', '--resources')).stdout;
  expect(screen).toMatch(/\nagent +procs +cpu +memory +elapsed\n/);
  expect(screen).toMatch(/\nplain +\d+ +\d+ % +[\d.]+ [kM]B +\d+s\n/);
  started.child.kill('SIGINT');
  await started.ended;
});
