// Settings around a project: what `super config` tells of them, and what runs make of them.
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectGolden } from '../golden/golden.ts';
import { commandOrchestra, commandPlaybook, folderWith, type Place, runCli } from './harness.ts';

const projectFile = `project: shop
defaults:
  max_parallel_tasks: 2
  on_failure: stop
  limits: {memory: 1GiB, disk: 20GB}
  env: {LC_ALL: C, TOKEN: abc}
`;
const personFile = `adapter: claude
max_parallel_tasks: 9
grace_seconds: 5s
limits: {memory: 3GiB, cpu: 50%}
env: [TOKEN, EDITOR]
`;
const orchestra = `orchestra:
  id: o
  execution:
    strategy: parallel
    run_timeout_seconds: 1h
    limits: {cpu: 2}
agents:
  - {name: w, run: cat, limits: {output: 10MB, memory: 100MB}}
  - {name: m, description: thinks}
tasks:
  - {name: a, agent: w}
  - {name: b, agent: m, description: x}
`;

/** A project and a home; the words of a command run there. Paths of the home are told as <home>. */
function place(files: Readonly<Record<string, string | Uint8Array>>, person?: string, env: Place['env'] = {}) {
  const cwd = folderWith(files);
  const home = folderWith(person === undefined ? {} : { '.config/super/config.yaml': person });
  const plain = (text: string) => text.replaceAll(home, '<home>');
  return {
    cwd,
    home,
    super: async (...words: string[]) => {
      const { code, stdout, stderr } = await runCli(words, { cwd, env: { HOME: home, ...env } });
      return { code, stdout: plain(stdout), stderr: plain(stderr) };
    },
  };
}

const files = { '.super': projectFile, 'orchestras/o.yaml': orchestra };

describe('super config', () => {
  test('every setting; with --show-origin, who says so', async () => {
    const here = place(files, personFile);
    const plain = await here.super('config');
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    expectGolden('cli/config/settings.txt', plain.stdout);
    expectGolden('cli/config/origins.txt', (await here.super('config', '--show-origin')).stdout);
  });

  test('where nobody says anything', async () => {
    const here = place({});
    expectGolden('cli/config/nothing.txt', (await here.super('config', '--show-origin')).stdout);
  });

  test('for an orchestra, with variables', async () => {
    const env = { SUPER_LIMITS_MEMORY: '2GB', SUPER_MAX_PARALLEL_TASKS: '7', SUPER_LIMIT_CPU: '3', SUPER_TASK: 'x' };
    const { code, stdout, stderr } = await place(files, personFile, env).super('config', 'o', '--show-origin');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'super: note: SUPER_LIMIT_CPU is set and is no setting; did you mean "SUPER_LIMITS_CPU"?\n',
    });
    expectGolden('cli/config/orchestra.txt', stdout);
  });

  test('as JSON, with figures that programs can use', async () => {
    const { stdout } = await place(files, personFile, { SUPER_GRACE_SECONDS: '2m' }).super('config', '--json');
    const { settings, files: read } = JSON.parse(stdout);
    const of = (key: string) => settings.find((each: { key: string }) => each.key === key);
    expect(of('grace_seconds')).toEqual({
      key: 'grace_seconds',
      value: 120,
      origin: { type: 'environment', variable: 'SUPER_GRACE_SECONDS' },
    });
    expect(of('limits.memory')).toEqual({
      key: 'limits.memory',
      value: 2 ** 30,
      origin: { type: 'settings', file: '.super', line: 5, column: 12 },
    });
    expect(of('limits.output')).toEqual({ key: 'limits.output', value: null, origin: { type: 'default' } });
    expect(read).toEqual([
      { file: '.super', state: 'read' },
      { file: '<home>/.config/super/config.yaml', state: 'read' },
    ]);
    expect(stdout).not.toContain('abc');
  });

  test('tells of an orchestra what a run of it would do', async () => {
    const texts = [orchestra, orchestra.replace('strategy: parallel', 'task_timeout_seconds: null')];
    for (const text of texts) {
      const here = place({ ...files, 'orchestras/o.yaml': text }, personFile, { SUPER_MAX_PARALLEL_TASKS: '7' });
      const { settings } = JSON.parse((await here.super('config', 'o', '--json')).stdout);
      const told = Object.fromEntries(settings.map(({ key, value }: { key: string; value: unknown }) => [key, value]));
      const { plan } = JSON.parse((await here.super('orchestra', 'run', 'o', '--dry-run', '--json')).stdout);
      const [, model] = plan.tasks;
      expect(told).toMatchObject({
        adapter: model.adapter,
        max_parallel_tasks: plan.max_parallel_tasks,
        task_timeout_seconds: model.timeout_seconds,
        run_timeout_seconds: plan.run_timeout_seconds,
        grace_seconds: plan.grace_seconds,
        on_failure: plan.on_failure,
        'limits.memory': model.limits.memory_bytes,
        'limits.cpu': model.limits.cpus,
        'limits.disk': plan.limits.disk_bytes,
      });
    }
  });

  test('an orchestra that cannot be read, and one that is not there', async () => {
    const here = place({ ...files, 'orchestras/o.yaml': 'orchestra: {idd: o}\ntasks: []\n' });
    expect(await here.super('config', 'o')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('[unknown-key]'),
    });
    expect(await here.super('config', 'p')).toMatchObject({ code: 4 });
  });
});

