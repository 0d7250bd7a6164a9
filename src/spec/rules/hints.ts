import { didYouMean } from '../../diagnostics/suggest.ts';

/** Comparisons that one rule may spend on guessing what was meant, so that a file of unknown names stays quick. */
const guessBudget = 200_000;

/** Guesses among these names while the budget lasts; each name is guessed once. */
export function guesser(candidates: readonly string[]): (written: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  let left = guessBudget;
  return (written) => {
    if (known.has(written)) return known.get(written);
    if (left <= 0) return undefined;
    left -= candidates.length;
    const guess = didYouMean(written, candidates);
    known.set(written, guess);
    return guess;
  };
}

/** A list of names for a hint, cut when it is long. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).join(', ');
  return names.length > 12 ? `${shown} and ${names.length - 12} more` : shown;
}
