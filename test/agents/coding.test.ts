import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AgentCall, AgentEnd } from '../../src/run/ports.ts';
import { makeRedactor } from '../../src/run/redaction/redact.ts';
import type { PlanAgent } from '../../src/schema/types.gen.ts';
import { type Bench, fakeClis, openBench } from './call.ts';

const fixtures = resolve(import.meta.dirname, '../fixtures');
const names = ['claude', 'codex', 'gemini'] as const;
type Name = (typeof names)[number];

let bench: Bench;
let bin: string;
beforeEach(() => {
  bench = openBench();
  bin = fakeClis(bench.root);
});
afterEach(() => bench.close());

const streams = { claude: 'claude/tool-accept', codex: 'codex/tool-ww', gemini: 'gemini/tool-autoedit' } as const;

function stream(name: string): string {
  return join(fixtures, 'agent-streams', `${name}.jsonl`);
}

/** An agent of the fake CLI, which finds itself on its own PATH. */
function agentOf(adapter: Name, parts: Partial<PlanAgent> = {}, fake: Readonly<Record<string, string>> = {}) {
  const set = { PATH: `${bin}:${process.env.PATH}`, FAKE_STREAM: stream(streams[adapter]), ...fake };
  return bench.agent({ adapter, env: { pass: [], set }, ...parts });
}

interface Called {
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly vendors: readonly string[];
}

function called(): Called {
  return JSON.parse(readFileSync(join(bin, 'calls.jsonl'), 'utf8').trim()) as Called;
}

/** A call, with what a backend makes of the agent's environment. */
function callOf(agent: PlanAgent): AgentCall {
  const call = bench.call(agent);
  return { ...call, env: { ...agent.env.set, ...call.env } };
}

function run(agent: PlanAgent, adapters = bench.adapters): Promise<AgentEnd> {
  return adapters[agent.adapter as Name].start(callOf(agent)).ended;
}

describe('how a CLI is called', () => {
  test('claude: the prompt on standard input, the system prompt in a file', async () => {
    const agent = agentOf('claude', {
      model: 'a-model',
      system_prompt: 'You are careful.',
      permissions: 'plan',
      allowed_tools: ['Bash(npm test)', 'WebFetch'],
      max_turns: 7,
      args: ['--add-dir', '../other'],
    });
    expect(await run(agent)).toMatchObject({ type: 'done' });
    expect(called()).toMatchObject({
      argv: [
        ...['-p', '--allowedTools', 'Bash(npm test)', 'WebFetch'],
        ...['--output-format', 'stream-json', '--verbose', '--permission-mode', 'plan'],
        ...[
          '--model',
          'a-model',
          '--append-system-prompt-file',
          join(bench.root, 'system-prompt.md'),
          '--max-turns',
          '7',
        ],
        ...['--add-dir', '../other'],
      ],
      stdin: 'Do it well.',
    });
    expect(bench.read('system-prompt.md')).toBe('You are careful.');
  });

  test('claude: a list of no tools is no option, which would take the next word for a tool', async () => {
    await run(agentOf('claude', { allowed_tools: [] }));
    expect(called().argv.slice(0, 3)).toEqual(['-p', '--output-format', 'stream-json']);
  });

  test('codex: the system prompt stands before the prompt', async () => {
    const agent = agentOf('codex', { model: 'm', system_prompt: 'You are careful.', args: ['--skip-git-repo-check'] });
    await run(agent);
    expect(called()).toMatchObject({
      argv: ['exec', '--json', '--sandbox', 'workspace-write', '--model', 'm', '--skip-git-repo-check', '-'],
      stdin: 'You are careful.\n\nDo it well.',
    });
  });

  test('gemini: one process, that hears signals', async () => {
    await run(agentOf('gemini', { permissions: 'full', allowed_tools: ['run_shell_command(ls)', 'glob'] }));
    expect(called()).toMatchObject({
      argv: [
        ...['--output-format', 'stream-json', '--approval-mode', 'yolo'],
        ...['--allowed-tools=run_shell_command(ls)', '--allowed-tools=glob'],
        `--include-directories=${bench.root}/context`,
      ],
      stdin: 'Do it well.',
      vendors: ['GEMINI_CLI_NO_RELAUNCH'],
    });
  });

  test.each(names)("%s gets the variables of its own vendor, and the agent's own count first", async (name) => {
    const own = {
      claude: ['ANTHROPIC_API_KEY', 'CLAUDE_X'],
      codex: ['CODEX_API_KEY', 'OPENAI_X'],
      gemini: ['GEMINI_X', 'GOOGLE_API_KEY'],
    };
    const env = Object.fromEntries(Object.values(own).flatMap((each) => each.map((variable) => [variable, 'value'])));
    const extra = { claude: ['DISABLE_AUTOUPDATER'], codex: [], gemini: ['GEMINI_CLI_NO_RELAUNCH'] };
    await run(agentOf(name, {}, { OPENAI_OF_AGENT: '1' }), bench.withEnv(env));
    expect(called().vendors).toEqual([...own[name], ...extra[name], 'OPENAI_OF_AGENT'].sort());
  });
});

