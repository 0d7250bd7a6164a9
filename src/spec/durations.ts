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

/** How a duration that people would understand is written here, or undefined when it is none. */
export function durationFor(text: string): string | undefined {
  const [, amount, word = ''] = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  if (amount === undefined) return undefined;
  const unit = /^(ms|milli)/i.test(word) ? 'ms' : (/^[smh]/i.exec(word)?.[0].toLowerCase() ?? '');
  return unit === '' && word !== '' ? undefined : `${amount}${unit}`;
}
