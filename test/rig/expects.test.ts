// Tasks that expect more than the word of their agent.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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
    message: 'expected files are missing or empty: empty.txt, folder (is a folder), link.txt, never.txt',
  });
  expect(readFileSync(join(runFolder(cwd), 'task_outputs/one_output.txt'), 'utf8')).toContain('never.txt');
});

test('of the files that match a pattern one that is not empty is enough', async () => {
  const files = ['*.md', 'docs/**/*.txt'];
  const script = 'mkdir -p docs/a/b; : > empty.md; echo x > full.md; echo x > docs/a/b/deep.txt';
  expect(await outcome(place(script, { files }))).toMatchObject({ code: 0 });
  const without = 'mkdir folder.md; : > empty.md; echo x > .hidden.md; mkdir docs; echo x > docs/a.md';
  expect(await outcome(place(without, { files }))).toMatchObject({
    code: 1,
    message: 'expected files are missing or empty: *.md, docs/**/*.txt',
  });
});

test('what other programs read as a wildcard is refused before anything runs', async () => {
  const cwd = place('touch ran', { files: ['*.{md,txt}'] });
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect(code).toBe(3);
  expect(stderr).toContain('"{md,txt}" stands for nothing but itself here');
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

test('where git ignores the runs and knows a file of them all the same, a change is seen, and nothing is none', async () => {
  for (const [script, code] of [
    ['echo x > new.txt', 0],
    [':', 1],
  ] as const) {
    const cwd = repository(script);
    writeFileSync(join(cwd, '.gitignore'), 'orchestra_workspaces/\n');
    mkdirSync(join(cwd, 'orchestra_workspaces/o'), { recursive: true });
    writeFileSync(join(cwd, 'orchestra_workspaces/o/keep'), '');
    git(cwd, 'add', '-f', 'orchestra_workspaces/o/keep');
    expect(await outcome(cwd)).toMatchObject({ code, ...(code === 1 && { reason: 'no-output' }) });
  }
});

describe('in a repository inside of the repository', () => {
  /** A repository with a submodule, one that git does not know, and one without a commit. */
  function nested(script: string): string {
    const cwd = repository(script);
    for (const name of ['elsewhere', 'inner ö', 'unborn']) {
      mkdirSync(join(cwd, name));
      writeFileSync(join(cwd, name, 'there.txt'), 'there\n');
      git(join(cwd, name), 'init', '-q');
      if (name === 'unborn') continue;
      git(join(cwd, name), 'add', '-A');
      git(join(cwd, name), 'commit', '-qm', 'first');
    }
    git(cwd, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', './elsewhere', 'lib');
    return cwd;
  }

  test.each([
    ['lib', 0],
    ['inner ö', 0],
    ['unborn', 0],
    ['.git', 1],
  ])('a change in %s', async (folder, code) => {
    expect(await outcome(nested(`echo more >> '${folder}/there.txt'`))).toMatchObject({
      code,
      ...(code === 1 && { reason: 'no-output' }),
    });
  });

  test('runs may be there', async () => {
    for (const [script, code] of [
      ['echo x > new.txt', 0],
      [':', 1],
    ] as const) {
      const cwd = nested(script);
      const result = await run(['orchestra', 'run', 'o.yaml', '-w', 'lib/runs'], { cwd });
      expect(result).toMatchObject({ code });
      if (code === 1) expect(result.stderr).toContain('the git repository is as it was');
    }
  });
});

test('temporary files of the look itself are no change', async () => {
  const cwd = repository(':');
  mkdirSync(join(cwd, 'tmp'));
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd, env: { TMPDIR: join(cwd, 'tmp') } });
  expect(code).toBe(1);
  expect(stderr).toContain('the git repository is as it was');
});

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
