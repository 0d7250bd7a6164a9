import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectGolden } from '../golden/golden.ts';
import { commandOrchestra, commandPlaybook, folderWith, runCli } from './harness.ts';

const good = commandOrchestra('good', ['one', 'two one']);
const bad = 'orchestra: {id: bad}\nagents: [ghost]\ntasks:\n  - {name: one, agent: ghst, description: x}\n';
const warned = good.replace('agents:\n', 'agents:\n  - {name: idle, run: "true"}\n');

function validate(files: Readonly<Record<string, string | Uint8Array>>, argv: readonly string[] = [], place = {}) {
  return runCli(['orchestra', 'validate', ...argv], { cwd: folderWith(files), ...place });
}

describe('what is checked', () => {
  test('without operands, every orchestra of the project', async () => {
    const result = await validate({ 'orchestras/good.yaml': good, 'orchestras/bad.yaml': bad });
    expect(result.code).toBe(3);
    expectGolden('cli/validate/project.txt', result.stdout);
  });

  test('orchestras by id and files by path', async () => {
    const files = { 'orchestras/good.yaml': good, 'orchestras/bad.yaml': bad, 'elsewhere/x.yaml': good };
    expect(await validate(files, ['good', 'elsewhere/x.yaml'])).toEqual({
      code: 0,
      stdout: 'no faults in 2 orchestras\n',
      stderr: '',
    });
  });

  test('standard input, for -', async () => {
    const result = await validate({}, ['-'], { stdin: bad });
    expect(result.code).toBe(3);
    expect(result.stdout).toMatch(/^<stdin>:2:10: error: /);
    expect(result.stdout).toMatch(/\n2 errors in <stdin>\n$/);
  });

  test.each<string[]>([[], ['--json'], ['--format', 'github'], ['--format', 'sarif']])(
    'where there is nothing, all is not well: the folder may be the wrong one %j',
    async (...options) => {
      const cwd = folderWith({});
      const { code, stdout, stderr } = await runCli(['orchestra', 'validate', ...options], { cwd });
      expect(code).toBe(4);
      const told = options.includes('--json') ? stdout : stderr;
      expect(told).toContain(`there is no orchestra to check: looked in ${cwd}/orchestras`);
      expect(told).toContain('super init');
      expect(told).toContain('super orchestra create <id>');
    },
  );
});

