import { expect, test } from 'vitest';
import { claudeReader } from '../../src/agents/claude-events.ts';
import { openListener } from '../../src/agents/listener.ts';
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
  listener.end();
  expect(told.map(({ input_tokens, output_tokens }) => [input_tokens, output_tokens])).toEqual([
    [100, 1],
    [100, 20],
    [400, 25],
  ]);
});
