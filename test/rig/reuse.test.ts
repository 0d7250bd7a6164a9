// Outputs that are taken again, with the real program: what is done, what is not, and what is said of it.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/schema/types.gen.ts';
import { driver, orchestra, project, run, settled, start, task, until } from './rig.ts';

const workspace = 'orchestra_workspaces/o';

/** Ids of the runs of a project, oldest first. */
const runsOf = (cwd: string) => readdirSync(join(cwd, workspace, 'runs')).sort();

function eventsOf(cwd: string, id = runsOf(cwd).at(-1) ?? ''): readonly RunEvent[] {
  const text = readFileSync(join(cwd, workspace, 'runs', id, 'events.jsonl'), 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as RunEvent);
}

/** Tasks of the newest run that an agent was started for. */
const done = (cwd: string) => eventsOf(cwd).flatMap((event) => (event.type === 'task.started' ? [event.task] : []));

const why = async (cwd: string, name: string, ...more: readonly string[]) =>
  settled((await run(['runs', 'why', name, ...more], { cwd })).stdout, cwd);

const files = {
  'src/main.txt': 'main\n',
  'src/other.txt': 'other\n',
  'agents/writer_playbook.yaml': [
    'apiVersion: agent/v1',
    'kind: AgentSpec',
    'metadata: {name: Writer, id: writer}',
    'spec: {adapter: command, run: "sed s/^/page:/ $SUPER_CONTEXT_DIR/count.txt", persona: {role: Writer, goal: Write}}',
    '',
  ].join('\n'),
  'o.yaml': [
    'orchestra: {id: o, execution: {strategy: parallel}}',
    'agents:',
    '  - {name: counter, run: "cat src/main.txt src/other.txt | wc -l | tr -d \' \'"}',
    '  - {name: lister, run: "ls src; echo $LISTING", env: {LISTING: short}}',
    '  - writer',
    'tasks:',
    '  - {name: count, agent: counter, cache: {files: ["src/*.txt"]}}',
    '  - {name: page, agent: writer, context: [count], cache: true}',
    '  - {name: list, agent: lister, cache: true}',
    '',
  ].join('\n'),
};

