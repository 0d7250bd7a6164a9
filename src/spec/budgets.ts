// What may be spent: money, tokens, time. As people write it, as programs count it, and in words.
import type { Finding, Path } from '../diagnostics/diagnostic.ts';
import { dollars, grouped } from '../diagnostics/figures.ts';
import type { Budget, PlanBudget, RunBudget } from '../schema/types.gen.ts';
import { durationFaults } from './amounts.ts';
import { toSeconds } from './durations.ts';

/** A budget that conforms to the schema, its time in seconds; what is not said is not there. */
export function toBudget({ max_cost_usd, max_tokens, max_wall, hard }: RunBudget): PlanBudget {
  return {
    ...(max_cost_usd !== undefined && { max_cost_usd }),
    ...(max_tokens !== undefined && { max_tokens }),
    ...(max_wall !== undefined && { max_wall_seconds: toSeconds(max_wall) }),
    ...(hard !== undefined && { hard }),
  };
}

/** A budget as a key of something else, which is not there where nothing is limited. `hard` alone limits nothing. */
export function someBudget(budget: PlanBudget | undefined): { readonly budget?: PlanBudget } {
  return budget === undefined || !limits(budget) ? {} : { budget };
}

/** What the schema cannot say of a budget. */
export function budgetFaults(budget: Budget | undefined, at: Path): Finding[] {
  return durationFaults(budget, at, ['max_wall']);
}

function limits({ hard, ...amounts }: PlanBudget): boolean {
  return Object.keys(amounts).length > 0;
}

/** What may be spent, in words; empty where nothing limits it. */
export function budgetWords(budget: PlanBudget): string[] {
  const { max_cost_usd: cost, max_tokens: tokens, max_wall_seconds: wall, hard } = budget;
  const words = [
    ...(cost === undefined ? [] : [dollars(cost)]),
    ...(tokens === undefined ? [] : [`${grouped(tokens)} tokens`]),
    ...(wall === undefined ? [] : [`${wall} s of time`]),
  ];
  return hard === true && words.length > 0 ? [...words, 'then running agents are ended'] : words;
}
