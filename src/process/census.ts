import { readdirSync } from 'node:fs';
import { type Identity, identify, isAlive, type ProcessFacts, processFacts, readProc } from './identity.ts';

/** Which processes are looked for: members of these groups, and those whose environment holds all of these marks. */
export interface Census {
  readonly groups: ReadonlySet<number>;
  /** Entries of the form NAME=value; none: the environment is not looked at. */
  readonly marks: readonly string[];
  /** Processes that do not count, whatever they belong to. */
  readonly except: (facts: ProcessFacts) => boolean;
  /** What began before this, in clock ticks since the boot, cannot be what is looked for. */
  readonly since?: number | undefined;
}

/** A process, and the group in which it was seen. */
export interface Found extends Identity {
  readonly group: number;
}

/** Living processes that the census asks for, each with the identity under which it may be signalled. */
export async function findProcesses(census: Census): Promise<readonly Found[]> {
  const found: Found[] = [];
  let looked = 0;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const facts = sought(pid, census);
    const identity = facts && identify(pid);
    if (identity) found.push({ ...identity, group: facts.group });
    looked += 1;
    if (looked % slice === 0) await new Promise(setImmediate); // a full machine must not hold up everything else
  }
  return found;
}

const slice = 20;

/** The number that was last given to a new process, here or in another program. */
export function lastPid(): number {
  return Number(readProc('/proc/loadavg')?.trim().split(' ').at(-1));
}

/** Numbers given to processes since then; undefined when they are many, or when they have started again from the lowest. */
export function pidsSince(pid: number): readonly number[] | undefined {
  const count = lastPid() - pid;
  return count >= 0 && count <= 100 ? Array.from({ length: count }, (_, index) => pid + 1 + index) : undefined;
}

/** Whether one of these processes, still alive, is what the census asks for. */
export function isAnySought(pids: readonly number[], census: Census): boolean {
  return pids.some((pid) => sought(pid, census) !== undefined);
}

function sought(pid: number, census: Census): ProcessFacts | undefined {
  try {
    const facts = processFacts(pid);
    if (!facts || !isAlive(facts) || census.except(facts)) return undefined;
    if (census.since !== undefined && Number(facts.began) < census.since) return undefined;
    return census.groups.has(facts.group) || (census.marks.length > 0 && hasMarks(pid, census.marks))
      ? facts
      : undefined;
  } catch {
    return undefined; // of another user, so none of ours
  }
}

/** Whether all of these entries, of the form NAME=value, stand in the environment of a process. */
export function hasMarks(pid: number, marks: readonly string[]): boolean {
  const environment = `\0${readProc(`/proc/${pid}/environ`) ?? ''}\0`;
  return marks.every((mark) => environment.includes(`\0${Buffer.from(mark).toString('latin1')}\0`));
}
