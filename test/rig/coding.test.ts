// Orchestras of coding CLIs, each replaced by a program that prints what the real one was recorded to print.
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { events, marked, orchestra, project, run, runFolder, start, task, until } from './rig.ts';

const fixtures = resolve(import.meta.dirname, '../fixtures');

function stream(name: string): string {
  return join(fixtures, 'agent-streams', `${name}.jsonl`);
}

/** A project with these agents, and the environment in which their CLIs are found. */
function place(agents: readonly object[], tasks: readonly object[], programs = ['claude', 'codex', 'gemini']) {
  const cwd = project(orchestra({ execution: { strategy: 'parallel' }, agents, tasks }));
  const bin = join(cwd, 'bin');
  mkdirSync(bin);
  for (const name of programs) symlinkSync(join(fixtures, 'fake-cli.mjs'), join(bin, name));
  symlinkSync(process.execPath, join(bin, 'node'));
  return { cwd, env: { PATH: `${bin}:/usr/bin:/bin` } };
}

function agent(adapter: string, file: string, more: object = {}, fake: object = {}): object {
  return { name: `${adapter}_agent`, adapter, ...more, env: { FAKE_STREAM: stream(file), ...fake } };
}

function does(name: string, adapter: string, more: object = {}): object {
  return task(name, { agent: `${adapter}_agent`, description: `Do ${name}`, ...more });
}

test('three CLIs side by side: outputs, costs, and what was not allowed', async () => {
  const at = place(
    [
      agent('claude', 'claude/tool-denied', { instructions: 'Be careful.' }),
      agent('codex', 'codex/tool-ww'),
      agent('gemini', 'gemini/tool-autoedit', { permissions: 'full' }),
    ],
    [does('one', 'claude'), does('two', 'codex'), does('three', 'gemini')],
  );
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], at);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout.match(/Done: the file was handled\./g)).toHaveLength(3);
  expect(stderr).toContain('finding: one: Write was not allowed: /WORKDIR/made-by-agent.txt');
  expect(stderr).toContain('tokens  72 read (0 of them cached), 42 written, $0.00038');
  const attempt = join(runFolder(at.cwd), 'attempts/two/1');
  expect(readFileSync(join(attempt, 'transcript.jsonl'), 'utf8')).toBe(readFileSync(stream('codex/tool-ww'), 'utf8'));
  expect(readFileSync(join(attempt, 'stdout.log'), 'utf8')).toContain('[shell] /bin/bash -lc');
});

test('a failure says what the CLI said and what can be done; the task after it is skipped', async () => {
  const at = place(
    [agent('claude', 'claude/e401', {}, { FAKE_CODE: '1' }), agent('codex', 'codex/ok')],
    [does('one', 'claude'), does('two', 'codex', { context: ['one'] })],
  );
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], at);
  expect(code).toBe(1);
  expect(stderr).toContain(
    'one failed: agent-exit: Failed to authenticate. API Error: 401 stand-in 401 (log in with "claude", or set ANTHROPIC_API_KEY)',
  );
  expect(events(at.cwd).find(({ type }) => type === 'task.failed')).toMatchObject({
    reason: 'agent-exit',
    exit_code: 1,
  });
  expect(stderr).toMatch(/skipped: two/);
});

test.each([
  ['exit code 0 and an error flag', 'claude', 'claude/e500', {}],
  ['exit code 0 and no terminal event', 'gemini', 'gemini/sigterm', {}],
  ['a success and an exit code', 'codex', 'codex/ok', { FAKE_CODE: '1' }],
])('%s is no success', async (_, name, file, fake) => {
  const at = place([agent(name, file, {}, fake)], [does('one', name)]);
  expect((await run(['orchestra', 'run', 'o.yaml'], at)).code).toBe(1);
});

test('a CLI that hangs is ended by the limit of its task, and what it had spent is told', async () => {
  const at = place(
    [agent('claude', 'claude/tool-accept', {}, { FAKE_HANG: '1', FAKE_MARK: 'hangs' })],
    [does('one', 'claude', { stall_seconds: 0.5 })],
  );
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], at);
  expect(code).toBe(1);
  expect(stderr).toContain('one failed: stalled: wrote nothing for 0.5 s');
  expect(events(at.cwd).find(({ type }) => type === 'task.failed')).toMatchObject({
    reason: 'stalled',
    usage: { input_tokens: 24, output_tokens: 14, cost_usd: 0.000376 },
  });
  expect(marked(at.cwd)).toEqual([]);
});

test('a signal ends the CLI and leaves nothing', async () => {
  const at = place([agent('gemini', 'gemini/sigterm', {}, { FAKE_HANG: '1' })], [does('one', 'gemini')]);
  const started = start(['orchestra', 'run', 'o.yaml'], at);
  await until(() => {
    try {
      return statSync(join(runFolder(at.cwd), 'attempts/one/1/transcript.jsonl')).size > 0;
    } catch {
      return false;
    }
  });
  started.child.kill('SIGTERM');
  expect((await started.ended).code).toBe(143);
  expect(marked(at.cwd)).toEqual([]);
});

test('the first usable CLI runs agents that name no adapter', async () => {
  const agents = [{ name: 'codex_agent', description: 'Works.', env: { FAKE_STREAM: stream('codex/ok') } }];
  const at = place(agents, [does('one', 'codex')], ['codex', 'gemini']);
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], at);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('codex_agent (codex)') });
});

test('what is missing is refused before anything runs', async () => {
  const agents = [agent('claude', 'claude/ok'), { ...agent('codex', 'codex/ok'), name: 'codex_agent', cwd: 'gone' }];
  const at = place(agents, [does('one', 'claude'), does('two', 'codex')], ['codex']);
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], at);
  expect(code).toBe(4);
  expect(stderr).toContain('agent claude_agent (claude): program not found: claude');
  expect(stderr).toContain(`agent codex_agent (codex): its working folder does not exist: ${at.cwd}/gone`);
});

test('the keys of a vendor reach its own CLI alone, and nothing that is written', async () => {
  const key = 'sk-ant-0123456789-abcdef';
  const leak = JSON.stringify({ type: 'assistant', message: { content: [{ type: 'text', text: `I have ${key}` }] } });
  const end = JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: `it is ${key}` });
  const at = place(
    [agent('claude', '', {}, { FAKE_STREAM: 'leak.jsonl' }), agent('codex', 'codex/ok')],
    [does('one', 'claude'), does('two', 'codex')],
  );
  writeFileSync(join(at.cwd, 'leak.jsonl'), `${leak}\n${end}\n`);
  const env = { ...at.env, ANTHROPIC_API_KEY: key, OPENAI_API_KEY: 'dummy' };
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml', '--goal', 'a dummy run'], { ...at, env });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain('it is [redacted:ANTHROPIC_API_KEY]');
  const calls = readFileSync(join(at.cwd, 'bin/calls.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(calls.find(({ program }) => program === 'claude').vendors).toEqual([
    'ANTHROPIC_API_KEY',
    'DISABLE_AUTOUPDATER',
  ]);
  expect(calls.find(({ program }) => program === 'codex').vendors).toEqual(['OPENAI_API_KEY']);
  const written = readdirSync(runFolder(at.cwd), { recursive: true, withFileTypes: true });
  for (const file of written.filter((each) => each.isFile())) {
    expect(readFileSync(join(file.parentPath, file.name), 'utf8'), file.name).not.toContain(key);
  }
  expect(stdout + stderr).not.toContain(key);
});
