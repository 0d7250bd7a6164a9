// Commands about runs, on runs that were rehearsed in this process.

import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Refusal } from '../../src/cli/command.ts';
import { recordOf } from '../../src/cli/holder.ts';
import { chooseRun, type FoundRun } from '../../src/cli/runs.ts';
import type { RunId } from '../../src/schema/types.gen.ts';
import { type Controlled, watchControl } from '../../src/workspace/control.ts';
import { layoutOf } from '../../src/workspace/layout.ts';
import type { LockRecord } from '../../src/workspace/lock.ts';
import { expectGolden } from '../golden/golden.ts';
import { commandOrchestra, folderWith, type Place, type Ran, runCli } from './harness.ts';

const failing = `orchestra: {id: bad, name: Bad, execution: {strategy: parallel, on_failure: continue}}
agents:
  - {name: shell, run: "echo out; echo err >&2; exit 3"}
tasks:
  - {name: one, agent: shell, description: d}
  - {name: two, agent: shell, description: d, context: [one]}
`;

interface Here {
  readonly cwd: string;
  readonly id: RunId;
  readonly folder: string;
  readonly journal: string;
  runs(...words: readonly string[]): Promise<Ran>;
}

/** A project with one rehearsed run of two tasks. */
async function rehearsed(more: Readonly<Record<string, string>> = {}, place: Place = {}): Promise<Here> {
  const cwd = folderWith({ 'orchestras/good.yaml': commandOrchestra('good', ['one', 'two one']), ...more });
  await runCli(['orchestra', 'run', 'good', '--rehearse', '--goal', 'a goal', '-q'], { cwd });
  const id = readdirSync(join(cwd, 'orchestra_workspaces/good/runs')).sort().at(-1) as RunId;
  const folder = join(cwd, 'orchestra_workspaces/good/runs', id);
  const runs = (...words: readonly string[]) => runCli(['runs', ...words], { ...place, cwd });
  return { cwd, id, folder, journal: join(folder, 'events.jsonl'), runs };
}

