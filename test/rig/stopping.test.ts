// Whatever ends a run or a task, nothing of it stays.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readJournal } from '../../src/workspace/journal.ts';
import { driver, events, lives, marked, orchestra, project, run, runFolder, start, task, until } from './rig.ts';

test('a second Ctrl-C ends agents at once that are deaf to the first', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one')] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const worker = await drive.begun('one');
  worker.tell({ deaf: true });
  const children = [await worker.child(false), await worker.child(true)];
  let said = '';
  started.child.stderr?.on('data', (chunk: string) => {
    said += chunk;
  });
  started.child.kill('SIGINT');
  await until(() => said.includes('once more ends the agents at once'));
  const second = performance.now();
  started.child.kill('SIGINT');
  const { code, stderr } = await started.ended;
  expect(code).toBe(130);
  expect(stderr).toContain('super: ending the agents at once\n');
  // Far less than the grace period of 10 s.
  expect(performance.now() - second).toBeLessThan(6000);
  expect([worker.pid, ...children].filter(lives)).toEqual([]);
});

test('one Ctrl-C lets an agent end politely', async () => {
  const drive = await driver();
  const polite = {
    name: 'polite',
    run: 'trap "echo bye > bye; exit 0" TERM; echo > ready; while :; do sleep 0.05; done',
  };
  const cwd = project(orchestra({ agents: [polite, drive.agent], tasks: [task('one', { agent: 'polite' })] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  await until(() => marked(cwd).length > 1 && exists(join(cwd, 'ready')));
  started.child.kill('SIGINT');
  expect((await started.ended).code).toBe(130);
  expect(readFileSync(join(cwd, 'bye'), 'utf8')).toBe('bye\n');
});

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

test('a task that takes too long is ended with its whole family, deaf grandchildren in groups of their own too', async () => {
  const drive = await driver();
  const tasks = [task('slow', { timeout_seconds: 1.5 }), task('after', { agent: 'sh', context: [] })];
  const agents = [drive.agent, { name: 'sh', run: 'echo still here' }];
  const cwd = project(orchestra({ execution: { on_failure: 'continue' }, agents, tasks }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const worker = await drive.begun('slow');
  const children = [await worker.child(false), await worker.child(true)];
  worker.tell({ complain: 'hm\n' });
  const { code, stderr } = await started.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/failed {5}slow {3}timeout: took longer than 1\.5 s/);
  expect([worker.pid, ...children].filter(lives)).toEqual([]);
  const ends = events(cwd).filter(({ type }) => /^task\.(failed|succeeded)$/.test(type));
  expect(ends).toMatchObject([
    { task: 'slow', reason: 'timeout' },
    { task: 'after', type: 'task.succeeded' },
  ]);
});

test('an agent that is told to end because it took too long has not succeeded, however politely it ends', async () => {
  const polite = { name: 'a', run: 'trap "exit 0" TERM; echo half of it; while :; do sleep 0.05; done' };
  const cwd = project(orchestra({ agents: [polite], tasks: [task('one', { timeout_seconds: 0.5 })] }));
  expect((await run(['orchestra', 'run', 'o.yaml', '-q'], { cwd })).code).toBe(1);
  expect(events(cwd).at(-2)).toMatchObject({ type: 'task.failed', reason: 'timeout' });
});

test('an agent that says nothing for stall_seconds is ended as stalled', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one', { stall_seconds: 0.5 })] }));
  expect((await run(['orchestra', 'run', 'o.yaml'], { cwd })).code).toBe(1);
  expect(events(cwd).at(-2)).toMatchObject({ type: 'task.failed', reason: 'stalled' });
});

test('a retry gets a new attempt; each keeps its files', async () => {
  const drive = await driver();
  const execution = { retry_strategy: { strategy: 'fixed', max_attempts: 2, initial_delay_seconds: 0.1 } };
  const cwd = project(orchestra({ execution, agents: [drive.agent], tasks: [task('one')] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  (await drive.begun('one', 1)).tell({ complain: 'first\n', exit: 7 });
  (await drive.begun('one', 2)).tell({ say: 'second\n', exit: 0 });
  expect(await started.ended).toMatchObject({ code: 0, stdout: 'second\n' });
  const attempts = join(runFolder(cwd), 'attempts/one');
  expect(readFileSync(join(attempts, '1/stderr.log'), 'utf8')).toBe('first\n');
  expect(readFileSync(join(attempts, '2/stdout.log'), 'utf8')).toBe('second\n');
});

describe('kill -9 of super', () => {
  test('no process of the run outlives it by five seconds, and its journal can be read', async () => {
    const drive = await driver();
    const tasks = [task('one'), task('two'), task('three', { context: ['one'] })];
    const cwd = project(orchestra({ execution: { strategy: 'parallel' }, agents: [drive.agent], tasks }));
    const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
    const [one, two] = await Promise.all([drive.begun('one'), drive.begun('two')]);
    one.tell({ deaf: true });
    const children = [await one.child(false), await two.child(false)];
    started.child.kill('SIGKILL');
    const killed = performance.now();
    await started.ended;
    const { SUPER_RUN_ID: id = '' } = one.env;
    await until(() => marked(`SUPER_RUN_ID=${id}`).length === 0 && ![one.pid, two.pid, ...children].some(lives));
    expect(performance.now() - killed).toBeLessThan(5000);
    const { events: kept } = readJournal(join(runFolder(cwd), 'events.jsonl'));
    expect(kept.map(({ type }) => type)).toEqual(['run.started', 'task.started', 'task.started']);
  });

  test('the lock it left does not keep the next run out', async () => {
    const drive = await driver();
    const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one')] }));
    const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
    await drive.begun('one');
    started.child.kill('SIGKILL');
    await started.ended;
    expect(exists(join(cwd, 'orchestra_workspaces/o/run.lock'))).toBe(true);
    expect((await run(['orchestra', 'run', 'o.yaml', '--rehearse'], { cwd })).code).toBe(0);
    expect(exists(join(cwd, 'orchestra_workspaces/o/run.lock'))).toBe(false);
  });
});
