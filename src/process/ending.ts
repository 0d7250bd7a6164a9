import { type Found, findProcesses } from './census.ts';
import { type Identity, type ProcessFacts, signalGroup, signalProcess, verdict } from './identity.ts';

/** Processes that are to end together. */
export interface Doomed {
  /** Leaders of groups, dead or alive: signalled with their group, but not waited for. */
  readonly leaders: readonly Identity[];
  /** Marks by which processes are known that left the group; none: the group is all. */
  readonly marks: readonly string[];
  /** Processes that are left alone though they bear the marks. */
  readonly except: (facts: ProcessFacts) => boolean;
  /** When patience ends, on the clock of performance.now(). Asked again and again, for it may be brought forward. */
  readonly deadline: () => number;
  /** Whether nothing else is waited for once nobody is left. */
  readonly isOver: () => boolean;
  /** Waits this long, or until something has changed. */
  readonly nap: (milliseconds: number) => Promise<void>;
}

/** How long processes that even KILL does not end are waited for, in milliseconds. */
const lastPatience = 5000;

/** TERM once, after the deadline KILL, until nothing is left. Says whether anything had to be signalled. */
export async function endProcesses(doomed: Doomed): Promise<boolean> {
  const told = new Set<number>();
  let signalled = false;
  for (let pause = 5; ; pause = Math.min(pause * 2, 100)) {
    const left = await survivors(doomed);
    if (left.length === 0 && doomed.isOver()) return signalled;
    const early = doomed.deadline() - performance.now();
    if (early < -lastPatience) return true;
    if (early <= 0) forceEnd(doomed, left);
    else askToEnd(doomed, left, told, !signalled);
    signalled = true;
    await doomed.nap(early > 0 ? Math.min(pause, early) : pause);
  }
}

async function survivors(doomed: Doomed): Promise<readonly Found[]> {
  const leaders = new Set(doomed.leaders.map(({ pid }) => pid));
  const groups = new Set(doomed.leaders.filter(ownsGroup).map(({ pid }) => pid));
  const except = (facts: ProcessFacts) => leaders.has(facts.pid) || doomed.except(facts);
  return findProcesses({ groups, marks: doomed.marks, except });
}

function ownsGroup(leader: Identity): boolean {
  const found = verdict(leader);
  return found === 'ours' || found === 'gone';
}

function forceEnd(doomed: Doomed, left: readonly Found[]): void {
  for (const leader of doomed.leaders) signalGroup(leader, 'SIGKILL');
  for (const one of left) signalProcess(one, 'SIGKILL');
}

/** Groups are told once, as a terminal would do; who left its group is told alone. */
function askToEnd(doomed: Doomed, left: readonly Found[], told: Set<number>, first: boolean): void {
  if (first) for (const leader of doomed.leaders) signalGroup(leader, 'SIGTERM');
  for (const one of left) {
    if (told.has(one.pid) || doomed.leaders.some(({ pid }) => pid === one.group)) continue;
    told.add(one.pid);
    signalProcess(one, 'SIGTERM');
  }
}
