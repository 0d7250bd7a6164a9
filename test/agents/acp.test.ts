import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AgentEnd } from '../../src/run/ports.ts';
import type { PlanAgent } from '../../src/schema/types.gen.ts';
import { type Bench, openBench } from './call.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.close());

const program = resolve(import.meta.dirname, 'acp-agent.mjs');
const well = { end: { stopReason: 'end_turn', usage: { inputTokens: 12, outputTokens: 7, totalTokens: 19 } } };
const usage = { input_tokens: 12, output_tokens: 7, cached_tokens: 0 };

function start(steps: readonly object[], parts: Partial<PlanAgent> = {}, offers: object = {}) {
  const script = bench.write('script.json', JSON.stringify({ offers, steps }));
  const agent = bench.agent({ adapter: 'acp', argv: [process.execPath, program, script], ...parts });
  return bench.adapters.acp.start(bench.call(agent));
}

function run(steps: readonly object[], parts: Partial<PlanAgent> = {}, offers: object = {}): Promise<AgentEnd> {
  return start(steps, parts, offers).ended;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever was answered
function answers(): readonly any[] {
  return bench
    .read('answers.jsonl')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

const options = [
  { optionId: 'always', name: 'Always', kind: 'allow_always' },
  { optionId: 'once', name: 'Once', kind: 'allow_once' },
  { optionId: 'no', name: 'No', kind: 'reject_once' },
];

function wish(kind: string, path: string | undefined, more: object = {}): object {
  const locations = path === undefined ? [] : [{ path }];
  const toolCall = { toolCallId: 't', kind, title: `${kind} it`, locations, ...more };
  return { ask: 'session/request_permission', params: { toolCall, options } };
}

test('a turn: prompt, answer, usage, and what it tells on the way', async () => {
  const end = await run(
    [
      { say: 'I will ' },
      { say: 'act.' },
      {
        update: {
          sessionUpdate: 'tool_call',
          toolCallId: 'a',
          kind: 'execute',
          title: 'make',
          rawInput: { command: 'make all' },
        },
      },
      { update: { sessionUpdate: 'tool_call_update', toolCallId: 'a', status: 'completed' } },
      { say: '{"type": "milestone", "text": "built"}' },
      { raw: 'no JSON at all\n' },
      { update: { sessionUpdate: 'of_tomorrow', more: [1] } },
      { update: { sessionUpdate: 'usage_update', used: 1, size: 2, cost: { amount: 0.25, currency: 'USD' } } },
      { say: '\nDone.' },
      well,
    ],
    { system_prompt: 'You build.' },
  );
  expect(end).toEqual({ type: 'done', noOutputFails: true, usage: { ...usage, cost_usd: 0.25 } });
  expect(bench.read('answer.txt')).toBe('{"type": "milestone", "text": "built"}\nDone.\n');
  expect(bench.read('stdout.log')).toBe(
    'I will act.\n[execute] make all\nno JSON at all\n{"type": "milestone", "text": "built"}\nDone.\n',
  );
  expect(bench.progress).toEqual([{ kind: 'milestone', text: 'built' }]);
  expect(answers().map(({ method }) => method)).toEqual(['initialize', 'session/new', undefined]);
  expect(answers()[2].prompt).toEqual([{ type: 'text', text: 'You build.\n\nDo it well.' }]);
  expect(answers()[1].params).toEqual({ cwd: bench.root, mcpServers: [] });
  expect(bench.read('transcript.jsonl')).toContain('"of_tomorrow"');
  expect(bench.read('stderr.log')).toBe('');
});

describe('permissions', () => {
  const inside = 'made.txt';
  test.each<[string, string, string | undefined, boolean]>([
    ['plan', 'read', inside, true],
    ['plan', 'search', undefined, true],
    ['plan', 'read', '/etc/passwd', false],
    ['plan', 'edit', inside, false],
    ['plan', 'execute', undefined, false],
    ['edit', 'edit', inside, true],
    ['edit', 'edit', 'new/folder/made.txt', true],
    ['edit', 'edit', undefined, false],
    ['edit', 'edit', '../made.txt', false],
    ['edit', 'edit', '/etc/made.txt', false],
    ['edit', 'edit', 'out/made.txt', false],
    ['edit', 'edit', 'dangling', false],
    ['edit', 'edit', '.git/hooks/pre-commit', false],
    ['edit', 'delete', inside, true],
    ['edit', 'execute', undefined, false],
    ['edit', 'fetch', undefined, false],
    ['edit', 'other', undefined, false],
    ['edit', 'read', '/etc/passwd', false],
    ['full', 'execute', undefined, true],
    ['full', 'edit', '/etc/made.txt', true],
  ])('%s: %s of %s: %s', async (permissions, kind, path, allowed) => {
    symlinkSync('/tmp', join(bench.root, 'out'));
    symlinkSync('/nowhere/at/all', join(bench.root, 'dangling'));
    await run([wish(kind, path), { say: 'x' }, well], { permissions: permissions as 'plan' });
    const outcome = { outcome: 'selected', optionId: allowed ? 'once' : 'no' };
    expect(answers().at(-1)).toEqual({ outcome });
    const text = expect.stringMatching(/ was not allowed/);
    expect(bench.progress).toEqual(allowed ? [] : [{ kind: 'finding', text }]);
    if (!allowed) expect(bench.read('stdout.log')).toMatch(/not allowed\] \S/);
  });

  test('without the key it is edit', async () => {
    await run([wish('edit', inside), wish('execute', undefined), { say: 'x' }, well]);
    expect(
      answers()
        .slice(-2)
        .map(({ outcome }) => outcome.optionId),
    ).toEqual(['once', 'no']);
  });

  test('what was told of a call before counts, and every path of it', async () => {
    const call = {
      sessionUpdate: 'tool_call',
      toolCallId: 't',
      kind: 'edit',
      title: 'x',
      locations: [{ path: '/etc/x' }],
    };
    const bare = { ask: 'session/request_permission', params: { toolCall: { toolCallId: 't' }, options } };
    await run([{ update: call }, bare, { say: 'x' }, well]);
    expect(answers().at(-1).outcome.optionId).toBe('no');
    expect(bench.progress).toEqual([{ kind: 'finding', text: 'edit was not allowed: x' }]);
  });

  test('what an update does not say again still counts', async () => {
    const call = {
      sessionUpdate: 'tool_call',
      toolCallId: 't',
      kind: 'edit',
      title: 'x',
      rawInput: { file_path: '/etc/x' },
    };
    const later = { sessionUpdate: 'tool_call_update', toolCallId: 't', kind: null, rawInput: {}, content: [] };
    const bare = { ask: 'session/request_permission', params: { toolCall: { toolCallId: 't' }, options } };
    await run([{ update: call }, { update: later }, bare, { say: 'x' }, well]);
    expect(bench.progress).toEqual([{ kind: 'finding', text: 'edit was not allowed: /etc/x' }]);
    expect(bench.read('stdout.log')).toContain('/etc/x is outside of its working folder');
  });

  test('where nothing says "once" nothing is allowed, and where nothing says "no" it is cancelled', async () => {
    const params = {
      toolCall: { toolCallId: 't', kind: 'edit', locations: [{ path: inside }] },
      options: options.slice(0, 1),
    };
    await run([{ ask: 'session/request_permission', params }, { say: 'x' }, well]);
    expect(answers().at(-1)).toEqual({ outcome: { outcome: 'cancelled' } });
  });

  test('a refused tool is told once, whatever the agent says of it afterwards', async () => {
    const failed = { sessionUpdate: 'tool_call_update', toolCallId: 't', status: 'failed' };
    await run([wish('execute', undefined), { update: failed }, { say: 'x' }, well]);
    expect(bench.read('stdout.log').match(/\[execute/g)).toHaveLength(2);
    expect(bench.progress).toHaveLength(1);
  });
});

describe('files', () => {
  const write = (path: string) => ({ ask: 'fs/write_text_file', params: { path, content: 'hello\n' } });
  const read = (path: string, more: object = {}) => ({ ask: 'fs/read_text_file', params: { path, ...more } });

  test('are written and read inside of the working folder', async () => {
    const path = join(bench.root, 'a/b/made.txt');
    await run(
      [write(path), read(path), read(join(bench.root, 'lines'), { line: 2, limit: 1 }), { say: 'x' }, well].concat(),
      {
        permissions: 'edit',
      },
    );
    expect(readFileSync(path, 'utf8')).toBe('hello\n');
    expect(answers().slice(3)).toMatchObject([{}, { content: 'hello\n' }, { code: -32002 }]);
  });

  test('are read in part', async () => {
    const path = bench.write('lines', 'one\ntwo\nthree\n');
    await run([read(path, { line: 2, limit: 1 }), read(path, { line: 3 }), { say: 'x' }, well]);
    expect(answers().slice(3)).toEqual([{ content: 'two\n' }, { content: 'three\n' }]);
  });

  test.each(['/etc/super-probe', 'out/super-probe', 'file-link', '.git/config', 'pipe'])(
    'are not written at %s',
    async (path) => {
      mkdirSync(join(bench.root, '.git'));
      symlinkSync('/tmp', join(bench.root, 'out'));
      symlinkSync('/etc/hostname', join(bench.root, 'file-link'));
      const { execFileSync } = await import('node:child_process');
      execFileSync('mkfifo', [join(bench.root, 'pipe')]);
      const whole = resolve(bench.root, path);
      await run([write(whole), { say: 'x' }, well]);
      expect(answers().at(-1)).toMatchObject({ code: expect.any(Number) });
      expect(existsSync('/tmp/super-probe')).toBe(false);
      if (path !== 'pipe') expect(bench.progress).toHaveLength(1);
    },
  );

  test.each(['/etc/hostname', 'out'])('are not read at %s', async (path) => {
    symlinkSync('/etc/hostname', join(bench.root, 'out'));
    await run([read(resolve(bench.root, path)), { say: 'x' }, well]);
    expect(answers().at(-1)).toMatchObject({ code: -32602 });
  });

  test('are read and not written with plan, and anywhere with full', async () => {
    const path = bench.write('there', 'x');
    await run([read(path), write(path), { say: 'x' }, well], { permissions: 'plan' });
    expect(answers()[0].params.clientCapabilities).toEqual({
      fs: { readTextFile: false, writeTextFile: false },
      terminal: false,
    });
    expect(answers().slice(3)).toMatchObject([{ content: 'x' }, { code: -32602 }]);
    await run([read('/etc/hostname'), { say: 'x' }, well], { permissions: 'full' });
    expect(answers().at(-1)).toMatchObject({ content: expect.any(String) });
  });

  test('terminals are refused', async () => {
    await run([{ ask: 'terminal/create', params: { command: 'touch', args: ['ran'] } }, { say: 'x' }, well], {
      permissions: 'full',
    });
    expect(answers().at(-1)).toMatchObject({ code: -32601 });
    expect(bench.read('ran')).toBe('');
  });
});

describe('an end', () => {
  test.each([
    ['refusal', 'the agent refused to go on (stop reason refusal)'],
    ['max_tokens', 'the agent reached the most tokens that it may use (stop reason max_tokens)'],
    [
      'max_turn_requests',
      'the agent reached the most requests that it may make in one turn (stop reason max_turn_requests)',
    ],
    ['cancelled', 'the agent was cancelled (stop reason cancelled)'],
  ])('by %s is a failure', async (stopReason, message) => {
    const end = await run([{ say: 'x' }, { end: { stopReason, usage: { inputTokens: 1, outputTokens: 2 } } }]);
    expect(end).toMatchObject({
      type: 'failed',
      reason: 'agent-exit',
      message,
      usage: { input_tokens: 1, output_tokens: 2 },
    });
    expect(bench.read('answer.txt')).toBe('');
  });

  test.each([0, 3])('in the middle, with exit code %i', async (exit) => {
    const message = `the agent ended before it had answered: exit code ${exit}`;
    expect(await run([{ say: 'half' }, { exit }])).toMatchObject({ type: 'failed', reason: 'agent-exit', message });
    expect(bench.read('stdout.log')).toBe(`half\n[failed] ${message}\n`);
  });

  test('in an error of the agent', async () => {
    const fail = { code: -32603, message: 'Internal error', data: { details: 'status 429: too much' } };
    expect(await run([{ fail }])).toMatchObject({ type: 'failed', message: 'Internal error: status 429: too much' });
  });

  test('in an error that holds what the provider said', async () => {
    const fail = { code: 401, message: '{"error":{"code":401,"message":"bad key","status":"DENIED"}}' };
    expect(await run([{ fail }])).toMatchObject({
      type: 'failed',
      message: expect.stringMatching(/^status 401: bad key \(log in/),
    });
  });

  test('that wants to know who asks', async () => {
    const end = await run([well], {}, { refuses: 'session/new' });
    expect(end).toMatchObject({
      message:
        'Authentication required (log in with the agent itself, or name the variable with its key under secrets:)',
    });
  });

  test('without a word is none', async () => {
    expect(await run([well])).toEqual({ type: 'done', noOutputFails: true, usage });
    expect(bench.read('answer.txt')).toBe('');
  });

  test('of a program that is not there, or speaks no protocol', async () => {
    expect(await run([], { argv: ['/nowhere/agent'] })).toMatchObject({
      message: expect.stringMatching(/^the agent could not be started: .*ENOENT/),
    });
    expect(await run([], { argv: ['sh', '-c', 'echo "Not logged in" >&2; exit 3'] })).toMatchObject({
      message: expect.stringMatching(
        /^the agent ended before it had answered: exit code 3: Not logged in \(log in with/,
      ),
      signs: { message: 'Not logged in' },
    });
    expect(await run([], { argv: ['echo', 'hello'] })).toMatchObject({
      message: 'the agent ended before it had answered: exit code 0',
    });
  });

  test('of a newer protocol', async () => {
    const end = await run([well], {}, { initialize: { protocolVersion: 7 } });
    expect(end).toMatchObject({ message: 'the agent speaks version 7 of the protocol, super speaks 1' });
  });

  test('of an agent that goes on living is brought about', async () => {
    expect((await run([{ say: 'x' }, well], {}, { lingers: true })).type).toBe('done');
  });

  test('by a stop: it is asked to cancel', async () => {
    const one = start([{ say: 'x' }, { update: { sessionUpdate: 'tool_call', toolCallId: 'a' } }, { hang: true }]);
    while (!bench.read('transcript.jsonl').includes('tool_call')) await new Promise((go) => setTimeout(go, 5));
    one.stop(false);
    expect(await one.ended).toMatchObject({ type: 'failed' });
  });
});

describe('a choice', () => {
  const session = {
    modes: {
      currentModeId: 'agent',
      availableModes: ['agent', 'read-only', 'workspace-write', 'agent-full-access'].map((id) => ({ id, name: id })),
    },
    configOptions: [
      {
        id: 'model',
        name: 'Model',
        category: 'model',
        type: 'select',
        currentValue: 'a',
        options: [
          { value: 'a', name: 'A' },
          { value: 'b', name: 'B' },
        ],
      },
    ],
    models: { availableModels: [{ modelId: 'c', name: 'C' }], currentModelId: 'c' },
  };

  test.each([
    ['plan', 'read-only'],
    ['edit', 'workspace-write'],
    ['full', 'agent-full-access'],
  ])('of the mode for %s', async (permissions, modeId) => {
    await run([{ say: 'x' }, well], { permissions: permissions as 'plan' }, { session });
    expect(answers()[2]).toEqual({ method: 'session/set_mode', params: { sessionId: 's', modeId } });
  });

  test.each([
    ['b', 'session/set_config_option', { configId: 'model', value: 'b' }],
    ['c', 'session/set_model', { modelId: 'c' }],
  ])('of the model %s', async (model, method, params) => {
    await run([{ say: 'x' }, well], { model, permissions: 'edit' }, { session: { ...session, modes: undefined } });
    expect(answers()[2]).toEqual({ method, params: { sessionId: 's', ...params } });
  });

  test('that is not offered is a failure', async () => {
    expect(await run([well], { model: 'z' }, { session })).toMatchObject({
      message: 'the agent does not offer the model "z": it has a, b, c',
    });
    expect(await run([well], { model: 'z' })).toMatchObject({
      message: 'the agent lets nobody choose its model: leave out "model: z", or name it in argv',
    });
  });
});

test('check', async () => {
  const check = (parts: Partial<PlanAgent>) => bench.adapters.acp.check(bench.agent({ adapter: 'acp', ...parts }));
  expect(await check({})).toBe('it has no argv: with the program that speaks the Agent Client Protocol');
  expect(await check({ argv: ['no_such_agent', '--acp'] })).toBe('program not found: no_such_agent');
  expect(await check({ argv: ['node'], cwd: 'nowhere' })).toBe(
    `its working folder does not exist: ${bench.root}/nowhere`,
  );
  expect(await check({ argv: ['node'] })).toBeUndefined();
});
