// Recorded runs of real CLIs, replayed in this process: what is made of their streams today is what was made of them then.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/schema/types.gen.ts';
import { crc32 } from '../../src/workspace/crc32.ts';
import { sha256 } from '../../src/workspace/digest.ts';
import { unpackRecording } from '../../src/workspace/recording-reader.ts';
import { folderWith, runCli } from './harness.ts';

const fixtures = resolve(import.meta.dirname, '../fixtures/runs');

function eventsIn(folder: string): RunEvent[] {
  const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as RunEvent);
}

/** All that happened to each task, without places and times. */
function fates(events: readonly RunEvent[]): Readonly<Record<string, readonly object[]>> {
  const told = events.flatMap((event) => {
    if (!('task' in event)) return [];
    // Recordings of before have no usage_so_far.
    const none = { duration_ms: 0, at: '', usage_so_far: 0 };
    const { v: _v, seq: _seq, ts: _ts, run: _run, crc: _crc, ...rest } = { ...none, ...event };
    return [{ ...rest, ...none }];
  });
  return Object.groupBy(told, ({ task }) => task) as Readonly<Record<string, readonly object[]>>;
}

async function replayOf(cwd: string, path: string) {
  const ended = await runCli(['orchestra', 'replay', path], { cwd, env: { PATH: '' } });
  const [orchestra = ''] = readdirSync(join(cwd, 'orchestra_workspaces'));
  const runs = join(cwd, 'orchestra_workspaces', orchestra, 'runs');
  return { ...ended, events: eventsIn(join(runs, readdirSync(runs)[0] ?? '')) };
}

describe('the recordings of the real CLIs', () => {
  test.each(readdirSync(fixtures))('%s', async (name) => {
    const path = join(fixtures, name);
    const folder = name.endsWith('.json') ? (await unpackRecording(path, folderWith())).layout.folder : path;
    const { code, stderr, events } = await replayOf(folderWith(), path);
    expect(stderr).toMatch(/super: replay of \S+: \d+ tasks ended as recorded\n$/);
    expect(code).toBe(eventsIn(folder).at(-1)?.type === 'run.finished' && name === 'refused.json' ? 1 : 0);
    expect(fates(events)).toEqual(fates(eventsIn(folder)));
  });
});

describe('what is not there', () => {
  const nothing = { env: {} };

  test.each([
    ['nope.json.gz', 'there is no file nope.json.gz'],
    ['nope.json', 'there is no file nope.json'],
    ['down/nope.json', 'there is no file down/nope.json'],
    ['./nope', 'there is no file or folder ./nope'],
    ['nope', 'there are no runs here'],
  ])('%s', async (path, said) => {
    const { code, stderr } = await runCli(['orchestra', 'replay', path], { cwd: folderWith(), ...nothing });
    expect({ code, first: stderr.split('\n')[0] }).toEqual({ code: 4, first: `super: ${said}` });
  });

  test('an attempt whose folder is gone fails, because the recording lacks it', async () => {
    const cwd = folderWith();
    cpSync(join(fixtures, 'second_look'), join(cwd, 'bug'), { recursive: true });
    rmSync(join(cwd, 'bug/attempts/lexer'), { recursive: true });
    const { code, stderr } = await runCli(['orchestra', 'replay', 'bug'], { cwd, ...nothing });
    expect(code).toBe(1);
    expect(stderr).toContain('lexer failed: adapter: the recording lacks attempt 1: its folder is gone\n');
    expect(stderr).toMatch(/ {2}lexer: recorded: succeeded, .*; replayed: failed \(adapter\)/);
  });
});

interface Forged {
  workspace: string;
  file: string;
  readonly agents: object[];
  readonly tasks: { max_attempts: number; readonly needs: object[] }[];
}

