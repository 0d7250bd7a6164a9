import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordOf } from '../../src/cli/holder.ts';
import type { RunId } from '../../src/schema/types.gen.ts';
import { folderWith, runCli } from './harness.ts';

const workspace = 'orchestra_workspaces/demo';
const id = (day: number) => `202601${String(day).padStart(2, '0')}-000000-000-aaaa`;

function journal(day: number, outcome: string | undefined): string {
  const ts = `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z`;
  const first = `{"v":1,"seq":1,"ts":"${ts}","type":"run.started","orchestra":"demo"}\n`;
  const last = `{"v":1,"seq":2,"ts":"${ts}","type":"run.finished","outcome":"${outcome}"}\n`;
  return outcome === undefined ? first : first + last;
}

/** A workspace with a run a day, which ended like this; `latest` is where the links point. */
function workspaceWith(outcomes: readonly (string | undefined)[], latest?: number): string {
  const cwd = folderWith(
    Object.fromEntries(
      outcomes.map((outcome, at) => [`${workspace}/runs/${id(at + 1)}/events.jsonl`, journal(at + 1, outcome)]),
    ),
  );
  if (latest !== undefined) symlinkSync(`runs/${id(latest)}/task_outputs`, join(cwd, workspace, 'task_outputs'));
  return cwd;
}

const left = (cwd: string) => readdirSync(join(cwd, workspace, 'runs'));

test('keeps the newest, what could be resumed, and what the links point to', async () => {
  const cwd = workspaceWith(['succeeded', 'failed', undefined, 'succeeded', 'succeeded', 'succeeded'], 4);
  const { code, stdout } = await runCli(['runs', 'gc', '--keep', '1'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /removed 2, .*\nkept 4: 1 among the newest 1 of each workspace, 1 to which the links of its workspace point, 2 that could be resumed \(with --all they go, too\)\n$/,
  );
  expect(left(cwd)).toEqual([2, 3, 4, 6].map(id));
});

test('--all takes those that could be resumed, too', async () => {
  const cwd = workspaceWith(['failed', undefined, 'succeeded']);
  await runCli(['runs', 'gc', '--keep', '0', '--all'], { cwd });
  expect(left(cwd)).toEqual([]);
});

test('--dry-run says the same and removes nothing', async () => {
  const cwd = workspaceWith(['succeeded', 'succeeded']);
  const { stdout } = await runCli(['runs', 'gc', '--keep', '1', '--dry-run', '--json'], { cwd });
  expect(JSON.parse(stdout)).toMatchObject({
    dry_run: true,
    removed: [{ path: `${workspace}/runs/${id(1)}`, why: 'succeeded run of demo', bytes: expect.any(Number) }],
  });
  expect(left(cwd)).toHaveLength(2);
});

test('--older-than', async () => {
  const cwd = workspaceWith(['succeeded']);
  const { stdout } = await runCli(['runs', 'gc', '--keep', '0', '--older-than', '100000d'], { cwd });
  expect(stdout).toBe('nothing to remove\nkept 1: 1 that ended too recently\n');
  expect(left(cwd)).toHaveLength(1);
  expect((await runCli(['runs', 'gc', '--older-than', 'long'], { cwd })).code).toBe(2);
});

test('a run that is going on stays, whatever is asked', async () => {
  const cwd = workspaceWith([undefined]);
  writeFileSync(join(cwd, workspace, 'run.lock'), JSON.stringify({ ...recordOf(id(1) as RunId), host: hostname() }));
  const { stdout } = await runCli(['runs', 'gc', '--keep', '0', '--all'], { cwd });
  expect(stdout).toContain('\nkept 1: 1 going on\n');
  expect(left(cwd)).toEqual([id(1)]);
});

test('what crashes left goes when it is old, links are not followed', async () => {
  const cwd = workspaceWith(['succeeded']);
  const elsewhere = folderWith({ 'keep.txt': 'x' });
  const old = new Date('2020-01-01');
  const place = join(cwd, workspace);
  writeFileSync(join(place, 'run.lock.20260101-000000-000-bbbb'), '');
  utimesSync(join(place, 'run.lock.20260101-000000-000-bbbb'), old, old);
  writeFileSync(join(place, 'run.lock.20260101-000000-000-cccc'), '');
  mkdirSync(join(place, 'runs', id(9)));
  utimesSync(join(place, 'runs', id(9)), old, old);
  symlinkSync(elsewhere, join(place, 'runs', id(1), 'outside'));
  await runCli(['runs', 'gc', '--keep', '0'], { cwd });
  expect(left(cwd)).toEqual([]);
  expect(readdirSync(place)).toEqual(['run.lock.20260101-000000-000-cccc', 'runs']);
  expect(existsSync(join(elsewhere, 'keep.txt'))).toBe(true);
});

test('a run whose journal was lost stays while there is work of it', async () => {
  const cwd = workspaceWith(['succeeded']);
  const old = new Date(Date.now() - 7_200_000);
  for (const [day, below] of [
    [8, 'attempts/.no-context'],
    [9, 'attempts/one/1'],
  ] as const) {
    const folder = join(cwd, workspace, 'runs', id(day));
    mkdirSync(join(folder, below), { recursive: true });
    writeFileSync(join(folder, 'events.jsonl'), '');
    utimesSync(folder, old, old);
  }
  expect((await runCli(['runs', 'gc'], { cwd })).code).toBe(0);
  expect(left(cwd)).toEqual([id(1), id(9)]);
});

test('recorded outputs are counted, and removed with --cache unless a run may be using them', async () => {
  const cwd = workspaceWith(['succeeded']);
  const cache = join(cwd, workspace, 'cache');
  mkdirSync(join(cache, 'build'), { recursive: true });
  writeFileSync(join(cache, 'build', 'x.txt'), 'x'.repeat(5000));
  const { stdout } = await runCli(['runs', 'gc'], { cwd });
  expect(stdout).toMatch(/\nkept [0-9.]+ kB of recorded outputs \(with --cache they go, too\)\n$/);
  writeFileSync(join(cwd, workspace, 'run.lock'), JSON.stringify(recordOf(id(1) as RunId)));
  expect((await runCli(['runs', 'gc', '--cache'], { cwd })).stdout).toContain('kept');
  expect(existsSync(cache)).toBe(true);
  rmSync(join(cwd, workspace, 'run.lock'));
  const gone = JSON.parse((await runCli(['runs', 'gc', '--cache', '--json'], { cwd })).stdout);
  expect(gone).toMatchObject({ removed: [{ path: `${workspace}/cache`, why: 'recorded outputs' }], cached_bytes: 0 });
  expect(existsSync(cache)).toBe(false);
});
