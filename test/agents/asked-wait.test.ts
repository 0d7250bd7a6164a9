import { expect, test } from 'vitest';
import { askedWaitIn } from '../../src/agents/asked-wait.ts';

const noon = new Date(2026, 10, 20, 12, 0, 0).getTime();
const minutes = (count: number) => count * 60_000;

test.each<[string, number | undefined]>([
  ['', undefined],
  ['Please try again.', undefined],
  ['try again in a moment', undefined],
  ['Rate limit reached. Please try again in 20s.', 20_000],
  ['Please try again in 1.5s. Visit https://example.com 3 times.', 1500],
  ['try again in 250ms', 250],
  ['Please retry in 12.25s.', 12_250],
  ['Suggested retry after 60s.', 60_000],
  ['Your quota will reset after 3h20m15s.', minutes(200) + 15_000],
  ['You’ve hit your usage limit. Try again in 2 days 3 hours 4 minutes.', minutes((2 * 24 + 3) * 60 + 4)],
  ['try again in 5 minutes and 3 seconds', minutes(5) + 3000],
  ['try again in 5 apples', undefined],
  ['try again at 3:14 PM.', minutes(194)],
  ['or try again at 12:00 PM', 0],
  ['try again at 11:59 AM', minutes(24 * 60 - 1)],
  ['try again at Nov 25th, 2026 12:30 AM', minutes(4 * 24 * 60 + 12 * 60 + 30)],
  [`Claude AI usage limit reached|${noon / 1000 + 90}`, 90_000],
  [`Claude AI usage limit reached|${noon / 1000 - 90}`, 0],
  // as headers and members are called
  ['Rate limited. retry-after: 2', 2000],
  ['429 (Retry-After: 2) Please wait.', 2000],
  ['retry after 30', 30_000],
  ['retry after 3 attempts', undefined],
  ['Retry-After: 1m30s', 90_000],
  ['retry-after-ms: 1500', 1500],
  ['retry_after_ms=1500', 1500],
  ['{"retryAfterMs":250.5}', 250.5],
  ['{"error":{"message":"slow","retry_after":2}}', 2000],
  ['{"error":"{\\"retry_after\\": \\"2\\"}"}', 2000],
  ['{"@type":"x/google.rpc.RetryInfo","retryDelay":"34.5s"}', 34_500],
  ['{"retry_after_seconds":7}', 7000],
  ['{"retry_after":null}', undefined],
  [`retry-after: ${new Date(noon + 90_000).toUTCString()}`, 90_000],
  [`"retry_after":"${new Date(noon + 90_000).toISOString()}"`, 90_000],
  [`retry after ${new Date(noon - 90_000).toUTCString()}`, 0],
])('%j asks to wait %s ms', (words, wait) => {
  expect(askedWaitIn(words, noon)).toBe(wait);
});

test('words of any length cost little', () => {
  const began = performance.now();
  askedWaitIn(`try again in ${'1h 1h, and '.repeat(200_000)}`, noon);
  askedWaitIn(`try again in ${'1'.repeat(200_000)}`, noon);
  askedWaitIn('retry-after'.repeat(200_000), noon);
  askedWaitIn(`retry after${' '.repeat(200_000)}`, noon);
  expect(performance.now() - began).toBeLessThan(500);
});
