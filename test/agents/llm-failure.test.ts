import { expect, test } from 'vitest';
import { askedWait, failureText, usualWait } from '../../src/agents/llm-failure.ts';

const now = Date.parse('2026-11-20T10:00:00Z');

test.each<[Readonly<Record<string, string>>, number | undefined]>([
  [{}, undefined],
  [{ 'retry-after': '3' }, 3000],
  [{ 'retry-after': ' 0.5 ' }, 500],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': 'Fri, 20 Nov 2026 10:01:30 GMT' }, 90_000],
  [{ 'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT' }, 0],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '-3' }, undefined],
  [{ 'retry-after-ms': '20', 'retry-after': '3' }, 20],
  [{ 'retry-after-ms': 'x', 'retry-after': '3' }, 3000],
])('%j asks to wait %s ms', (headers, wait) => {
  expect(askedWait({ headers }, now)).toBe(wait);
  // What the headers say counts before the answer.
  const body = '{"error":{"details":[{"retryDelay":"34s"}]}}';
  expect(askedWait({ headers, body }, now)).toBe(wait ?? 34_000);
});

test('without being asked, it waits twice as long each time, a minute at most', () => {
  expect([1, 2, 3, 5, 6, 20].map(usualWait)).toEqual([2000, 4000, 8000, 32_000, 60_000, 60_000]);
});

const asked = { provider: 'openai', model: 'm', keyVariable: 'OPENAI_API_KEY', hasKey: true };

test.each([
  [{ status: 401, message: 'bad' }, 'openai answers 401, the key in OPENAI_API_KEY was refused: bad'],
  [{ status: 403, message: '' }, 'openai answers 403, the key in OPENAI_API_KEY may not do this'],
  [{ status: 404, message: 'Not Found' }, 'openai answers 404: is there a model "m"? It says: Not Found'],
  [{ status: 429, message: 'slow down' }, 'openai answers 429, too many requests or no quota left: slow down'],
  [{ status: 500, message: 'oops' }, 'openai answers 500: oops'],
  [{ code: 'ENOTFOUND', message: 'x' }, 'no machine is known by that name (openai)'],
  [{ code: 'ECONNRESET', message: 'gone' }, 'openai could not be asked: gone'],
])('%j', (failure, text) => {
  expect(failureText({ retryable: false, ...failure }, asked)).toBe(text);
});
