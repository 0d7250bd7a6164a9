// Which processes belong to an attempt. Once a member, always a member: whoever leaves the group and empties its environment
// is still known by its number and start, and so are its children. What costs most to read, the badges, is read once of each process.
import { readdirSync } from 'node:fs';
import { environmentOf, holdsMarks, lastPid } from './census.ts';
import { isSame, type ProcessFacts } from './identity.ts';
import { monotonic } from './monotonic.ts';
import type { Pace } from './pace.ts';
import { isStamped, stampNumber } from './stamp.ts';
import { type ProcessUsage, processUsage } from './usage.ts';

/** The processes of one attempt, as they were at the last look. */
export interface Family {
  /** Leader of the attempt's group: it serves many attempts, so it is no member. */
  readonly leader: number;
  /** Entries of the environment by which members are known that left the group. */
  readonly marks: readonly string[];
  /** Stamps by which they are known, too (stamp.ts). */
  readonly stamps?: readonly string[];
  /** By process id. Zombies are among them: what they used still counts. */
  readonly members: Map<number, ProcessUsage>;
}

/** Members at one moment, by process id. */
export type Members = ReadonlyMap<number, ProcessUsage>;

/** Whom a search leaves out. */
export interface Strangers {
  /** What began before this, in clock ticks since the boot, belongs to no attempt. */
  readonly since: number | undefined;
  readonly except: (facts: ProcessFacts) => boolean;
}

/** Says when to rest from reading /proc. */
type Breath = Pick<Pace, 'breathe'>;

/** How a search goes on. */
interface Searching extends Breath {
  /** Told of every new member. */
  onFound?(family: Family, usage: ProcessUsage): void;
  /** Asked after a rest: whether to end early, and leave the rest to the next search. */
  isOutdated?(): boolean;
}

/** Gives each family its new members. At most one search is under way at a time. */
export type Search = (families: readonly Family[], searching: Searching) => Promise<void>;

/** Somebody who belongs to nobody so far. */
interface Stranger {
  /** When it was first met: minus infinity, and nothing of it is read any more. */
  readonly met: number;
  /** Whether its badges were read. */
  readonly read: boolean;
}

/** After so many milliseconds a process that belongs to nobody never will: members are known from their birth. */
const probation = 1000;
const stranger: Stranger = { met: Number.NEGATIVE_INFINITY, read: true };

/** Reads what the members of these families use now. Who is gone is a member no more. */
export async function refresh(families: readonly Family[], { breathe }: Breath): Promise<void> {
  for (const { members } of families) {
    // A copy: who joins during a rest was read just now.
    for (const { pid, began } of [...members.values()]) {
      const usage = readable(pid);
      // Who cannot be read just now keeps its last figures.
      if (typeof usage === 'object' && usage.began === began) members.set(pid, usage);
      else if (usage !== 'closed') members.delete(pid);
      const rest = breathe();
      if (rest) await rest;
    }
  }
}

/** Gives a function that searches for new members. It remembers strangers, and looks at them no more. */
export function familyFinder({ since = 0, except }: Strangers): Search {
  let strangers: ReadonlyMap<number, Stranger> = new Map();
  const isStrange = (usage: ProcessUsage) => Number(usage.began) < since || except(usage);
  return async (families, { breathe, onFound, isOutdated }) => {
    const now = monotonic();
    const taken = new Set(families.flatMap(({ leader, members }) => [leader, ...members.keys()]));
    const still = new Map<number, Stranger>();
    const welcome = adoption((family, usage) => {
      family.members.set(usage.pid, usage);
      still.delete(usage.pid);
      onFound?.(family, usage);
    });
    for (const pid of listProcesses()) {
      const known = strangers.get(pid);
      if (taken.has(pid)) continue;
      if (known !== undefined && now - known.met > probation) {
        still.set(pid, stranger);
        continue;
      }
      const usage = readable(pid);
      if (usage === 'closed' || (typeof usage === 'object' && isStrange(usage))) still.set(pid, stranger);
      else if (usage !== 'gone') {
        const { home, read } = homeOf(usage, families, known?.read ?? false);
        if (home === undefined) still.set(pid, { met: known?.met ?? now, read });
        welcome(usage, home);
      }
      const rest = breathe();
      if (rest) await rest;
      if (rest && isOutdated?.()) {
        strangers = new Map([...strangers, ...still]);
        return;
      }
    }
    strangers = still;
  };
}

