import type { PlanRetry } from '../schema/types.gen.ts';

/** Milliseconds to wait after the `failed`-th failed attempt (from 1). `random` is a number from 0 to below 1. */
export function retryDelay(retry: PlanRetry, failed: number, random: number): number {
  const seconds = Math.min(baseDelay(retry, failed), retry.max_delay_seconds);
  return Math.round(seconds * 1000 * (1 - retry.jitter * random));
}

/** The random number by which retryDelay() comes to so many milliseconds; 0 where none does. */
export function chanceOf(retry: PlanRetry, failed: number, delay: number): number {
  const longest = retryDelay(retry, failed, 0);
  if (retry.jitter === 0 || longest === 0) return 0;
  return Math.min(1, Math.max(0, (1 - delay / longest) / retry.jitter));
}

function baseDelay(retry: PlanRetry, failed: number): number {
  switch (retry.strategy) {
    case 'none':
    case 'simple':
      return 0;
    case 'fixed':
      return retry.initial_delay_seconds;
    case 'linear':
      return retry.initial_delay_seconds * failed;
    case 'exponential_backoff':
      return retry.initial_delay_seconds * 2 ** Math.min(failed - 1, 40);
    default:
      return retry.strategy satisfies never;
  }
}