/** Takes the last events away, as a crash would. */
function cutEvents(journal: string, count: number): void {
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  writeFileSync(
    journal,
    lines
      .slice(0, -count)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

function lock(cwd: string, record: LockRecord): void {
  writeFileSync(join(cwd, 'orchestra_workspaces/good/run.lock'), `${JSON.stringify(record)}\n`);
}

/** What was printed, without what differs from run to run. */
function settled(text: string): string {
  return text.replace(/\d{8}-\d{6}-\d{3}-[a-z0-9]{4}/g, '<run>').replace(/ +\d+(\.\d+)?m?s\b/g, ' <time>');
}

const finishedEvent = '{"v":1,"seq":2,"ts":"2026-01-01T00:01:00.000Z","type":"run.finished","outcome":"failed"}\n';
const startedEvent = '{"v":1,"seq":1,"ts":"2026-01-01T00:00:00.000Z","type":"run.started","orchestra":"good"}\n';
const journals = {
  'orchestra_workspaces/good/runs/20260101-000000-000-aaaa/events.jsonl': startedEvent + finishedEvent,
  'orchestra_workspaces/good/runs/20260102-000000-000-aaaa/events.jsonl': startedEvent,
  'orchestra_workspaces/other/runs/20260101-120000-000-aaaa/events.jsonl': startedEvent + finishedEvent,
  'orchestra_workspaces/other/runs/20260103-000000-000-aaaa/events.jsonl': '',
};

describe('runs list', () => {
  test('newest first, of all workspaces; what never began is no run', async () => {
    const cwd = folderWith(journals);
    const { runs } = JSON.parse((await runCli(['runs', 'list', '--json'], { cwd })).stdout);
    expect(runs).toEqual([
      {
        id: '20260102-000000-000-aaaa',
        orchestra: 'good',
        state: 'interrupted',
        started_at: '2026-01-01T00:00:00.000Z',
        finished_at: null,
        workspace: 'orchestra_workspaces/good',
        pid: null,
        replays: null,
      },
      expect.objectContaining({ id: '20260101-120000-000-aaaa', workspace: 'orchestra_workspaces/other' }),
      expect.objectContaining({
        id: '20260101-000000-000-aaaa',
        state: 'failed',
        finished_at: '2026-01-01T00:01:00.000Z',
      }),
    ]);
  });

  test.each([
    [
      ['--state', 'failed'],
      ['20260101-120000-000-aaaa', '20260101-000000-000-aaaa'],
    ],
    [['--state', 'failed', '--state', 'interrupted', '-n', '1'], ['20260102-000000-000-aaaa']],
    [['--state', 'succeeded'], []],
    [['-w', 'orchestra_workspaces/other'], ['20260101-120000-000-aaaa']],
    [['other'], []],
    [
      ['good', '--state', 'failed'],
      ['20260101-120000-000-aaaa', '20260101-000000-000-aaaa'],
    ],
  ])('%j', async (words, ids) => {
    const { stdout } = await runCli(['runs', 'list', '--json', ...words], { cwd: folderWith(journals) });
    expect(JSON.parse(stdout).runs.map(({ id }: { id: string }) => id)).toEqual(ids);
  });

  test('as a table; a narrow terminal gets as many columns as it has room for, on two lines where it must', async () => {
    const cwd = folderWith(journals);
    const { stdout } = await runCli(['runs', 'list'], { cwd });
    expect(stdout.split('\n')[0]).toMatch(/^RUN +STATE +ORCHESTRA +BEGAN +TOOK +WORKSPACE$/);
    expect(stdout.split('\n')[3]).toMatch(/^20260101-000000-000-aaaa +failed +good +\d+d ago +1m 00s +orchestra_wor/);
    for (const columns of [80, 40, 20]) {
      const lines = (await runCli(['runs', 'list'], { cwd, columns })).stdout.trimEnd().split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.max(columns, 24));
      expect(lines.filter((line) => /^2026\d{4}-\d{6}-\d{3}-[a-z]{4}/.test(line))).toHaveLength(
        stdout.split('\n').length - 2,
      );
    }
  });

  test('on a terminal the newest fifty, and how many there are besides', async () => {
    const many = Array.from({ length: 60 }, (_, at) => [
      `orchestra_workspaces/good/runs/202601${String(10 + at)}-000000-000-aaaa/events.jsonl`,
      startedEvent,
    ]);
    const cwd = folderWith(Object.fromEntries(many));
    const lines = (await runCli(['runs', 'list'], { cwd, columns: 80 })).stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(52);
    expect(lines.at(-1)).toBe('and 10 older runs; more: --newest <number>');
    expect((await runCli(['runs', 'list'], { cwd })).stdout.trimEnd().split('\n')).toHaveLength(61);
  });

  test('nothing to list says what comes next', async () => {
    expect((await runCli(['runs', 'list'], { cwd: folderWith() })).stdout).toBe(
      'there are no runs here\nstart one: super orchestra run <orchestra>; runs in another folder are found with --workspace-path\n',
    );
    expect((await runCli(['runs', 'list', '--state', 'paused'], { cwd: folderWith(journals) })).stdout).toBe(
      'no run here is paused\n',
    );
    const none = await runCli(['runs', 'list', 'goood'], { cwd: folderWith(journals) });
    expect(none).toMatchObject({ code: 0, stdout: 'there is no run of goood here\norchestras with runs: good\n' });
  });
});

describe('runs show', () => {
  test.each([undefined, 80, 40])('a run that failed, on %s columns', async (columns) => {
    const cwd = folderWith({ 'orchestras/bad.yaml': failing });
    await runCli(['orchestra', 'run', 'bad', '-q'], { cwd });
    const { code, stdout } = await runCli(['runs', 'show'], {
      cwd,
      env: { NO_COLOR: '1' },
      ...(columns !== undefined && { columns }),
    });
    expect(code).toBe(0);
    expectGolden(`cli/runs/show-failed-${columns ?? 'piped'}.txt`, settled(stdout));
  });

  test('--json tells the same', async () => {
    const { id, runs } = await rehearsed();
    const shown = JSON.parse((await runs('show', '--json')).stdout);
    expect(shown).toMatchObject({
      run: id,
      orchestra: 'good',
      goal: 'a goal',
      rehearsal: true,
      state: 'succeeded',
      holder: null,
      paused: null,
      parallelism: { planned: 1, now: 1, because: null },
      counts: { succeeded: 2 },
      files: { folder: `orchestra_workspaces/good/runs/${id}`, background: null },
      next: [['cat', `orchestra_workspaces/good/runs/${id}/final_results/orchestra_output.txt`]],
    });
    expect(shown.tasks[1]).toMatchObject({ name: 'two', agent: 'shell', state: 'succeeded', attempt: 1, reason: null });
    expect(shown).not.toHaveProperty('resources');
    expect(JSON.parse((await runs('show', '--json', '--resources')).stdout).resources).toBeNull();
  });

  test('a task that was running when its run was cut off is interrupted', async () => {
    const { runs, journal } = await rehearsed();
    cutEvents(journal, 2);
    const shown = JSON.parse((await runs('show', '--json')).stdout);
    expect(shown).toMatchObject({ state: 'interrupted', finished_at: null });
    expect(shown.tasks.map(({ state }: { state: string }) => state)).toEqual(['succeeded', 'interrupted']);
    expect(shown.counts).toMatchObject({ succeeded: 1, running: 0, interrupted: 1 });
    const { stdout } = await runs('show');
    expect(stdout).toMatch(/^state +interrupted: nobody runs it; it began /m);
    expect(stdout).toMatch(/^orchestra +good, sequential, 2 tasks: 1 succeeded, 1 interrupted$/m);
    expect(stdout).toMatch(/^⊘ two +interrupted +-$/m);
  });

  test('runs that a beginning fits are listed, and no others', () => {
    const ids = ['2025-a1', '2025-a2', ...Array.from('bcdefgh', (letter) => `2026-${letter}`)];
    const runs = ids.map((id) => ({ id, orchestra: 'o', state: 'failed', replays: null }) as unknown as FoundRun);
    const hintOf = (asked: string) => {
      try {
        return chooseRun(runs, asked).id;
      } catch (error) {
        return (error as Refusal).hint;
      }
    };
    expect(hintOf('2025')).toBe('give more of the id:\n  2025-a2  o  failed\n  2025-a1  o  failed');
    expect(hintOf('x')).toMatch(/^the newest runs:\n {2}2026-h .*\n(.*\n){4} {2}and 4 older$/);
    expect(hintOf('2025-a1')).toBe('2025-a1');
  });

  test('a run is named by its id, the beginning of it, or @last', async () => {
    const { id, runs } = await rehearsed(journals);
    for (const name of [id, id.slice(0, 20), '@last']) {
      expect(JSON.parse((await runs('show', name, '--json')).stdout).run).toBe(id);
    }
    expect(await runs('show', '202')).toMatchObject({ code: 2, stderr: expect.stringContaining('"202" fits 4 runs') });
    expect(await runs('show', '1999')).toMatchObject({ code: 4, stderr: expect.stringContaining('no run "1999"') });
    expect(await runCli(['runs', 'show'], { cwd: folderWith() })).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^super: there are no runs here\nstart one: /),
    });
  });

  test('a damaged record is told with its place, and changes nothing', async () => {
    const { runs, journal } = await rehearsed();
    const text = readFileSync(journal, 'utf8').replace('"task.started"', '"task.startex"');
    writeFileSync(journal, text);
    const place = text.slice(0, text.indexOf('\n') + 1).length;
    for (const words of [['show'], ['logs'], ['logs', '@last', 'one']]) {
      const { code, stderr } = await runs(...words);
      expect({ code, place: stderr.includes(`damaged at byte ${place}`) }).toEqual({ code: 10, place: true });
    }
    expect(readFileSync(journal, 'utf8')).toBe(text);
  });
});

