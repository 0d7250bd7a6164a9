import { type Census, type Found, findProcesses, isNobodySince, lastPid, lieInWait } from './census.ts';
import {
  type Identity,
  identify,
  type ProcessFacts,
  processFacts,
  signalGroup,
  signalProcess,
  verdict,
} from './identity.ts';
import { monotonic } from './monotonic.ts';

/** Processes that are to end together. */
export interface Doomed {
  /** Leaders of groups, dead or alive: signalled with their group, but not waited for. */
  readonly leaders: readonly Identity[];
  /** Marks by which processes are known that left the group; none: the group is all. */
  readonly marks: readonly string[];
  /** Stamps by which they are known even without marks. */
  readonly stamps: readonly string[];
  /** Processes that are left alone though they bear the marks. */
  readonly except: (facts: ProcessFacts) => boolean;
  /** What began before this, in clock ticks since the boot, is none of them. */
  readonly since?: number | undefined;
  /** How often the groups are told. A shell that has just forked hears nothing until it has put its traps away. */
  readonly tellings: number;
  /** When patience ends, on the clock of monotonic(). Asked again and again, for it may be brought forward. */
  readonly deadline: () => number;
  /** Whether nothing else is waited for once nobody is left. */
  readonly isOver: () => boolean;
  /** Waits this long, or until something has changed. */
  readonly nap: (milliseconds: number) => Promise<void>;
}

/** How long processes that even KILL does not end are waited for, in milliseconds. */
const lastPatience = 5000;
/** What was killed twice and is still there runs ahead: how long it is lain in wait for at a time, in milliseconds. */
const ambush = 30;

/** TERM first, after the deadline KILL, until nothing is left. Says whether anything had to be signalled. */
export async function endProcesses(doomed: Doomed): Promise<boolean> {
  const told = new Set<number>();
  let tellings = 0;
  let killings = 0;
  let signalled = false;
  for (let pause = 5; ; pause = Math.min(pause * 2, 100)) {
    const elder = lastPid();
    const census = censusOf(doomed);
    const left = await findProcesses(census);
    const quiet = left.length === 0 && doomed.isOver();
    // Where so many are born that nobody could look at all of them, a wait without a find has to do.
    if (quiet && (isNobodySince(elder, census) ?? !lieInWait(census, ambush))) return signalled;
    const early = doomed.deadline() - monotonic();
    if (early < -lastPatience) return true;
    if (early <= 0) {
      forceEnd(doomed, left);
      killings += 1;
      if (killings > 2) lieInWait(census, ambush, kill);
    } else if (!quiet) {
      askToEnd(doomed, left, told, tellings < doomed.tellings);
      tellings += 1;
    }
    signalled ||= !quiet || early <= 0;
    await doomed.nap(early > 0 ? Math.min(pause, early) : pause);
  }
}

function censusOf(doomed: Doomed): Census {
  const leaders = new Set(doomed.leaders.map(({ pid }) => pid));
  const groups = new Set(doomed.leaders.filter(ownsGroup).map(({ pid }) => pid));
  const except = (facts: ProcessFacts) => leaders.has(facts.pid) || doomed.except(facts);
  return { groups, marks: doomed.marks, stamps: doomed.stamps, except, since: doomed.since };
}

function ownsGroup(leader: Identity): boolean {
  const found = verdict(leader);
  return found === 'ours' || found === 'gone';
}

function forceEnd(doomed: Doomed, left: readonly Found[]): void {
  for (const leader of doomed.leaders) signalGroup(leader, 'SIGKILL');
  for (const one of left) kill(one);
}

/** With its group, where that can only be of ours: one of it may have had a child meanwhile. */
function kill(one: Found): void {
  const leader = identify(one.group) ?? { ...one, pid: one.group, began: '' };
  // A leader that is younger has the number from somebody who gave it back since.
  const known = one.stamped && one.group > 1 && Number(leader.began) <= Number(one.began);
  if (known && one.group !== processFacts(process.pid)?.group) signalGroup(leader, 'SIGKILL');
  signalProcess(one, 'SIGKILL');
}

/** Groups are told as a terminal would do it; who left its group is told alone, once. */
function askToEnd(doomed: Doomed, left: readonly Found[], told: Set<number>, groups: boolean): void {
  if (groups) for (const leader of doomed.leaders) signalGroup(leader, 'SIGTERM');
  for (const one of left) {
    if (told.has(one.pid) || doomed.leaders.some(({ pid }) => pid === one.group)) continue;
    told.add(one.pid);
    signalProcess(one, 'SIGTERM');
  }
}
