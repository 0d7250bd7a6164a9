import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AgentEnd } from '../../src/run/ports.ts';
import type { PlanAgent, Usage } from '../../src/schema/types.gen.ts';
import { type Bench, openBench } from './call.ts';
import { type ModelServer, openModelServer } from './model-server.ts';

let server: ModelServer;
let bench: Bench;
beforeAll(async () => {
  server = await openModelServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.asked.length = 0;
  bench = openBench();
});
afterEach(() => bench.close());

const text = 'Hello from the stand-in.';
const usage = { input_tokens: 12, output_tokens: 7, cached_tokens: 3 };

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function agent(name: string, parts: Partial<PlanAgent> = {}): PlanAgent {
  const base_url = `${server.url}/${name}/v1`;
  // A model whose most tokens are known: of others there is a finding.
  return bench.agent({ adapter: 'llm', provider: 'anthropic', model: 'claude-sonnet-4-5', base_url, ...parts });
}

function start(
  name: string,
  parts: Partial<PlanAgent> = {},
  timeout: number | null = 60,
  spend: (usage: Usage) => void = () => {},
) {
  const call = bench.call(agent(name, parts));
  const key = { ANTHROPIC_API_KEY: 'dummy-0123456789' };
  return bench.adapters.llm.start({
    ...call,
    spend,
    task: { ...call.task, timeout_seconds: timeout },
    env: { ...call.env, ...key },
  });
}

function ask(name: string, parts: Partial<PlanAgent> = {}, timeout?: number | null): Promise<AgentEnd> {
  return start(name, parts, timeout).ended;
}

describe('an answer', () => {
  test.each([
    ['anthropic', 'v1/messages'],
    ['openai', 'v1/responses'],
    ['google', 'v1/models/claude-sonnet-4-5:streamGenerateContent?alt=sse'],
    ['openai-compatible', 'v1/chat/completions'],
    ['Ollama', 'v1/chat/completions'],
    ['lm_studio', 'v1/chat/completions'],
    ['vllm', 'v1/chat/completions'],
  ])('of %s becomes the output, with what it used', async (provider, path) => {
    const end = await ask('ok', { provider, system_prompt: 'You are terse.' });
    expect(end).toEqual({ type: 'done', noOutputFails: true, usage });
    expect([bench.read('output.txt'), bench.read('stdout.log')]).toEqual([`${text}\n`, `${text}\n`]);
    expect(server.asked.map((each) => each.path)).toEqual([`/${path}`]);
    const said = JSON.stringify(server.asked[0]?.body);
    expect(said).toContain('Do it well.');
    // In its own place, not in the prompt.
    expect(said.match(/You are terse\./g)).toHaveLength(1);
    expect(said).not.toMatch(/"role":"user"[^}]*You are terse/);
  });

  test('comes to the log word by word', async () => {
    const one = start('stepwise');
    for (const seen of ['Hello ', 'Hello from ', 'Hello from the ']) {
      await until(() => server.step());
      await until(() => bench.read('stdout.log') === seen);
      expect(bench.read('output.txt')).toBe('');
    }
    await until(() => server.step());
    expect((await one.ended).type).toBe('done');
    expect(bench.read('output.txt')).toBe(`${text}\n`);
  });

  test('tells what it has used as soon as its provider does, and what was told counts when it is stopped', async () => {
    const told: Usage[] = [];
    const one = start('stepwise', {}, 60, (used) => told.push(used));
    await until(() => told.length > 0);
    expect([told, bench.read('stdout.log')]).toEqual([[{ input_tokens: 12, output_tokens: 1, cached_tokens: 3 }], '']);
    one.stop(true);
    expect(await one.ended).toMatchObject({ type: 'failed', usage: told[0] });
  });

  test('may hold reports', async () => {
    await ask('report');
    expect(bench.progress).toEqual([{ kind: 'milestone', text: 'half of it' }]);
  });

  test('that is empty is none', async () => {
    expect(await ask('empty', { provider: 'vllm' })).toEqual({ type: 'done', noOutputFails: true, usage });
    expect(bench.read('output.txt')).toBe('');
  });

  test('that is cut off at its limit is told', async () => {
    expect((await ask('length')).type).toBe('done');
    expect(bench.progress).toEqual([
      { kind: 'finding', text: expect.stringMatching(/^the answer is cut off: .*max_tokens/) },
    ]);
  });

  test.each(['anthropic', 'vllm'])('that %s refuses is a failure', async (provider) => {
    const message = expect.stringMatching(
      /^the model refused to answer, or its provider did \(finish reason (refusal|content_filter)\)$/,
    );
    expect(await ask('refusal', { provider })).toEqual({ type: 'failed', reason: 'agent-exit', message, usage });
    expect(bench.read('output.txt')).toBe('');
  });

  test.each([
    ['torn', 'anthropic'],
    ['torn', 'openai'],
    ['torn', 'google'],
    ['torn', 'vllm'],
    ['cut', 'anthropic'],
    ['cut', 'openai'],
    ['cut', 'google'],
    ['cut', 'vllm'],
  ])('that is %s by %s before its end is a failure, and is not asked for again', async (name, provider) => {
    expect(await ask(name, { provider })).toMatchObject({ type: 'failed', reason: 'agent-exit' });
    expect(server.asked).toHaveLength(1);
    expect(bench.read('output.txt')).toBe('');
  });

  test('is asked for as the options say', async () => {
    const options = { temperature: 0.5, max_output_tokens: 99, top_p: 0.9, stop_sequences: ['END'], seed: 7 };
    await ask('ok', { provider: 'vllm', options });
    expect(server.asked[0]?.body).toMatchObject({
      temperature: 0.5,
      max_tokens: 99,
      top_p: 0.9,
      stop: ['END'],
      seed: 7,
    });
  });

  test('that the options do not suit comes with a finding', async () => {
    await ask('ok', { model: 'new-one', options: { seed: 7 } });
    expect(bench.progress).toEqual([
      { kind: 'finding', text: 'seed: the model does not support it' },
      { kind: 'finding', text: expect.stringMatching(/limited to 4096. Set options.max_output_tokens explicitly/) },
    ]);
  });
});

