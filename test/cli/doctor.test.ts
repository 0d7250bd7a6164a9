import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith, runCli } from './harness.ts';

interface Answer {
  readonly ok: boolean;
  readonly checks: readonly { readonly name: string; readonly state: string; readonly detail: string }[];
}

function programs(files: Readonly<Record<string, string>>): string {
  const folder = folderWith(files);
  for (const name of Object.keys(files)) chmodSync(join(folder, name), 0o755);
  return folder;
}

const tools = Object.fromEntries(
  ['sh', 'mkfifo', 'sleep', 'grep', 'tr', 'rm', 'env', 'setsid'].map((name) => [name, '']),
);

async function doctor(PATH: string, env: Readonly<Record<string, string>> = {}, cwd = folderWith()) {
  const { code, stdout, stderr } = await runCli(['doctor', '--json'], { cwd, env: { PATH, ...env } });
  expect(stderr).toBe('');
  const { ok, checks } = JSON.parse(stdout) as Answer;
  return { code, ok, stdout, check: (name: string) => checks.find((each) => each.name === name) };
}

test('with what commands need it is content, and names what else is missing', async () => {
  const { code, ok, check } = await doctor(programs(tools));
  expect({ code, ok }).toEqual({ code: 0, ok: true });
  expect(check('git')).toMatchObject({ state: 'missing' });
  expect(check('claude')).toMatchObject({ state: 'missing' });
  expect(check('project')).toMatchObject({ state: 'missing', detail: expect.stringContaining('super init') });
  expect(check('workspace')).toMatchObject({ state: 'ok' });
  expect(check('limits')).toMatchObject({ state: 'ok', detail: expect.stringContaining('sampling') });
});

test.each(['sh', 'mkfifo', 'setsid'])('without %s nothing can run', async (missing) => {
  const { [missing]: _, ...rest } = tools;
  const { code, ok, check } = await doctor(programs(rest));
  expect({ code, ok, state: check(missing)?.state }).toEqual({ code: 4, ok: false, state: 'missing' });
});

test('perl can stand in for setsid', async () => {
  const { setsid: _, ...rest } = tools;
  expect(await doctor(programs({ ...rest, perl: '' }))).toMatchObject({ code: 0 });
});

test('agent CLIs by version, and with which versions they were tried', async () => {
  const PATH = programs({
    ...tools,
    claude: '#!/bin/sh\necho "WARNING: odd" >&2; echo "2.1.200 (fake)"\n',
    gemini: '#!/bin/sh\necho 9.9.9 fake\n',
    codex: '#!/bin/sh\necho broken >&2; exit 3\n',
  });
  const { check, ok } = await doctor(PATH);
  expect(ok).toBe(true);
  expect(check('claude')).toMatchObject({
    state: 'ok',
    detail: expect.stringMatching(/^2\.1\.200 \(fake\) .*; tested: 2\.1\.197 to 2\.1\.328$/),
  });
  expect(check('gemini')).toMatchObject({
    state: 'untested',
    detail: expect.stringMatching(
      /^9\.9\.9 fake .*; warning: tested with 0\.61\.0, not with this version: it may tell its events in other words$/,
    ),
  });
  expect(check('codex')).toMatchObject({ state: 'unusable', detail: expect.stringContaining('broken') });
  expect(check('llm')).toMatchObject({ detail: expect.stringContaining('anthropic') });
});

test('keys by name only', async () => {
  const { check, stdout } = await doctor(programs(tools), { ANTHROPIC_API_KEY: 'sk-very-secret' });
  expect(check('ANTHROPIC_API_KEY')).toMatchObject({ state: 'ok', detail: 'set' });
  expect(check('OPENAI_API_KEY')).toMatchObject({ state: 'unset' });
  expect(stdout).not.toContain('sk-very-secret');
});

test('variables that agents of the project name, and whether they are set', async () => {
  const agent = 'spec:\n  run: x\n  secrets: [DEPLOY_TOKEN]\n';
  const cwd = folderWith({
    'agents/shipper_playbook.yaml': `apiVersion: agent/v1\nkind: AgentSpec\nmetadata: {name: Shipper, description: d}\n${agent}`,
    'orchestras/o.yaml':
      'orchestra: {id: o}\nagents:\n  - {name: editor, run: x, env: [EDITOR], secrets: [DEPLOY_TOKEN]}\ntasks:\n  - {name: t, agent: editor}\n',
    'orchestras/broken.yaml': 'orchestra: [\n',
  });
  const { check, stdout } = await doctor(programs(tools), { DEPLOY_TOKEN: 'very-secret' }, cwd);
  expect(check('DEPLOY_TOKEN')).toMatchObject({ state: 'ok', detail: 'set; named by shipper, editor' });
  expect(check('EDITOR')).toMatchObject({ state: 'unset', detail: 'not set; named by editor' });
  expect(stdout).not.toContain('very-secret');
});

