import { describe, expect, test } from 'vitest';
import { priceOf } from '../../src/plan/prices.ts';
import type { PlanAgent } from '../../src/schema/types.gen.ts';

const agent = (more: Partial<PlanAgent>) => ({ adapter: 'llm' as const, provider: 'anthropic', ...more });
const sonnet = { input: 3, output: 15, cached: 0.3 };

describe('the price of a model', () => {
  test('comes from the table, whatever date its name ends with', () => {
    expect(priceOf(agent({ model: 'claude-sonnet-4-5' }))).toEqual(sonnet);
    expect(priceOf(agent({ model: 'Claude-Sonnet-4-5-20250929' }))).toEqual(sonnet);
    expect(priceOf({ adapter: 'codex', model: 'gpt-5.3-codex' })).toMatchObject({ input: 1.75, output: 14 });
  });

  test('is not guessed for models that are only named alike, for none, and for whoever sells it on', () => {
    expect(priceOf(agent({ model: 'my-claude-sonnet-4-5' }))).toBeUndefined();
    expect(priceOf({ adapter: 'codex', model: 'gpt-5-mini-high' })).toBeUndefined();
    expect(priceOf({ adapter: 'codex' })).toBeUndefined();
    expect(priceOf(agent({ model: 'claude-sonnet-4-5', base_url: 'http://127.0.0.1:1' }))).toBeUndefined();
    expect(priceOf(agent({ model: 'claude-sonnet-4-5', provider: 'openai-compatible' }))).toBeUndefined();
    expect(priceOf({ adapter: 'module', model: 'claude-sonnet-4-5' })).toBeUndefined();
  });

  test('is what people say, the longest name that fits first, whoever sells it', () => {
    const own = {
      '*': { input: 9, output: 9 },
      'claude-*': { input: 1, output: 1 },
      'claude-*-5*': { input: 2, output: 2 },
    };
    expect(priceOf(agent({ model: 'claude-sonnet-4-5', base_url: 'http://127.0.0.1:1' }), own)?.input).toBe(2);
    expect(priceOf(agent({ model: 'claude-haiku-3' }), own)?.input).toBe(1);
    expect(priceOf({ adapter: 'module', model: 'anything' }, own)?.input).toBe(9);
    expect(priceOf({ adapter: 'codex', model: 'gpt-5-mini' }, { 'gpt-*-*-mini': { input: 9, output: 9 } })?.input).toBe(
      0.25,
    );
    expect(priceOf({ adapter: 'codex', model: 'abc' }, { 'ab*bc': { input: 9, output: 9 } })).toBeUndefined();
  });
});
