import { describe, expect, test } from 'vitest';
import { budgetWords, someBudget, toBudget } from '../../src/spec/budgets.ts';
import { mergedSettings, readConfig } from '../../src/spec/settings.ts';
import { parseSource, type Source } from '../../src/spec/source.ts';

const config = (text: string) => readConfig(parseSource('config.yaml', text).value as Source);

describe('budgets', () => {
  test('times are counted in seconds, and what is not said is not there', () => {
    expect(toBudget({ max_wall: '2h' })).toEqual({ max_wall_seconds: 7200 });
    expect(toBudget({ max_cost_usd: 5, max_tokens: 10, max_wall: 1.5, hard: true })).toEqual({
      max_cost_usd: 5,
      max_tokens: 10,
      max_wall_seconds: 1.5,
      hard: true,
    });
    expect(toBudget({})).toEqual({});
  });

  test('nothing but hard limits nothing', () => {
    expect(someBudget({ hard: true })).toEqual({});
    expect(someBudget(undefined)).toEqual({});
    expect(someBudget({ max_tokens: 1, hard: true })).toEqual({ budget: { max_tokens: 1, hard: true } });
  });

  test('in words', () => {
    expect(budgetWords({ max_cost_usd: 0.004, max_tokens: 2_000_000, max_wall_seconds: 60 })).toEqual([
      '$0.0040',
      '2,000,000 tokens',
      '60 s of time',
    ]);
    expect(budgetWords({ max_cost_usd: 5, hard: true })).toEqual(['$5.00', 'then running agents are ended']);
    expect(budgetWords({ hard: true })).toEqual([]);
  });
});

describe('in settings', () => {
  test('budgets and prices are put together key by key and model by model', () => {
    const over = config('budget: {max_cost_usd: 5}\nprices: {mine: {input: 1, output: 2}}').value ?? {};
    const under = config(
      'budget: {max_cost_usd: 9, max_wall: 1m}\nprices: {mine: {input: 8, output: 8}, yours: {input: 3, output: 4, cached: 1}}',
    ).value;
    const both = mergedSettings(over, under ?? {});
    expect(both.budget).toEqual({ max_cost_usd: 5, max_wall_seconds: 60 });
    expect(both.prices).toEqual({ mine: { input: 1, output: 2 }, yours: { input: 3, output: 4, cached: 1 } });
  });

  test.each([
    ['budget: {max_cost_usd: 0}', '"max_cost_usd" must be more than 0, not 0'],
    ['budget: {max_wall: 0s}', '"max_wall" must be more than 0, not 0s'],
    ['budget: {max_tokens: 1.5}', '"max_tokens" must be a whole number, not the number 1.5'],
    ['prices: {mine: {input: 1}}', '"mine" has no "output"'],
    ['prices: {mine: {input: -1, output: 1}}', '"input" must be at least 0, not -1'],
  ])('%s is wrong', (text, message) => {
    const { value, diagnostics } = config(text);
    expect(value).toBeUndefined();
    expect(diagnostics.map((each) => each.message)).toEqual([message]);
  });
});
