// Tasks that expect more than the word of their agent.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { events, orchestra, project, run, runFolder, task } from './rig.ts';

function git(cwd: string, ...words: readonly string[]): string {
  const env = { PATH: process.env.PATH, HOME: cwd };
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...who, ...words], { cwd, env, encoding: 'utf8' });
}

/** A project whose one task expects this of an agent that runs this script. */
function place(script: string, expects: object, more: { agent?: object; task?: object } = {}): string {
  const agents = [{ name: 'a', run: script, ...more.agent }];
  return project(orchestra({ agents, tasks: [task('one', { expects, ...more.task })] }));
}

/** The same in a repository with one commit, in which a file is changed already. */
function repository(script: string, more: { agent?: object; task?: object } = {}): string {
  const cwd = place(script, { changes: true }, more);
  mkdirSync(join(cwd, 'sub'));
  writeFileSync(join(cwd, 'kept.txt'), 'committed\n');
  writeFileSync(join(cwd, '.gitignore'), 'ignored\n');
  git(cwd, 'init', '-q');
  git(cwd, 'add', '-A');
  git(cwd, 'commit', '-qm', 'first');
  writeFileSync(join(cwd, 'kept.txt'), 'changed before\n');
  return cwd;
}

async function outcome(cwd: string) {
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  const failed = events(cwd).find(({ type }) => type === 'task.failed');
  return { code, stderr, ...(failed?.type === 'task.failed' && { reason: failed.reason, message: failed.message }) };
}

test('files that are not there, are empty, or are folders fail the task, each by its name', async () => {
  const cwd = place('mkdir folder; : > empty.txt; echo x > there.txt; ln -s gone link.txt', {
    files: ['there.txt', 'empty.txt', 'folder', 'link.txt', 'never.txt'],
  });
  expect(await outcome(cwd)).toMatchObject({
    code: 1,
    reason: 'no-output',
    message: 'expected files are missing or empty: empty.txt, folder, link.txt, never.txt',
  });
  expect(readFileSync(join(runFolder(cwd), 'task_outputs/one_output.txt'), 'utf8')).toContain('never.txt');
});

test('files are looked for where the agent works', async () => {
  const cwd = place('echo x > made.txt', { files: ['made.txt'] }, { agent: { cwd: 'sub' } });
  mkdirSync(join(cwd, 'sub'));
  expect(await outcome(cwd)).toMatchObject({ code: 0 });
});

test.each([
  ['a new file', 'echo x > new.txt'],
  ['a file that was changed before', 'echo more >> kept.txt'],
  ['a file that is taken away', 'rm kept.txt'],
  ['a mode', 'chmod +x kept.txt'],
  ['a commit of what was there', 'git -c user.name=t -c user.email=t@example.com commit -qam second'],
])('%s is a change', async (_, script) => {
  expect(await outcome(repository(script))).toMatchObject({ code: 0 });
});

test.each([
  ['nothing', ':'],
  ['a file that git ignores', 'echo x > ignored'],
  ['a touch', 'touch kept.txt'],
  ['an output', 'echo I have changed everything'],
])('%s is none', async (_, script) => {
  expect(await outcome(repository(script))).toMatchObject({
    code: 1,
    reason: 'no-output',
    message: 'changes were expected, and the git repository is as it was',
  });
});

test.each(['orchestra_workspaces', 'orchestra_workspaces/', '/orchestra_workspaces/*', '*_workspaces/o'])(
  'where git ignores the runs (%s), too, a change is seen, and nothing is none',
  async (pattern) => {
    for (const [script, code] of [
      ['echo x > new.txt', 0],
      ['echo I have changed everything', 1],
    ] as const) {
      const cwd = repository(script);
      writeFileSync(join(cwd, '.gitignore'), `${pattern}\n`);
      const message = code === 0 ? undefined : 'changes were expected, and the git repository is as it was';
      expect(await outcome(cwd)).toMatchObject({ code, ...(message !== undefined && { message }) });
    }
  },
);

test('looking leaves the repository as it was', async () => {
  const cwd = repository('echo x > new.txt', { agent: { cwd: 'sub' } });
  const before = [git(cwd, 'status', '--porcelain'), git(cwd, 'count-objects')];
  expect(await outcome(cwd)).toMatchObject({ code: 0 });
  const status = git(cwd, 'status', '--porcelain', '--', ':!orchestra_workspaces', ':!sub');
  expect([status, git(cwd, 'count-objects')]).toEqual(before);
});

test('an attempt may find the work of the one before it done', async () => {
  const script = 'if [ "$SUPER_ATTEMPT" = 1 ]; then echo x > new.txt; exit 1; fi';
  expect(await outcome(repository(script, { task: { retry_count: 1 } }))).toMatchObject({ code: 0 });
});

test('where there is no repository the agent is not even started', async () => {
  const cwd = place('touch ran', { changes: true });
  const { code, reason, message } = await outcome(cwd);
  expect({ code, reason }).toEqual({ code: 1, reason: 'adapter' });
  expect(message).toMatch(/^changes cannot be seen here: fatal: not a git repository/);
  expect(() => readFileSync(join(cwd, 'ran'))).toThrow();
});

test('a rehearsal makes nothing, and nothing is expected of it', async () => {
  const cwd = place('exit 1', { files: ['made.txt'], changes: true });
  expect((await run(['orchestra', 'run', 'o.yaml', '--rehearse'], { cwd })).code).toBe(0);
});
