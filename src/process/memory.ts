// How much memory a family has. The resident memory of its members is read at every look and nearly always enough: together they
// have no more, and the largest alone no less but for what it shares. What lies between asks for PSS, for which the kernel walks
// through all pages.
import type { Pace } from './pace.ts';
import { fairBytes, fairBytesAside, ownBytes, type ProcessUsage } from './usage.ts';

/** What these have together at the most, in bytes: what they share counts several times. */
export function mostBytes(members: readonly ProcessUsage[]): number {
  return members.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
}

/**
 * Bytes that these have for certain, looked at only where one of them alone is above the limit: pages that it shares with others it
 * shares with members, since only forks share what is no file.
 */
export function leastBytes(members: readonly ProcessUsage[], limit: number): number {
  return members.reduce((most, { pid, residentBytes }) => {
    return residentBytes <= Math.max(limit, most) ? most : Math.max(most, ownOf(pid));
  }, 0);
}

function ownOf(pid: number): number {
  try {
    return ownBytes(pid);
  } catch {
    return 0; // of another user: PSS has to tell
  }
}

/** Resident bytes from which on PSS is read in another thread: below it takes less than half a millisecond. */
const large = 32 * 1024 * 1024;

/** What these have together, what is shared counted once; no more than somewhat above `enough`, beyond which nothing is read. */
export async function measureBytes(
  members: readonly ProcessUsage[],
  enough: number,
  { breathe }: Pick<Pace, 'breathe'>,
): Promise<number> {
  let sum = 0;
  for (const { pid, residentBytes } of members.toSorted((a, b) => b.residentBytes - a.residentBytes)) {
    if (sum > enough || residentBytes === 0) break;
    sum += residentBytes > large ? await fairBytesAside(pid) : fairBytes(pid);
    const rest = breathe();
    if (rest) await rest;
  }
  return sum;
}
