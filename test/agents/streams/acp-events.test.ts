// Messages that real agents sent by the Agent Client Protocol, as they were recorded: what is made of them, whatever the pieces in
// which they come.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { choiceOfMode, choiceOfModel } from '../../../src/agents/acp-session.ts';
import { acpReader } from '../../../src/agents/streams/acp-events.ts';
import type { AgentEvent, Native } from '../../../src/agents/streams/events.ts';
import { openListener } from '../../../src/agents/streams/listener.ts';
import { verdictOf } from '../../../src/agents/verdict.ts';
import { expectGolden } from '../../golden/golden.ts';

const folder = resolve(import.meta.dirname, '../../fixtures/agent-streams/acp');

function outcome(pieces: Iterable<Uint8Array>): string {
  const lines: string[] = [];
  const reports: unknown[] = [];
  const listener = openListener(acpReader(), { line: (text) => lines.push(text), report: (one) => reports.push(one) });
  for (const piece of pieces) listener.push(piece);
  listener.end();
  const account = listener.account();
  const verdict = verdictOf({ type: 'exited', code: 0 }, account, { complaint: '', adapter: 'acp', now: 0 });
  const { text, counts, session, version } = account;
  return `${JSON.stringify({ verdict, answer: text, counts, session, version, reports, lines }, null, 1)}\n`;
}

function* split(bytes: Uint8Array, size: () => number): Generator<Uint8Array> {
  for (let at = 0, end = 0; at < bytes.length; at = end) {
    end = at + size();
    yield new Uint8Array(bytes.subarray(at, end));
  }
}

for (const file of readdirSync(folder).sort()) {
  test(file, () => {
    const bytes = readFileSync(join(folder, file));
    const whole = outcome([bytes]);
    expectGolden(`agent-streams/acp/${file}.outcome.json`, whole);
    expect(outcome(split(bytes, () => 1))).toBe(whole);
    for (let seed = 1; seed <= 20; seed += 1) {
      let state = seed;
      const random = () => {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        return 1 + (state % 700);
      };
      expect(outcome(split(bytes, random))).toBe(whole);
    }
  });
}

function events(...values: readonly Native[]): readonly AgentEvent[] {
  return values.flatMap(acpReader());
}

test.each([
  [{ inputTokens: 10, outputTokens: 5, cachedReadTokens: 4, cachedWriteTokens: 1, totalTokens: 20 }, [15, 5, 4]],
  [{ inputTokens: 10, outputTokens: 5, cachedReadTokens: 4, cachedWriteTokens: 0, totalTokens: 15 }, [10, 5, 4]],
  [{ inputTokens: 10, outputTokens: 5 }, [10, 5, 0]],
])(
  'tokens from a cache are part of the input, told so or not: %j',
  (usage, [input_tokens, output_tokens, cached_tokens]) => {
    expect(events({ result: { stopReason: 'end_turn', usage } })[0]).toEqual({
      type: 'usage',
      of: 'total',
      usage: { input_tokens, output_tokens, cached_tokens },
    });
  },
);

test('two messages are two texts; money in another currency is none', () => {
  const chunk = (text: string, messageId?: string) => ({
    method: 'session/update',
    params: { update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text }, messageId } },
  });
  expect(events(chunk('Warning.'), chunk('a', '1'), chunk('b', '1'))).toEqual([
    { type: 'text', text: 'Warning.', part: true },
    { type: 'text', text: '' },
    { type: 'text', text: 'a', part: true },
    { type: 'text', text: 'b', part: true },
  ]);
  const cost = { amount: 3, currency: 'EUR' };
  const told = { method: 'session/update', params: { update: { sessionUpdate: 'usage_update', cost } } };
  expect(events(told, { result: { stopReason: 'end_turn', usage: { inputTokens: 1, outputTokens: 1 } } })[1]).toEqual({
    type: 'usage',
    of: 'total',
    usage: { input_tokens: 1, output_tokens: 1, cached_tokens: 0 },
  });
});

test('values that are nothing of the protocol become something all the same', () => {
  const odd: Native[] = [
    {},
    { method: 7 },
    { method: 'session/update' },
    { method: 'session/update', params: { update: { sessionUpdate: 'tool_call_update' } } },
    { result: {} },
    { result: { stopReason: 7 } },
    { error: {} },
    { method: 'session/update', params: { update: { sessionUpdate: 'agent_message_chunk', content: [] } } },
  ];
  for (const value of odd) expect(events(value).length).toBeGreaterThan(0);
});

test('modes and models of the agents that were recorded', () => {
  const session = (name: string) =>
    readFileSync(join(folder, `acp.${name}.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line).result)
      .find((result) => result?.sessionId !== undefined);
  const modes = (name: string) =>
    (['plan', 'edit', 'full'] as const).map((each) => {
      const choice = choiceOfMode(session(name), each);
      return choice?.type === 'request' ? choice.params.modeId : undefined;
    });
  expect(modes('claude-ok')).toEqual(['plan', undefined, undefined]);
  expect(modes('codex-tool')).toEqual(['read-only', 'workspace-write', 'agent-full-access']);
  expect(modes('gemini-ok')).toEqual(['plan', undefined, 'yolo']);
  expect(choiceOfModel(session('claude-ok'), 'opus')).toMatchObject({ method: 'session/set_config_option' });
  expect(choiceOfModel(session('gemini-ok'), 'auto')).toMatchObject({ method: 'session/set_model' });
});