/** A run's folder of which nothing is there but its beginning, whose plan and journal were changed by whoever made it. */
function forged(change: (plan: Forged) => unknown, more: readonly object[] = []): string {
  const cwd = folderWith();
  const folder = join(cwd, 'bug');
  mkdirSync(folder);
  const plan = JSON.parse(readFileSync(join(fixtures, 'second_look/plan.json'), 'utf8'));
  change(plan);
  const text = JSON.stringify(plan);
  writeFileSync(join(folder, 'plan.json'), text);
  const started = { ...eventsIn(join(fixtures, 'second_look'))[0], plan_sha256: sha256(Buffer.from(text)) };
  const lines = [started, ...more].map((event, at) => {
    const { crc: _, ...rest } = {
      ...event,
      v: 1,
      seq: at + 1,
      ts: '2026-11-20T10:46:47.109Z',
      run: '20261120-104647-083-5oz3',
      crc: '',
    };
    const open = JSON.stringify(rest).slice(0, -1);
    return `${open},"crc":"${crc32(open)}"}\n`;
  });
  writeFileSync(join(folder, 'events.jsonl'), lines.join(''));
  return cwd;
}

describe('a run of somebody who means harm', () => {
  test.each([
    [
      'a task that waits for itself',
      (plan: Forged) => plan.tasks[0]?.needs.push({ task: 'page', until: 'success' }),
      /wait for each other/,
    ],
    [
      'a task for nobody',
      (plan: Forged) => Object.assign(plan.tasks[0] as object, { agent: 'nobody' }),
      /for the agent nobody, which it does not have/,
    ],
    [
      'two tasks of one name',
      (plan: Forged) => plan.tasks.push(...plan.tasks.slice(0, 1)),
      /two of its tasks have the same name/,
    ],
    [
      'a need that is not there',
      (plan: Forged) => plan.tasks[0]?.needs.push({ task: 'gone', until: 'end' }),
      /waits for gone/,
    ],
  ])('%s is refused', async (_, change, message) => {
    const cwd = forged(change);
    const { code, stderr } = await runCli(['orchestra', 'replay', 'bug'], { cwd, env: {} });
    expect({ code, stderr }).toMatchObject({ code: 10, stderr: expect.stringMatching(message) });
    expect(readdirSync(cwd)).toEqual(['bug']);
  });

  test('retries without end end', async () => {
    const cwd = forged((plan: Forged) => {
      for (const task of plan.tasks) task.max_attempts = 1_000_000;
    });
    const { code, stderr } = await runCli(['orchestra', 'replay', 'bug'], { cwd, env: {} });
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing is recorded of this attempt'),
    });
  });

  test('a workspace, files and folders elsewhere are not touched', async () => {
    const elsewhere = folderWith({ 'keep.txt': 'mine' });
    const cwd = forged((plan: Forged) => {
      plan.workspace = elsewhere;
      plan.file = join(elsewhere, 'keep.txt');
      Object.assign(plan.agents[0] as object, { file: '../../../../etc/passwd', cwd: elsewhere });
    });
    symlinkSync(elsewhere, join(cwd, 'bug/agents'));
    await runCli(['orchestra', 'replay', 'bug'], { cwd, env: {} });
    expect(readdirSync(elsewhere)).toEqual(['keep.txt']);
    const all = readdirSync(join(cwd, 'orchestra_workspaces'), { recursive: true, withFileTypes: true });
    const texts = all.flatMap((file) =>
      file.isFile() ? [readFileSync(join(file.parentPath, file.name), 'utf8')] : [],
    );
    expect(texts.some((text) => text.includes('mine') || text.includes('root:'))).toBe(false);
  });

  test('with --changed, its plan names no file to run', async () => {
    const elsewhere = folderWith({
      'evil.yaml':
        'orchestra: {id: evil}\nagents: [{name: a, run: "touch ran"}]\ntasks: [{name: t, agent: a, description: x}]\n',
    });
    const cwd = forged((plan) => {
      plan.file = join(elsewhere, 'evil.yaml');
    });
    const { code, stderr } = await runCli(['orchestra', 'replay', 'bug', '--changed'], { cwd, env: {} });
    expect({ code, stderr }).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('there is no orchestra "second_look"'),
    });
  });
});
