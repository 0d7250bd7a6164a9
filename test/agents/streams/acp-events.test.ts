// Messages of the Agent Client Protocol: what is made of each.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { choiceOfMode, choiceOfModel } from '../../../src/agents/acp-session.ts';
import { acpReader } from '../../../src/agents/streams/acp-events.ts';
import type { AgentEvent, Native } from '../../../src/agents/streams/events.ts';

const folder = resolve(import.meta.dirname, '../../fixtures/agent-streams/acp');

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
