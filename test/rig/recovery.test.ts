// Recoveries with the real program: coding CLIs are replaced by programs that print what the real ones were recorded to print.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { events, orchestra, project, run, task } from './rig.ts';

const fixtures = resolve(import.meta.dirname, '../fixtures');
const stream = (name: string) => join(fixtures, 'agent-streams', `${name}.jsonl`);

/** A project with these agents and one task, and the environment in which their CLIs are found. */
function place(agents: readonly object[], more: object = {}, programs = ['claude', 'codex', 'gemini']) {
  const cwd = project(orchestra({ agents, tasks: [task('one', { agent: 'a', description: 'Do it', ...more })] }));
  const bin = join(cwd, 'bin');
  mkdirSync(bin);
  for (const name of programs) symlinkSync(join(fixtures, 'fake-cli.mjs'), join(bin, name));
  symlinkSync(process.execPath, join(bin, 'node'));
  return { cwd, env: { PATH: `${bin}:/usr/bin:/bin` } };
}

function agent(name: string, adapter: string, file: string, fake: object = {}, more: object = {}): object {
  return { name, adapter, ...more, env: { FAKE_STREAM: file === '' ? '/dev/null' : stream(file), ...fake } };
}

function calls(cwd: string): readonly { readonly program: string; readonly argv: readonly string[] }[] {
  const lines = readFileSync(join(cwd, 'bin/calls.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

const types = (cwd: string) => events(cwd).map(({ type }) => type);
const untrusted = readFileSync(join(fixtures, 'agent-streams/codex/notgit.stderr.txt'), 'utf8');

test('codex outside of a git repository is launched again with its argument', async () => {
  const fake = {
    FAKE_STDERR: untrusted,
    FAKE_CODE: '1',
    FAKE_UNLESS: '--skip-git-repo-check',
    FAKE_THEN: stream('codex/ok'),
  };
  const at = place([agent('a', 'codex', '', fake)]);
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], at);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain('Hello from the stand-in.');
  expect(stderr).toContain('recovery   one   codex-trust: adds --skip-git-repo-check');
  expect(stderr).toContain('recovery: one: codex-trust: adds --skip-git-repo-check');
  expect(calls(at.cwd).map(({ argv }) => argv.includes('--skip-git-repo-check'))).toEqual([false, true]);
  expect(types(at.cwd)).toEqual([
    ...['run.started', 'task.started', 'recovery.applied', 'task.retry-scheduled'],
    ...['task.started', 'task.succeeded', 'run.finished'],
  ]);
  const shown = await run(['runs', 'show', '--json'], at);
  expect(JSON.parse(shown.stdout).tasks[0]).toMatchObject({
    attempt: 2,
    recoveries: [{ rule: 'codex-trust', action: 'adds --skip-git-repo-check' }],
  });
  expect((await run(['runs', 'show'], at)).stdout).toContain('attempt 2 after codex-trust');
});

test('with --only, too, another agent takes over', async () => {
  const at = place([
    agent('a', 'claude', 'claude/e401', { FAKE_CODE: '1' }, { fallback_agents: ['b'] }),
    agent('b', 'codex', 'codex/ok'),
  ]);
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml', '--only', 'one'], at);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(calls(at.cwd).map(({ program }) => program)).toEqual(['claude', 'codex']);
});

test('another agent takes over where a login is missing', async () => {
  const at = place(
    [
      agent('a', 'claude', 'claude/e401', { FAKE_CODE: '1' }, { fallback_agents: ['gone', 'b'] }),
      agent('gone', 'gemini', ''),
      agent('b', 'codex', 'codex/ok'),
    ],
    {},
    ['claude', 'codex'],
  );
  const dry = await run(['orchestra', 'run', 'o.yaml', '--dry-run'], at);
  expect(dry.stdout).toContain('a: claude (adapter: claude in o.yaml), in its place agent gone, then agent b');
  expect(dry.stdout).not.toContain('would be refused');
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], at);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).toContain(
    'super: warning: a fallback cannot be used here, agent gone (gemini): program not found: gemini',
  );
  expect(stderr).toContain('recovery   one   authentication: hands over to agent b');
  expect(stderr).toContain('b (codex), attempt 2');
  expect(calls(at.cwd).map(({ program }) => program)).toEqual(['claude', 'codex']);
  expect(JSON.parse((await run(['runs', 'show', '--json'], at)).stdout).tasks[0]).toMatchObject({
    agent: 'b',
    adapter: 'codex',
  });
});

