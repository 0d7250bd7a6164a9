// How runs end: exit codes, and what is printed, whole.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readJournal } from '../../src/workspace/journal.ts';
import { expectGolden } from '../golden/golden.ts';
import {
  driver,
  type Ended,
  events,
  lives,
  orchestra,
  program,
  project,
  run,
  runFolder,
  settled,
  start,
  task,
  until,
} from './rig.ts';

const sh = (name: string, script: string) => ({ name, run: script });

function whole(ended: Ended, cwd: string): string {
  return `exit code ${ended.code}\n--- stdout ---\n${settled(ended.stdout, cwd)}--- stderr ---\n${settled(ended.stderr, cwd)}`;
}

test('0: every task succeeded; the result stands on standard output, all else on standard error', async () => {
  const tasks = [task('one'), task('two')];
  const cwd = project(
    orchestra({ agents: [sh('a', 'cat "$SUPER_CONTEXT_DIR"/* 2>/dev/null || :; echo "$SUPER_TASK"')], tasks }),
  );
  expectGolden('rig/exit-0.txt', whole(await run(['orchestra', 'run', 'o.yaml'], { cwd }), cwd));
});

test('1: a task failed; the rest is skipped, and its log is at hand', async () => {
  const agents = [sh('a', 'echo fine'), sh('bad', 'echo "no such luck" >&2; exit 3')];
  const tasks = [task('one'), task('two', { agent: 'bad' }), task('three')];
  const cwd = project(orchestra({ agents, tasks }));
  expectGolden('rig/exit-1.txt', whole(await run(['orchestra', 'run', 'o.yaml'], { cwd }), cwd));
  const output = readFileSync(join(runFolder(cwd), 'task_outputs/two_output.txt'), 'utf8');
  expect(output).toBe('two failed: exit code 3\n\n--- end of stderr ---\nno such luck\n');
});

test('2: the command line is wrong', async () => {
  const cwd = project(orchestra({ agents: [sh('a', ':')], tasks: [task('one')] }));
  const ended = await run(['orchestra', 'run', 'o.yaml', '--goel', 'x'], { cwd });
  expect(ended).toEqual({
    code: 2,
    stdout: '',
    stderr: `super: unknown option "--goel"\ndid you mean "--goal"?\nsee: super orchestra run --help\n`,
  });
});

test('3: the file is invalid', async () => {
  const cwd = project({
    'o.yaml': 'orchestra: {id: o}\nagents: [{name: a, run: "true"}]\ntasks:\n  - {name: one, agent: b}\n',
  });
  expectGolden('rig/exit-3.txt', whole(await run(['orchestra', 'run', 'o.yaml'], { cwd }), cwd));
});

test('4: something is missing, and no task was started', async () => {
  const agents = [
    sh('a', 'echo hi > started'),
    { name: 'b', argv: ['no-such-program-here'] },
    sh('c', 'no-such-command-here -x'),
  ];
  const tasks = [task('one'), task('two', { agent: 'b' }), task('three', { agent: 'c' })];
  const cwd = project(orchestra({ agents, tasks }));
  expectGolden('rig/exit-4.txt', whole(await run(['orchestra', 'run', 'o.yaml'], { cwd }), cwd));
  expect(() => readFileSync(join(cwd, 'started'))).toThrow('ENOENT');
  expect((await run(['orchestra', 'run', 'nowhere.yaml'], { cwd })).code).toBe(4);
});

test('6: the run took too long; what ran is ended, what did not is cancelled', async () => {
  const drive = await driver();
  const cwd = project(
    orchestra({ execution: { run_timeout_seconds: 1 }, agents: [drive.agent], tasks: [task('one'), task('two')] }),
  );
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect(code).toBe(6);
  expect(stderr).toContain('TIMED OUT');
  expect(events(cwd).at(-1)).toMatchObject({ type: 'run.finished', outcome: 'failed', because: 'timeout' });
  expect(drive.seen).toEqual(['one']);
});

test('9: of two runs in one workspace the second is refused, and the first goes on', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one')] }));
  const first = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const worker = await drive.begun('one');
  const second = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect(second.code).toBe(9);
  expect(settled(second.stderr, cwd)).toBe(
    'super: run <run> (process <pid> on <host>) holds the workspace <root>/orchestra_workspaces/o\nwait for it, or use another folder: --workspace-path <folder>\n',
  );
  worker.tell({ say: 'done', exit: 0 });
  expect((await first.ended).code).toBe(0);
  expect((await run(['orchestra', 'run', 'o.yaml', '--rehearse'], { cwd })).code).toBe(0);
});

test('9: a lock from another machine is believed; one of a dead process here is not', async () => {
  const cwd = project(orchestra({ agents: [sh('a', ':')], tasks: [task('one')] }));
  const lock = join(cwd, 'orchestra_workspaces/o/run.lock');
  mkdirSync(join(cwd, 'orchestra_workspaces/o'), { recursive: true });
  const holder = { pid: 999_999_999, start_time: '1', boot_id: 'x', host: 'elsewhere.example', run: 'r-of-another' };
  writeFileSync(lock, JSON.stringify(holder));
  const refused = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect(refused).toMatchObject({
    code: 9,
    stderr: expect.stringContaining('run r-of-another (process 999999999 on elsewhere.example)'),
  });
  expect(JSON.parse(readFileSync(lock, 'utf8'))).toEqual(holder);
  writeFileSync(lock, JSON.stringify({ ...holder, host: hostname() }));
  expect((await run(['orchestra', 'run', 'o.yaml', '-q'], { cwd })).code).toBe(0);
});

