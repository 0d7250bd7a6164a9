// Replays of real runs with the real program: they come to the same, start nothing, and are told as what they are.
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/schema/types.gen.ts';
import { driver, marked, orchestra, project, run, start, task, until } from './rig.ts';

const fixture = resolve(import.meta.dirname, '../fixtures/runs/second_look');

const runsOf = (cwd: string, name = 'o') => readdirSync(join(cwd, 'orchestra_workspaces', name, 'runs')).sort();
const folderOf = (cwd: string, id: string, name = 'o') => join(cwd, 'orchestra_workspaces', name, 'runs', id);

function eventsIn(folder: string): RunEvent[] {
  return readFileSync(join(folder, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** A journal without what is of one run alone. */
function story(folder: string): unknown[] {
  return eventsIn(folder).map(({ run: _, crc: __, ...event }) => event);
}

/** A PATH on which there is no program at all. */
function nothing(cwd: string): { cwd: string; env: Record<string, string> } {
  return { cwd, env: { PATH: join(cwd, 'nowhere'), HOME: cwd } };
}

/** Replays the newest run twice, without programs; gives both ends after comparing them. */
async function twice(cwd: string, ...words: string[]) {
  const [recorded = ''] = runsOf(cwd);
  const one = await run(['orchestra', 'replay', ...words], nothing(cwd));
  const two = await run(['orchestra', 'replay', recorded], nothing(cwd));
  const [, first = '', second = ''] = runsOf(cwd);
  expect(story(folderOf(cwd, second))).toEqual(story(folderOf(cwd, first)));
  expect(two.code).toBe(one.code);
  return { ...one, recorded, first, events: eventsIn(folderOf(cwd, first)) };
}

test('commands, modules, retries, failures, skips, delegation and files: the same, without a program', async () => {
  const cwd = project({
    ...orchestra({
      execution: {
        strategy: 'parallel',
        max_parallel_tasks: 3,
        retry_strategy: { strategy: 'fixed', initial_delay_seconds: 0.4, jitter: 0.5 },
      },
      agents: [
        { name: 'a', run: 'echo "made by $SUPER_TASK"; echo aside >&2' },
        { name: 'flaky', run: 'test "$SUPER_ATTEMPT" = 2 || exit 3; echo now' },
        { name: 'bad', run: 'echo no >&2; exit 7' },
        { name: 'file', run: 'echo own > "$SUPER_OUTPUT"; echo said' },
        { name: 'm', module: 'm.mjs' },
        { name: 'late', run: 'echo begins; sleep 60' },
      ],
      tasks: [
        task('one'),
        task('two', { agent: 'flaky', retry_count: 2, context: ['one'] }),
        task('three', { agent: 'bad' }),
        task('four', { context: ['three'] }),
        task('five', { agent: 'file', context: ['two'] }),
        task('six', { agent: 'm' }),
        task('seven', { agent: 'late', timeout_seconds: 0.5 }),
        task('eight', { expects: { files: ['never.txt'] } }),
        task('nine', { output_schema: { type: 'object' }, context: ['one'] }),
      ],
    }),
    'm.mjs': `export default { run({ report }) { report({ kind: 'finding', text: 'half' }); return { output: 'whole', usage: { input_tokens: 3, output_tokens: 4 } }; } };`,
  });
  const real = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect(real.code).toBe(1);
  const replayed = await twice(cwd);
  expect(replayed.stderr).toContain(`REPLAY of ${replayed.recorded}: no agent was started`);
  expect(replayed.stderr).toContain(`super: replay of ${replayed.recorded}: 9 tasks ended as recorded`);
  expect(replayed.code).toBe(1);
  const ends = (events: readonly RunEvent[]) =>
    events.flatMap((event) => {
      if (!('task' in event) || event.type === 'task.started' || event.type === 'task.progressed') return [];
      const { run: _, crc: __, v: ___, seq: ____, ts: _____, ...rest } = { duration_ms: 0, at: '', ...event };
      return [JSON.stringify({ ...rest, duration_ms: 0, at: '' })];
    });
  const recordedEnds = ends(eventsIn(folderOf(cwd, replayed.recorded)));
  expect(ends(replayed.events).sort()).toEqual(recordedEnds.sort());
  expect(readlinkSync(join(cwd, 'orchestra_workspaces/o/task_outputs'))).toContain(replayed.recorded);
});

test('a replay is told in lists, and is nothing to go on with', async () => {
  const cwd = project(orchestra({ agents: [{ name: 'a', run: 'exit 1' }], tasks: [task('one')] }));
  await run(['orchestra', 'run', 'o.yaml'], { cwd });
  const { recorded, first } = await twice(cwd);
  const listed = JSON.parse((await run(['runs', 'list', '--json'], { cwd })).stdout).runs;
  expect(listed.find(({ id }: { id: string }) => id === first)).toMatchObject({ replays: recorded, state: 'failed' });
  expect((await run(['runs', 'list'], { cwd })).stdout).toContain(`replay of ${recorded}`);
  expect((await run(['runs', 'show', first], { cwd })).stdout).toContain(`of ${recorded}; no agent was started`);
  expect(JSON.parse(readFileSync(join(folderOf(cwd, first), 'status.json'), 'utf8'))).toMatchObject({
    replays: recorded,
  });
  const refused = await run(['orchestra', 'resume', first], { cwd });
  expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining(`is a replay of ${recorded}`) });
  const resumed = await run(['orchestra', 'resume'], { cwd });
  expect(resumed.stderr).toContain(recorded);
  expect(eventsIn(folderOf(cwd, recorded)).some(({ type }) => type === 'run.resumed')).toBe(true);
});

test('what was stopped, cancelled or cut off', async () => {
  const { agent, begun } = await driver();
  const cwd = project(
    orchestra({
      execution: { strategy: 'parallel' },
      agents: [agent],
      tasks: [task('one'), task('two'), task('three'), task('four', { context: ['one'] })],
    }),
  );
  const going = start(['orchestra', 'run', 'o.yaml'], { cwd });
  (await begun('one')).tell({ say: 'done', exit: 0 });
  await begun('two');
  await begun('three');
  await run(['runs', 'cancel', 'two'], { cwd });
  await begun('four');
  going.child.kill('SIGINT');
  expect((await going.ended).code).toBe(130);
  const replayed = await twice(cwd);
  expect(replayed.code).toBe(130);
  expect(replayed.stderr).toContain('4 tasks ended as recorded');
  expect(replayed.events.filter(({ type }) => type === 'task.cancelled')).toHaveLength(3);
});

const spender = `export default { async run({ spend, task, signal }) {
  signal.addEventListener('abort', () => process.exit(1));
  const usage = { input_tokens: 400, output_tokens: 0 };
  spend(usage);
  await new Promise((done) => setTimeout(done, task === 'long' ? 60000 : 100));
  return { output: task, usage };
} };`;

test.each([
  ['the time of the run', 6, { execution: { run_timeout_seconds: 1 } }, [task('one', { agent: 'late' }), task('two')]],
  [
    'a soft budget',
    5,
    { execution: { budget: { max_tokens: 1000 } } },
    ['a', 'b', 'c', 'd'].map((each) => task(each, { agent: 'm' })),
  ],
  [
    'a hard budget',
    5,
    { execution: { budget: { max_tokens: 700, hard: true } } },
    [task('long', { agent: 'm' }), task('b', { agent: 'm' }), task('c', { agent: 'm', context: ['b'] })],
  ],
  [
    'a budget of time',
    5,
    { execution: { budget: { max_wall: '1s', hard: true } } },
    [task('one', { agent: 'late' }), task('two')],
  ],
  ['the budget of a task', 5, {}, [task('one', { agent: 'm', budget: { max_tokens: 100 }, retry_count: 2 })]],
] as const)('what ended by %s', async (_, code, more: object, tasks) => {
  const { execution = {} } = more as { execution?: object };
  const cwd = project({
    ...orchestra({
      execution: { strategy: 'parallel', max_parallel_tasks: 2, ...execution },
      agents: [
        { name: 'a', run: 'echo said' },
        { name: 'late', run: 'echo begins; sleep 60' },
        { name: 'm', module: 'm.mjs' },
      ],
      tasks,
    }),
    'm.mjs': spender,
  });
  const real = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect({ code: real.code, stderr: real.stderr }).toMatchObject({ code });
  const replayed = await twice(cwd);
  expect({ code: replayed.code, stderr: replayed.stderr }).toMatchObject({ code });
  expect(replayed.stderr).toMatch(/tasks? ended as recorded/);
  const finished = (events: readonly RunEvent[]) => events.at(-1);
  const recorded = finished(eventsIn(folderOf(cwd, replayed.recorded)));
  expect(finished(replayed.events)).toMatchObject(
    recorded?.type === 'run.finished' ? { outcome: recorded.outcome } : {},
  );
});

test('a budget that a resume raised counts for its replay, and for the replay of that', async () => {
  const cwd = project({
    ...orchestra({
      execution: { budget: { max_tokens: 500 } },
      agents: [{ name: 'm', module: 'm.mjs' }],
      tasks: ['a', 'b', 'c'].map((each) => task(each, { agent: 'm' })),
    }),
    'm.mjs': spender,
  });
  expect((await run(['orchestra', 'run', 'o.yaml'], { cwd })).code).toBe(5);
  expect((await run(['orchestra', 'resume', '--max-tokens', '5000'], { cwd })).code).toBe(0);
  const first = await run(['orchestra', 'replay'], nothing(cwd));
  expect({ code: first.code, stderr: first.stderr }).toMatchObject({ code: 0 });
  const [recorded = '', replay = ''] = runsOf(cwd);
  const second = await run(['orchestra', 'replay', replay], nothing(cwd));
  expect(second.stderr).toContain('3 tasks ended as recorded');
  expect(second.code).toBe(0);
  const [, one = '', two = ''] = runsOf(cwd);
  expect(story(folderOf(cwd, two)).slice(1)).toEqual(story(folderOf(cwd, one)).slice(1));
  expect(eventsIn(folderOf(cwd, two))[0]).toMatchObject({ replays: one, budget: { max_tokens: 5000 } });
  expect(readFileSync(join(folderOf(cwd, two), 'plan.json'))).toEqual(
    readFileSync(join(folderOf(cwd, recorded), 'plan.json')),
  );
});

test('an agent that stood in for another one does so again, without a wait', async () => {
  const stream = (name: string) => resolve(import.meta.dirname, '../fixtures/agent-streams', name);
  const cwd = project({
    ...orchestra({
      agents: [
        {
          name: 'a',
          adapter: 'claude',
          env: { FAKE_STREAM: stream('claude/e401.jsonl'), FAKE_CODE: '1' },
          fallback_agents: ['b'],
        },
        { name: 'b', adapter: 'codex', env: { FAKE_STREAM: stream('codex/ok.jsonl') } },
      ],
      tasks: [task('one', { description: 'Do it.' })],
    }),
  });
  const fake = resolve(import.meta.dirname, '../fixtures/fake-cli.mjs');
  mkdirSync(join(cwd, 'bin'));
  for (const name of ['claude', 'codex']) symlinkSync(fake, join(cwd, 'bin', name));
  const path = `${join(cwd, 'bin')}:${process.env.PATH}`;
  expect((await run(['orchestra', 'run', 'o.yaml'], { cwd, env: { PATH: path } })).code).toBe(0);
  const replayed = await twice(cwd);
  expect(replayed.code).toBe(0);
  expect(replayed.events.find(({ type }) => type === 'recovery.applied')).toMatchObject({ agent: 'b' });
});

test('kill -9: what is not recorded fails, and is said not to be compared', async () => {
  const { agent, begun } = await driver();
  const cwd = project(
    orchestra({
      execution: { strategy: 'parallel' },
      agents: [agent],
      tasks: [task('one'), task('two', { cache: true })],
    }),
  );
  const going = start(['orchestra', 'run', 'o.yaml'], { cwd });
  (await begun('one')).tell({ say: 'done', exit: 0 });
  await begun('two');
  const [id = ''] = runsOf(cwd);
  await until(() => eventsIn(folderOf(cwd, id)).some(({ type }) => type === 'task.succeeded'));
  expect((await run(['orchestra', 'replay'], nothing(cwd))).code).toBe(9);
  going.child.kill('SIGKILL');
  await going.ended;
  const { code, stderr } = await run(['orchestra', 'replay', id], nothing(cwd));
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('1 task ended as recorded') });
  expect(stderr).toContain('two failed: adapter: nothing is recorded of this attempt');
  expect(stderr).toContain('not to be compared, because the recording was cut off: two');
  await run(['orchestra', 'replay', id], nothing(cwd));
  const [, first = '', second = ''] = runsOf(cwd);
  expect(story(folderOf(cwd, second))).toEqual(story(folderOf(cwd, first)));
});

