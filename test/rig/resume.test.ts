// What a person sees of a resume.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/schema/types.gen.ts';
import { driver, events, orchestra, project, run, runFolder, start, task, until } from './rig.ts';

const resume = ['orchestra', 'resume'] as const;
const agents = [
  { name: 'a', run: 'echo "$SUPER_TASK $SUPER_ATTEMPT"' },
  { name: 'sick', run: 'test -e healed; echo "$SUPER_TASK $SUPER_ATTEMPT"' },
];
const going = { execution: { strategy: 'parallel', on_failure: 'continue' }, agents };
const tasks = [task('one'), task('two', { agent: 'sick', context: ['one'] }), task('three', { context: ['two'] })];

/** A run that failed at its second task; its third was skipped. */
async function failed(document = orchestra({ ...going, tasks })) {
  const cwd = project(document);
  expect((await run(['orchestra', 'run', 'o.yaml', '-q'], { cwd })).code).toBe(1);
  return cwd;
}

const heal = (cwd: string) => writeFileSync(join(cwd, 'healed'), '');
const starts = (all: readonly RunEvent[]) =>
  all.flatMap((event) => (event.type === 'task.started' ? [`${event.task} ${event.attempt}`] : []));

test('a run that failed goes on with what failed, and what was skipped for it', async () => {
  const cwd = await failed();
  heal(cwd);
  const { code, stdout, stderr } = await run(resume, { cwd });
  expect([code, stdout]).toEqual([0, '## three\n\nthree 1\n']);
  expect(stderr).toContain('resumed: 1 succeeded, 2 pending');
  expect(starts(events(cwd))).toEqual(['one 1', 'two 1', 'two 2', 'three 1']);
});

test('a run that succeeded says so, and gives its result again', async () => {
  const cwd = await failed();
  heal(cwd);
  await run(resume, { cwd });
  const id = runFolder(cwd).split('/').at(-1) ?? '';
  const before = readFileSync(join(runFolder(cwd), 'events.jsonl'));
  const { code, stdout, stderr } = await run([...resume, id], { cwd });
  expect([code, stdout]).toEqual([0, '## three\n\nthree 1\n']);
  expect(stderr).toBe(
    `super: run ${id} has succeeded; to do tasks again: super orchestra resume ${id} --from <task>\n`,
  );
  expect(readFileSync(join(runFolder(cwd), 'events.jsonl'))).toEqual(before);
});

test('--from does a task again and all that depends on it', async () => {
  const cwd = await failed();
  heal(cwd);
  await run(resume, { cwd });
  const { code, stdout } = await run([...resume, '@last', '--from', 'two'], { cwd });
  expect([code, stdout]).toEqual([0, '## three\n\nthree 2\n']);
  expect(starts(events(cwd)).slice(4)).toEqual(['two 3', 'three 2']);
});

test('what was started is run, whatever the file says today; --with-changes keeps what is unchanged', async () => {
  const cwd = await failed();
  heal(cwd);
  const file = join(cwd, 'o.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"name":"three"', '"name":"last"'));
  const changed = await run([...resume, '--with-changes', '--json'], { cwd });
  expect(changed.code).toBe(0);
  expect(changed.stderr).toMatch(/goes on from \S+ and keeps 1 of its successes/);
  const told = changed.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(told.map(({ type, task: name }) => `${type} ${name ?? ''}`.trim())).toEqual([
    'run.started',
    'task.reused one',
    ...['two', 'last'].flatMap((name) => [`task.started ${name}`, `task.succeeded ${name}`]),
    'run.finished',
  ]);
  const [older = ''] = readdirSync(join(cwd, 'orchestra_workspaces/o/runs')).sort();
  const { code, stdout, stderr } = await run([...resume, older], { cwd });
  expect(stderr).toContain('note: o.yaml has changed since this run was started; it goes on with what was stored');
  expect([code, stdout]).toEqual([0, '## three\n\nthree 1\n']);
});

test('an output that is gone is made again, with what depends on it', async () => {
  const cwd = await failed();
  heal(cwd);
  await run(resume, { cwd });
  writeFileSync(join(runFolder(cwd), 'task_outputs/two_output.txt'), 'something else');
  const { code, stdout, stderr } = await run([...resume, '@last'], { cwd });
  expect([code, stdout]).toEqual([0, '## three\n\nthree 2\n']);
  expect(stderr).toContain('outputs that were recorded are gone or changed, and are made again: two');
});

test('a run that is stopped goes on with what was under way, and only with that', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one'), task('two')] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  (await drive.begun('one')).tell({ say: 'first\n', exit: 0 });
  await drive.begun('two');
  started.child.kill('SIGTERM');
  const { code, stderr } = await started.ended;
  expect(code).toBe(143);
  expect(stderr).toMatch(/next {4}super orchestra resume \d{8}-/);
  const second = start(resume, { cwd });
  (await drive.begun('two', 2)).tell({ say: 'second\n', exit: 0 });
  expect(await second.ended).toMatchObject({ code: 0, stdout: 'second\n' });
  expect(drive.seen).toEqual(['one', 'two', 'two']);
});