/** Replaces a text in a file of a project. */
function edit(cwd: string, file: string, from: string, to: string): void {
  const text = readFileSync(join(cwd, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(cwd, file), text.replace(from, to));
}

describe('a second run', () => {
  const once = async () => {
    const cwd = project(files);
    const first = await run(['orchestra', 'run', 'o.yaml'], { cwd });
    expect(first.code).toBe(0);
    return { cwd, first };
  };
  const again = (cwd: string, ...more: readonly string[]) => run(['orchestra', 'run', 'o.yaml', ...more], { cwd });

  test('of the same does nothing, and has the same result', async () => {
    const { cwd, first } = await once();
    const second = await again(cwd);
    expect([second.code, second.stdout]).toEqual([0, first.stdout]);
    expect(done(cwd)).toEqual([]);
    expect(second.stderr).toMatch(/\nSUCCEEDED {2}3 tasks in .*: 3 reused\n/);
    expect(second.stderr).toMatch(/\nreused {2}3 outputs, which saved \d/);
    expect(await why(cwd, 'page')).toMatch(
      new RegExp(
        [
          '^page: reused, because nothing has changed since run <run>:',
          '  the description',
          '  the goal',
          '  agent writer \\(command\\)',
          '  the output of count \\([0-9a-f]{8}\\)',
          'it saved +<time>\n$',
        ].join('\n'),
      ),
    );
  });

  test.each<[string, (cwd: string) => void, readonly string[], Readonly<Record<string, readonly string[]>>]>([
    [
      // Its output is the same as before, so that nothing after it is done.
      'after a change of a file that is declared: what declares it',
      (cwd) => edit(cwd, 'src/main.txt', 'main', 'MAIN'),
      ['count'],
      { count: ['src/main.txt changed'] },
    ],
    [
      'after one that changes its output: what receives that, too',
      (cwd) => writeFileSync(join(cwd, 'src/new.txt'), 'a\n') ?? edit(cwd, 'src/main.txt', 'main', 'a\nb'),
      ['count', 'page'],
      { count: ['src/main.txt changed', 'src/new.txt is new'], page: ['the output of count changed'] },
    ],
    [
      'after a change of a playbook: the tasks of that agent',
      (cwd) => edit(cwd, 'agents/writer_playbook.yaml', 'goal: Write', 'goal: Write well'),
      ['page'],
      { page: ['agent writer: its instructions (what it is told about itself) changed'] },
    ],
    [
      'after a change of a script',
      (cwd) => edit(cwd, 'o.yaml', 'ls src', 'ls -r src'),
      ['list'],
      { list: ['agent lister: run changed'] },
    ],
    [
      'after a change of a variable that an agent is given',
      (cwd) => edit(cwd, 'o.yaml', 'LISTING: short', 'LISTING: long'),
      ['list'],
      { list: ['agent lister: the variable LISTING changed'] },
    ],
    [
      'after another agent was given a task',
      (cwd) => edit(cwd, 'o.yaml', 'agent: lister', 'agent: counter'),
      ['list'],
      { list: ['the agent: lister -> counter'] },
    ],
    [
      'after a change of what does not matter: nothing',
      (cwd) =>
        edit(cwd, 'o.yaml', 'agent: lister,', 'agent: lister, priority: low, timeout_seconds: 9, retry_count: 1,'),
      [],
      {},
    ],
    ['after a change of a file that nobody declares: nothing', (cwd) => writeFileSync(join(cwd, 'x.txt'), 'x'), [], {}],
  ])('%s', async (_, change, expected, reasons) => {
    const { cwd } = await once();
    change(cwd);
    expect((await again(cwd)).code).toBe(0);
    expect([...done(cwd)].sort()).toEqual([...expected].sort());
    for (const [name, because] of Object.entries(reasons)) {
      const said = await run(['runs', 'why', name, '--json'], { cwd });
      expect(JSON.parse(said.stdout)).toMatchObject({ task: name, state: 'succeeded', decision: 'to-do', because });
    }
    // And now that is recorded, too.
    expect((await again(cwd)).code).toBe(0);
    expect(done(cwd)).toEqual([]);
  });

  test('with --no-cache does everything, and keeps it', async () => {
    const { cwd } = await once();
    expect((await again(cwd, '--no-cache')).code).toBe(0);
    expect([...done(cwd)].sort()).toEqual(['count', 'list', 'page']);
    expect(await why(cwd, 'list')).toBe('list: done, because:\n  --no-cache\n');
    const from = runsOf(cwd).at(-1);
    await again(cwd);
    expect(eventsOf(cwd).filter((event) => event.type === 'task.reused')).toMatchObject(
      Array(3).fill({ from_run: from }),
    );
  });

  test('that is a rehearsal takes nothing, and leaves nothing to be taken', async () => {
    const { cwd } = await once();
    expect((await again(cwd, '--rehearse')).code).toBe(0);
    expect(done(cwd)).toHaveLength(3);
    expect(await why(cwd, 'list')).toBe(
      'list: succeeded; it may not reuse: a rehearsal is no work: it is neither kept nor taken\n',
    );
    await again(cwd);
    expect(done(cwd)).toEqual([]);
    expect(readFileSync(join(cwd, workspace, 'task_outputs/page_output.txt'), 'utf8')).not.toContain('rehearsal');
  });

  test('resumed from a task does that again, and does not take what it is to make', async () => {
    const { cwd } = await once();
    const before = eventsOf(cwd).length;
    expect((await run(['orchestra', 'resume', '@last', '--from', 'count'], { cwd })).code).toBe(0);
    const since = eventsOf(cwd).slice(before);
    expect(since.flatMap((event) => (event.type === 'task.started' ? [event.task] : []))).toEqual(['count', 'page']);
    expect(await why(cwd, 'count')).toBe('count: done, because:\n  it is done again, as was asked for\n');
  });
});

test('--cached and --no-cache contradict each other', async () => {
  const cwd = project(files);
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml', '--cached', '--no-cache'], { cwd });
  expect([code, stderr]).toEqual([2, 'super: --cached and --no-cache say the opposite\ngive one of them\n']);
});

test('what says cache: false is done every time, also with --cached', async () => {
  const cwd = project(
    orchestra({
      execution: { strategy: 'parallel' },
      agents: [{ name: 'a', run: 'echo "$SUPER_TASK" >> ran.txt; echo x' }],
      tasks: [task('once'), task('always', { cache: false })],
    }),
  );
  for (const _ of [1, 2]) expect((await run(['orchestra', 'run', 'o.yaml', '--cached', '-q'], { cwd })).code).toBe(0);
  const lines = readFileSync(join(cwd, 'ran.txt'), 'utf8').trim().split('\n');
  expect(lines.toSorted()).toEqual(['always', 'always', 'once']);
});

test('a hundred tasks --cached: the second run starts no agent', async () => {
  const many = Array.from({ length: 100 }, (_, i) => task(`t${i}`, i === 0 ? {} : { context: [`t${i - 1}`] }));
  const cwd = project(orchestra({ agents: [{ name: 'a', run: 'echo "$SUPER_TASK"' }], tasks: many }));
  const argv = ['orchestra', 'run', 'o.yaml', '--cached', '-q'];
  const first = await run(argv, { cwd });
  expect([first.code, done(cwd).length]).toEqual([0, 100]);
  const times: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const began = performance.now();
    const next = await run(argv, { cwd });
    times.push(Math.round(performance.now() - began));
    expect([next.code, next.stdout, done(cwd)]).toEqual([0, first.stdout, []]);
  }
  console.info(`100 tasks in a chain, all reused: ${times.join(', ')} ms`);
  const started = eventsOf(cwd).find((event) => event.type === 'run.started');
  expect(started).toMatchObject({ options: { cache: 'all' } });
});

