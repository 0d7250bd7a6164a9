// Which run is meant where there are replays, too, and how commands about runs tell of them.
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordOf } from '../../src/cli/holder.ts';
import type { RunId } from '../../src/schema/types.gen.ts';
import { crc32 } from '../../src/workspace/crc32.ts';
import { commandOrchestra, folderWith, type Ran, runCli } from './harness.ts';

const workspace = 'orchestra_workspaces/good';
/** When the recorded run was, as its id says. */
const long = '20260101-000000-000-aaaa';

interface Here {
  readonly cwd: string;
  readonly real: string;
  readonly replay: string;
  cli(...words: readonly string[]): Promise<Ran>;
}

/** A run of long ago and its replay. */
async function replayed(): Promise<Here> {
  const cwd = folderWith({ 'orchestras/good.yaml': commandOrchestra('good', ['one', 'two one']) });
  const cli = (...words: readonly string[]) => runCli(words, { cwd });
  await cli('orchestra', 'run', 'good', '--rehearse', '-q');
  const runs = join(cwd, workspace, 'runs');
  const [id = ''] = readdirSync(runs);
  renameSync(join(runs, id), join(runs, long));
  redated(join(runs, long, 'events.jsonl'));
  expect((await cli('orchestra', 'replay')).stderr).toContain('2 tasks ended as recorded');
  const [, replay = ''] = readdirSync(runs).sort();
  return { cwd, real: long, replay, cli };
}

/** Has a journal tell that all happened long ago. */
function redated(journal: string): void {
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  const long = lines.map((line) => {
    const open = line.replace(/,"crc":"\w+"}$/, '').replace(/"ts":"[^"]*"/, '"ts":"2026-01-01T00:00:00.000Z"');
    const named = open.replace(/"run":"[^"]*"/, '"run":"20260101-000000-000-aaaa"');
    return `${named},"crc":"${crc32(named)}"}\n`;
  });
  writeFileSync(journal, long.join(''));
}

test('an orchestra and @last mean the newest run that is no replay', async () => {
  const { real, replay, cli } = await replayed();
  for (const words of [[], ['@last'], ['good']]) {
    expect(JSON.parse((await cli('runs', 'show', ...words, '--json')).stdout).run).toBe(real);
    expect(JSON.parse((await cli('runs', 'export', ...words)).stdout).run).toBe(real);
    expect((await cli('orchestra', 'replay', ...words)).stderr).toContain(`super: replay of ${real}: `);
  }
  expect(JSON.parse((await cli('runs', 'why', 'one', '--json')).stdout).run).toBe(real);
  expect((await cli('runs', 'logs', 'good', '--json')).stdout).toContain(`"run":"${real}"`);
  for (const words of [replay, replay.slice(0, -2)]) {
    expect(JSON.parse((await cli('runs', 'show', words, '--json')).stdout).run).toBe(replay);
  }
});

test('where there are only replays, it is said how to name one', async () => {
  const { cwd, real, replay, cli } = await replayed();
  rmSync(join(cwd, workspace, 'runs', real), { recursive: true });
  const hint = `a replay is named by its id: the newest is ${replay}; all are listed by super runs list\n`;
  const here = `super: there are only replays here, and no other run\n${hint}`;
  expect(await cli('runs', 'show')).toMatchObject({ code: 4, stderr: here });
  expect(await cli('orchestra', 'replay')).toMatchObject({ code: 4, stderr: here });
  const of = `super: there are only replays of good, and no other run\n${hint}`;
  expect(await cli('runs', 'show', 'good')).toMatchObject({ code: 4, stderr: of });
  expect(await cli('orchestra', 'resume', 'good')).toMatchObject({ code: 4, stderr: of });
  expect((await cli('runs', 'show', replay)).code).toBe(0);
});

test('a list says when a replay was made, and how long the recorded run took', async () => {
  const { real, replay, cli } = await replayed();
  const { stdout } = await cli('runs', 'list');
  expect(stdout).toMatch(new RegExp(`^${replay} +succeeded +good \\(replay of ${real}\\) +\\d+s ago +0ms `, 'm'));
  expect((await cli('runs', 'show', replay)).stdout).toMatch(/after 0ms, \d+s ago/);
  expect(stdout).toMatch(new RegExp(`^${real} +succeeded +good +\\d+d ago +0ms `, 'm'));
});

test('what a replay takes over is not kept from a run that it continues', async () => {
  const { cwd, real, cli } = await replayed();
  const file = join(cwd, 'orchestras/good.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/(name: two.*description: )\w+/, '$1changed'));
  const went = await cli('orchestra', 'resume', real, '--with-changes', '--from', 'two', '-q');
  expect({ code: went.code, stderr: went.stderr }).toMatchObject({ code: 0 });
  expect((await cli('runs', 'why', 'one')).stdout).toContain(`kept from run ${real}, which this run continues`);
  const continued = JSON.parse((await cli('runs', 'show', '--json')).stdout).run;
  await cli('orchestra', 'replay');
  const newest = JSON.parse((await cli('runs', 'list', '--json')).stdout).runs[0].id;
  const said = `one: reused, as in run ${continued}, which this one replays; that run tells more\n`;
  expect((await cli('runs', 'why', 'one', newest)).stdout).toBe(said);
  expect(JSON.parse((await cli('runs', 'why', 'one', newest, '--json')).stdout)).toMatchObject({
    decision: 'replayed',
    because: [],
    from_run: continued,
  });
});

test('gc takes replays first, and says that they are', async () => {
  const { cwd, real, replay, cli } = await replayed();
  const recent = await cli('runs', 'gc', '--older-than', '1h', '--dry-run');
  expect(recent.stdout).toMatch(/^nothing to remove\nkept 2: .*1 that ended too recently\n$/);
  const { stdout } = await cli('runs', 'gc');
  expect(stdout).toContain(`removed  ${workspace}/runs/${replay}  replay of ${real}, `);
  expect(stdout).toContain('kept 1: 1 among the newest 10 of each workspace\n');
  expect(readdirSync(join(cwd, workspace, 'runs'))).toEqual([real]);
});

test('a recording of a run that is going on says so', async () => {
  const { cwd, real, cli } = await replayed();
  const ended = await cli('runs', 'export', '--redacted', '-o', 'run.json');
  expect(ended.stderr).not.toContain('going on');
  const journal = join(cwd, workspace, 'runs', real, 'events.jsonl');
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  writeFileSync(journal, `${lines.slice(0, -1).join('\n')}\n`);
  writeFileSync(join(cwd, workspace, 'run.lock'), JSON.stringify({ ...recordOf(real as RunId), host: hostname() }));
  for (const words of [
    ['--redacted', '-o', 'run.json'],
    ['--format', 'recording'],
  ]) {
    const { code, stderr } = await cli('runs', 'export', ...words);
    const note = `super: note: run ${real} is still going on: the recording ends here\n`;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(note) });
  }
});