test.skipIf(process.getuid?.() !== 0)(
  '10: the disk is full; the journal stays whole (needs root, for a small disk)',
  async () => {
    const cwd = project(
      orchestra({ agents: [sh('a', 'head -c 300000 /dev/zero | tr "\\0" x')], tasks: [task('one'), task('two')] }),
    );
    const disk = join(cwd, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
    onTestFinished(() => void execFileSync('umount', ['-l', disk]));
    const { code, stderr } = await run(['orchestra', 'run', 'o.yaml', '-w', 'disk/w'], { cwd });
    expect(code).toBe(10);
    expect(stderr).toContain('super: cannot write: ');
    const journal = join(runFolder(cwd, 'disk/w'), 'events.jsonl');
    const { events: kept, wholeBytes } = readJournal(journal);
    expect(kept[0]).toMatchObject({ type: 'run.started' });
    expect(wholeBytes).toBe(readFileSync(journal).length);
  },
);

test('10: the workspace cannot be made', async () => {
  const cwd = project(orchestra({ agents: [sh('a', ':')], tasks: [task('one')] }));
  for (const place of ['o.yaml', 'o.yaml/deeper']) {
    const { code, stderr } = await run(['orchestra', 'run', 'o.yaml', '-w', place], { cwd });
    expect(stderr).toMatch(/^super: cannot write: .*o\.yaml/);
    expect(code).toBe(10);
  }
});

test('4: a cluster is not there yet, but its plan is', async () => {
  const more = { orchestration_type: 'kubernetes' };
  const cwd = project(orchestra({ more, agents: [sh('a', ':')], tasks: [task('one')] }));
  const refused = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain('orchestration_type: kubernetes needs a cluster backend');
  expect(refused.stderr).toContain('to run it here: delete orchestration_type; to see its plan: add --dry-run');
  const planned = await run(['orchestra', 'run', 'o.yaml', '--dry-run'], { cwd });
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  expect(planned.stdout).toContain('A run would be refused:\n  orchestration_type: kubernetes');
});

test.each([
  ['SIGINT', 130, 'stopped by Ctrl-C'],
  ['SIGTERM', 143, 'stopped by SIGTERM'],
] as const)('%s ends the run cleanly with %i', async (signal, expected, message) => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one'), task('two')] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  await drive.begun('one');
  started.child.kill(signal);
  const ended = await started.ended;
  expect(ended.code).toBe(expected);
  expect(ended.stderr).toContain('super: stopping, agents have 10 s; once more ends the agents at once\n');
  expect(ended.stderr).toContain('CANCELLED  2 tasks');
  expect(events(cwd).map(({ type }) => type)).toEqual([
    'run.started',
    'task.started',
    'task.cancelled',
    'task.cancelled',
    'run.finished',
  ]);
  expect(events(cwd).at(-1)).toMatchObject({ outcome: 'cancelled', because: 'signal', message });
});

test('a reader that goes away does not make a run fail', async () => {
  const cwd = project(orchestra({ agents: [sh('a', 'seq 1 200000')], tasks: [task('one')] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  started.child.stdout?.once('data', () => started.child.stdout?.destroy());
  const { code, stderr } = await started.ended;
  expect(code).toBe(0);
  expect(stderr).not.toContain('defect');
  expect(stderr).toContain('SUCCEEDED');
});

test('`super ... | head -1` is an ordinary thing to do', () => {
  const cwd = project(orchestra({ agents: [sh('a', 'seq 1 200000')], tasks: [task('one')] }));
  for (const words of ['orchestra run o.yaml', 'orchestra run o.yaml --json', 'schema orchestra', '--help']) {
    const script = `set -o pipefail; "$0" "$1" ${words} 2>err | head -1 >out`;
    const { status } = spawnSync('bash', ['-c', script, process.execPath, program], { cwd, timeout: 20_000 });
    expect(status, words).toBe(0);
    expect(readFileSync(join(cwd, 'err'), 'utf8'), words).not.toMatch(/defect|EPIPE/);
    expect(readFileSync(join(cwd, 'out'), 'utf8').split('\n'), words).toHaveLength(2);
  }
});

test('without a terminal: no escape sequences, no carriage returns, whatever the terminal is called', async () => {
  const cwd = project(orchestra({ agents: [sh('a', 'echo hi')], tasks: [task('one')] }));
  for (const env of [{ TERM: 'xterm-256color' }, { NO_COLOR: '1', TERM: 'xterm' }, { CI: 'true' }]) {
    const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd, env });
    expect(code).toBe(0);
    expect(`${stdout}${stderr}`).not.toMatch(/[\p{Cc}--\n]/v);
  }
  const forced = await run(['orchestra', 'run', 'o.yaml'], { cwd, env: { FORCE_COLOR: '1', TERM: 'xterm-256color' } });
  expect(forced.stderr).toContain(`${String.fromCharCode(27)}[`);
});

test('70: what is thrown where nobody waits for it is told, and leaves no agent behind', async () => {
  const cwd = project({
    ...orchestra({ agents: [sh('a', 'echo $$ > pid; sleep 60')], tasks: [task('one')] }),
    'boom.cjs': `const { existsSync } = require('node:fs');
      setInterval(() => { if (existsSync('pid')) throw new TypeError('nobody expected that'); }, 20).unref();`,
  });
  const env = { NODE_OPTIONS: `--require=${join(cwd, 'boom.cjs')}` };
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd, env });
  expect([code, stdout]).toEqual([70, '']);
  expect(stderr).toMatch(
    /super: this is a defect of super .*\nPlease report it.*\n\nTypeError: nobody expected that\n/,
  );
  await until(() => !lives(Number(readFileSync(join(cwd, 'pid'), 'utf8'))));
});
