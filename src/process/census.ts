import { readdirSync } from 'node:fs';
import { type Identity, identityIn, isAlive, type ProcessFacts, processFacts, readProc } from './identity.ts';
import { monotonic } from './monotonic.ts';
import { stampOn } from './stamp.ts';
import { isWithin } from './within.ts';

/** Which processes are looked for: members of these groups, those that bear a stamp, and those whose environment holds all marks. */
export interface Census {
  readonly groups: ReadonlySet<number>;
  /** Entries of the form NAME=value; none: the environment is not looked at. */
  readonly marks: readonly string[];
  /** Stamps, each of a run or of one launcher (stamp.ts). */
  readonly stamps: readonly string[];
  /** Processes that do not count, whatever they belong to. */
  readonly except: (facts: ProcessFacts) => boolean;
  /** What began before this, in clock ticks since the boot, cannot be what is looked for. */
  readonly since?: number | undefined;
}

/** A process, and the group in which it was seen. */
export interface Found extends Identity {
  readonly group: number;
  /** Whether it bears one of the stamps. It has that from its parents, and so has all of its group. */
  readonly stamped: boolean;
}

/** Living processes that the census asks for, each with the identity under which it may be signalled. */
export async function findProcesses(census: Census): Promise<readonly Found[]> {
  const found: Found[] = [];
  let looked = 0;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const one = sought(pid, census);
    if (one) found.push(one);
    looked += 1;
    if (looked % slice === 0) await new Promise(setImmediate); // a full machine must not hold up everything else
  }
  return found;
}

const slice = 20;

/**
 * Calls back for what the census asks for and what begins in the next few milliseconds, again and again: a process may have a
 * child and end before a census has come so far as to list it. Holds up everything else. Says whether there was anything.
 */
export function lieInWait(census: Census, milliseconds: number, onFound: (found: Found) => void = () => {}): boolean {
  const end = monotonic() + milliseconds;
  let found = false;
  for (let before = lastPid(); monotonic() < end; ) {
    const last = lastPid();
    for (let pid = Math.max(1, before - 1, last - slice); pid <= last; pid += 1) {
      const one = sought(pid, census);
      if (one) onFound(one);
      found ||= one !== undefined;
    }
    before = last;
  }
  return found;
}

/** The number that was last given to a new process, here or in another program. */
export function lastPid(): number {
  return Number(readProc('/proc/loadavg')?.trim().split(' ').at(-1));
}

/**
 * Whether nothing that the census asks for was born after this process and is still there, whoever has a child and ends while
 * this looks; undefined when it cannot be known: too many were born, or their numbers have started again from the lowest.
 */
export function isNobodySince(pid: number, census: Census): boolean | undefined {
  for (let elder = pid; ; ) {
    const last = lastPid();
    if (last === elder) return true;
    if (last < elder || last - elder > many) return undefined;
    for (; elder < last; elder += 1) if (sought(elder + 1, census) !== undefined) return false;
  }
}

const many = 100;

/** The facts come before the look at the marks: should the number have changed hands in between, no signal goes there. */
function sought(pid: number, census: Census): Found | undefined {
  try {
    const facts = processFacts(pid);
    if (!facts || !isAlive(facts) || census.except(facts)) return undefined;
    if (census.since !== undefined && Number(facts.began) < census.since) return undefined;
    // The stamp can be read where the environment cannot.
    const stamped = stampOn(pid, census.stamps) !== undefined;
    const isSought = stamped || census.groups.has(facts.group) || isMarked(pid, census.marks);
    return isSought ? { ...identityIn(facts), group: facts.group, stamped } : undefined;
  } catch {
    return undefined; // of another user, so none of ours
  }
}

function isMarked(pid: number, marks: readonly string[]): boolean {
  return marks.length > 0 && hasMarks(pid, marks);
}

/**
 * Whether all of these entries, of the form NAME=value, stand in the environment of a process, or it belongs to a run that was
 * started within what they mark.
 */
export function hasMarks(pid: number, marks: readonly string[]): boolean {
  return holdsMarks(environmentOf(pid), marks);
}

/** The environment of a process, each entry between NULs; undefined when it has none, or is gone. Throws when it may not be read. */
export function environmentOf(pid: number): string | undefined {
  const entries = readProc(`/proc/${pid}/environ`);
  return entries ? `\0${entries}\0` : undefined;
}

/** What `hasMarks` says, of an environment that was read. */
export function holdsMarks(environment = '\0\0', marks: readonly string[]): boolean {
  const holds = marks.every((mark) => environment.includes(`\0${Buffer.from(mark).toString('latin1')}\0`));
  return holds || isWithin(environment, marks);
}