describe('runs logs', () => {
  test('without a task: what happened, in the words of the plain reporter', async () => {
    const { runs } = await rehearsed();
    const { code, stdout, stderr } = await runs('logs');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ REHEARSAL: /);
    expect(stdout).toMatch(/ {2}started +two +shell \(rehearsal\)\n/);
    expect(stdout).toMatch(/\nSUCCEEDED {2}2 tasks /);
    const events = (await runs('logs', '--json')).stdout.trimEnd().split('\n');
    expect(events.map((line) => JSON.parse(line).type).at(-1)).toBe('run.finished');
  });

  test('an interrupted run has no end, and says so; a resumed one tells that it was resumed', async () => {
    const { id, cwd, runs, journal } = await rehearsed();
    cutEvents(journal, 2);
    const { stdout, stderr } = await runs('logs', '-f');
    expect(stdout).not.toContain('SUCCEEDED');
    expect(stderr).toBe(`super: run ${id} was interrupted; to go on with it: super orchestra resume ${id}\n`);
    await runCli(['orchestra', 'resume', '-q'], { cwd });
    expect((await runs('logs')).stdout).toMatch(/ {2}resumed +what was running is pending again\n/);
  });

  test('of large runs every event is told', async () => {
    const names = Array.from({ length: 250 }, (_, at) => `t${at}`);
    const { runs } = await rehearsed({
      'orchestras/good.yaml': commandOrchestra('good', names).replace(
        'name:',
        'execution: {strategy: parallel}, name:',
      ),
    });
    expect((await runs('logs')).stdout.match(/ {2}succeeded /g)).toHaveLength(250);
  });

  async function failed() {
    const cwd = folderWith({ 'orchestras/bad.yaml': failing });
    await runCli(['orchestra', 'run', 'bad', '-q'], { cwd });
    return (...words: readonly string[]) => runCli(['runs', 'logs', ...words], { cwd });
  }

  test('with a task: what its agent wrote, each stream to ours of that name', async () => {
    const logs = await failed();
    expect(await logs('one')).toEqual({ code: 0, stdout: 'out\n', stderr: 'err\n' });
    expect(await logs('@last', 'one')).toMatchObject({ stdout: 'out\n' });
    expect(await logs('one', '@last')).toMatchObject({ stdout: 'out\n' });
    expect(await logs('one', '--stderr')).toEqual({ code: 0, stdout: 'err\n', stderr: '' });
    expect(await logs('one', '--stdout')).toEqual({ code: 0, stdout: 'out\n', stderr: '' });
    expect((await logs('one', '--json')).stdout).toBe(
      '{"stream":"stdout","attempt":1,"text":"out\\n"}\n{"stream":"stderr","attempt":1,"text":"err\\n"}\n',
    );
  });

  test('one word is a run, a task of the newest run, or an orchestra', async () => {
    const { id, cwd, runs } = await rehearsed();
    await runCli(['orchestra', 'run', 'good', '--rehearse', '-q', '-w', 'orchestra_workspaces/x'], { cwd });
    const headed = async (...words: readonly string[]) =>
      /^run +(\S+)$/m.exec((await runs('logs', ...words)).stdout)?.[1];
    expect(await headed(id.slice(0, 19))).toBe(id);
    const newest = await headed();
    expect(newest).not.toBe(id);
    expect(await headed('good')).toBe(newest);
    expect((await runs('logs', 'two')).stderr).toContain('attempt 1 of two');
    expect((await runs('logs', 'good', 'two')).stderr).toContain('attempt 1 of two');
  });

  test.each([
    [
      ['nope'],
      2,
      /^super: "nope" is no run, no orchestra that was run, and no task of the newest run \S+\nto see what there is: /,
    ],
    [['onne'], 2, /did you mean "one"\?/],
    [['@last', 'nope'], 2, /^super: run \S+ of \S+ has no task "nope"\ntasks: one, two\n/],
    [['two'], 4, /^super: two has no log: it is skipped: needs one, which failed\n/],
    [['one', '--attempt', '2'], 2, /^super: one has had one attempt, not 2\n/],
    [['one', '--attempt', 'x'], 2, /^super: --attempt must be a whole number from 1 on, not "x"\n/],
    [['--stderr'], 2, /^super: --attempt, --stdout and --stderr go with a task\n/],
    [['1999', 'one'], 4, /^super: there is no run "1999"\n/],
  ])('%j is refused', async (words, code, text) => {
    const logs = await failed();
    const said = await logs(...words);
    expect(said).toMatchObject({ code, stdout: '' });
    expect(said.stderr).toMatch(text);
  });

  test('on a terminal nothing that an agent wrote steers it', async () => {
    const { runs, folder } = await rehearsed({}, { columns: 80 });
    mkdirSync(join(folder, 'attempts/one/1'), { recursive: true });
    writeFileSync(join(folder, 'attempts/one/1/stdout.log'), '\u001b]0;owned\u0007red \u001b[31mtext\u001b[0m\nno end');
    expect((await runs('logs', 'one')).stdout).toBe('--- stdout of one, attempt 1 ---\nred text\nno end\n');
  });

  test('an agent that wrote nothing', async () => {
    const { runs } = await rehearsed();
    expect(await runs('logs', 'one')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'super: nothing was written by attempt 1 of one (succeeded)\n',
    });
  });
});

