// What an agent reports in its own text: whole JSON objects with a type that is known here. Prose is never searched for words.
import type { Progress } from '../../run/ports.ts';
import type { ProgressKind } from '../../schema/types.gen.ts';
import { isObject, objectOf, textOf } from './native.ts';

/** The types that are known, and what they are called here. */
const kinds: Readonly<Record<string, ProgressKind>> = {
  progress: 'progress',
  milestone: 'milestone',
  finding: 'finding',
  blocker: 'blocker',
  'review-requested': 'review-requested',
  review_requested: 'review-requested',
  review_request: 'review-requested',
  request_review: 'review-requested',
};

/** Longest text of a report, in characters, and longest object that is looked at. */
const longestText = 4000;
const longestObject = 65_536;

/** Most characters that are looked at in one text. */
const mostWork = 20_000_000;

/** The reports in a text, in order. An object inside another one, or quoted in a line of prose as `code`, is none. */
export function reportsIn(text: string): readonly Progress[] {
  const reports: Progress[] = [];
  // Text that is made of braces would be looked at from each of them; no honest text uses this up.
  let patience = mostWork;
  for (let at = text.indexOf('{'); at >= 0 && patience > 0; ) {
    const end = endOfObject(text, at);
    patience -= (end ?? Math.min(text.length, at + longestObject)) - at;
    const report = end === undefined || isQuoted(text, at) ? undefined : reportOf(text.slice(at, end));
    if (report !== undefined) reports.push(report);
    // What is within an object is part of it; after a brace that opens none the next one may.
    at = text.indexOf('{', end ?? at + 1);
  }
  return reports;
}

/** Whether a single backtick stands before: a mention of an object, and not the object. */
function isQuoted(text: string, at: number): boolean {
  return text[at - 1] === '`' && text[at - 2] !== '`';
}

/** Where the object ends that may begin here. */
function endOfObject(text: string, start: number): number | undefined {
  const limit = Math.min(text.length, start + longestObject);
  if (!/\{\s*"/y.test(text.slice(start, start + 200))) return undefined;
  let depth = 0;
  let quoted = false;
  for (let at = start; at < limit; at += 1) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) quoted = false;
      else if (code === 0x0a) return undefined;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b) depth += 1;
    else if (code === 0x7d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

function reportOf(source: string): Progress | undefined {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    return undefined;
  }
  if (!isObject(value) || typeof value.type !== 'string' || !Object.hasOwn(kinds, value.type)) return undefined;
  const kind = kinds[value.type] as ProgressKind;
  const payload = objectOf(value.payload);
  const text = [value.text, value.message, payload.text, payload.message, value.title, value.description]
    .map(textOf)
    .find((each) => each.trim() !== '');
  if (text === undefined) return undefined;
  const share = [value.percent, value.progress, payload.percent, payload.progress].find(isPercent);
  return { kind, text: text.trim().slice(0, longestText), ...(share !== undefined && { percent: share }) };
}

function isPercent(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 100;
}