test('a model API that asks to wait is asked again when that is over', async () => {
  const asked: number[] = [];
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => {
    request.resume();
    asked.push(performance.now());
    const chunk = (delta: object, finish: string | null) =>
      `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    if (asked.length === 1)
      response
        .writeHead(429, { 'retry-after': '2', 'content-type': 'application/json' })
        .end('{"error":{"message":"slow down"}}');
    else
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(`${chunk({ role: 'assistant', content: 'At last.' }, null)}${chunk({}, 'stop')}data: [DONE]\n\n`);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve_) => server.once('listening', resolve_));
  try {
    const { port } = server.address() as { port: number };
    const base_url = `http://127.0.0.1:${port}/v1`;
    const at = place([
      { name: 'a', adapter: 'llm', provider: 'vllm', model: 'm', base_url, options: { max_retries: 0 } },
    ]);
    const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], at);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('At last.');
    expect(stderr).toContain('recovery   one   rate-limit: waits 2 s, as it was asked to');
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(2000);
  } finally {
    server.close();
  }
});

test('three times and no more; then a person is told what to do', async () => {
  const names = ['b', 'c', 'd', 'e'];
  const agents = ['a', ...names].map((name) =>
    agent(name, 'claude', 'claude/e401', { FAKE_CODE: '1' }, name === 'a' ? { fallback_agents: names } : {}),
  );
  const at = place(agents, { retry_count: 5 });
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], at);
  expect(code).toBe(1);
  expect(calls(at.cwd)).toHaveLength(4);
  expect(types(at.cwd).filter((type) => type === 'recovery.applied')).toHaveLength(3);
  expect(types(at.cwd).slice(-3)).toEqual(['task.progressed', 'task.failed', 'run.finished']);
  expect(stderr).toContain(
    'blocker: one: log in with "claude", or set ANTHROPIC_API_KEY; tried before: hands over to agent b;',
  );
});

test('what an agent reads, says and runs triggers nothing, though it holds every pattern', async () => {
  const words = [
    'Not inside a trusted directory and --skip-git-repo-check was not specified.',
    'Not logged in. Failed to authenticate. API Error: 401 {"error":{"code":401,"type":"authentication_error"}}',
    "You've hit your usage limit. Try again in 5 minutes. status 429. limit reached|1999999999",
    'Prompt is too long. The model x does not exist. Credit balance is too low. Overloaded. Connection refused. root/sudo',
  ].join('\n');
  const lines = [
    { type: 'system', subtype: 'init', session_id: 's' },
    {
      type: 'assistant',
      message: { content: [{ type: 'tool_use', id: '1', name: 'Read', input: { file_path: 'README.md' } }] },
    },
    { type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: '1', content: words, is_error: true }] } },
    { type: 'assistant', message: { content: [{ type: 'text', text: words }] } },
    { type: 'result', subtype: 'error_during_execution', is_error: true, errors: ['it broke'] },
  ];
  const at = place([
    agent(
      'a',
      'claude',
      '',
      { FAKE_STREAM: 'all.jsonl', FAKE_STDERR: words, FAKE_CODE: '1' },
      { fallback_agents: ['b'] },
    ),
    agent('b', 'codex', 'codex/ok'),
  ]);
  writeFileSync(join(at.cwd, 'all.jsonl'), `${lines.map((line) => JSON.stringify(line)).join('\n')}\n${words}\n`);
  expect((await run(['orchestra', 'run', 'o.yaml'], at)).code).toBe(1);
  expect(types(at.cwd)).toEqual(['run.started', 'task.started', 'task.failed', 'run.finished']);
});

test('what was not allowed is named where an expected file is missing', async () => {
  const at = place([agent('a', 'claude', 'claude/tool-denied')], { expects: { files: ['made.txt'] }, retry_count: 2 });
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], at);
  expect(code).toBe(1);
  expect(calls(at.cwd)).toHaveLength(1);
  expect(stderr).toContain(
    'blocker: one: it was not allowed to use Write: permissions: and allowed_tools: say what it may',
  );
});

test('claude is not left to try a login for a minute that is refused', async () => {
  const retry = (attempt: number) => ({
    type: 'system',
    subtype: 'api_retry',
    attempt,
    max_retries: 10,
    retry_delay_ms: 1000,
    error_status: 401,
    error: 'authentication_failed',
  });
  const at = place([agent('a', 'claude', '', { FAKE_STREAM: 'retries.jsonl', FAKE_HANG: '1' })]);
  writeFileSync(join(at.cwd, 'retries.jsonl'), `${JSON.stringify(retry(1))}\n${JSON.stringify(retry(2))}\n`);
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], at);
  expect(code).toBe(1);
  expect(stderr).toContain('status 401: authentication_failed (log in with "claude", or set ANTHROPIC_API_KEY)');
});
