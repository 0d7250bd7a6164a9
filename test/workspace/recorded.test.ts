// A run that is read back from its folder: whole, cut off, or damaged.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EventBody } from '../../src/run/ports.ts';
import type { RunEvent, RunId, TaskName } from '../../src/schema/types.gen.ts';
import { sha256 } from '../../src/workspace/digest.ts';
import { openJournal } from '../../src/workspace/journal.ts';
import { createRun, layoutOf } from '../../src/workspace/layout.ts';
import { cutTornLine, DamagedRun, lostOutputs, type RecordedRun, readRun } from '../../src/workspace/recorded.ts';
import { folderWith } from '../cli/harness.ts';
import { document, planOfText } from '../plan/compiled.ts';

const run = '20261120-024512-123-k3f9' as RunId;
const a = 'a' as TaskName;
const plan = planOfText(document({}, [{ name: 'a' }, { name: 'b' }]));
const text = 'the output of a\n';
const output = { path: 'task_outputs/a_output.txt', bytes: text.length, sha256: sha256(Buffer.from(text)) };

const started = (planText: string): EventBody => ({
  type: 'run.started',
  orchestra: plan.orchestra,
  plan_sha256: sha256(Buffer.from(planText)),
  goal: 'g',
  rehearsal: false,
  super: '0',
});
const begins: EventBody = { type: 'task.started', task: a, attempt: 1, agent: 'w' as never, adapter: 'command' };
const succeeds: EventBody = { type: 'task.succeeded', task: a, attempt: 1, output, duration_ms: 1 };

/** A run of which this was recorded. */
function recorded(bodies: readonly EventBody[] = [begins, succeeds], planText = `${JSON.stringify(plan)}\n`) {
  const layout = layoutOf(folderWith(), run);
  createRun(layout, '', [], planText);
  writeFileSync(join(layout.folder, output.path), text);
  const journal = openJournal(layout.journal, run, () => 0);
  for (const body of [started(planText), ...bodies]) journal.append(body);
  journal.write();
  journal.close();
  return layout;
}

/** The fault of a run that cannot be read. */
function faultOf(layout: ReturnType<typeof recorded>): DamagedRun {
  try {
    readRun(layout);
  } catch (error) {
    if (error instanceof DamagedRun) return error;
    throw error;
  }
  throw new Error('it could be read');
}

const linesOf = (path: string) => readFileSync(path, 'utf8').split(/(?<=\n)/);

test('plan, events and state of a whole run', () => {
  const found = readRun(recorded()) as RecordedRun;
  expect(found.plan).toEqual(plan);
  expect(found.started.goal).toBe('g');
  expect(found.events.map(({ type }: RunEvent) => type)).toEqual(['run.started', 'task.started', 'task.succeeded']);
  expect(found.state.tasks.get(a)?.status).toBe('succeeded');
  expect(found.bytes).toBe(found.wholeBytes);
});

test('a run that never began is none', () => {
  const layout = recorded();
  writeFileSync(layout.journal, '');
  expect(readRun(layout)).toBeUndefined();
  writeFileSync(layout.journal, '{"v":1,"seq":1,"ty');
  expect(readRun(layout)).toBeUndefined();
});

describe('a torn last line', () => {
  test('has not happened, and is cut off before anything is appended', () => {
    const layout = recorded();
    const whole = readFileSync(layout.journal);
    appendFileSync(layout.journal, '{"v":1,"seq":4,"ts":"2026');
    const found = readRun(layout) as RecordedRun;
    expect([found.events.length, found.wholeBytes]).toEqual([3, whole.length]);
    expect(cutTornLine(found)).toBe(true);
    expect(readFileSync(layout.journal)).toEqual(whole);
  });

  test('is left alone when somebody has written since', () => {
    const layout = recorded();
    appendFileSync(layout.journal, '{"v":1');
    const found = readRun(layout) as RecordedRun;
    appendFileSync(layout.journal, ',"seq":4}\n');
    const now = readFileSync(layout.journal);
    expect(cutTornLine(found)).toBe(false);
    expect(readFileSync(layout.journal)).toEqual(now);
  });
});

