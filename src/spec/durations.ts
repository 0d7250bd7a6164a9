const secondsPer: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** The seconds of a text like 500ms, 90s, 10m or 2h; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(amount) * (secondsPer[unit] ?? 1);
}

/** A duration that conforms to the schema, in seconds. */
export function toSeconds(duration: number | string): number {
  const seconds = typeof duration === 'number' ? duration : parseDuration(duration);
  if (seconds === undefined) throw new TypeError(`not a duration: ${duration}`);
  return seconds;
}

/** How a duration that people would understand is written here, or undefined when it is none. */
export function durationFor(text: string): string | undefined {
  const [, amount, word = ''] = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  if (amount === undefined) return undefined;
  const unit = /^(ms|milli)/i.test(word) ? 'ms' : (/^[smh]/i.exec(word)?.[0].toLowerCase() ?? '');
  return unit === '' && word !== '' ? undefined : `${amount}${unit}`;
}
