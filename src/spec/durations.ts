const secondsPer: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** A duration of the schema, a number of seconds or a text like 90s, 10m or 2h, in seconds. */
export function toSeconds(duration: number | string): number {
  if (typeof duration === 'number') return duration;
  const [, amount, unit] = /^([0-9.]+)(ms|s|m|h)$/.exec(duration) ?? [];
  return Number(amount) * (secondsPer[unit ?? ''] ?? Number.NaN);
}

/** How a duration that people would understand is written here, or undefined when it is none. */
export function durationFor(text: string): string | undefined {
  const [, amount, word = ''] = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  if (amount === undefined) return undefined;
  const unit = /^(ms|milli)/i.test(word) ? 'ms' : (/^[smh]/i.exec(word)?.[0].toLowerCase() ?? '');
  return unit === '' && word !== '' ? undefined : `${amount}${unit}`;
}
