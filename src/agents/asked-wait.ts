// How long a CLI asks to wait, in the words in which it says so. Pure but for the time zone, in which it names times of a day.

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds from now (since 1970) until it can be asked again; undefined where the words do not say it. */
export function askedWaitIn(words: string, now: number): number | undefined {
  const said = words.slice(0, 2000);
  const span =
    /\b(?:try again|retry|resets?)(?:\s+(?:in|after))?:?\s+((?:\d+(?:\.\d+)?\s*[a-z]+[\s,]*(?:and\s+)?)+)/i.exec(said);
  const spanned = span === null ? undefined : lengthOf(span[1] ?? '');
  if (spanned !== undefined) return spanned;
  const [, stamp] = /\blimit reached\|(\d{10})\b/.exec(said) ?? [];
  const at = stamp === undefined ? timeIn(said, now) : Number(stamp) * 1000;
  return at === undefined ? undefined : Math.max(0, at - now);
}

/** "2 days 3 hours", "1h 5m 3.5s": as far as units are known. */
function lengthOf(span: string): number | undefined {
  let total: number | undefined;
  for (const [, count = '', word = ''] of span.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)) {
    const unit = unitMs[/^(ms|millis)/i.test(word) ? 'ms' : (word[0] ?? '').toLowerCase()];
    if (unit === undefined || !/^(ms|millis\w*|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$/i.test(word))
      break;
    total = (total ?? 0) + Number(count) * unit;
  }
  return total;
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
