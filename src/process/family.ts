// Which processes belong to an attempt. Once a member, always a member: whoever leaves the group and empties its environment
// is still known by its number and start, and so are its children.
import { readdirSync } from 'node:fs';
import { hasMarks } from './census.ts';
import type { ProcessFacts } from './identity.ts';
import { monotonic } from './monotonic.ts';
import { stampOn } from './stamp.ts';
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
  members: ReadonlyMap<number, ProcessUsage>;
}

/** Whom a search leaves out. */
export interface Strangers {
  /** What began before this, in clock ticks since the boot, belongs to no attempt. */
  readonly since: number | undefined;
  readonly except: (facts: ProcessFacts) => boolean;
}

/** After so many milliseconds a process that belongs to nobody never will: members are known from their birth. */
const probation = 1000;

/** Gives a function that brings families up to date. It remembers strangers, and looks at them no more. */
export function familyFinder({ since = 0, except }: Strangers): (families: readonly Family[]) => void {
  let strangers = new Map<number, number>();
  return (families) => {
    const now = monotonic();
    const still = new Map<number, number>();
    const found: ProcessUsage[] = [];
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      const met = strangers.get(pid);
      if (met !== undefined && now - met > probation) {
        still.set(pid, met);
        continue;
      }
      const usage = readable(pid);
      if (usage === undefined || Number(usage.began) < since || except(usage)) still.set(pid, Number.NEGATIVE_INFINITY);
      else found.push(usage);
    }
    const homes = assign(found, families);
    for (const { pid } of found) if (!homes.has(pid)) still.set(pid, strangers.get(pid) ?? now);
    strangers = still;
    for (const family of families) family.members = membersOf(family, found, homes);
  };
}

function readable(pid: number): ProcessUsage | undefined {
  try {
    return processUsage(pid);
  } catch {
    return undefined; // of another user, so none of ours
  }
}

function assign(found: readonly ProcessUsage[], families: readonly Family[]): ReadonlyMap<number, Family> {
  const homes = new Map<number, Family>();
  const leaders = new Set(families.map(({ leader }) => leader));
  const others = found.filter(({ pid }) => !leaders.has(pid));
  const give = (belongs: (family: Family, one: ProcessUsage) => boolean) => {
    for (const one of others) {
      const home = homes.has(one.pid) ? undefined : families.find((family) => belongs(family, one));
      if (home !== undefined) homes.set(one.pid, home);
    }
    addChildren(others, homes);
  };
  give(isKnown);
  give(isMarked);
  return homes;
}

function isKnown({ leader, members }: Family, { pid, parent, began, group }: ProcessUsage): boolean {
  return group === leader || parent === leader || members.get(pid)?.began === began;
}

/** Children come behind their parents, but for those whose numbers began again from below. */
function addChildren(found: readonly ProcessUsage[], homes: Map<number, Family>): void {
  for (let before = -1; before !== homes.size; ) {
    before = homes.size;
    for (const { pid, parent } of found) {
      const home = homes.get(parent);
      if (home !== undefined && !homes.has(pid)) homes.set(pid, home);
    }
  }
}

/** The stamp comes first: it can be read where the environment cannot. */
function isMarked({ marks, stamps = [] }: Family, { pid }: ProcessUsage): boolean {
  try {
    return (stamps.length > 0 && stampOn(pid, stamps) !== undefined) || (marks.length > 0 && hasMarks(pid, marks));
  } catch {
    return false; // of another user, so none of ours
  }
}

function membersOf(family: Family, found: readonly ProcessUsage[], homes: ReadonlyMap<number, Family>) {
  return new Map(found.filter(({ pid }) => homes.get(pid) === family).map((one) => [one.pid, one]));
}

/** Processor time that a family used between two looks, in milliseconds. */
export function spentBetween(before: Family['members'], after: Family['members']): number {
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
function hasHeir(pid: number, before: Family['members'], after: Family['members']): boolean {
  const seen = new Set<number>();
  for (let at = before.get(pid)?.parent; at !== undefined && !seen.has(at); at = before.get(at)?.parent) {
    if (before.has(at) && after.get(at)?.began === before.get(at)?.began) return true;
    seen.add(at);
  }
  return false;
}
