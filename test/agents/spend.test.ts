import { expect, test } from 'vitest';
import { usageReader } from '../../src/agents/llm-usage.ts';
import { acpReader } from '../../src/agents/streams/acp-events.ts';
import { claudeReader } from '../../src/agents/streams/claude-events.ts';
import { openListener } from '../../src/agents/streams/listener.ts';
import type { Usage } from '../../src/schema/types.gen.ts';

test('a coding CLI tells what it has used while it is at work: of an answer that is told in parts its last figures, and all answers together', () => {
  const told: Usage[] = [];
  const listener = openListener(claudeReader(), { report() {}, line() {}, spend: (usage) => told.push(usage) });
  const answer = (id: string, input_tokens: number, output_tokens: number) => {
    const message = { id, content: [], usage: { input_tokens, output_tokens } };
    listener.push(Buffer.from(`${JSON.stringify({ type: 'assistant', message })}\n`));
  };
  answer('one', 100, 1);
  answer('one', 100, 20);
  answer('two', 300, 5);
  // Agents that it started answer at the same time.
  answer('one', 100, 30);
  answer('two', 300, 5);
  for (let more = 0; more < 200; more += 1) answer(`more ${more}`, 1, 0);
  listener.end();
  const figures = told.map(({ input_tokens, output_tokens }) => [input_tokens, output_tokens]);
  expect([...figures.slice(0, 5), figures.at(-1)]).toEqual([
    [100, 1],
    [100, 20],
    [400, 25],
    [400, 35],
    [400, 35],
    [600, 35],
  ]);
});

test('an agent of the Agent Client Protocol tells what its session costs, and what its model has before it; its text stays whole', () => {
  const told: Usage[] = [];
  const listener = openListener(acpReader(), { report() {}, line() {}, spend: (usage) => told.push(usage) });
  const push = (value: object) => listener.push(Buffer.from(`${JSON.stringify(value)}\n`));
  const update = (what: object) => push({ method: 'session/update', params: { update: what } });
  const usd = (amount: number) => ({ cost: { amount, currency: 'USD' } });
  update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'one ' } });
  update({ sessionUpdate: 'usage_update', used: 13, size: 1000 });
  update({ sessionUpdate: 'usage_update', used: 0, size: 1000 });
  update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'text' } });
  update({ sessionUpdate: 'usage_update', used: 19, size: 1000, ...usd(0.5) });
  push({ result: { stopReason: 'end_turn', usage: { inputTokens: 30, outputTokens: 8 } } });
  listener.end();
  expect(told).toEqual([
    { input_tokens: 13, output_tokens: 0 },
    { input_tokens: 13, output_tokens: 0 },
    { input_tokens: 19, output_tokens: 0, cost_usd: 0.5 },
    { input_tokens: 30, output_tokens: 8, cached_tokens: 0, cost_usd: 0.5 },
  ]);
  expect(listener.account()).toMatchObject({ text: 'one text', usage: { input_tokens: 30, output_tokens: 8 } });
});

test.each<[string, readonly object[], readonly (readonly number[])[]]>([
  [
    'Anthropic',
    [
      { type: 'message_start', message: { usage: { input_tokens: 9, cache_read_input_tokens: 3, output_tokens: 1 } } },
      { type: 'ping' },
      { type: 'content_block_delta', delta: { text: 'x' } },
      { type: 'message_delta', usage: { output_tokens: 7 } },
      { type: 'message_delta', usage: { output_tokens: 7 } },
    ],
    [
      [12, 1, 3],
      [12, 7, 3],
    ],
  ],
  [
    'OpenAI',
    [
      { type: 'response.created', response: { usage: null } },
      {
        type: 'response.completed',
        response: { usage: { input_tokens: 12, input_tokens_details: { cached_tokens: 3 }, output_tokens: 7 } },
      },
    ],
    [[12, 7, 3]],
  ],
  [
    'servers that speak as it does',
    [
      { choices: [{}], usage: null },
      { choices: [{}], usage: { prompt_tokens: 12, completion_tokens: 2 } },
      { choices: [], usage: { prompt_tokens: 12, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 3 } } },
    ],
    [
      [12, 2, 0],
      [12, 7, 3],
    ],
  ],
  [
    'Google',
    [
      { candidates: [], usageMetadata: { promptTokenCount: 12, thoughtsTokenCount: 4 } },
      { usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 7, cachedContentTokenCount: 3 } },
    ],
    [
      [12, 4, 0],
      [12, 11, 3],
    ],
  ],
  ['whoever says nothing', [{}, { usage: 7 }, { usage: {} }], []],
])('what %s tells of its usage while it answers', (_, chunks, figures) => {
  const usageIn = usageReader();
  const told = [...chunks, 7, null].map(usageIn).filter((usage) => usage !== undefined);
  expect(told.map((usage) => [usage.input_tokens, usage.output_tokens, usage.cached_tokens])).toEqual(figures);
});
