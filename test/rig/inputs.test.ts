// What agents are given, and what is made of what they give.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { driver, events, orchestra, project, run, runFolder, start, task } from './rig.ts';

/** Text that everything between the command line and the agent might be tempted to evaluate. */
const nasty = `it's "quoted" $(touch pwned) \`touch pwned\` \${HOME} $HOME %s \\n {task} {goal} {x: [1]} *; touch pwned & #\nsecond line\n\ttab é 漢 🎻`;
const module = `export default { run: ({ goal }) => 'module: ' + goal };\n`;

describe('a goal is never evaluated', () => {
  const agents = [
    { name: 'script', run: 'printf "script: %s" "$SUPER_GOAL"' },
    { name: 'argv', argv: ['sh', '-c', 'printf "argv: %s" "$SUPER_GOAL"'] },
    { name: 'module', module: './agent.mjs' },
    { name: 'prompt', run: 'cat' },
  ];
  const tasks = agents.map(({ name }) =>
    task(`t_${name}`, { agent: name, description: name === 'prompt' ? 'prompt: {goal}' : 'x' }),
  );

  test.each(['option', 'file', 'standard input', 'orchestra'])('given by %s', async (way) => {
    const more = way === 'orchestra' ? { goal: nasty } : {};
    const files = orchestra({ more, execution: { strategy: 'parallel' }, agents, tasks });
    const cwd = project({ ...files, 'agent.mjs': module, goal: `${nasty}\n` });
    const words =
      {
        option: ['--goal', nasty],
        file: ['--goal-file', 'goal'],
        'standard input': ['--goal-file', '-'],
        orchestra: [],
      }[way] ?? [];
    const { code } = await run(['orchestra', 'run', 'o.yaml', '-q', ...words], { cwd, stdin: `${nasty}\n` });
    expect(code).toBe(0);
    const read = (name: string) => readFileSync(join(runFolder(cwd), `task_outputs/t_${name}_output.txt`), 'utf8');
    for (const { name } of agents) expect(read(name).trimEnd(), name).toBe(`${name}: ${nasty}`);
    expect(existsSync(join(cwd, 'pwned'))).toBe(false);
    expect(events(cwd)[0]).toMatchObject({ goal: nasty });
  });
});

test('what is run is kept byte for byte, also as editors on Windows write it', async () => {
  const files = {
    'orchestras/b_orchestra.yaml':
      '\ufefforchestra: {id: b}\r\nagents: [w]\r\ntasks: [{name: one, agent: w, description: "é 🎻"}]\r\n# end',
    'agents/w_playbook.yaml':
      '\ufeffapiVersion: agent/v1\r\nkind: AgentSpec\r\nmetadata: {name: w, id: w}\r\nspec: {adapter: command, run: "cat"}\r\n',
  };
  const cwd = project(files);
  expect(await run(['orchestra', 'run', 'b'], { cwd })).toMatchObject({ code: 0, stdout: 'é 🎻\n' });
  const folder = runFolder(cwd, 'orchestra_workspaces/b');
  expect(readFileSync(join(folder, 'orchestra.yaml'), 'utf8')).toBe(files['orchestras/b_orchestra.yaml']);
  expect(readFileSync(join(folder, 'agents/w_playbook.yaml'), 'utf8')).toBe(files['agents/w_playbook.yaml']);
});

test('the environment of an agent is a list, and nothing else', async () => {
  const drive = await driver();
  const agent = { ...drive.agent, env: { ...drive.agent.env, GIVEN: 'by the file' }, secrets: ['MY_TOKEN'] };
  const passing = { name: 'b', run: 'env', env: ['PASSED', 'ABSENT'] };
  const cwd = project(
    orchestra({
      execution: { strategy: 'parallel' },
      agents: [agent, passing],
      tasks: [task('one'), task('two', { agent: 'b' })],
    }),
  );
  const env = {
    MY_TOKEN: 'hush',
    PASSED: 'yes',
    AWS_SECRET_ACCESS_KEY: 'no',
    ANTHROPIC_API_KEY: 'no',
    NODE_OPTIONS: '--no-warnings',
    TERM: 'dumb',
    TMPDIR: '/tmp',
  };
  const started = start(['orchestra', 'run', 'o.yaml', '-q'], { cwd, env });
  const worker = await drive.begun('one');
  worker.tell({ exit: 0 });
  expect((await started.ended).code).toBe(0);
  const own = ['ATTEMPT', 'CONTEXT_DIR', 'GOAL', 'INTERMEDIATE_DIR', 'OUTPUT', 'RUN_DIR', 'RUN_ID', 'TASK'].map(
    (name) => `SUPER_${name}`,
  );
  const base = ['HOME', 'LANG', 'PATH', 'TERM', 'TMPDIR'];
  const shell = new Set(['PWD', 'OLDPWD', 'SHLVL', '_']);
  const names = (all: readonly string[]) => all.filter((name) => !shell.has(name)).sort();
  expect(names(Object.keys(worker.env))).toEqual(names([...own, ...base, 'GIVEN', 'MY_TOKEN', 'RIG_SOCKET']));
  expect(worker.env).toMatchObject({
    MY_TOKEN: 'hush',
    GIVEN: 'by the file',
    HOME: cwd,
    SUPER_TASK: 'one',
    SUPER_ATTEMPT: '1',
  });
  const printed = readFileSync(join(runFolder(cwd), 'task_outputs/two_output.txt'), 'utf8');
  expect(
    names(
      printed
        .trimEnd()
        .split('\n')
        .map((line) => line.split('=')[0] ?? ''),
    ),
  ).toEqual(names([...own, ...base, 'PASSED']));
});

