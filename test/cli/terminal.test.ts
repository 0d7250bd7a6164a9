// What reaches a terminal: nothing that steers it, and no more columns than it has.
import { describe, expect, test } from 'vitest';
import { widthOf } from '../../src/diagnostics/printable.ts';
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

describe('on a narrow terminal', () => {
  const long = 'a_task_whose_name_is_rather_long_as_names_go';
  const files = {
    'orchestras/good_orchestra.yaml': commandOrchestra('good', ['one', `${long} one`, `last ${long}`]),
    'orchestras/bad_orchestra.yaml': `${commandOrchestra('bad', ['one', 'two oen', 'three four'])}`,
    'agents/deeper/and/deeper/still/tester_playbook.yaml': commandPlaybook('echo'),
  };
  const commands = [
    'agent list',
    'agent show tester',
    'orchestra list',
    'orchestra show good',
    'orchestra show nowhere',
    'orchestra run good --dry-run',
    'runs show 9',
    'runs why one',
    'runs gc --dry-run',
    'config --show-origin',
    'explain',
    'explain agent-exit',
    'doctor',
  ];
  /** Excerpts and tables of tasks leave something out where there is little room. */
  const cutting = ['orchestra validate', 'runs show', 'runs logs'];
  /** Words in the order of the alphabet: columns may stand below each other. Marks of a shell are left out. */
  const wordsOf = (text: string) => text.replaceAll(/ \\$/gm, '').split(/\s+/).sort();

  test.each([36, 42, 60, 80, 100])(
    'of %i columns nothing is lost, and only what is too wide for it is broken',
    async (columns) => {
      const cwd = folderWith(files);
      await runCli(['orchestra', 'run', 'good', '--rehearse', '--goal', 'what this is for, in many words'], { cwd });
      for (const command of [...commands, ...cutting]) {
        const argv = command.split(' ');
        const shown = await printed(argv, { cwd, columns, env: { NO_COLOR: '1' } });
        if (!cutting.includes(command)) {
          expect.soft(wordsOf(shown), command).toEqual(wordsOf(await printed(argv, { cwd })));
        }
        const broken = shown.split('\n').filter((line) => {
          const widest = Math.max(...line.split(' ').map(widthOf));
          return widthOf(line) > columns && !/^ {4}|^\S+:\d+:\d+: error: \S+$/.test(line) && widest <= columns / 2;
        });
        expect.soft(broken, command).toEqual([]);
      }
    },
  );

  test.each([30, 42, 60])('of %i columns the list of runs keeps ids, states and orchestras', async (columns) => {
    const cwd = folderWith(files);
    await runCli(['orchestra', 'run', 'good', '--rehearse', '--goal', 'x'], { cwd });
    await runCli(['orchestra', 'replay'], { cwd });
    const { runs } = JSON.parse((await runCli(['runs', 'list', '--json'], { cwd })).stdout);
    const { stdout } = await runCli(['runs', 'list'], { cwd, columns });
    const words = stdout.split(/\s+/);
    expect(runs).toHaveLength(2);
    for (const { id, state, orchestra, replays } of runs) {
      expect(words).toEqual(expect.arrayContaining([id, state, orchestra, ...(replays === null ? [] : ['(replay'])]));
    }
    expect(Math.max(...stdout.split('\n').map(widthOf))).toBeLessThanOrEqual(columns);
  });

  test('columns that do not fit stand below the others', async () => {
    const { stdout } = await runCli(['agent', 'list'], { cwd: folderWith(files), columns: 40 });
    expect(stdout.split('\n')).toEqual([
      'AGENT   ADAPTER  TASKS',
      '  FILE',
      'tester  command  -',
      '  agents/deeper/and/deeper/still/tester_playbook.yaml',
      '',
    ]);
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