describe('what comes of it', () => {
  test.each(names)('%s: transcript, log, output and usage', async (name) => {
    const end = await run(agentOf(name));
    expect(end).toMatchObject({ type: 'done', noOutputFails: true, usage: { input_tokens: 24, output_tokens: 14 } });
    expect(bench.read('transcript.jsonl')).toBe(readFileSync(stream(streams[name]), 'utf8'));
    expect(bench.read('stdout.log')).toMatch(/\n\[\w+\] .*made-by-agent.txt.*\n(.*\n)*Done: the file was handled.\n$/);
    expect(bench.read('answer.txt')).toBe('Done: the file was handled.\n');
    expect(bench.progress).toEqual([]);
  });

  test('a file that the agent wrote for its output stays as it is, beside the answer', async () => {
    await run(agentOf('claude', {}, { FAKE_OUTPUT: 'my own\n' }));
    expect([bench.read('output.txt'), bench.read('answer.txt')]).toEqual(['my own\n', 'Done: the file was handled.\n']);
  });

  test('a link in the place of the answer leads nowhere', async () => {
    symlinkSync(bench.write('victim', 'untouched'), join(bench.root, 'answer.txt'));
    await run(agentOf('claude'));
    expect(lstatSync(join(bench.root, 'answer.txt')).isFile()).toBe(true);
    expect([bench.read('answer.txt'), bench.read('victim')]).toEqual(['Done: the file was handled.\n', 'untouched']);
  });

  test('what was not allowed is reported, and the attempt has succeeded all the same', async () => {
    const end = await run(agentOf('claude', {}, { FAKE_STREAM: stream('claude/tool-denied') }));
    expect(end.type).toBe('done');
    expect(bench.progress).toEqual([{ kind: 'finding', text: 'Write was not allowed: /WORKDIR/made-by-agent.txt' }]);
  });

  test('reports within its text reach the journal, words in prose and what tools print do not', async () => {
    const report = '{"type":"milestone","text":"half of it"}';
    const told = (message: object) => JSON.stringify({ type: 'assistant', message });
    const lines = [
      told({ content: [{ type: 'text', text: `So far:\n${report}\nA blocker? No.` }] }),
      JSON.stringify({
        type: 'user',
        message: { content: [{ type: 'tool_result', tool_use_id: 'x', content: report }] },
      }),
      told({ content: [{ type: 'thinking', thinking: report }] }),
      JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: 'ok' }),
    ];
    await run(agentOf('claude', {}, { FAKE_STREAM: bench.write('s.jsonl', lines.join('\n')) }));
    expect(bench.progress).toEqual([{ kind: 'milestone', text: 'half of it' }]);
  });

  test('success without a word is no output', async () => {
    const text = '{"type":"result","subtype":"success","is_error":false,"result":""}';
    const end = await run(agentOf('claude', {}, { FAKE_STREAM: bench.write('s.jsonl', text) }));
    expect(end).toMatchObject({ type: 'done', noOutputFails: true });
    expect(existsSync(join(bench.root, 'answer.txt'))).toBe(true);
    expect(bench.read('answer.txt')).toBe('');
  });
});

