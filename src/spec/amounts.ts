// What the schema asks of numbers is asked here of amounts that are texts: to be more than nothing, and not beyond reason.
import { brief } from '../diagnostics/brief.ts';
import type { Finding, Path } from '../diagnostics/diagnostic.ts';
import { toSeconds } from './durations.ts';
import { toBytes, toCpus } from './sizes.ts';

const maxDuration = 31_536_000;
const maxSize = 2 ** 50;
const maxCpus = 4096;

type Written = Readonly<Record<string, unknown>>;

/** Faults of durations that are texts; `mayBeZero` says whether they may be nothing. */
export function durationFaults(
  owner: object | undefined,
  at: Path,
  keys: readonly string[],
  mayBeZero = false,
): Finding[] {
  return keys.flatMap((key) => {
    const written = (owner as Written | undefined)?.[key];
    if (typeof written !== 'string') return [];
    const length = toSeconds(written);
    if (length > maxDuration) return outOfRange(key, at, `must be a year at most, not ${brief(written)}`);
    return length > 0 || mayBeZero ? [] : outOfRange(key, at, `must be more than 0, not ${brief(written)}`);
  });
}

/** Faults of limits that are texts; keys that begin with x- are not ours. */
export function limitFaults(limits: object | undefined, at: Path): Finding[] {
  return Object.entries(limits ?? {}).flatMap(([key, written]: [string, unknown]) => {
    if (typeof written !== 'string' || key.startsWith('x-')) return [];
    const [amount, most, name] =
      key === 'cpu'
        ? [toCpus(written), maxCpus, `${maxCpus.toLocaleString('en-US')} processors`]
        : [toBytes(written), maxSize, '1024TiB'];
    if (amount > most) return outOfRange(key, at, `must be at most ${name}, not ${brief(written)}`);
    return amount > 0 ? [] : outOfRange(key, at, `must be more than 0, not ${brief(written)}`);
  });
}

function outOfRange(key: string, at: Path, rest: string): Finding[] {
  return [{ code: 'out-of-range', message: `"${key}" ${rest}`, at: [...at, key] }];
}