describe('how it is told', () => {
  test('a warning alone is no failure', async () => {
    const result = await validate({ 'orchestras/warned.yaml': warned });
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('[unused-agent]');
    expect(result.stdout).toMatch(/\n1 warning in orchestras\/warned.yaml\n$/);
  });

  test('where faults of form hide others, the closing line says so', async () => {
    const text = good.replace('{name: one,', '{name: one, colour: red,').replace('[one]', '[oen]');
    expect((await validate({ 'orchestras/x.yaml': text })).stdout).toMatch(
      /\n2 errors in orchestras\/x.yaml; more may show when these are mended\n$/,
    );
    const mended = await validate({ 'orchestras/x.yaml': text.replace('colour: red,', '') });
    expect(mended.stdout).toMatch(/\n1 error in orchestras\/x.yaml\n$/);
  });

  test('--json is one document of the published shape', async () => {
    const { code, stdout, stderr } = await validate({ 'orchestras/bad.yaml': bad }, ['--json']);
    const { ok, diagnostics } = JSON.parse(stdout);
    expect({ code, ok, stderr }).toEqual({ code: 3, ok: false, stderr: '' });
    expect(Object.keys(diagnostics[0])).toEqual(
      expect.arrayContaining('code severity message file line column end_line end_column hint'.split(' ')),
    );
    expect(diagnostics[0]).toMatchObject({ severity: 'error', file: 'orchestras/bad.yaml', line: 2, column: 10 });
  });

  test('--format github prints workflow commands', async () => {
    const { code, stdout } = await validate({ 'orchestras/bad.yaml': bad }, ['--format', 'github']);
    expect(code).toBe(3);
    for (const line of stdout.trimEnd().split('\n'))
      expect(line).toMatch(/^::(error|warning) file=orchestras\/bad.yaml,line=\d+/);
  });

  test('--format sarif is a SARIF log', async () => {
    const { code, stdout } = await validate({ 'orchestras/bad.yaml': bad }, ['--format', 'sarif']);
    const log = JSON.parse(stdout);
    expect(code).toBe(3);
    expect(log.version).toBe('2.1.0');
    expect(log.runs[0].results).toHaveLength(2);
  });

  test('in GitHub Actions text comes with annotations, on standard error', async () => {
    const place = { env: { GITHUB_ACTIONS: 'true' } };
    const { stdout, stderr } = await validate({ 'orchestras/bad.yaml': bad }, [], place);
    expect(stdout).not.toContain('::error');
    expect(stderr).toMatch(/^::error file=/m);
  });

  test('colours only where they are wanted', async () => {
    const files = { 'orchestras/bad.yaml': bad };
    expect((await validate(files)).stdout).not.toContain('\u001b');
    expect((await validate(files, [], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[31m');
  });
});

const playbook = commandPlaybook('echo');

function named(agent: string): string {
  return `orchestra: {id: team}\nagents: [${agent}]\ntasks:\n  - {name: one, agent: a, description: x, context: []}\n`;
}

describe('files of a team', () => {
  test('a playbook under agents/, at any depth, before a file of the plain name', async () => {
    const files = { 'orchestras/t.yaml': named('a'), 'agents/deep/er/a_playbook.yaml': playbook, 'agents/a.yaml': '[' };
    expect((await validate(files)).stdout).toBe('no faults in orchestras/t.yaml\n');
  });

  test('the plain name where there is no playbook of that name', async () => {
    expect((await validate({ 'orchestras/t.yaml': named('a'), 'agents/a.yaml': playbook })).code).toBe(0);
  });

  test('the upstream layout, under a folder of the project name', async () => {
    const files = {
      '.super': 'project: swe\n',
      'swe/orchestras/t_orchestra.yaml': named('a'),
      'swe/agents/a/playbook/a_playbook.yaml': playbook,
    };
    expect(await validate(files, ['t'])).toMatchObject({ code: 0 });
  });

  test('two playbooks of one name are ambiguous, at the entry that names them', async () => {
    const files = {
      'orchestras/t.yaml': named('a'),
      'agents/x/a_playbook.yaml': playbook,
      'agents/y/a_playbook.yaml': playbook,
    };
    const result = await validate(files);
    expect(result.code).toBe(3);
    expectGolden('cli/validate/ambiguous-agent.txt', result.stdout);
  });

  test('faults of a playbook are told in its own file, once, even if two orchestras use it', async () => {
    const files = {
      'orchestras/t.yaml': named('a'),
      'orchestras/u.yaml': named('a'),
      'agents/a.yaml': 'spec: {run: [1]}\n',
    };
    const { code, stdout } = await validate(files);
    expect(code).toBe(3);
    expect(stdout.match(/agents\/a\.yaml:1:\d+: error/g)).toHaveLength(1);
  });

  test('playbooks that nobody names are not read', async () => {
    const files = { 'orchestras/t.yaml': named('a'), 'agents/a.yaml': playbook, 'agents/broken.yaml': '[' };
    expect((await validate(files)).stdout).toBe('no faults in orchestras/t.yaml\n');
  });
});

describe('files that are no text', () => {
  test('bytes that are not UTF-8 are a diagnostic at the first of them', async () => {
    const { code, stdout } = await validate({ 'orchestras/t.yaml': Uint8Array.of(0x61, 0x0a, 0xff) });
    expect(code).toBe(3);
    expect(stdout).toContain('orchestras/t.yaml:2:1: error: ');
    expect(stdout).toContain('[file-binary]');
  });

  test('a folder where a file is meant is a fault of the setup', async () => {
    const { code, stderr } = await validate({ 'some/folder/x': '' }, ['./some/folder']);
    expect(code).toBe(4);
    expect(stderr).toContain('there is no orchestra "./some/folder"');
  });

  test.each([
    ['nowhere.yaml', 'cannot read agents/a_playbook.yaml: there is no such file'],
    ['a_playbook.yaml', 'cannot read agents/a_playbook.yaml: its symbolic links go round in a circle'],
  ])(
    'a playbook that is a link to %s is a fault of the setup, and hides no other from the list',
    async (target, said) => {
      const files = {
        'orchestras/t.yaml': named('a'),
        'orchestras/good.yaml': good,
        'agents/b_playbook.yaml': playbook,
      };
      const cwd = folderWith(files);
      symlinkSync(target, join(cwd, 'agents/a_playbook.yaml'));
      expect(await runCli(['orchestra', 'validate', 't'], { cwd })).toEqual({
        code: 4,
        stdout: '',
        stderr: `super: ${said}\n`,
      });
      const { agents } = JSON.parse((await runCli(['agent', 'list', '--json'], { cwd })).stdout);
      expect(agents).toMatchObject([
        { name: 'a', error: said },
        { name: 'b', adapter: 'command' },
      ]);
      const { orchestras } = JSON.parse((await runCli(['orchestra', 'list', '--json'], { cwd })).stdout);
      expect(orchestras).toMatchObject([{ id: 'good', strategy: 'sequential' }, { error: said }]);
    },
  );

  test('control characters of a file never reach the terminal', async () => {
    const hostile = good.replace('name: one', 'name: "\\e]0;owned\\a"');
    const { stdout } = await validate({ 'orchestras/t.yaml': hostile });
    expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

test('run --json tells the faults of a file that cannot be run as one JSON document', async () => {
  const cwd = folderWith({ 'o.yaml': 'orchestra: {id: o}\ntasks: [{name: a, agent: b}]\n' });
  const env = { GITHUB_ACTIONS: 'true' };
  const { code, stdout, stderr } = await runCli(['orchestra', 'run', 'o.yaml', '--json'], { cwd, env });
  expect([code, stderr]).toEqual([3, '']);
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, diagnostics: [{ code: 'unknown-agent', line: 2 }] });
});

test('a variable that is nearly a setting is told where orchestras are checked', async () => {
  const { code, stderr } = await validate({ 'orchestras/good.yaml': good }, [], {
    env: { SUPER_MAX_PARALEL_TASKS: '3' },
  });
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: 'super: note: SUPER_MAX_PARALEL_TASKS is set and is no setting; did you mean "SUPER_MAX_PARALLEL_TASKS"?\n',
  });
});