describe('failures', () => {
  test.each([
    [
      'success, but the exit code says otherwise',
      'claude',
      'claude/ok',
      '3',
      'it reported success, but ended with exit code 3',
    ],
    ['an error flag', 'claude', 'claude/e500', '0', /^API Error: 500 stand-in 500/],
    [
      'exit code 0 without a terminal event',
      'gemini',
      'gemini/sigterm',
      '0',
      /^ended without a result: exit code 0 \(super doctor says whether gemini works here; tested: 0\.61\.0\)$/,
    ],
    ['an HTTP status that looks like a signal', 'gemini', 'gemini/e400', '144', 'status 400: stand-in 400'],
    ['a key that is wrong', 'claude', 'claude/e401', '1', /\(log in with "claude", or set ANTHROPIC_API_KEY\)$/],
    ['a turn that failed', 'codex', 'codex/e500', '1', /currently experiencing high demand/],
  ] as const)('%s', async (_, name, file, code, message) => {
    const failed = await run(agentOf(name, {}, { FAKE_STREAM: stream(file), FAKE_CODE: code }));
    const text = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(failed).toMatchObject({ type: 'failed', reason: 'agent-exit', message: text, exit_code: Number(code) });
    expect(bench.read('answer.txt')).toBe('');
  });

  test('what only standard error says', async () => {
    const FAKE_STDERR = readFileSync(join(fixtures, 'agent-streams/codex/notgit.stderr.txt'), 'utf8');
    const end = await run(agentOf('codex', {}, { FAKE_STREAM: '/dev/null', FAKE_STDERR, FAKE_CODE: '1' }));
    expect(end).toMatchObject({
      message:
        'Not inside a trusted directory and --skip-git-repo-check was not specified. (let it work in a git repository, or give the agent args: [--skip-git-repo-check])',
    });
    expect(bench.read('stderr.log')).toBe(FAKE_STDERR);
  });

  test('a CLI that is broken, or of another version, is one to ask doctor about', async () => {
    const plain = bench.write('plain.txt', 'All is well.\n');
    const tell = async (fake: Record<string, string>) =>
      ((await run(agentOf('codex', {}, fake))) as { message: string }).message;
    const look = 'super doctor says whether codex works here';
    expect(await tell({ FAKE_STREAM: '/dev/null', FAKE_CODE: '139' })).toBe(
      `ended without a result: signal SEGV (exit code 139) (${look}; tested: 0.169.0)`,
    );
    expect(await tell({ FAKE_STREAM: plain })).toBe(`ended without a result: exit code 0 (${look}; tested: 0.169.0)`);
    const own = join(bench.root, 'node_modules/@openai/codex');
    mkdirSync(join(own, 'bin'), { recursive: true });
    copyFileSync(join(fixtures, 'fake-cli.mjs'), join(own, 'bin/codex'));
    symlinkSync(process.execPath, join(own, 'bin/node'));
    for (const [version, more] of [
      ['0.170.1', '; tested: 0.169.0, and this is 0.170.1'],
      ['0.169.0', ''],
    ]) {
      writeFileSync(join(own, 'package.json'), JSON.stringify({ version }));
      const PATH = `${join(own, 'bin')}:${process.env.PATH}`;
      expect(await tell({ FAKE_STREAM: plain, PATH })).toBe(`ended without a result: exit code 0 (${look}${more})`);
    }
  });

  test('nothing at all is no output', async () => {
    const end = await run(agentOf('gemini', {}, { FAKE_STREAM: '/dev/null' }));
    expect(end).toMatchObject({
      type: 'failed',
      reason: 'no-output',
      message: expect.stringMatching(/^ended without saying anything \(super doctor/),
    });
  });

  test('what it had cost until it was ended by force is told', async () => {
    const text =
      '{"type":"assistant","message":{"id":"1","content":[],"usage":{"input_tokens":5,"output_tokens":2}}}\n';
    const agent = agentOf('claude', {}, { FAKE_STREAM: bench.write('s.jsonl', text), FAKE_HANG: '1' });
    const attempt = bench.adapters.claude.start(callOf(agent));
    while (bench.read('transcript.jsonl') !== text) await new Promise((wait) => setTimeout(wait, 10));
    attempt.stop(false);
    expect(await attempt.ended).toMatchObject({
      type: 'failed',
      message: 'ended without a result: signal TERM (exit code 143)',
      usage: { input_tokens: 5, output_tokens: 2 },
    });
  });

  test('a task that says nothing is not asked of anybody', async () => {
    const call = callOf(agentOf('claude', { system_prompt: 'You are careful.' }));
    const silent = { ...call, prompt: '', files: { ...call.files, prompt: undefined } };
    expect(await bench.adapters.claude.start(silent).ended).toEqual({
      type: 'failed',
      reason: 'adapter',
      message: 'there is nothing to ask: the task has no description and receives nothing',
    });
    expect(existsSync(join(bin, 'calls.jsonl'))).toBe(false);
  });
});

test('values of secrets reach no file, nor the message of a failure', async () => {
  const value = 'sk-very-secret-4711';
  const adapters = bench.withRedactor(makeRedactor([{ name: 'KEY', value }]));
  const lines = [
    `{"type":"assistant","message":{"content":[{"type":"text","text":"the key is ${value}"}]}}`,
    `noise ${value}`,
    `{"type":"result","subtype":"success","is_error":true,"result":"refused: ${value}"}`,
  ];
  const FAKE_STREAM = bench.write('s.jsonl', `${lines.join('\n')}\n`);
  const end = await run(agentOf('claude', {}, { FAKE_STREAM, FAKE_CODE: '1', FAKE_STDERR: `see ${value}` }), adapters);
  expect(end).toMatchObject({ type: 'failed', message: 'refused: [redacted:KEY]' });
  for (const name of ['transcript.jsonl', 'stdout.log', 'stderr.log']) {
    expect(bench.read(name)).toContain('[redacted:KEY]');
    expect(bench.read(name)).not.toContain(value);
  }
});

describe('what is missing is said before anything starts', () => {
  const check = (name: Name, parts: Partial<PlanAgent>) => bench.adapters[name].check(agentOf(name, parts));

  test('the program, and the folder', async () => {
    expect(await check('claude', {})).toBeUndefined();
    expect(await check('claude', { env: { pass: [], set: { PATH: '/nowhere' } } })).toBe('program not found: claude');
    writeFileSync(join(bin, 'other'), '');
    chmodSync(join(bin, 'other'), 0o644);
    expect(await check('codex', { cwd: 'gone' })).toBe(`its working folder does not exist: ${bench.root}/gone`);
  });

  test('what a CLI cannot do', async () => {
    expect(await check('codex', { allowed_tools: ['Bash'] })).toContain('codex knows no allowed_tools');
    expect(await check('codex', { max_turns: 3 })).toContain('codex cannot limit its turns');
    expect(await check('gemini', { max_turns: 3 })).toContain('gemini has no argument for max_turns');
  });
});
