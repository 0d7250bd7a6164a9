// Commands that write: init and orchestra create.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectGolden } from '../golden/golden.ts';
import { commandOrchestra, commandPlaybook, folderWith, runCli } from './harness.ts';

describe('init', () => {
  test('the commands that it says come next work', async () => {
    const cwd = folderWith();
    const { code, stdout } = await runCli(['init', 'demo'], { cwd });
    expect(code).toBe(0);
    expectGolden('cli/projects/init.txt', stdout);
    const root = join(cwd, 'demo');
    const next = stdout.match(/^ {2}super .*$/gm) ?? [];
    expect(next).toHaveLength(3);
    for (const line of next) {
      const words = [...line.trim().matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
      expect(await runCli(words.slice(1), { cwd: root }), line).toMatchObject({ code: 0 });
    }
    expect(existsSync(join(root, 'orchestra_workspaces/hello/final_results/orchestra_output.txt'))).toBe(true);
    expect((await runCli(['agent', 'lint'], { cwd: root })).stdout).toBe('no faults in 3 playbooks\n');
  });

  test('what is there is kept, and .gitignore is added to', async () => {
    const mine = { '.super': 'project: mine\n', 'agents/coder_playbook.yaml': 'mine', '.gitignore': 'node_modules' };
    const cwd = folderWith(mine);
    const { stdout } = await runCli(['init'], { cwd });
    expectGolden('cli/projects/init-kept.txt', stdout);
    expect(readFileSync(join(cwd, '.super'), 'utf8')).toBe('project: mine\n');
    expect(readFileSync(join(cwd, 'agents/coder_playbook.yaml'), 'utf8')).toBe('mine');
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('node_modules\n/orchestra_workspaces/\n');
    expect((await runCli(['init'], { cwd })).stdout).not.toMatch(/^(wrote|added)/m);
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('node_modules\n/orchestra_workspaces/\n');
  });
});

describe('orchestra create', () => {
  const playbooks = {
    '.super': 'project: swe\n',
    'agents/developer_playbook.yaml': commandPlaybook(
      'echo',
      '  tasks: [{name: build_it, instruction: Build it well.}]\n',
    ),
    'agents/qa_playbook.yaml': commandPlaybook('echo', '  tasks: [{name: test_it, instruction: Test it well.}]\n'),
  };

  test('tasks of the playbooks, in a file without faults, and the folder of its runs', async () => {
    const cwd = folderWith({ ...playbooks, 'agents/bad_playbook.yaml': 'spec: {run: [1]}\n' });
    const { code, stdout, stderr } = await runCli(['orchestra', 'create', 'sdlc'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expectGolden('cli/projects/create.txt', stdout);
    expect(existsSync(join(cwd, 'orchestra_workspaces/sdlc'))).toBe(true);
    expect((await runCli(['orchestra', 'validate', 'sdlc'], { cwd })).stdout).toBe(
      'no faults in orchestras/sdlc_orchestra.yaml\n',
    );
    expect((await runCli(['orchestra', 'run', 'sdlc', '--goal', 'x', '--dry-run'], { cwd })).code).toBe(0);
  });

  test.each(['sequential', 'parallel', 'mixed', 'hierarchical'])('strategy %s has no fault', async (strategy) => {
    const cwd = folderWith(playbooks);
    expect(await runCli(['orch', 'create', 'x', '-s', strategy], { cwd })).toMatchObject({ code: 0, stderr: '' });
    const { orchestras } = JSON.parse((await runCli(['orchestra', 'list', '--json'], { cwd })).stdout);
    expect(orchestras[0]).toMatchObject({ id: 'x', strategy, tasks: ['build_it', 'test_it'] });
  });

  test('without playbooks it writes commands that run', async () => {
    const cwd = folderWith();
    expect((await runCli(['orchestra', 'create', 'x'], { cwd })).code).toBe(0);
    expect((await runCli(['orchestra', 'run', 'x', '--goal', 'try'], { cwd })).code).toBe(0);
  });

  test('an existing file is replaced by --force only', async () => {
    const cwd = folderWith({ ...playbooks, 'orchestras/x_orchestra.yaml': commandOrchestra('x', ['one']) });
    const file = join(cwd, 'orchestras/x_orchestra.yaml');
    expect((await runCli(['orchestra', 'create', 'x'], { cwd })).code).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe(commandOrchestra('x', ['one']));
    expect((await runCli(['orchestra', 'create', 'x', '--force'], { cwd })).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('build_it');
  });

  test.each(['../x', '/x', '.hidden', 'a/b', '', 'a b', 'x'.repeat(65)])(
    'refuses the id "%s" and writes nothing',
    async (id) => {
      const cwd = folderWith();
      expect(await runCli(['orchestra', 'create', id], { cwd })).toMatchObject({ code: 2, stdout: '' });
      expect(readdirSync(cwd)).toEqual([]);
    },
  );

  test('a schema that lies in the project is named to editors', async () => {
    const cwd = folderWith({ ...playbooks, 'node_modules/super-orchestra/schemas/orchestra.schema.json': '{}' });
    await runCli(['orchestra', 'create', 'x'], { cwd });
    expect(readFileSync(join(cwd, 'orchestras/x_orchestra.yaml'), 'utf8')).toContain(
      '# yaml-language-server: $schema=../node_modules/super-orchestra/schemas/orchestra.schema.json\n',
    );
  });

  test('in the upstream layout it is written where the others are', async () => {
    const cwd = folderWith({
      '.super': 'project: swe\n',
      'swe/orchestras/y_orchestra.yaml': commandOrchestra('y', ['one']),
    });
    writeFileSync(join(cwd, 'x'), '');
    expect((await runCli(['orchestra', 'create', 'x'], { cwd })).stdout).toMatch(
      /^wrote {3}swe\/orchestras\/x_orchestra/,
    );
  });
});