describe('a live run', () => {
  /** A run that this process seems to be in the middle of: `two` runs. */
  async function live(answers: Partial<Controlled> = {}): Promise<Here> {
    const here = await rehearsed();
    cutEvents(here.journal, 2);
    lock(here.cwd, recordOf(here.id));
    const controlled: Controlled = {
      pause: () => undefined,
      unpause: () => undefined,
      cancel: () => undefined,
      ...answers,
    };
    const control = watchControl(layoutOf(join(here.cwd, 'orchestra_workspaces/good'), here.id), controlled);
    onTestFinished(() => control.close());
    return here;
  }

  test('is shown with who runs it', async () => {
    const { runs } = await live();
    const shown = JSON.parse((await runs('show', '--json')).stdout);
    expect(shown).toMatchObject({ state: 'running', holder: { pid: process.pid, host: hostname() } });
    expect((await runs('show')).stdout).toContain(`process    ${process.pid} on this machine\n`);
  });

  test('is asked to pause and to go on; without an id the newest that is alive is meant', async () => {
    const asked: unknown[] = [];
    const { id, runs } = await live({
      pause: (freeze) => void asked.push(['pause', freeze]),
      unpause: () => void asked.push('unpause'),
    });
    expect(await runs('pause')).toEqual({
      code: 0,
      stdout: `run ${id} is paused; still running: two\nto go on: super runs unpause ${id}\n`,
      stderr: '',
    });
    expect((await runs('pause', '--freeze', id)).stdout).toContain('is paused; held: two\n');
    expect(JSON.parse((await runs('pause', '--json')).stdout)).toEqual({
      run: id,
      state: 'paused',
      frozen: false,
      running: ['two'],
    });
    expect((await runs('pause', 'good')).code).toBe(0);
    expect((await runs('unpause')).stdout).toBe(`run ${id} goes on\nto follow it: super runs logs -f ${id}\n`);
    expect(asked).toEqual([['pause', false], ['pause', true], ['pause', false], ['pause', false], 'unpause']);
  });

  test('tells why it does not', async () => {
    const { id, runs } = await live({ unpause: () => 'the run is not paused' });
    expect(await runs('unpause')).toEqual({ code: 4, stdout: '', stderr: `super: run ${id}: the run is not paused\n` });
  });

  test('a task is cancelled when its end is recorded', async () => {
    let journal = '';
    const { id, runs, ...here } = await live({
      cancel(task) {
        const { seq } = JSON.parse(readFileSync(journal, 'utf8').trimEnd().split('\n').at(-1) ?? '');
        const event = { v: 1, seq: seq + 1, ts: new Date().toISOString(), run: id, type: 'task.cancelled', task };
        setTimeout(
          () => appendFileSync(journal, `${JSON.stringify({ ...event, attempt: 1, because: 'asked' })}\n`),
          100,
        );
        return undefined;
      },
    });
    journal = here.journal;
    expect(await runs('cancel', 'two')).toEqual({
      code: 0,
      stdout: `two: cancelled\nto see the others: super runs show ${id}\nto do it after all, when the run has ended: super orchestra resume ${id} --from two\n`,
      stderr: 'super: two was told to end; it has 10 s\n',
    });
    expect(await runs('cancel', id, 'two')).toMatchObject({
      code: 4,
      stderr: 'super: two has already ended: cancelled\n',
    });
    expect(await runs('cancel', 'two', 'good')).toMatchObject({ code: 4, stderr: expect.stringContaining('two has') });
    expect(await runs('cancel', 'two')).toMatchObject({ code: 4, stderr: 'super: two has already ended: cancelled\n' });
    expect(await runs('cancel', 'twoo')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean "two"?'),
    });
  });
});

