// How long somebody asks to wait, in the words in which it is said. Pure but for the time zone, in which codex names times of a day.

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const unit = /^(ms|millis\w*|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$/i;

/** Milliseconds from now (since 1970) until it can be asked again; undefined where the words do not say it. */
export function askedWaitIn(words: string, now: number): number | undefined {
  const said = words.slice(0, 2000);
  const span =
    /\b(?:try again|retry|resets?)(?:[\s-]+(?:in|after))?:?\s+((?:\d+(?:\.\d+)?\s*[a-z]+[\s,]*(?:and\s+)?)+)/i.exec(
      said,
    );
  const spanned = span === null ? undefined : lengthOf(span[1] ?? '');
  if (spanned !== undefined) return spanned;
  const [, stamp] = /\blimit reached\|(\d{10})\b/.exec(said) ?? [];
  const at = stamp === undefined ? (timeIn(said, now) ?? dateIn(said)) : Number(stamp) * 1000;
  return at === undefined ? memberIn(said) : Math.max(0, at - now);
}

/** "2 days 3 hours", "1h 5m 3.5s": as far as units are known. */
function lengthOf(span: string): number | undefined {
  let total: number | undefined;
  for (const [, count = '', word = ''] of span.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)) {
    const factor = factorOf(word);
    if (factor === undefined) break;
    total = (total ?? 0) + Number(count) * factor;
  }
  return total;
}

function factorOf(word: string): number | undefined {
  if (!unit.test(word)) return undefined;
  return unitMs[/^(ms|millis)/i.test(word) ? 'ms' : (word[0] ?? '').toLowerCase()];
}

/** As headers and members of JSON are called, which may itself stand in JSON: retry-after: 2, "retry_after_ms": 1500, "retryDelay": "34s". */
const member =
  /\bretry[-_ ]?(?:after|delay|in)(?:[-_ ]?(ms|millis\w*|s|secs?|seconds?))?(["'\\\s]{0,8}[:=]?["'\\\s]{0,8})(\d{1,12}(?:\.\d{1,9})?)\s?([a-z]{0,12})/i;

/** Without a unit these are seconds. */
function memberIn(said: string): number | undefined {
  const [, named, between = '', count, word = ''] = member.exec(said) ?? [];
  if (count === undefined || between === '') return undefined;
  const isMember = /[:=]/.test(between) || word === '';
  const factor = factorOf(named ?? word) ?? (isMember ? unitMs.s : undefined);
  return factor === undefined ? undefined : Number(count) * factor;
}

/** A date as HTTP or ISO 8601 writes it. */
function dateIn(said: string): number | undefined {
  const found =
    /\bretry[-_ ]?after[:=\s"'\\]{1,8}([a-z]{3}, \d{1,2} [a-z]{3} \d{4} [\d:]{8} GMT|\d{4}-\d\d-\d\dT[\d:.]{5,12}Z)/i.exec(
      said,
    );
  const at = Date.parse(found?.[1] ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** "try again at 3:14 PM", "try again at Nov 25th, 2026 3:14 PM": the next time that it is so late. */
function timeIn(said: string, now: number): number | undefined {
  const found = /try again at (?:([A-Z][a-z]{2}) (\d{1,2})\w{2}, (\d{4}) )?(\d{1,2}):(\d{2}) ([AP])M/.exec(said);
  if (found === null) return undefined;
  const [, month, day, year, hour, minute, half] = found;
  const date = month === undefined ? new Date(now) : new Date(`${month} ${day} ${year} 00:00`);
  date.setHours((Number(hour) % 12) + (half === 'P' ? 12 : 0), Number(minute), 0, 0);
  if (month === undefined && date.getTime() < now) date.setDate(date.getDate() + 1);
  return Number.isNaN(date.getTime()) ? undefined : date.getTime();
}
