// Every orchestra that is published here is checked, planned, and run: for real where it needs no key, else as a rehearsal.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { project, run } from './rig/rig.ts';

const root = resolve(import.meta.dirname, '..');
const examples = readdirSync(join(root, 'orchestras')).filter((file) => file.endsWith('.yaml'));
/** These ask models. */
const rehearsed = new Set(['sdlc_orchestra.yaml', 'content_creation_orchestra.yaml', 'data_analysis_orchestra.yaml']);

/** A git repository with some history, in which the examples find something to do. */
function repository(): string {
  const cwd = project({
    'README.md': `# Sample\n\n${'TO'}DO: say more\n`,
    LICENSE: 'Do what you like.\n',
    'src/a.ts': `export const a = 1; // ${'FIX'}ME: two\n`,
    'CHANGELOG.md': '# Changelog\n\n## 1.0.0\n\n- first\n',
    'package.json': '{"name": "sample", "version": "1.0.0"}\n',
    '.gitignore': 'orchestra_workspaces/\n',
  });
  for (const folder of ['orchestras', 'agents']) cpSync(join(root, folder), join(cwd, folder), { recursive: true });
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=Some One', '-c', 'user.email=someone@example.org', ...words], {
      cwd,
      env: { PATH: process.env.PATH, HOME: cwd },
    });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'Begin');
  git('tag', 'v1.0.0');
  return cwd;
}

test('there are examples of both kinds', () => {
  expect(examples.length).toBeGreaterThan(rehearsed.size);
  expect(examples).toEqual(expect.arrayContaining([...rehearsed]));
});

describe.each(examples)('orchestras/%s', (file) => {
  const path = `orchestras/${file}`;

  test('has no fault, not even a warning', async () => {
    const cwd = repository();
    expect(await run(['orchestra', 'validate', path], { cwd })).toEqual({
      code: 0,
      stdout: `no faults in ${path}\n`,
      stderr: '',
    });
  });

  test('is planned', async () => {
    const cwd = repository();
    const { code, stdout } = await run(['orchestra', 'run', path, '--goal', 'see', '--dry-run', '--json'], { cwd });
    expect(code).toBe(0);
    const { ok, plan, refused } = JSON.parse(stdout);
    expect(ok).toBe(true);
    expect(plan.order).toHaveLength(plan.tasks.length);
    if (!rehearsed.has(file)) expect(refused).toEqual([]);
  });

  test('runs to a result', async () => {
    const cwd = repository();
    const words = [
      'orchestra',
      'run',
      path,
      '--goal',
      'What is "this" for?',
      ...(rehearsed.has(file) ? ['--rehearse'] : []),
    ];
    const { code, stdout, stderr } = await run(words, { cwd });
    expect(code, stderr).toBe(0);
    expect(stdout.length).toBeGreaterThan(100);
    const id = file.replace('_orchestra.yaml', '');
    const result = join(cwd, 'orchestra_workspaces', id, 'final_results/orchestra_output.txt');
    expect(existsSync(result)).toBe(true);
    expect(readFileSync(result, 'utf8')).toBe(stdout);
    expect(stdout.includes('[rehearsal]')).toBe(rehearsed.has(file));
  });
});