describe('a run that is not ours to steer', () => {
  const steering = [['stop'], ['stop', '--force'], ['pause'], ['unpause'], ['cancel', 'two']];

  test.each(steering)('%s %s: none is going on', async (...words) => {
    const { runs } = await rehearsed();
    expect(await runs(...words)).toEqual({
      code: 4,
      stdout: '',
      stderr:
        'super: no run is going on here\nto see what was run: super runs list; runs in another folder are found with --workspace-path\n',
    });
  });

  test.each(steering)('%s %s: it has ended, or was interrupted', async (...words) => {
    const { id, runs, journal } = await rehearsed();
    expect(await runs(...words, id)).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^super: run \S+ ended \d+s ago: succeeded\nto see it: super runs show \S+\n$/),
    });
    cutEvents(journal, 2);
    expect(await runs(...words, id)).toMatchObject({
      code: 4,
      stderr: `super: run ${id} was interrupted: the process that ran it is gone\nto go on with it: super orchestra resume ${id}\n`,
    });
  });

  test.each(steering)('%s %s: the number of its process belongs to another one now', async (...words) => {
    const { id, cwd, runs, journal } = await rehearsed();
    cutEvents(journal, 2);
    lock(cwd, { ...recordOf(id), start_time: '1' });
    const { code, stderr } = await runs(...words, id);
    expect(code).toBe(4);
    expect(stderr).toContain(`; its number, ${process.pid}, belongs to another process now, which was left alone\n`);
  });

  test.each(steering)('%s %s: it runs on another host', async (...words) => {
    const { id, cwd, runs, journal } = await rehearsed();
    cutEvents(journal, 2);
    lock(cwd, { ...recordOf(id), host: 'elsewhere' });
    expect(await runs(...words)).toMatchObject({
      code: 9,
      stderr: `super: run ${id} is held by process ${process.pid} on elsewhere, and this is ${hostname()}\nask for it there; if that machine is gone, or was called so before: remove ${join(cwd, 'orchestra_workspaces/good/run.lock')}\n`,
    });
  });
});

test('of a run on another host no resources are told, and why', async () => {
  const { id, cwd, runs, journal } = await rehearsed();
  cutEvents(journal, 2);
  lock(cwd, { ...recordOf(id), host: 'elsewhere' });
  const { code, stdout, stderr } = await runs('show', '--resources', '--json');
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `super: note: nothing is known of what run ${id} uses: it runs on elsewhere\n`,
  });
  expect(JSON.parse(stdout)).toMatchObject({ state: 'running', holder: { host: 'elsewhere' }, resources: null });
});

