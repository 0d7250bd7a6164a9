// Limits of attempts, enforced by looking: how much memory the processes of an attempt have, and how much processor time they
// used since the last look. Nothing is looked at, and no timer runs, while no attempt has limits.
import { type Duty, dutyOf } from './duty.ts';
import { type Family, familyFinder, type Strangers, spentBetween } from './family.ts';
import type { Stray } from './hold.ts';
import { identify, isAlive } from './identity.ts';
import { monotonic } from './monotonic.ts';
import type { TreeLimits } from './order.ts';
import { fairBytes, type ProcessUsage } from './usage.ts';

/** An attempt with limits. */
export interface Limited {
  /** Leader of its group. */
  readonly leader: number;
  /** Entries of the environment by which its processes are known. */
  readonly marks: readonly string[];
  readonly stamps: readonly string[];
  readonly limits: TreeLimits;
  /** Called at every look at which it has more memory than it may. */
  onExcess(bytes: number, processes: number): void;
  /** Called to have it held because it used more of the processor than it may, and to have it go on. */
  onHold(held: boolean, members: readonly Stray[]): void;
}

/** Looks at attempts, as often as their limits ask for it. */
export interface Sampler {
  /** Begins to look at an attempt; the function that is given back ends it. */
  watch(limited: Limited): () => void;
}

interface Watch {
  readonly limited: Limited;
  readonly family: Family;
  readonly duty: Duty | undefined;
  /** When it is to be looked at again. */
  next: number;
  /** The last look: when it was, and how much memory there was. */
  at: number;
  bytes: number;
  held: boolean;
  /** Processors that it took when it was not held. */
  taken: number;
}

/** Shortest and longest time between two looks at memory, and longest between two looks at processor time, in milliseconds. */
const soonest = 20;
const latest = 200;
const latestForDuty = 50;
/** A growth of memory, in bytes a millisecond, that is always reckoned with. */
const usualGrowth = 500_000;
/** How long somebody is held whose turns to run are of a good length, in milliseconds. */
const goodHold = 250;
const shortestTurn = 10;

/** Opens a sampler. */
export function openSampler(strangers: Strangers): Sampler {
  const find = familyFinder(strangers);
  const watches = new Set<Watch>();
  let timer: NodeJS.Timeout | undefined;

  const schedule = () => {
    clearTimeout(timer);
    timer = undefined;
    if (watches.size === 0) return;
    const next = Math.min(...[...watches].map((watch) => watch.next));
    timer = setTimeout(look, Math.max(1, next - monotonic()));
  };
  const look = () => {
    const before = new Map([...watches].map((watch) => [watch, watch.family.members]));
    find([...watches].map(({ family }) => family));
    for (const [watch, members] of before) if (watches.has(watch)) assess(watch, members);
    schedule();
  };
  return {
    watch(limited) {
      const { leader, marks, stamps, limits } = limited;
      const now = monotonic();
      const duty = limits.cpus === undefined ? undefined : dutyOf(limits.cpus, now);
      const family: Family = { leader, marks, stamps, members: new Map() };
      const watch: Watch = {
        limited,
        family,
        duty,
        next: now + latestForDuty,
        at: now,
        bytes: 0,
        held: false,
        taken: 0,
      };
      watches.add(watch);
      schedule();
      return () => {
        watches.delete(watch);
        schedule();
      };
    },
  };
}

/** Draws the consequences of a look, and says when the next is due. */
function assess(watch: Watch, before: Family['members']): void {
  const now = monotonic();
  const { limits } = watch.limited;
  const members = [...watch.family.members.values()];
  const forMemory = limits.memoryBytes === undefined ? latest : assessMemory(watch, limits.memoryBytes, members, now);
  const forDuty = watch.duty === undefined ? latest : assessDuty(watch, watch.duty, before, now);
  watch.at = now;
  watch.next = now + Math.min(forMemory, forDuty);
}

function assessMemory(watch: Watch, limit: number, members: readonly ProcessUsage[], now: number): number {
  const most = members.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
  // The fair figure costs far more than this upper bound, which nearly always is enough.
  const bytes = most <= limit ? most : members.reduce((sum, { pid }) => sum + fairBytes(pid), 0);
  if (bytes > limit) watch.limited.onExcess(bytes, members.filter(isAlive).length);
  const growth = (bytes - watch.bytes) / Math.max(1, now - watch.at);
  watch.bytes = bytes;
  return between(soonest, (limit - bytes) / Math.max(usualGrowth, 2 * growth), latest);
}

function assessDuty(watch: Watch, duty: Duty, before: Family['members'], now: number): number {
  const { members } = watch.family;
  const used = spentBetween(before, members);
  // How fast it goes shows only while it may.
  if (!watch.held) watch.taken = used / Math.max(1, now - watch.at);
  const pause = duty.spend(used, now);
  if (pause > 0 !== watch.held) {
    watch.held = pause > 0;
    watch.limited.onHold(watch.held, watch.held ? straysIn(watch.family) : []);
  }
  if (watch.held) return pause;
  // The more of the processor it takes, the shorter its turns, so that it never has to be held for long.
  const turn = (goodHold * (watch.limited.limits.cpus ?? 1)) / Math.max(watch.taken, 0.01);
  return between(shortestTurn, turn, latestForDuty);
}

/** Members outside the group, each with the identity under which it may be signalled. */
function straysIn({ leader, members }: Family): readonly Stray[] {
  return [...members.values()].flatMap(({ pid, began, group }) => {
    const identity = group === leader ? undefined : identify(pid);
    return identity?.began === began ? [{ ...identity, group }] : [];
  });
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