describe('a key', () => {
  test('goes to whom it belongs', async () => {
    await ask('ok');
    expect(server.asked[0]?.headers).toMatchObject({ 'x-api-key': 'dummy-0123456789' });
  });

  test('is sent to nobody who has none', async () => {
    await ask('ok', { provider: 'ollama' });
    expect(JSON.stringify(server.asked[0]?.headers)).not.toMatch(/dummy|authorization/);
  });

  test.each([401, 403])('that is refused with %i fails at once and is named', async (status) => {
    const end = await ask(String(status), { provider: 'anthropic' });
    const message = expect.stringContaining('the key in ANTHROPIC_API_KEY ');
    expect(end).toMatchObject({ type: 'failed', reason: 'agent-exit', message, signs: { status } });
    expect(server.asked).toHaveLength(1);
  });

  test('that is missing is asked for', async () => {
    expect(await ask('401', { provider: 'ollama' })).toMatchObject({
      message: 'ollama answers 401, it wants a key: name the variable that holds it with api_key_env: stand-in 401',
    });
  });
});

describe('a fault of the provider', () => {
  test('429: the wait it asks for is kept, and told', async () => {
    const began = performance.now();
    expect((await ask('busy')).type).toBe('done');
    expect(performance.now() - began).toBeGreaterThan(1000);
    expect(server.asked).toHaveLength(2);
    expect(bench.progress).toEqual([
      {
        kind: 'progress',
        text: 'anthropic answers 429, too many requests or no quota left: stand-in 429; asking again in 1 s (1 of 2)',
      },
    ]);
    expect(bench.read('stderr.log')).toBe('waiting 1 s\n');
  });

  test('429: a wait in milliseconds', async () => {
    expect((await ask('exact', { provider: 'openai' })).type).toBe('done');
    expect(bench.progress[0]?.text).toMatch(/asking again in 0 s/);
  });

  test('429: a wait that the task does not have fails at once', async () => {
    expect(await ask('patience')).toMatchObject({
      type: 'failed',
      message: expect.stringMatching(/it asks to wait 7200 s, which is longer than the task may still take$/),
    });
    expect(server.asked).toHaveLength(1);
  });

  test('429: a long wait is not sat out within the attempt, whatever time that has', async () => {
    expect(await ask('patience', {}, null)).toMatchObject({
      type: 'failed',
      message: expect.stringMatching(/; it asks to wait 7200 s$/),
      signs: { status: 429, retryAfterMs: 7_200_000 },
    });
    expect(server.asked).toHaveLength(1);
  });

  test('500 once, then well', async () => {
    expect((await ask('flaky', { provider: 'google' })).type).toBe('done');
    expect(server.asked).toHaveLength(2);
  });

  test.each([
    [undefined, 3],
    [0, 1],
    [4, 5],
  ])('503 for ever, max_retries %s: %i calls', async (max_retries, calls) => {
    const options = max_retries === undefined ? {} : { max_retries };
    expect(await ask('down', { options })).toMatchObject({
      type: 'failed',
      reason: 'agent-exit',
      message: 'anthropic answers 503: stand-in 503',
      signs: { status: 503, message: 'stand-in 503', retryAfterMs: 0 },
    });
    expect(server.asked).toHaveLength(calls);
  });

  test('told in the stream before anything else: asked again', async () => {
    expect((await ask('overloaded')).type).toBe('done');
    expect(server.asked).toHaveLength(2);
    expect(bench.progress[0]?.text).toMatch(/^anthropic .*Overloaded; asking again in 2 s \(1 of 2\)$/);
  });

  test('a prompt that is not let through', async () => {
    expect(await ask('blocked', { provider: 'google' })).toMatchObject({ message: expect.stringMatching(/SAFETY/) });
  });

  test('400 is not tried again', async () => {
    expect(await ask('400')).toMatchObject({ message: 'anthropic answers 400: stand-in 400' });
    expect(server.asked).toHaveLength(1);
  });

  test('nobody is there', async () => {
    const closed = await openModelServer();
    await closed.close();
    const end = await ask('x', { provider: 'ollama', base_url: closed.url, options: { max_retries: 0 } });
    expect(end).toMatchObject({ message: `nothing answers at ${closed.url}/v1 (ollama): is it running?` });
  });
});