test('a difference is listed, and its exit code is 1', async () => {
  const cwd = project({});
  cpSync(fixture, join(cwd, 'bug'), { recursive: true });
  const transcript = join(cwd, 'bug/attempts/lexer/1/transcript.jsonl');
  writeFileSync(transcript, readFileSync(transcript, 'utf8').replaceAll('umlaut', 'accent'));
  const { code, stderr } = await run(['orchestra', 'replay', 'bug'], nothing(cwd));
  expect(code).toBe(1);
  expect(stderr).toContain('1 of 4 tasks ended otherwise than recorded');
  expect(stderr).toMatch(
    / {2}lexer: recorded: succeeded, output 65 bytes \w+; replayed: succeeded, output 65 bytes \w+/,
  );
  expect(runsOf(cwd, 'second_look')).toHaveLength(1);
});

test('--changed takes what still holds and runs the rest', async () => {
  const files = (word: string) =>
    orchestra({
      execution: { strategy: 'parallel' },
      agents: [{ name: 'a', run: 'echo "$SUPER_TASK"; echo ran >> ran.txt' }],
      tasks: [
        task('one', { description: 'same' }),
        task('two', { description: word }),
        task('three', { description: 'same', context: ['two'] }),
      ],
    })['o.yaml'] ?? '';
  const cwd = project({ 'o.yaml': files('before') });
  await run(['orchestra', 'run', 'o.yaml'], { cwd });
  writeFileSync(join(cwd, 'o.yaml'), files('after'));
  rmSync(join(cwd, 'ran.txt'));
  const { code, stderr } = await run(['orchestra', 'replay', '--changed'], { cwd });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).toMatch(/keeps of \S+: one\n.*with its real agents it runs: two, three\n/);
  expect(readFileSync(join(cwd, 'ran.txt'), 'utf8')).toBe('ran\nran\n');
});