describe('completion', () => {
  test('offers runs, newest first, and tasks of the run that is meant', async () => {
    const { id, cwd } = await rehearsed();
    expect((await runCli(['completion', 'runs'], { cwd })).stdout).toBe(`@last\n${id}\n`);
    expect((await runCli(['completion', 'tasks'], { cwd })).stdout).toBe('one\ntwo\n');
    expect((await runCli(['completion', 'runs'], { cwd: folderWith() })).stdout).toBe('');
  });
});

test('runs in a folder that no orchestra names are found with -w, and every command that is offered says so', async () => {
  const cwd = folderWith({ 'orchestras/good.yaml': commandOrchestra('good', ['one', 'two one']) });
  await runCli(['orchestra', 'run', 'good', '--rehearse', '-q', '-w', 'far away'], { cwd });
  cutEvents(join(cwd, 'far away/runs', readdirSync(join(cwd, 'far away/runs'))[0] ?? '', 'events.jsonl'), 1);
  expect(JSON.parse((await runCli(['runs', 'list', '--json'], { cwd })).stdout).runs).toEqual([]);
  const { stdout } = await runCli(['runs', 'show', '-w', 'far away'], { cwd });
  expect(stdout).toMatch(/next +super orchestra resume \S+ -w 'far away'\n/);
});

test('a workspace of the command line is found from the folder where it was given', async () => {
  const root = folderWith({ 'orchestras/good.yaml': commandOrchestra('good', ['one']), 'below/file': '' });
  const cwd = join(root, 'below');
  await runCli(['orchestra', 'run', 'good', '--rehearse', '-q', '-w', 'here'], { cwd });
  expect(readdirSync(cwd)).toEqual(['file', 'here']);
  expect(JSON.parse((await runCli(['runs', 'list', '--json', '-w', 'here'], { cwd })).stdout).runs).toHaveLength(1);
});

test('the command that goes on with a run finds it, wherever its orchestra has it written', async () => {
  const text = failing.replace('name: Bad,', 'workspace: {path: far/away},');
  const cwd = folderWith({ 'o.yaml': text, 'orchestras/good.yaml': commandOrchestra('good', ['one']) });
  const { stderr } = await runCli(['orchestra', 'run', 'o.yaml'], { cwd });
  const command = /super (orchestra resume \S+ -w far\/away)\n/.exec(stderr)?.[1] ?? '';
  expect(await runCli(command.split(' '), { cwd })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('resume'),
  });
  const usual = await runCli(['orchestra', 'run', 'o.yaml', '-w', 'orchestra_workspaces/mine'], { cwd });
  expect(usual.stderr).toMatch(/super orchestra resume \S+\n/);
});

test('an orchestra stands for its newest run; resume takes the newest that has not succeeded', async () => {
  const { cwd, id, runs } = await rehearsed({ 'orchestras/bad.yaml': failing });
  expect(JSON.parse((await runs('show', 'good', '--json')).stdout)).toMatchObject({ run: id });
  expect((await runCli(['orchestra', 'resume', 'good'], { cwd })).stderr).toContain('every run of good has succeeded');
  expect((await runCli(['orchestra', 'resume', 'bad'], { cwd })).stderr).toContain('there is no run "bad"');
});