describe('where the settings of a person are', () => {
  const value = async (env: Record<string, string>) => {
    const { stdout } = await runCli(['config', '--json'], { cwd: folderWith(), env });
    return JSON.parse(stdout).settings[1].value;
  };
  const folder = () => folderWith({ 'super/config.yaml': 'max_parallel_tasks: 33\n' });

  test('XDG_CONFIG_HOME, else .config at home, else nowhere', async () => {
    expect(await value({ XDG_CONFIG_HOME: folder(), HOME: '/nowhere' })).toBe(33);
    expect(await value({ HOME: folderWith({ '.config/super/config.yaml': 'max_parallel_tasks: 44\n' }) })).toBe(44);
    expect(await value({ XDG_CONFIG_HOME: 'relative' })).toBe(4);
    expect(await value({})).toBe(4);
  });
});

describe('settings that are wrong', () => {
  const faulty = 'project: shop\ndefaults:\n  max_paralel_tasks: 2\n';
  const text = `.super:3:3: error: unknown key "max_paralel_tasks" [unknown-key]
 3 |   max_paralel_tasks: 2
   |   ^~~~~~~~~~~~~~~~~ did you mean "max_parallel_tasks"?
1 error in .super
`;

  test('refuse a run, with exit code 3, before anything is written', async () => {
    const here = place({ ...files, '.super': faulty });
    expect(await here.super('orchestra', 'run', 'o')).toEqual({ code: 3, stdout: '', stderr: text });
    expect(existsSync(join(here.cwd, 'orchestra_workspaces'))).toBe(false);
    expect(await here.super('orchestra', 'run', 'o', '--dry-run')).toMatchObject({ code: 3, stderr: text });
    expect(await here.super('orchestra', 'show', 'o')).toEqual({ code: 3, stdout: text, stderr: '' });
    expect(await here.super('config')).toEqual({ code: 3, stdout: text, stderr: '' });
    const json = await here.super('orchestra', 'run', 'o', '--dry-run', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, diagnostics: [{ file: '.super', line: 3 }] });
  });

  test('are told by validate and by the doctor', async () => {
    const here = place({ ...files, '.super': faulty });
    expect(await here.super('orchestra', 'validate')).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/^\.super:3:3: error: [\s\S]*\n1 error in orchestras\/o\.yaml and \.super\n$/),
    });
    expect((await here.super('doctor')).stdout).toMatch(/unusable +project +\.super:3:3: unknown key/);
  });

  test("a person's file too, and both at once", async () => {
    const here = place({ ...files, '.super': faulty }, 'limits: {memory: 2 GB}\n');
    const { code, stderr } = await here.super('orchestra', 'run', 'o');
    expect(code).toBe(3);
    expect(stderr).toContain('<home>/.config/super/config.yaml:1:18: error: "2 GB" cannot be a size [bad-format]');
    expect(stderr).toMatch(/2 errors in \.super and <home>\/\.config\/super\/config\.yaml\n$/);
    expect((await here.super('doctor')).stdout).toMatch(/unusable +config +<home>.*: "2 GB" cannot be a size/);
  });

  test('an unknown key at the top of .super is a warning, and the run goes on', async () => {
    const here = place({ ...files, '.super': `framework: dspy\n${projectFile}` });
    const { code, stderr, stdout } = await here.super('orchestra', 'run', 'o', '--dry-run');
    expect(code).toBe(0);
    expect(stderr).toContain('.super:1:1: warning: unknown key "framework": it is not read [project-form]');
    expect(stderr).toMatch(/1 warning in orchestras\/o.yaml and \.super\n$/);
    expect(stdout).toContain('at most 2 at once');
  });

  test('a variable is a fault of the usage, which names it', async () => {
    const here = place(files, personFile, { SUPER_ON_FAILURE: 'halt' });
    for (const words of [['orchestra', 'run', 'o'], ['orchestra', 'show', 'o'], ['config']]) {
      expect(await here.super(...words)).toEqual({
        code: 2,
        stdout: '',
        stderr: 'super: the environment is wrong: SUPER_ON_FAILURE cannot be "halt"\nvalues: stop, continue\n',
      });
    }
    expect((await here.super('doctor')).stdout).toMatch(
      /unusable +SUPER_ON_FAILURE +SUPER_ON_FAILURE cannot be "halt"/,
    );
  });

  test.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    const here = place(files);
    chmodSync(join(here.cwd, '.super'), 0);
    expect(await here.super('orchestra', 'run', 'o')).toMatchObject({
      code: 4,
      stderr: 'super: cannot read .super: permission denied\n',
    });
  });

  test('an empty file says nothing, and nothing wrong', async () => {
    for (const text of ['', '# nothing yet\n'])
      expect(await place({ ...files, '.super': text }, text).super('config')).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('the name of a project', () => {
  test.each([
    ['project: My Shop\n', 'my_shop'],
    ['project: My Shop\n', 'My Shop'],
    ['"project": shop # the name\n', 'shop'],
    ['# project: other\nproject: >-\n  shop\n', 'shop'],
  ])('%j: %s/ holds its orchestras and agents', async (marker, folder) => {
    const here = place({
      '.super': marker,
      [`${folder}/orchestras/x.yaml`]: commandOrchestra('x', ['one']),
      [`${folder}/agents/y_playbook.yaml`]: commandPlaybook('echo'),
    });
    expect((await here.super('orchestra', 'list')).stdout).toContain('The x');
    expect((await here.super('agent', 'list')).stdout).toContain(`${folder}/agents/y_playbook.yaml`);
  });

  test('one that would lead out of the project leads nowhere', async () => {
    const outside = folderWith({ 'shop/.super': 'project: ..\n', 'orchestras/x.yaml': commandOrchestra('x', ['one']) });
    const { stdout } = await runCli(['orchestra', 'list'], { cwd: join(outside, 'shop') });
    expect(stdout).toContain('there are no orchestras here');
  });
});

test('limits are told by the dry run, by show and of an agent', async () => {
  const here = place(
    { ...files, 'agents/p_playbook.yaml': commandPlaybook('echo', '  limits: {memory: 1GiB, cpu: 1}\n') },
    personFile,
  );
  const { stdout } = await here.super('orchestra', 'run', 'o', '--dry-run');
  expect(stdout).toContain('\nRun: at most 3600 s, at most 20GB on disk, agents have 5 s to end\n');
  expect(stdout).toContain(
    '  w: command (run in orchestras/o.yaml), at most 100MB of memory, 2 processors, 10MB of output\n',
  );
  expect(stdout).toContain('  m: claude (adapter in <home>/.config/super/config.yaml), at most 1GiB of memory, ');
  expect((await here.super('orchestra', 'show', 'o')).stdout).toContain(
    'run: at most 20GB on disk\nagent w: at most 100MB of memory, 2 processors, 10MB of output\nagent m: at most 1GiB of memory, 2 processors\n',
  );
  const drawn = JSON.parse((await here.super('orchestra', 'show', 'o', '--json')).stdout);
  expect(drawn).toMatchObject({ limits: { disk_bytes: 2e10 }, nodes: [{ limits: { output_bytes: 1e7 } }, {}] });
  expect((await here.super('agent', 'show', 'p')).stdout).toMatch(/at most +1GiB of memory, 1 processor\n/);
  expect((await here.super('agent', 'list')).stdout).toMatch(/p +command/);
});