test('many tasks at once are kept and taken side by side', async () => {
  const many = Array.from({ length: 60 }, (_, i) => task(`t${i}`));
  const execution = { strategy: 'parallel', max_parallel_tasks: 8 };
  const cwd = project(orchestra({ execution, agents: [{ name: 'a', run: 'echo "$SUPER_TASK"' }], tasks: many }));
  for (const expected of [60, 0]) {
    expect((await run(['orchestra', 'run', 'o.yaml', '--cached', '-q'], { cwd })).code).toBe(0);
    expect(done(cwd)).toHaveLength(expected);
  }
  for (let i = 0; i < 60; i++) {
    expect(readFileSync(join(cwd, workspace, `task_outputs/t${i}_output.txt`), 'utf8')).toBe(`t${i}\n`);
  }
});

test('killed at any time, a run is resumed and its outputs can be taken', { timeout: 60_000 }, async () => {
  const many = Array.from({ length: 30 }, (_, i) => task(`t${i}`, i < 5 ? {} : { context: [`t${i - 5}`] }));
  const execution = { strategy: 'parallel', max_parallel_tasks: 4 };
  const agents = [{ name: 'a', run: 'sleep 0.02; echo "$SUPER_TASK"; cat "$SUPER_CONTEXT_DIR"/* 2>/dev/null || true' }];
  const cwd = project(orchestra({ execution, agents, tasks: many }));
  const argv = ['orchestra', 'run', 'o.yaml', '--cached', '-q'];
  const ended = () => {
    try {
      return eventsOf(cwd).filter(({ type }) => type === 'task.succeeded').length;
    } catch {
      return 0; // the run has not begun
    }
  };
  // What ended last may not have been kept yet.
  const kept = () =>
    existsSync(join(cwd, workspace, 'cache')) ? readdirSync(join(cwd, workspace, 'cache')).length : 0;
  for (const count of [1, 9, 25]) {
    rmSync(join(cwd, workspace), { recursive: true, force: true });
    const first = start(argv, { cwd });
    await until(() => ended() >= count);
    first.child.kill('SIGKILL');
    await first.ended;
    const before = kept();
    expect((await run(['orchestra', 'resume', '-q'], { cwd })).code).toBe(0);
    expect(kept()).toBeGreaterThan(before);
    const whole = await run(argv, { cwd });
    expect(whole.code).toBe(0);
    const last = await run(argv, { cwd });
    expect([last.code, last.stdout, done(cwd)]).toEqual([0, whole.stdout, []]);
  }
});

/** Has something happen at the n-th change below the folder of recorded outputs; see test/chaos/faults.cjs. */
function fault(cwd: string, mode: string, at: number): Readonly<Record<string, string>> {
  const [root, log] = [join(cwd, workspace, 'cache'), join(cwd, 'fault.log')];
  const faults = join(import.meta.dirname, '../chaos/faults.cjs');
  return { NODE_OPTIONS: `--require=${faults}`, CHAOS_FAULT: JSON.stringify({ root, log, mode, at }) };
}