test('of several at the same moment one goes on, the others are told which', async () => {
  const drive = await driver();
  const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one')] }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  await drive.begun('one');
  started.child.kill('SIGKILL');
  await started.ended;
  const all = [1, 2, 3].map(() => start(resume, { cwd }));
  let over = 0;
  for (const { ended } of all) void ended.then(() => over++);
  const worker = await drive.begun('one', 2);
  await until(() => over === 2);
  worker.tell({ say: 'done\n', exit: 0 });
  const ended = await Promise.all(all.map((each) => each.ended));
  expect(ended.map(({ code }) => code).sort()).toEqual([0, 9, 9]);
  for (const { code, stderr } of ended) if (code === 9) expect(stderr).toMatch(/process \d+ on|just now/);
  expect(starts(events(cwd))).toEqual(['one 1', 'one 2']);
});

describe('refused with what to do:', () => {
  test('nothing is there', async () => {
    expect(await run(resume, { cwd: project({}) })).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining('there are no runs here'),
    });
  });

  test('a task that is not there', async () => {
    const cwd = await failed();
    const { code, stderr } = await run([...resume, '--from', 'tow'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('--from: this run has no task "tow"\ndid you mean "two"?');
  });

  test('a run that is alive, and one of its workspace', async () => {
    const drive = await driver();
    const cwd = project(orchestra({ agents: [drive.agent], tasks: [task('one')] }));
    const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
    const worker = await drive.begun('one');
    const { code, stderr } = await run(resume, { cwd });
    expect(code).toBe(9);
    expect(stderr).toContain(`is running, in process ${started.pid} on`);
    expect(stderr).toContain('\nthere is no other unfinished run\n');
    worker.tell({ exit: 0 });
    expect((await started.ended).code).toBe(0);
  });

  test('a damaged journal, with its place; nothing is changed', async () => {
    const cwd = await failed();
    const path = join(runFolder(cwd), 'events.jsonl');
    const [first = '', second = '', ...rest] = readFileSync(path, 'utf8').split(/(?<=\n)/);
    const broken = first + second.replace('"one"', '"eno"') + rest.join('');
    writeFileSync(path, broken);
    const { code, stderr } = await run(resume, { cwd });
    expect(code).toBe(10);
    expect(stderr).toContain(`damaged at byte ${first.length}: event 2 cannot be read\nnothing was changed`);
    expect(readFileSync(path, 'utf8')).toBe(broken);
  });

  test('a journal whose beginning is damaged', async () => {
    const cwd = await failed();
    const path = join(runFolder(cwd), 'events.jsonl');
    writeFileSync(path, `#${readFileSync(path, 'utf8')}`);
    const { code, stderr } = await run(resume, { cwd });
    expect([code, stderr]).toEqual([10, expect.stringContaining('damaged at byte 0')]);
  });
});

test('what an agent put in place of files of the run is not waited for', async () => {
  const cwd = await failed();
  heal(cwd);
  for (const name of ['orchestra.yaml', 'detached.log']) {
    rmSync(join(runFolder(cwd), name), { force: true });
    execFileSync('mkfifo', [join(runFolder(cwd), name)]);
  }
  const detached = await run([...resume, '--detach'], { cwd });
  expect(detached.code).toBe(10);
  expect(detached.stderr).toContain('detached.log');
  const { code, stderr } = await run(resume, { cwd });
  expect(code).toBe(0);
  expect(stderr).toContain('o.yaml has changed since this run was started');
});

test('folders of a run that are gone are made again', async () => {
  const cwd = await failed();
  heal(cwd);
  for (const name of ['task_outputs', 'intermediate', 'attempts', 'final_results']) {
    rmSync(join(runFolder(cwd), name), { recursive: true });
  }
  const { code, stdout } = await run(resume, { cwd });
  expect([code, stdout]).toEqual([0, '## three\n\nthree 1\n']);
  expect(readdirSync(join(runFolder(cwd), 'intermediate'))).toEqual(['artifacts']);
});

test.each([[], ['--with-changes']])('--from %s does again what only waits for the task, too', async (...more) => {
  const waits = { dependencies: [{ task_name: 'one', dependency_type: 'requires_completion' }] };
  const cwd = project(orchestra({ ...going, tasks: [task('one'), task('two', waits), task('other')] }));
  await run(['orchestra', 'run', 'o.yaml', '-q'], { cwd });
  const { code, stdout } = await run([...resume, '@last', '--from', 'one', '--json', ...more.flat()], { cwd });
  expect(code).toBe(0);
  const told = stdout.trim().split('\n');
  expect(told.flatMap((line) => /"task.started","task":"(\w+)"/.exec(line)?.[1] ?? [])).toEqual(['one', 'two']);
});
