const secondsPer: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** The seconds of a text like 500ms, 90s, 10m or 2h; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (unit === undefined) return undefined;
  // Divided, because 700 * 0.001 is not 0.7.
  return unit === 'ms' ? Number(amount) / 1000 : Number(amount) * (secondsPer[unit] ?? 1);
}

/** A duration that conforms to the schema, in seconds. */
export function toSeconds(duration: number | string): number {
  const seconds = typeof duration === 'number' ? duration : parseDuration(duration);
  if (seconds === undefined) throw new TypeError(`not a duration: ${duration}`);
  return seconds;
}

/** How a duration that people would understand is written here, or undefined when it is none: several parts come to seconds. */
export function durationFor(text: string): string | undefined {
  const parts = [...text.matchAll(/([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)\s*/gi)];
  if (parts.map(([whole]) => whole).join('') !== text.trimStart()) return undefined;
  const written = parts.map(([, amount = '', word = '']) => inUnit(amount, word));
  if (written.length < 2) return written[0];
  const seconds = written.map((each) => parseDuration(each ?? ''));
  if (seconds.some((each) => each === undefined)) return undefined;
  return `${seconds.reduce<number>((sum, each) => sum + (each ?? 0), 0)}s`;
}

/** An amount in a unit as people call it, in one of ours; a day has 24 hours. */
function inUnit(amount: string, word: string): string | undefined {
  if (/^d(ays?)?$/i.test(word)) return `${Number(amount) * 24}h`;
  const unit = /^(ms|milli)/i.test(word) ? 'ms' : (/^[smh]/i.exec(word)?.[0].toLowerCase() ?? '');
  return unit === '' && word !== '' ? undefined : `${amount}${unit}`;
}
