import type { PlanRetry } from '../schema/types.gen.ts';

/** Milliseconds to wait after the `failed`-th failed attempt (from 1). `random` is a number from 0 to below 1. */
export function retryDelay(retry: PlanRetry, failed: number, random: number): number {
  const seconds = Math.min(baseDelay(retry, failed), retry.max_delay_seconds);
  return Math.round(seconds * 1000 * (1 - retry.jitter * random));
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
