/**
 * An amount of bytes in the units in which a limit was given: 2.1 GiB for a limit of 2 GiB, 2.3 GB for one of 2 GB. What is
 * above a limit is rounded up, what is below it is rounded down (`round`), or it would read like the limit.
 */
export function amount(bytes: number, limit = bytes, round: (value: number) => number = Math.ceil): string {
  const binary = limit % 1000 !== 0;
  const base = binary ? 1024 : 1000;
  const units = binary ? ['B', 'KiB', 'MiB', 'GiB', 'TiB'] : ['B', 'kB', 'MB', 'GB', 'TB'];
  let step = 0;
  while (step < units.length - 1 && round(bytes / base ** step) >= base) step += 1;
  const value = bytes / base ** step;
  return `${value >= 100 || step === 0 ? round(value) : round(value * 10) / 10} ${units[step]}`;
}