describe('a damaged run is told with its place:', () => {
  test('a line before the last one', () => {
    const layout = recorded();
    const [first = '', second = '', third = ''] = linesOf(layout.journal);
    writeFileSync(layout.journal, first + second.replace('"a"', '"A"') + third);
    expect(faultOf(layout)).toMatchObject({ path: layout.journal, offset: first.length, name: 'StorageFailure' });
    expect(faultOf(layout).message).toContain(`damaged at byte ${first.length}: event 2 cannot be read`);
  });

  test('the first line', () => {
    const layout = recorded();
    writeFileSync(layout.journal, `x${readFileSync(layout.journal, 'utf8')}`);
    expect(faultOf(layout).offset).toBe(0);
  });

  test('a line that is missing', () => {
    const layout = recorded();
    const [first = '', , third = ''] = linesOf(layout.journal);
    writeFileSync(layout.journal, first + third + third);
    expect(faultOf(layout).offset).toBe(first.length);
  });

  test.each(['plan', 'journal'] as const)('a %s that is no file any more: nobody waits for it', (which) => {
    const layout = recorded();
    rmSync(layout[which]);
    execFileSync('mkfifo', [layout[which]]);
    // Whoever waits for a FIFO waits until somebody writes: a process of its own can be ended.
    const program = `import { readRun } from '${resolve('src/workspace/recorded.ts')}';
      readRun(JSON.parse(process.argv[1]));`;
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', program, JSON.stringify(layout)],
      { encoding: 'utf8', timeout: 10_000, killSignal: 'SIGKILL' },
    );
    expect(status).toBe(1);
    expect(stderr).toContain('not an ordinary file');
  });

  test('a journal that is longer than any', () => {
    const layout = recorded();
    truncateSync(layout.journal, 3 * 2 ** 30); // it takes no room
    expect(faultOf(layout).message).toContain('it is longer than any journal');
  });

  test('a journal that begins with something else', () => {
    const layout = recorded();
    const journal = openJournal(`${layout.journal}.new`, run, () => 0);
    journal.append(begins);
    journal.write();
    journal.close();
    writeFileSync(layout.journal, readFileSync(`${layout.journal}.new`));
    expect(faultOf(layout).message).toContain('it does not begin with run.started');
  });

  test('an event that cannot follow what came before', () => {
    const layout = recorded([begins, succeeds, succeeds]);
    const lines = linesOf(layout.journal);
    expect(faultOf(layout)).toMatchObject({ offset: lines.slice(0, 3).join('').length });
    expect(faultOf(layout).message).toContain('finds the task "a" succeeded');
  });

  test('an output that stands elsewhere', () => {
    const layout = recorded([
      begins,
      { ...succeeds, output: { ...output, path: '../../../secrets.txt' } } as EventBody,
    ]);
    expect(faultOf(layout).offset).toBe(linesOf(layout.journal).slice(0, 2).join('').length);
  });

  test('an event of no known form', () => {
    const layout = recorded([{ type: 'task.imagined', task: a } as never]);
    expect(faultOf(layout)).toMatchObject({ offset: linesOf(layout.journal)[0]?.length });
  });

  test('another plan, and one of an unknown form', () => {
    const layout = recorded();
    writeFileSync(layout.plan, '{}');
    expect(faultOf(layout)).toMatchObject({ path: layout.plan, offset: 0 });
    expect(faultOf(recorded([], '{"version":99}')).message).toContain('not a plan of a version that is known here');
  });

  test('a plan that is gone', () => {
    const layout = recorded();
    rmSync(layout.plan);
    expect(faultOf(layout)).toMatchObject({ path: layout.plan, offset: 0 });
    expect(faultOf(layout).message).toContain('ENOENT');
  });
});

describe('outputs that were recorded', () => {
  const lost = async (layout: ReturnType<typeof recorded>) =>
    (await lostOutputs(readRun(layout) as RecordedRun)).map(({ task }) => task.name);

  test('are what they were', async () => {
    expect(await lost(recorded())).toEqual([]);
  });

  test.each([
    ['gone', (path: string) => rmSync(path)],
    ['shorter', (path: string) => writeFileSync(path, 'the')],
    ['as long, and different', (path: string) => writeFileSync(path, text.toUpperCase())],
  ])('are missed when they are %s', async (_, spoil) => {
    const layout = recorded();
    spoil(join(layout.folder, output.path));
    expect(await lost(layout)).toEqual(['a']);
  });
});

test.each<[string, string]>([
  ['nothing', ''],
  ['no JSON', '{"tasks":'],
  ['the name of a file that nobody could write', JSON.stringify({ ...plan, file: 'a\0b' })],
  [
    'such a name of an agent',
    JSON.stringify({ ...plan, agents: plan.agents.map((agent) => ({ ...agent, file: '\0' })) }),
  ],
])('a stored plan that is %s is told as damaged, though its digest is right', (_, planText) => {
  expect(faultOf(recorded([], planText)).path).toMatch(/plan\.json$/);
});