describe('a resume without an id', () => {
  /** A run that failed, then one that succeeded, of two orchestras. */
  async function both() {
    const cwd = folderWith({
      'orchestras/bad.yaml': failing,
      'orchestras/good.yaml': commandOrchestra('good', ['one', 'two one']),
    });
    await runCli(['orchestra', 'run', 'bad', '-q'], { cwd });
    await runCli(['orchestra', 'run', 'good', '--rehearse', '-q'], { cwd });
    const idOf = (orchestra: string) => readdirSync(join(cwd, 'orchestra_workspaces', orchestra, 'runs'))[0] as RunId;
    return { cwd, bad: idOf('bad'), good: idOf('good') };
  }
  const note = (bad: string, good: string, how: string) =>
    new RegExp(
      `^super: note: the run taken is ${bad} of bad, which began \\d+s ago \\(failed\\); the newest, ${good} of good, ${how}\\n`,
    );

  test('says which it takes where the newest has succeeded', async () => {
    const { cwd, bad, good } = await both();
    const { code, stderr } = await runCli(['orchestra', 'resume'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(note(bad, good, 'has succeeded'));
    expect((await runCli(['orchestra', 'resume', 'bad'], { cwd })).stderr).not.toContain('note: the run taken');
  });

  test('says which it takes where the newest is going on', async () => {
    const { cwd, bad, good } = await both();
    cutEvents(join(cwd, 'orchestra_workspaces/good/runs', good, 'events.jsonl'), 2);
    lock(cwd, recordOf(good));
    expect((await runCli(['orchestra', 'resume'], { cwd })).stderr).toMatch(note(bad, good, 'is going on'));
  });

  test('takes the newest in silence where that is unfinished', async () => {
    const { cwd, good } = await both();
    cutEvents(join(cwd, 'orchestra_workspaces/good/runs', good, 'events.jsonl'), 2);
    const { code, stderr } = await runCli(['orchestra', 'resume'], { cwd });
    expect(code).toBe(0);
    expect(stderr).not.toContain('note: the run taken');
  });
});

test('a file that is gone since is told as gone, one that has changed with what can be done', async () => {
  const cwd = folderWith({ 'orchestras/bad.yaml': failing });
  await runCli(['orchestra', 'run', 'bad', '-q'], { cwd });
  const file = join(cwd, 'orchestras/bad.yaml');
  appendFileSync(file, '# more\n');
  const changed = await runCli(['orchestra', 'resume'], { cwd });
  expect(changed.stderr).toContain('note: orchestras/bad.yaml has changed since this run was started; it goes on');
  expect(changed.stderr).toContain("(--with-changes: with today's)");
  rmSync(file);
  const gone = await runCli(['orchestra', 'resume'], { cwd });
  expect(gone.stderr).toContain('note: orchestras/bad.yaml is gone; the run goes on with what was stored of it\n');
  expect(gone.stderr).not.toContain('has changed');
});

test('after a task was cancelled alone, what is offered does it again, and a plain resume says so', async () => {
  const { cwd, id, runs, journal } = await rehearsed();
  cutEvents(journal, 2);
  const at = { v: 1, ts: '2026-01-01T00:01:00.000Z', run: id };
  const ended = { type: 'task.cancelled', task: 'two', attempt: 1, because: 'asked', requested: true };
  appendFileSync(journal, `${JSON.stringify({ ...at, seq: 5, ...ended })}\n`);
  appendFileSync(journal, `${JSON.stringify({ ...at, seq: 6, type: 'run.finished', outcome: 'cancelled' })}\n`);
  const command = `super orchestra resume ${id} --from two`;
  expect((await runs('show')).stdout.split('\n').at(-2)).toBe(`next       ${command}`);
  expect(await runCli(['orchestra', 'resume', id], { cwd })).toEqual({
    code: 1,
    stdout: '',
    stderr: `super: run ${id} has nothing left to do by itself: two was cancelled\nto do that again: ${command}\n`,
  });
  const told = await runCli(['orchestra', 'resume', id, '--json'], { cwd });
  expect(JSON.parse(told.stdout)).toEqual({
    ok: false,
    error: {
      exit_code: 1,
      message: `run ${id} has nothing left to do by itself: two was cancelled`,
      hint: `to do that again: ${command}`,
    },
  });
  const again = await runCli([...command.split(' ').slice(1), '--json'], { cwd });
  expect(again.code).toBe(0);
});

test('with --json a resume of a run that has succeeded says that it has, on one line', async () => {
  const { cwd, id } = await rehearsed();
  const { code, stdout } = await runCli(['orchestra', 'resume', '@last', '--json'], { cwd });
  expect([code, stdout.split('\n').length]).toEqual([0, 2]);
  expect(JSON.parse(stdout)).toEqual({
    ok: true,
    run: id,
    state: 'succeeded',
    message: 'there is nothing to go on with',
    hint: `to do tasks again: super orchestra resume ${id} --from <task>`,
  });
});

test('beside a failure, a task that was cancelled alone is named with what does it again', async () => {
  const { cwd, id, runs, journal } = await rehearsed();
  cutEvents(journal, 5);
  const at = { v: 1, ts: '2026-01-01T00:01:00.000Z', run: id };
  const lines = [
    { type: 'task.cancelled', task: 'one', because: 'asked', requested: true },
    { type: 'task.started', task: 'two', attempt: 1, agent: 'shell', adapter: 'rehearsal' },
    { type: 'task.failed', task: 'two', attempt: 1, reason: 'agent-exit', message: 'exit code 1', duration_ms: 5 },
    { type: 'run.finished', outcome: 'failed' },
  ];
  const text = lines.map((line, seq) => `${JSON.stringify({ ...at, seq: seq + 2, ...line })}\n`).join('');
  appendFileSync(journal, text);
  const shown = JSON.parse((await runs('show', '--json')).stdout);
  const resume = ['super', 'orchestra', 'resume', id];
  expect(shown.next.slice(1)).toEqual([resume, [...resume, '--from', 'one'], [...resume, '--with-changes']]);
  const { stderr } = await runCli(['orchestra', 'resume', id], { cwd });
  expect(stderr).toContain(
    'note: what was cancelled by super runs cancel stays so: one (to do it again: --from one)\n',
  );
  expect(stderr).toMatch(new RegExp(`^next.* super orchestra resume ${id} --from one$`, 'm'));
});

test('an attempt that wrote nothing: what is named next can be done', async () => {
  const text = failing.replace('echo out; echo err >&2; exit 3', 'exit 3');
  const cwd = folderWith({ 'orchestras/bad.yaml': text });
  const { stderr } = await runCli(['orchestra', 'run', 'bad'], { cwd });
  expect(stderr).toMatch(/^ {2}log: empty; other files of the attempt: \S+\/attempts\/one\/1$/m);
  const command = /^next +super (runs logs \S+ one)$/m.exec(stderr)?.[1] ?? '';
  expect(await runCli(command.split(' '), { cwd })).toMatchObject({
    code: 0,
    stderr: 'super: nothing was written by attempt 1 of one (failed)\n',
  });
});

test('what is shown of a failure is the log that holds something', async () => {
  const text = failing.replace('echo out; echo err >&2; exit 3', 'echo out; exit 3');
  const cwd = folderWith({ 'orchestras/bad.yaml': text });
  const { stderr } = await runCli(['orchestra', 'run', 'bad'], { cwd });
  const log = /^ {2}log: (\S+stdout\.log)$/m;
  expect(stderr).toMatch(log);
  expect(log.exec((await runCli(['runs', 'show'], { cwd })).stdout)?.[1]).toBe(log.exec(stderr)?.[1]);
});

test('a run of another host is not resumed, and what can be done is told', async () => {
  const { id, cwd, journal } = await rehearsed();
  cutEvents(journal, 2);
  lock(cwd, { ...recordOf(id), host: 'elsewhere' });
  expect(await runCli(['orchestra', 'resume'], { cwd })).toMatchObject({
    code: 9,
    stderr: `super: run ${id} is running, in process ${process.pid} on elsewhere\nthere is no other unfinished run\nask for it there; if that machine is gone, or was called so before: remove ${join(cwd, 'orchestra_workspaces/good/run.lock')}\n`,
  });
});

test('--json is the format of an export that is the default, and of no other', async () => {
  const { runs } = await rehearsed();
  const { stdout } = await runs('export', '--json');
  expect(JSON.parse(stdout)).toEqual(JSON.parse((await runs('export')).stdout));
  expect((await runs('export', '--format', 'json', '--json')).stdout).toBe(stdout);
  for (const more of [['--format', 'ndjson'], ['--format', 'gadugi', '-o', 'x'], ['--redacted']]) {
    const failed = await runs('export', '--json', ...more);
    expect(failed.code).toBe(2);
    expect(JSON.parse(failed.stdout)).toMatchObject({ ok: false });
  }
  expect(JSON.parse((await runs('export', 'nowhere', '--json')).stdout)).toMatchObject({ error: { exit_code: 4 } });
  expect((await runs('export', 'nowhere')).stdout).toBe('');
});

describe('an export into what is no plain file', () => {
  test('a link leads to where it is written', async () => {
    const { cwd, runs } = await rehearsed();
    writeFileSync(join(cwd, 'target'), 'old');
    symlinkSync('target', join(cwd, 'link'));
    expect(await runs('export', '-o', 'link')).toMatchObject({ code: 0, stdout: '', stderr: 'wrote link\n' });
    expect(readlinkSync(join(cwd, 'link'))).toBe('target');
    expect(JSON.parse(readFileSync(join(cwd, 'target'), 'utf8'))).toMatchObject({ state: 'succeeded' });
  });

  test('a device stays one', async () => {
    const { cwd, runs } = await rehearsed();
    symlinkSync('/dev/null', join(cwd, 'null'));
    expect((await runs('export', '-o', 'null')).code).toBe(0);
    expect(statSync(join(cwd, 'null')).isCharacterDevice()).toBe(true);
  });

  test('a place where nothing can be made is told at once', async () => {
    const { runs } = await rehearsed();
    const { code, stderr } = await runs('export', '--format', 'gadugi', '-o', '/proc/self/exported');
    expect([code, stderr]).toEqual([4, expect.stringContaining('/proc/self/exported')]);
  });
});

test('runs of a workspace that was moved, with a link in its place, are found once', async () => {
  const { id, cwd, runs } = await rehearsed({
    'orchestras/other.yaml': `orchestra: {id: other, workspace: {path: moved}}\n`,
  });
  renameSync(join(cwd, 'orchestra_workspaces/good'), join(cwd, 'moved'));
  symlinkSync('../moved', join(cwd, 'orchestra_workspaces/good'));
  symlinkSync('loop', join(cwd, 'orchestra_workspaces/loop'));
  const { runs: found } = JSON.parse((await runs('list', '--json')).stdout);
  expect(found).toMatchObject([{ id, workspace: 'orchestra_workspaces/good' }]);
  expect((await runs('show', id)).code).toBe(0);
});