test('killed at any change of what is recorded, nothing wrong is ever taken', { timeout: 120_000 }, async () => {
  const argv = ['orchestra', 'run', 'o.yaml', '--cached', '-q'];
  const document = orchestra({ agents: [{ name: 'a', run: 'echo "$SUPER_TASK"' }], tasks: [task('two')] });
  let struck = 0;
  for (const mode of ['middle', 'after']) {
    for (let at = 1; ; at++) {
      const cwd = project(document);
      const first = await run(argv, { cwd, env: fault(cwd, mode, at) });
      if (first.code === 0) break;
      struck += 1;
      for (let turn = 0; turn < 2; turn++) {
        const { code, stdout } = await run(argv, { cwd });
        expect([code, stdout], `${mode} ${at}`).toEqual([0, 'two\n']);
      }
      expect(done(cwd), `${mode} ${at}`).toEqual([]);
    }
  }
  expect(struck).toBeGreaterThan(6);
});

test('where the disk is full for what is to be kept, the run goes on and says so once', async () => {
  const cwd = project(
    orchestra({ agents: [{ name: 'a', run: 'echo "$SUPER_TASK"' }], tasks: [task('one'), task('two')] }),
  );
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml', '--cached'], {
    cwd,
    env: fault(cwd, 'full', 2),
  });
  expect([code, stdout]).toEqual([0, 'two\n']);
  const told = stderr.split('\n').filter((line) => line.includes('finding'));
  expect(told.at(-1)).toMatch(
    /^finding: one: its output is not kept for reuse: ENOSPC: .*; no other output of this run is$/,
  );
  expect(stderr.match(/ENOSPC/g)).toHaveLength(2); // when it happens, and in the summary
});

test('an output is not kept when its files change while it is made, and that is said', async () => {
  const { agent, begun } = await driver();
  const cwd = project({
    ...orchestra({ agents: [agent], tasks: [task('build', { cache: { files: ['in.txt'] } })] }),
    'in.txt': 'one',
  });
  const going = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const worker = await begun('build');
  writeFileSync(join(cwd, 'in.txt'), 'two');
  worker.tell({ say: 'built' });
  worker.tell({ exit: 0 });
  const { code, stderr } = await going.ended;
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining('finding: build: its output is not kept for reuse: in.txt changed while it worked'),
  ]);
  expect(await why(cwd, 'build')).toBe(
    'build: done, because:\n  no output of it is recorded\na later run cannot take its output: in.txt changed while it worked\n',
  );
});

test('a dry run says which tasks may take an output, and which patterns match nothing', async () => {
  const cwd = project({
    ...orchestra({
      agents: [{ name: 'a', run: 'true' }],
      tasks: [
        task('one', { cache: { files: ['*.yaml', 'src/*.ts'] } }),
        task('two'),
        task('three', { cache: true, expects: { changes: true } }),
      ],
    }),
  });
  const { stdout, stderr } = await run(['orchestra', 'run', 'o.yaml', '--dry-run'], { cwd });
  expect(stdout).toContain(
    [
      'May take a recorded output: one (1 of 3 tasks)',
      '  one depends on *.yaml: 1 file',
      '  one depends on src/*.ts: no file matches',
      'Never reused: three: its work is in the repository (expects: changes), which an output does not hold',
      '',
    ].join('\n'),
  );
  expect(stderr).toContain('[cache-ignored]');
  const { plan } = JSON.parse((await run(['orchestra', 'run', 'o.yaml', '--dry-run', '--json'], { cwd })).stdout);
  expect(plan.tasks.map(({ cache }: { cache?: unknown }) => cache)).toEqual([
    { files: { '*.yaml': 1, 'src/*.ts': 0 } },
    undefined,
    null,
  ]);
});

test('the workspace belongs to one run at a time; the other one takes nothing and leaves nothing', async () => {
  const { agent, begun } = await driver();
  const cwd = project(orchestra({ agents: [agent], tasks: [task('build', { cache: true })] }));
  const going = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const worker = await begun('build');
  expect((await run(['orchestra', 'run', 'o.yaml'], { cwd })).code).toBe(9);
  worker.tell({ exit: 0 });
  await until(() => eventsOf(cwd).some(({ type }) => type === 'run.finished'));
  expect((await going.ended).code).toBe(0);
  expect(readdirSync(join(cwd, workspace, 'cache/build'))).toHaveLength(1);
});