test('a call that hangs ends when it is told', async () => {
  const one = start('hang');
  await until(() => server.asked.length > 0);
  one.stop(false);
  expect(await one.ended).toMatchObject({ type: 'failed', exit_code: 143 });
});

describe('check', () => {
  const list = 'anthropic, openai, google, gemini, openai-compatible, ollama, lmstudio, vllm';
  test.each<[Partial<PlanAgent>, string | undefined]>([
    [{}, `it names no provider: one of ${list}`],
    [{ provider: 'antropic' }, `its provider "antropic" is not one of ${list}; did you mean "anthropic"?`],
    [{ provider: 'toString' }, `its provider "toString" is not one of ${list}`],
    [{ provider: 'ollama' }, 'it names no model'],
    [{ provider: 'ollama', model: 'm' }, undefined],
    [{ provider: 'ollama', model: 'm', base_url: 'nowhere' }, 'its base_url is no http address: nowhere'],
    [{ provider: 'ollama', model: 'm', base_url: 'file:///x' }, 'its base_url is no http address: file:///x'],
    [
      { provider: 'openai-compatible', model: 'm' },
      'its provider openai-compatible needs a base_url, for example http://127.0.0.1:8080/v1',
    ],
    [{ provider: 'openai-compatible', model: 'm', base_url: 'http://gpu.example/v1' }, undefined],
    [
      { provider: 'openai', model: 'm' },
      'OPENAI_API_KEY is not set, which holds the key of openai; api_key_env names another variable',
    ],
    [{ provider: 'openai', model: 'm', base_url: 'http://localhost:1/v1' }, undefined],
    [{ provider: 'openai', model: 'm', base_url: 'http://[::1]:1/v1' }, undefined],
    [{ provider: 'openai', model: 'm', api_key_env: 'LAB_KEY' }, 'LAB_KEY is not set, which api_key_env names'],
    [{ provider: 'vllm', model: 'm', api_key_env: 'LAB_KEY' }, 'LAB_KEY is not set, which api_key_env names'],
    [{ provider: 'openai', model: 'm', api_key_env: 'SET_KEY' }, undefined],
    [{ provider: 'ollama', model: 'm', cwd: 'nowhere' }, 'its working folder does not exist: <root>/nowhere'],
    [
      { provider: 'ollama', model: 'm', options: { temprature: 1 } },
      'options has no "temprature" for a model API: did you mean "temperature"?',
    ],
    [
      { provider: 'ollama', model: 'm', options: { temperature: '1' } },
      'options.temperature must be a number from 0 to 2',
    ],
    [
      { provider: 'ollama', model: 'm', options: { reasoning: 'hard' } },
      'options.reasoning must be one of none, minimal, low, medium, high, xhigh, max',
    ],
    [
      { provider: 'ollama', model: 'm', options: { max_retries: 1.5 } },
      'options.max_retries must be a whole number from 0 to 20',
    ],
  ])('%j: %s', async (parts, wanted) => {
    const adapters = bench.withEnv({ SET_KEY: 'x', OPENAI_API_KEY: '' });
    const found = await adapters.llm.check(bench.agent({ adapter: 'llm', ...parts }));
    expect(found?.replace(bench.root, '<root>')).toBe(wanted);
  });
});

test('a server that is named by its machine alone is asked under its version', async () => {
  const call = bench.call(bench.agent({ adapter: 'llm', provider: 'ollama', model: 'm', base_url: server.url }));
  await bench.adapters.llm.start(call).ended;
  expect(server.asked[0]).toMatchObject({ case: 'v1', path: '/chat/completions' });
});
