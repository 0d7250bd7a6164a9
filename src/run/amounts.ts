/** An amount of bytes in the units in which a limit was given: 2.1 GiB for a limit of 2 GiB, 2.3 GB for one of 2 GB. */
export function amount(bytes: number, limit = bytes): string {
  const binary = limit % 1024 === 0;
  const base = binary ? 1024 : 1000;
  const units = binary ? ['B', 'KiB', 'MiB', 'GiB', 'TiB'] : ['B', 'kB', 'MB', 'GB', 'TB'];
  let step = 0;
  while (step < units.length - 1 && Math.round(bytes / base ** step) >= base) step += 1;
  const value = bytes / base ** step;
  // Rounded up, or what is just above a limit would read like the limit.
  return `${value >= 100 || step === 0 ? Math.ceil(value) : Math.ceil(value * 10) / 10} ${units[step]}`;
}