test('programs that are asked for their version see none of the keys', async () => {
  const PATH = programs({ ...tools, claude: '#!/bin/sh\necho "key: $ANTHROPIC_API_KEY"\n' });
  const { stdout } = await doctor(PATH, { ANTHROPIC_API_KEY: 'sk-very-secret' });
  expect(stdout).not.toContain('sk-very-secret');
});

test('a foreign super is told from this one', async () => {
  expect((await doctor(programs({ ...tools, super: '#!/bin/sh\n' }))).check('super')).toMatchObject({
    state: 'foreign',
  });
  const own = programs({ ...tools, super: '#!/bin/sh\n', 'package.json': '{"name":"super-orchestra"}' });
  expect((await doctor(own)).check('super')).toMatchObject({ state: 'ok' });
});

test('nothing is written', async () => {
  const cwd = folderWith();
  await doctor(programs(tools), {}, cwd);
  expect(readdirSync(cwd)).toEqual([]);
});

test('the page for people ends with a verdict', async () => {
  const { stdout } = await runCli(['doctor'], { cwd: folderWith(), env: { PATH: '/nowhere' } });
  expect(stdout).toMatch(/\nnothing can run here before this is mended: sh, mkfifo, .*setsid\n$/);
});

test('the verdict names the kinds of agents that can run', async () => {
  const verdict = async (PATH: string, env: Readonly<Record<string, string>> = {}) =>
    (await runCli(['doctor'], { cwd: folderWith(), env: { PATH, ...env } })).stdout.split('\n').slice(-3, -1);
  const last = 'to see any orchestra move without its agents: --rehearse';
  expect(await verdict(programs(tools))).toEqual([
    'can run here: commands and modules; no coding CLI; model APIs that need no key',
    last,
  ]);
  const PATH = programs({
    ...tools,
    claude: '#!/bin/sh\necho 2.1.200\n',
    gemini: '#!/bin/sh\necho 9.9.9\n',
    codex: '#!/bin/sh\nexit 3\n',
  });
  expect(await verdict(PATH, { OPENAI_API_KEY: 'x', ANTHROPIC_API_KEY: 'x' })).toEqual([
    'can run here: commands and modules; coding CLIs: claude, gemini; model APIs with the keys that are set: anthropic, openai',
    last,
  ]);
});

test.each([
  ['project: [\n', '.super:1:10: this [ is never closed'],
  ['demo\n', '.super:1:1: the file must be a map, not a text'],
  ['project: [a]\n', '.super:1:10: "project" must be a text, not a list'],
  ['project: a\nfoo: 1\ndefaults: {grace_seconds: soon}\n', '.super:3:27: "soon" cannot be a duration'],
  ['project: a\nproject: b\n', '.super:2:1: key "project" stands here twice'],
  [Uint8Array.of(0xff, 0xfe), '.super:1:1: the file is UTF-16, not UTF-8'],
])('a broken .super is told: %j', async (marker, detail) => {
  const { check } = await doctor(programs(tools), {}, folderWith({ '.super': marker }));
  expect(check('project')).toMatchObject({ state: 'unusable', detail });
});

test('a .super that is a folder is told', async () => {
  const { check } = await doctor(programs(tools), {}, folderWith({ '.super/x': '' }));
  expect(check('project')).toMatchObject({ state: 'unusable', detail: '.super is not a file' });
});

test.each(['project: demo\n', 'project: demo\nversion: 1\n', '', '# nothing yet\n'])(
  'a .super that says nothing wrong is fine: %j',
  async (marker) => {
    const cwd = folderWith({ '.super': marker, 'orchestras/x.yaml': '' });
    const { check } = await doctor(programs(tools), {}, cwd);
    expect(check('project')).toMatchObject({ state: 'ok', detail: '.: 1 orchestra, 0 playbooks; settings: .super' });
  },
);