test('--changed: a goal that the file says is that of today, one that a person said is kept', async () => {
  const file = (goal: string) =>
    orchestra({
      more: { goal },
      agents: [{ name: 'a', run: 'echo "$SUPER_GOAL" | tee -a ran.txt' }],
      tasks: [task('one')],
    })['o.yaml'] ?? '';
  const cwd = project({ 'o.yaml': file('first') });
  const cases: [string[], string][] = [
    [[], 'second'],
    [['--goal', 'mine'], 'mine'],
  ];
  for (const [words, goal] of cases) {
    writeFileSync(join(cwd, 'o.yaml'), file('first'));
    await run(['orchestra', 'run', 'o.yaml', ...words], { cwd });
    writeFileSync(join(cwd, 'o.yaml'), file('second'));
    const { code, stdout } = await run(['orchestra', 'replay', '--changed', '-q'], { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(goal) });
  }
  expect(readFileSync(join(cwd, 'ran.txt'), 'utf8')).toBe('first\nsecond\nmine\n');
});

test('--quiet says whether a run that failed did so as recorded', async () => {
  const cwd = project(orchestra({ agents: [{ name: 'a', run: 'exit 3' }], tasks: [task('one')] }));
  await run(['orchestra', 'run', 'o.yaml'], { cwd });
  const [id = ''] = runsOf(cwd);
  const as = await run(['orchestra', 'replay', '-q'], nothing(cwd));
  expect(as).toMatchObject({ code: 1, stderr: expect.stringContaining(`replay of ${id}: 1 task ended as recorded\n`) });
});

