/** An amount of US dollars; small ones keep two digits that count. */
export function dollars(value: number): string {
  return `$${value >= 0.1 || value === 0 ? value.toFixed(2) : value.toPrecision(2)}`;
}

/** A whole number with separators: 12,345. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
