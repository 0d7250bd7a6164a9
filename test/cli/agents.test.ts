import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectGolden } from '../golden/golden.ts';
import { commandPlaybook, folderWith, runCli } from './harness.ts';

const secretive = commandPlaybook(
  'echo "$GREETING"',
  '  env: {GREETING: hello-from-the-file}\n  secrets: [DEPLOY_KEY]\n  persona: {role: Tester of things}\n',
);

describe('agent show', () => {
  test('adapter and why, names of the environment, script and prompt', async () => {
    const cwd = folderWith({ 'agents/tester_playbook.yaml': secretive });
    const { code, stdout } = await runCli(['agent', 'show', 'tester'], { cwd });
    expect(code).toBe(0);
    expectGolden('cli/agents/show.txt', stdout);
    expect(stdout).not.toContain('hello-from-the-file');
  });

  test('--json tells the same, values of the environment left out', async () => {
    const cwd = folderWith({ 'agents/tester_playbook.yaml': secretive });
    const { stdout } = await runCli(['agent', 'show', 'tester', '--json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'tester',
      file: 'agents/tester_playbook.yaml',
      adapter: 'command',
      why: 'run in agents/tester_playbook.yaml',
      environment: { pass: [], set: ['GREETING'], secrets: ['DEPLOY_KEY'] },
      prompt: expect.stringContaining('Tester of things'),
    });
    expect(stdout).not.toContain('hello-from-the-file');
  });

  test('control characters of a playbook never reach the terminal', async () => {
    const hostile = secretive
      .replace('Tester of things', '"\\e]0;owned\\a"')
      .replace('echo "$GREETING"', '"echo \\e[2J"');
    const { code, stdout } = await runCli(['agent', 'show', 'tester'], {
      cwd: folderWith({ 'agents/tester_playbook.yaml': hostile }),
    });
    expect(code).toBe(0);
    expect(stdout).toContain('owned');
    expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test('a broken playbook is told with its place', async () => {
    const cwd = folderWith({ 'agents/tester_playbook.yaml': 'spec: {run: [1]}\n' });
    const { code, stdout } = await runCli(['agent', 'show', 'tester'], { cwd });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^agents\/tester_playbook.yaml:1:13: error: /m);
  });
});

describe('agent lint', () => {
  const files = { 'agents/a_playbook.yaml': secretive, 'agents/b_playbook.yaml': 'spec: {run: [1]}\n' };

  test('every playbook, or those that are named', async () => {
    const cwd = folderWith(files);
    expect(await runCli(['agent', 'lint', 'a'], { cwd })).toMatchObject({
      code: 0,
      stdout: 'no faults in agents/a_playbook.yaml\n',
    });
    const all = await runCli(['agent', 'lint'], { cwd });
    expect(all.code).toBe(3);
    expect(all.stdout).toMatch(/ in 2 playbooks\n$/);
    expect(JSON.parse((await runCli(['agent', 'lint', '--json'], { cwd })).stdout)).toMatchObject({ ok: false });
  });
});

describe('agent create', () => {
  test('what it writes is found, has no fault, and is never overwritten', async () => {
    const cwd = folderWith({ 'orchestras/x': '' });
    const created = await runCli(['agent', 'create', 'tester'], { cwd });
    expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^wrote agents\/tester_playbook.yaml\n/) });
    expect(await runCli(['agent', 'lint', 'tester'], { cwd })).toMatchObject({ code: 0 });
    const text = readFileSync(join(cwd, 'agents/tester_playbook.yaml'), 'utf8');
    expect((await runCli(['agent', 'create', 'tester'], { cwd })).code).toBe(2);
    expect(readFileSync(join(cwd, 'agents/tester_playbook.yaml'), 'utf8')).toBe(text);
  });

  test('in the upstream layout it is written where the others are', async () => {
    const cwd = folderWith({ '.super': 'project: swe\n', 'swe/agents/a_playbook.yaml': secretive });
    expect((await runCli(['agent', 'create', 'tester'], { cwd })).stdout).toContain(
      'wrote swe/agents/tester_playbook.yaml',
    );
  });
});
