// What reaches a terminal: nothing that steers it, and no more columns than it has.
import { describe, expect, test } from 'vitest';
import { commandOrchestra, commandPlaybook, folderWith, type Place, runCli } from './harness.ts';

const good = commandOrchestra('good', ['one']);
const bad = 'orchestra: {id: bad}\n';
const steering = '\u001b]0;owned\u0007';
/** A file name that would be a line of its own, which GitHub Actions takes for a command. */
const command = 'x\n::error::injected\n';

async function printed(argv: readonly string[], place: Place): Promise<string> {
  const { stdout, stderr } = await runCli(argv, place);
  return stdout + stderr;
}

describe('names of files and words of the command line', () => {
  const inFile = { [`orchestras/${command}.yaml`]: bad, [`orchestras/${steering}.yaml`]: bad };
  const both = { 'orchestras/good.yaml': good, ...inFile };
  const cases: Readonly<Record<string, readonly [Readonly<Record<string, string>>, ...string[]]>> = {
    'a report': [both, 'orchestra', 'validate'],
    'the closing line of a report': [
      { [`${steering}${command}.yaml`]: good },
      'orchestra',
      'validate',
      `${steering}${command}.yaml`,
    ],
    'a goal': [both, 'orchestra', 'run', 'good', '--dry-run', '--goal', steering],
    'a goal of two lines': [both, 'orchestra', 'run', 'good', '--dry-run', '--goal', `x\r${steering}\n::error::y`],
    'an orchestra that is not there': [both, 'orchestra', 'show', `${steering}${command}`],
    'a file that is not there': [both, 'orchestra', 'show', `${steering}${command}.yaml`],
    'a list of orchestras': [both, 'orchestra', 'list'],
    'a new orchestra': [{ '.super': '', [`agents/${steering}_playbook.yaml`]: bad }, 'orchestra', 'create', 'new'],
    'a new project': [{}, 'init', `${steering}${command}`],
    'an unknown option': [both, 'orchestra', 'list', `--${steering}`],
    'two of one name': [
      { [`agents/${steering}/a_playbook.yaml`]: bad, [`agents/${command}/a_playbook.yaml`]: bad },
      'agent',
      'show',
      'a',
    ],
  };

  test.each(Object.entries(cases))('%s', async (_name, [files, ...argv]) => {
    const text = await printed(argv, { cwd: folderWith(files), env: { GITHUB_ACTIONS: 'true' } });
    expect(text).not.toBe('');
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
    expect(text).not.toMatch(/^\s*::error::/m);
  });
});

test('a hint that quotes a file holds no command for GitHub Actions', async () => {
  const file = `apiVersion: orchestra/v1\nmetadata: {description: "x\\n::error::y"}\nspec: {agents: [a]}\n`;
  const text = await printed(['orchestra', 'validate', '-'], { stdin: file, env: { GITHUB_ACTIONS: 'true' } });
  expect(text).toContain('::error::y');
  expect(text).not.toMatch(/^\s*::error::/m);
});

describe('on a terminal of 40 columns', () => {
  const files = {
    'orchestras/good_orchestra.yaml': good,
    'orchestra_workspaces/good/runs/20260102-000000-000-aaaa/events.jsonl':
      '{"v":1,"seq":1,"ts":"2026-01-02T00:00:00.000Z","type":"run.started","orchestra":"good"}\n',
    'agents/deeper/and/deeper/still/tester_playbook.yaml': commandPlaybook('echo'),
  };

  test.each([['agent', 'list'], ['orchestra', 'list'], ['orchestra', 'run', 'good', '--dry-run'], ['explain']])(
    'the last column of a table is cut: %s %s',
    async (...argv) => {
      const cwd = folderWith(files);
      const { stdout } = await runCli(argv, { cwd, columns: 40 });
      const piped = (await runCli(argv, { cwd })).stdout.split('\n');
      const lines = stdout.split('\n');
      expect(lines.some((line) => line.endsWith('…'))).toBe(true);
      lines.forEach((line, at) => {
        if (line.endsWith('…')) expect(piped[at]?.startsWith(line.slice(0, -1))).toBe(true);
        else expect(line).toBe(piped[at]);
      });
    },
  );

  test('lines that are cut fill it', async () => {
    const { stdout } = await runCli(['agent', 'list'], { cwd: folderWith(files), columns: 40 });
    expect(stdout.split('\n').map((line) => line.length)).toEqual([28, 40, 0]);
  });
});

describe('a dry run', () => {
  test('counts its tasks and says where the runs will be', async () => {
    const cwd = folderWith({ 'orchestras/good.yaml': good });
    const dry = (...more: string[]) => printed(['orchestra', 'run', 'good', '--dry-run', ...more], { cwd });
    expect(await dry()).toMatch(/^Dry run of good: 1 task, .*\nWorkspace: orchestra_workspaces\/good\n\n/);
    expect(await dry()).toContain('(1 of 1 task)');
    expect(await dry('-w', '/elsewhere/runs')).toContain('\nWorkspace: /elsewhere/runs\n');
    expect(await dry('-w', '../beside', '--goal', 'x')).toMatch(/\nGoal: x\nWorkspace: \/.*\/beside\n/);
  });
});
