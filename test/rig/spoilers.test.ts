// Agents that spoil what is theirs and what is not: at worst their own task fails.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { events, orchestra, project, run, task } from './rig.ts';

const own = 'd=$(dirname "$SUPER_OUTPUT")';

/** Ends of the tasks of a run in which one agent spoils something while another one works. */
async function spoiled(script: string) {
  const agents = [
    { name: 'spoiler', run: script },
    { name: 'worker', run: 'sleep 0.3; echo whole' },
  ];
  const tasks = [task('a', { agent: 'spoiler' }), task('b', { agent: 'worker' })];
  const cwd = project(orchestra({ execution: { strategy: 'parallel' }, agents, tasks }));
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  const ends = events(cwd).flatMap((event) =>
    event.type === 'task.succeeded' || event.type === 'task.failed' ? [`${event.task} ${event.type.slice(5)}`] : [],
  );
  return { code, stderr, ends: ends.sort(), finished: events(cwd).at(-1)?.type, cwd };
}

test.each([
  ['a folder where its output will be', `mkdir "$SUPER_RUN_DIR/task_outputs/a_output.txt"`],
  ['a folder where its log was, and fails', `${own}; rm "$d/stderr.log"; mkdir "$d/stderr.log"; exit 1`],
  ['a folder where its output will be, and fails', `mkdir "$SUPER_RUN_DIR/task_outputs/a_output.txt"; exit 1`],
])('%s: its task fails, the other one succeeds', async (_, script) => {
  const { code, ends, finished } = await spoiled(script);
  expect([code, ends, finished]).toEqual([1, ['a failed', 'b succeeded'], 'run.finished']);
});

test.each([
  ['the status file', `rm -f "$SUPER_RUN_DIR/status.json"; mkdir "$SUPER_RUN_DIR/status.json"`],
  ['its own standard output', `${own}; rm "$d/stdout.log"; mkfifo "$d/stdout.log"`],
  ['its output by a FIFO', `mkfifo "$SUPER_OUTPUT"`],
])('%s may go: nothing fails, nothing hangs', async (_, script) => {
  const { code, ends, finished } = await spoiled(script);
  expect([code, ends, finished]).toEqual([0, ['a succeeded', 'b succeeded'], 'run.finished']);
});

test('a FIFO in place of a received output fails who would receive it', async () => {
  const agents = [
    { name: 'worker', run: 'echo hi' },
    { name: 'spoiler', run: 'o=$SUPER_RUN_DIR/task_outputs/a_output.txt; rm "$o"; mkfifo "$o"' },
  ];
  const tasks = [
    task('a', { agent: 'worker' }),
    task('b', { agent: 'spoiler', dependencies: [{ task_name: 'a', dependency_type: 'requires_completion' }] }),
    task('c', { agent: 'worker', context: ['a', 'b'] }),
  ];
  const cwd = project(orchestra({ execution: { strategy: 'parallel' }, agents, tasks }));
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect(code).toBe(1);
  expect(stderr).toContain('not an ordinary file');
});

test('links that wait where our files will be are not followed', async () => {
  const target = join(project({}), 'victim');
  writeFileSync(target, 'mine\n');
  const script = `for f in "$SUPER_RUN_DIR/task_outputs/a_output.txt" "$SUPER_RUN_DIR/final_results/orchestra_output.txt"; do ln -s "${target}" "$f"; done; echo theirs`;
  const { code } = await spoiled(script);
  expect(code).toBe(0);
  expect(readFileSync(target, 'utf8')).toBe('mine\n');
});

test('a link in place of a log shows nothing of what it leads to', async () => {
  const target = join(project({}), 'secret');
  writeFileSync(target, 'do not show\n');
  const { stderr, code } = await spoiled(`${own}; ln -sf "${target}" "$d/stderr.log"; exit 1`);
  expect(code).toBe(1);
  expect(stderr).not.toContain('do not show');
});

test.each([
  ['the journal', 'rm "$SUPER_RUN_DIR/events.jsonl"'],
  ['all that was run', 'rm -rf orchestra_workspaces'],
])('who removes %s ends the run, and is told of', async (_, script) => {
  const agents = [
    { name: 'a', run: 'echo hi' },
    { name: 'spoiler', run: script },
  ];
  const tasks = [task('one'), task('two', { agent: 'spoiler' }), task('three')];
  const cwd = project(orchestra({ agents, tasks }));
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect([code, stdout]).toEqual([10, '']);
  expect(stderr).toMatch(/super: cannot go on: \S+events.jsonl was removed while the run wrote to it\n.*a new run/);
});

test.each([
  ['outputs', 'task_outputs', 1],
  ['attempts', 'attempts', 1],
  ['an attempt of another task', 'attempts/b', 0],
  ['results', 'final_results', 10],
])('a link in place of the folder for %s does not lead our files elsewhere', async (_, name, expected) => {
  const target = project({});
  const script = `cd "$SUPER_RUN_DIR"; mv ${name} away 2>/dev/null || :; ln -s "${target}" ${name}`;
  const agents = [
    { name: 'a', run: script },
    { name: 'worker', run: 'echo whole' },
  ];
  const tasks = [task('a'), task('b', { agent: 'worker' }), task('c', { agent: 'worker' })];
  const cwd = project(orchestra({ execution: { on_failure: 'continue' }, agents, tasks }));
  const { code } = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect([code, readdirSync(target)]).toEqual([expected, []]);
});