test('received outputs are read-only copies in SUPER_CONTEXT_DIR; SUPER_OUTPUT wins over standard output', async () => {
  const drive = await driver();
  const tasks = [task('one'), task('two', { context: ['one'] })];
  const cwd = project(orchestra({ agents: [drive.agent], tasks }));
  const started = start(['orchestra', 'run', 'o.yaml', '-q'], { cwd });
  const one = await drive.begun('one');
  expect(readdirSync(one.env.SUPER_CONTEXT_DIR ?? '')).toEqual([]);
  one.tell({ say: 'chatter', write: { path: one.env.SUPER_OUTPUT, text: 'the output' }, exit: 0 });
  const two = await drive.begun('two');
  const received = join(two.env.SUPER_CONTEXT_DIR ?? '', 'one.txt');
  expect(readFileSync(received, 'utf8')).toBe('the output');
  expect(statSync(received).mode & 0o777).toBe(0o444);
  expect(lstatSync(received).isFile()).toBe(true);
  expect(two.env.SUPER_INTERMEDIATE_DIR).toBe(one.env.SUPER_INTERMEDIATE_DIR);
  // Even an agent that scribbles on its copy does not change what others get.
  chmodSync(received, 0o644);
  writeFileSync(received, 'changed');
  two.tell({ say: 'done\n', exit: 0 });
  expect(await started.ended).toEqual({ code: 0, stdout: 'done\n', stderr: '' });
  expect(readFileSync(join(runFolder(cwd), 'task_outputs/one_output.txt'), 'utf8')).toBe('the output');
});

describe('outputs of any size', () => {
  /** Most memory that a process held at any time so far, in MiB. */
  const peak = (pid: number) =>
    Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

  async function measured(script: string): Promise<{ memory: number; cwd: string; bytes: number }> {
    const drive = await driver();
    const agents = [{ name: 'big', run: script }, drive.agent];
    const cwd = project(orchestra({ agents, tasks: [task('one', { agent: 'big' }), task('two')] }));
    const started = start(['orchestra', 'run', 'o.yaml', '--json'], { cwd });
    const worker = await drive.begun('two');
    const memory = peak(started.pid);
    const bytes = statSync(join(worker.env.SUPER_CONTEXT_DIR ?? '', 'one.txt')).size;
    worker.tell({ exit: 0 });
    expect((await started.ended).code).toBe(0);
    return { memory, cwd, bytes };
  }

  test('100 MB in a file: handed on whole, and memory does not grow with it', async () => {
    const small = await measured('echo hi > "$SUPER_OUTPUT"');
    const large = await measured('head -c 100000000 /dev/zero | tr "\\0" x > "$SUPER_OUTPUT"');
    expect(large.bytes).toBe(100_000_000);
    expect(large.memory - small.memory).toBeLessThan(64);
    const [done] = events(large.cwd).filter((event) => event.type === 'task.succeeded');
    const hash = createHash('sha256').update(Buffer.alloc(100_000_000, 'x')).digest('hex');
    expect(done).toMatchObject({ output: { bytes: 100_000_000, sha256: hash } });
  });

  test('a flood without a line break: both ends are kept, the cut is marked', async () => {
    const { bytes, cwd } = await measured('echo first; head -c 100000000 /dev/zero | tr "\\0" x; echo; echo last');
    expect(bytes).toBeLessThanOrEqual(16 * 1024 * 1024);
    const text = readFileSync(join(runFolder(cwd), 'task_outputs/one_output.txt'), 'latin1');
    expect(text.slice(0, 7)).toBe('first\nx');
    expect(text.slice(-7)).toBe('x\nlast\n');
    expect(text).toMatch(/\n\[\.\.\. \d+ bytes cut here \.\.\.\]\n/);
  });
});

describe('module agents', () => {
  test('report, log, fail', async () => {
    const text = `export default {
      async run({ task, options, context, report, log, outputFile, attempt }) {
        report({ text: 'half', percent: 50 });
        report({ kind: 'milestone', text: 'there' });
        log('a line');
        if (task === 'bad') throw new Error('not today');
        return { output: JSON.stringify({ options, context: context.map((each) => each.name), attempt }), usage: { input_tokens: 3, output_tokens: 4 } };
      } };\n`;
    const agents = [{ name: 'a', module: './agent.mjs', options: { deep: [1, { two: null }] } }];
    const cwd = project({
      ...orchestra({ agents, tasks: [task('one'), task('two'), task('bad')] }),
      'agent.mjs': text,
    });
    const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/failed +bad +agent-exit: not today/);
    expect(stderr).toContain('tokens  6 read, 8 written');
    const output = JSON.parse(readFileSync(join(runFolder(cwd), 'task_outputs/two_output.txt'), 'utf8'));
    expect(output).toEqual({ options: { deep: [1, { two: null }] }, context: ['one'], attempt: 1 });
    expect(events(cwd)).toContainEqual(
      expect.objectContaining({ type: 'task.progressed', task: 'one', kind: 'milestone', text: 'there' }),
    );
  });
});