test('a recording in one file is replayed, and nothing of it is left', async () => {
  const cwd = project({});
  cpSync(fixture, folderOf(cwd, '20261120-104647-083-5oz3', 'second_look'), { recursive: true });
  const there = { cwd, env: { TMPDIR: cwd } };
  expect((await run(['runs', 'export', '--redacted', '-o', 'run.json.gz'], there)).code).toBe(0);
  const elsewhere = project({});
  const place = { cwd: elsewhere, env: { ...nothing(elsewhere).env, TMPDIR: elsewhere } };
  const { code, stderr } = await run(['orchestra', 'replay', join(cwd, 'run.json.gz')], place);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('4 tasks ended as recorded') });
  expect(readdirSync(elsewhere)).toEqual(['orchestra_workspaces']);
  writeFileSync(join(elsewhere, 'torn.json'), '{"recording":1');
  const torn = await run(['orchestra', 'replay', 'torn.json'], place);
  expect(torn).toMatchObject({ code: 3, stderr: expect.stringContaining('torn.json:1: ') });
});

test('a folder of somebody else: no link is followed, no name leads out, what cannot be run is refused', async () => {
  const cwd = project({ 'secret.txt': 'sentinel-of-this-machine', 'deep/x': '' });
  const attack = async (spoil: (folder: string) => void) => {
    rmSync(join(cwd, 'bug'), { recursive: true, force: true });
    cpSync(fixture, join(cwd, 'bug'), { recursive: true });
    spoil(join(cwd, 'bug'));
    return run(['orchestra', 'replay', 'bug'], nothing(cwd));
  };
  const link = (from: string, to: string) => {
    rmSync(from, { recursive: true, force: true });
    symlinkSync(to, from);
  };
  const attempt = 'attempts/lexer/1';
  await attack((folder) => link(join(folder, attempt, 'transcript.jsonl'), join(cwd, 'secret.txt')));
  await attack((folder) => link(join(folder, attempt, 'output.txt'), join(cwd, 'secret.txt')));
  await attack((folder) => link(join(folder, attempt), join(cwd, 'deep')));
  await attack((folder) => link(join(folder, 'orchestra.yaml'), join(cwd, 'secret.txt')));
  expect((await attack((folder) => link(join(folder, 'plan.json'), join(cwd, 'secret.txt')))).code).toBe(10);
  expect((await attack((folder) => link(join(folder, 'events.jsonl'), join(cwd, 'secret.txt')))).code).toBe(4);
  expect((await attack((folder) => appendFileSync(join(folder, 'plan.json'), ' '))).code).toBe(10);
  expect((await attack((folder) => rmSync(join(folder, 'events.jsonl')))).code).toBe(4);
  const all = readdirSync(join(cwd, 'orchestra_workspaces'), { recursive: true, withFileTypes: true });
  for (const file of all) {
    if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toContain('sentinel');
  }
  expect(existsSync(join(cwd, 'bug/attempts/lexer'))).toBe(true);
  expect(marked(cwd)).toEqual([]);
  mkdirSync(join(cwd, 'empty'));
  expect((await run(['orchestra', 'replay', './empty'], nothing(cwd))).stderr).toContain('it has no events.jsonl');
});

test('--changed with a run of somebody else writes where this project has its runs, or where it is told to', async () => {
  const file = orchestra({ agents: [{ name: 'a', run: 'echo x' }], tasks: [task('one')] });
  const there = project(file);
  const outside = project({});
  await run(['orchestra', 'run', 'o.yaml', '-w', outside], { cwd: there });
  const [id = ''] = readdirSync(join(outside, 'runs'));
  const cwd = project({ 'orchestras/o_orchestra.yaml': file['o.yaml'] ?? '' });
  cpSync(join(outside, 'runs', id), join(cwd, 'bug'), { recursive: true });
  expect((await run(['orchestra', 'replay', '--changed', './bug'], { cwd })).code).toBe(0);
  expect(readdirSync(join(outside, 'runs'))).toEqual([id]);
  expect(runsOf(cwd)).toHaveLength(1);
  expect((await run(['orchestra', 'replay', '--changed', './bug', '-w', 'kept'], { cwd })).code).toBe(0);
  expect(readdirSync(join(cwd, 'kept/runs'))).toHaveLength(1);
});
