// Options that are amounts: how they are written, and what they come to.
import type { PlanBudget } from '../schema/types.gen.ts';
import { parseDuration } from '../spec/durations.ts';
import { type Call, flag, type Option, textOption, usageFault } from './command.ts';

/** What a run may spend, for the commands that start one or go on with one. */
export const budgetOptions: readonly Option[] = [
  { flags: '--max-cost-usd <amount>', description: 'most money that the run may spend, in US dollars' },
  { flags: '--max-tokens <number>', description: 'most tokens that the run may use, read and written' },
  {
    flags: '--max-wall <duration>',
    description: 'most time that the run may be under way, its resumes included: seconds, or 90s, 10m, 2h',
  },
  { flags: '--hard', description: 'when the budget is used up, ends running agents instead of letting them end' },
];

/** The budget that the command line gives; what it does not say is not there. */
export function budgetOption(call: Call): PlanBudget {
  const cost = textOption(call, 'maxCostUsd');
  const tokens = textOption(call, 'maxTokens');
  const wall = textOption(call, 'maxWall');
  return {
    ...(cost !== undefined && { max_cost_usd: money('--max-cost-usd', cost) }),
    ...(tokens !== undefined && { max_tokens: wholeNumber('--max-tokens', tokens, Number.MAX_SAFE_INTEGER) }),
    ...(wall !== undefined && { max_wall_seconds: duration('--max-wall', wall) }),
    ...(flag(call, 'hard') && { hard: true }),
  };
}

function money(option: string, text: string): number {
  const value = /^\$?[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text.replace('$', '')) : 0;
  if (value > 0) return value;
  throw usageFault(`${option} must be an amount of US dollars above 0, not "${text}"`, 'for example 5 or 0.25');
}

/** A whole number of at least 1. Throws a Refusal that names the option. */
export function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value < 1 || value > most) {
    throw usageFault(`${option} must be a whole number from 1 to ${most}, not "${text}"`);
  }
  return value;
}

/** A length of time, in seconds. Throws a Refusal that names the option. */
export function duration(option: string, text: string): number {
  const seconds = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : parseDuration(text);
  if (seconds === undefined || seconds <= 0) {
    throw usageFault(
      `${option} must be a length of time, not "${text}"`,
      'seconds, or a number with ms, s, m or h: 90s, 10m, 2h',
    );
  }
  return seconds;
}

/** Refuses --hard where there is no budget whose end it could decide about. */
export function refuseHardAlone(given: PlanBudget, budget: PlanBudget | undefined): void {
  const { hard, ...amounts } = budget ?? {};
  if (given.hard !== true || Object.keys(amounts).length > 0) return;
  throw usageFault(
    '--hard says what becomes of running agents when a budget is used up, and there is none',
    'give one: --max-cost-usd 5',
  );
}