/** All process ids, the youngest first: what an attempt has just started does not wait until all others were looked at. */
function listProcesses(): readonly number[] {
  const last = lastPid();
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger).reverse();
  // Above the number that was given last are the oldest, once numbers have begun again from below.
  return [...pids.filter((pid) => pid <= last), ...pids.filter((pid) => pid > last)];
}

function readable(pid: number): ProcessUsage | 'gone' | 'closed' {
  try {
    return processUsage(pid) ?? 'gone';
  } catch {
    return 'closed'; // of another user, so none of ours
  }
}

/** Takes in who has a home, and with it its children, which were met before it. */
function adoption(adopt: (family: Family, usage: ProcessUsage) => void) {
  const orphans = new Map<number, ProcessUsage[]>();
  return (usage: ProcessUsage, home: Family | undefined) => {
    if (home === undefined) {
      const siblings = orphans.get(usage.parent);
      if (siblings === undefined) orphans.set(usage.parent, [usage]);
      else siblings.push(usage);
      return;
    }
    const queue = [usage];
    for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
      adopt(home, one);
      for (const child of orphans.get(one.pid) ?? []) queue.push(child);
      orphans.delete(one.pid);
    }
  };
}

/** Whose a process is: by its group and its parent, else by its badges, unless these were read before. */
function homeOf(usage: ProcessUsage, families: readonly Family[], read: boolean) {
  const kin = families.find((family) => isKin(family, usage));
  return kin !== undefined || read ? { home: kin, read } : homeByBadges(usage.pid, families);
}

function isKin({ leader, members }: Family, { parent, group }: ProcessUsage): boolean {
  if (group === leader || parent === leader) return true;
  const known = members.get(parent);
  return known !== undefined && isSame(known);
}

/** The stamp comes first: it can be read where the environment cannot. Both are handed down, so one look at each will do. */
function homeByBadges(pid: number, families: readonly Family[]): { readonly home?: Family; readonly read: boolean } {
  try {
    const number = families.some(({ stamps = [] }) => stamps.length > 0) ? stampNumber(pid) : undefined;
    const home = families.find(({ stamps = [] }) => stamps.some((stamp) => isStamped(number, stamp)));
    if (home !== undefined) return { home, read: true };
    const environment = environmentOf(pid);
    const marked = families.find(({ marks }) => marks.length > 0 && holdsMarks(environment, marks));
    // Whoever is just becoming another program has no environment for a moment.
    return { ...(marked && { home: marked }), read: environment !== undefined };
  } catch {
    return { read: true }; // of another user, so none of ours
  }
}

/** Processor time that a family used between two looks, in milliseconds. */
export function spentBetween(before: Members, after: Members): number {
  let spent = 0;
  for (const [pid, { began, cpuMs }] of after) {
    const earlier = before.get(pid);
    spent += cpuMs - (earlier?.began === began ? earlier.cpuMs : 0);
  }
  // What the dead had used has gone over to whoever waited for them, and was counted already.
  for (const [pid, { began, cpuMs }] of before) {
    if (after.get(pid)?.began !== began && hasHeir(pid, before, after)) spent -= cpuMs;
  }
  return Math.max(0, spent);
}

/** Whether an ancestor of a dead member lives on. */
function hasHeir(pid: number, before: Members, after: Members): boolean {
  const seen = new Set<number>();
  for (let at = before.get(pid)?.parent; at !== undefined && !seen.has(at); at = before.get(at)?.parent) {
    if (before.has(at) && after.get(at)?.began === before.get(at)?.began) return true;
    seen.add(at);
  }
  return false;
}
