// What is said to somebody who mistyped: the fault, and the next step; nothing on standard output.
import { expect, test } from 'vitest';
import { expectGolden } from '../golden/golden.ts';
import { commandOrchestra, commandPlaybook, folderWith, runCli } from './harness.ts';

const project = {
  '.super': 'project: demo\n',
  'agents/tester_playbook.yaml': commandPlaybook('echo tested'),
  'agents/a/twin_playbook.yaml': commandPlaybook('echo one'),
  'agents/b/twin_playbook.yaml': commandPlaybook('echo two'),
  'orchestras/hello_orchestra.yaml': commandOrchestra('hello', ['one', 'two one']),
  'orchestras/other.yaml': commandOrchestra('shared', ['one']),
  'orchestras/another.yaml': commandOrchestra('shared', ['one']),
};

const cases: Readonly<Record<string, readonly [number, ...string[]]>> = {
  'unknown-command': [2, 'agnt'],
  'unknown-command-without-guess': [2, 'frobnicate'],
  'unknown-subcommand': [2, 'orch', 'rum'],
  'command-without-group': [2, 'run', 'site', '--goal', 'Add a login'],
  'command-of-several-groups': [2, 'list'],
  'command-of-another-group': [2, 'orchestra', 'logs', 'one', '-f'],
  'missing-subcommand': [2, 'agent'],
  'unknown-option': [2, 'orchestra', 'show', 'hello', '--fromat', 'dot'],
  'missing-operand': [2, 'orchestra', 'show'],
  'too-many-operands': [2, 'orchestra', 'list', 'hello'],
  'empty-operand': [2, 'runs', 'stop', ''],
  'missing-value': [2, 'orchestra', 'show', 'hello', '--format'],
  'bad-choice': [2, 'orchestra', 'show', 'hello', '--format', 'png'],
  'bad-choice-of-many': [2, 'runs', 'list', '--state', 'faild', '--state', 'failed'],
  'unknown-orchestra': [4, 'orchestra', 'show', 'helo'],
  'missing-file': [4, 'orchestra', 'validate', 'orchestras/nowhere.yaml'],
  'ambiguous-orchestra': [2, 'orchestra', 'show', 'shared'],
  'unknown-agent': [4, 'agent', 'show', 'testr'],
  'inline-agent': [4, 'agent', 'show', 'shell'],
  'ambiguous-agent': [2, 'agent', 'show', 'twin'],
  'bad-orchestra-id': [2, 'orchestra', 'create', '../x'],
  'bad-orchestra-id-with-spaces': [2, 'orchestra', 'create', 'my orchestra'],
  'taken-orchestra-id': [2, 'orchestra', 'create', 'hello'],
  'taken-orchestra-id-elsewhere': [2, 'orchestra', 'create', 'shared', '--force'],
  'taken-orchestra-name': [2, 'orchestra', 'create', 'other'],
  'bad-agent-name': [2, 'agent', 'create', '2nd/agent'],
  'taken-agent-name': [2, 'agent', 'create', 'tester'],
  'init-on-a-file': [2, 'init', '.super'],
  'unknown-code': [2, 'explain', 'unknwon-agent'],
  'unknown-schema': [2, 'schema', 'orchestre'],
  'unknown-shell': [2, 'completion', 'tcsh'],
};

test.each(Object.entries(cases))('%s', async (name, [expected, ...argv]) => {
  const { code, stdout, stderr } = await runCli(argv, { cwd: folderWith(project) });
  expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  expectGolden(`cli/usage/${name}.txt`, `$ super ${argv.join(' ')}\n${stderr}`);
});

test.each(Object.entries(cases))('with --json the same is a document: %s', async (_name, [expected, ...argv]) => {
  const cwd = folderWith(project);
  const { code, stdout } = await runCli([...argv, '--json'], { cwd });
  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    error: { exit_code: code, message: expect.any(String), hint: expect.any(String) },
  });
  expect([expected, 2]).toContain(code);
});

test.each([
  [['orchestra', 'show', 'hello', '--fromat', 'dot'], 'unknown option "--fromat"', '--format', 'orchestra show'],
  [['orch', 'rum'], 'unknown command "rum"', 'run', 'orchestra'],
  [
    ['runs', 'list', '--state', 'faild'],
    '--state must be running, paused, interrupted, succeeded, failed or cancelled, not "faild"',
    'failed',
    'runs list',
  ],
])('what was meant is a hint, and no part of the message: %j', async (argv, message, meant, help) => {
  const { stdout } = await runCli([...argv, '--json'], { cwd: folderWith(project) });
  const hint = `did you mean "${meant}"?\nsee: super ${help} --help`;
  expect(JSON.parse(stdout).error).toEqual({ exit_code: 2, message, hint });
});

test('the document says what is said to people', async () => {
  const { stdout } = await runCli(['orchestra', 'show', 'shared', '--json'], { cwd: folderWith(project) });
  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    error: {
      exit_code: 2,
      message: '"shared" is the name of 2 orchestras:\n  orchestras/another.yaml\n  orchestras/other.yaml',
      hint: 'name one by its path',
    },
  });
});

test('in GitHub Actions it is an annotation, too', async () => {
  const { stderr } = await runCli(['agnt'], { env: { GITHUB_ACTIONS: 'true' } });
  const said = 'super: unknown command "agnt"\ndid you mean "agent"?\nsee: super --help\n';
  const annotation = '::error title=super::unknown command "agnt"%0Adid you mean "agent"?%0Asee: super --help\n';
  expect(stderr).toBe(said + annotation);
});

test('what is asked for as JSON by its format fails as JSON; what is not, and what stands behind --, does not', async () => {
  const cwd = folderWith(project);
  for (const more of [['--format', 'json'], ['--format=json']]) {
    const { stdout } = await runCli(['orchestra', 'validate', 'helo', ...more], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { exit_code: 4 } });
  }
  for (const more of [
    ['--format', 'sarif'],
    ['--', '--json'],
  ]) {
    expect((await runCli(['orchestra', 'validate', 'helo', ...more], { cwd })).stdout).toBe('');
  }
});
