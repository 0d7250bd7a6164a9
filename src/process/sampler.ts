// Limits of attempts, enforced by looking: how much memory the processes of an attempt have, and how much processor time they
// used since the last look. Nothing is looked at, and no timer runs, while no attempt has limits.
//
// Three things go on side by side, each at a pace of its own, so that none holds up the others or the rest of the program: looks
// at the members that are known, searches for new ones, and measurements of memory that is shared.
import { type Duty, dutyOf } from './duty.ts';
import { type Family, familyFinder, type Members, refresh, type Strangers, spentBetween } from './family.ts';
import { type Stray, straysAmong } from './hold.ts';
import type { ProcessFacts } from './identity.ts';
import { leastBytes, measureBytes, mostBytes } from './memory.ts';
import { monotonic } from './monotonic.ts';
import type { TreeLimits } from './order.ts';
import { openPace } from './pace.ts';
import type { ProcessUsage } from './usage.ts';

/** An attempt with limits. */
export interface Limited {
  /** Leader of its group. */
  readonly leader: number;
  /** Entries of the environment by which its processes are known. */
  readonly marks: readonly string[];
  readonly stamps: readonly string[];
  readonly limits: TreeLimits;
  /** Called in every look at which it has more memory than it may, with all that belongs to it. */
  onExcess(bytes: number, members: readonly ProcessFacts[]): void;
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
  /** The last look: when it was, who was there where that matters, and how much memory they had. */
  at: number;
  members: Members;
  bytes: number;
  /** What its members show together; what they share counts several times. */
  most: number;
  /** What they had when that was measured last, and when it may be measured again. */
  fair: number | undefined;
  measurable: number;
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
/** Who alone has so many times the limit is above it, whatever it shares. */
const certain = 1.1;
/** Beyond so many times the limit nothing is measured: all of it ends at once. */
const enough = 2;
/** For how many times as long as a measurement took nothing is measured again. */
const measureRest = 4;
/** For how many milliseconds the list of all processes is good, where there is more to be read. */
const listGood = 100;
/** How long somebody is held whose turns to run are of a good length, in milliseconds. */
const goodHold = 250;
const shortestTurn = 10;

/** Opens a sampler. */
export function openSampler(strangers: Strangers): Sampler {
  const find = familyFinder(strangers);
  const watches = new Map<Family, Watch>();
  const paces = { look: openPace(), search: openPace(), measure: openPace() };
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let searching = false;
  let measuring = false;
  let rested = 0;
  let restedFromSearch = 0;
  let begun = 0;
  let endedEarly = false;

  const schedule = () => {
    clearTimeout(timer);
    timer = undefined;
    if (watches.size === 0 || looking) return;
    const next = Math.min(...[...watches.values()].map((watch) => watch.next));
    timer = setTimeout(look, Math.max(1, Math.max(next, rested) - monotonic()));
  };
  const look = async () => {
    looking = true;
    paces.look.begin();
    const families = [...watches.keys()];
    await refresh(families, paces.look);
    for (const family of families) {
      const watch = watches.get(family);
      if (watch) assess(watch, measure);
    }
    rested = monotonic() + paces.look.rest();
    looking = false;
    if (!searching && monotonic() >= restedFromSearch) void search();
    schedule();
  };
  const search = async () => {
    searching = true;
    paces.search.begin();
    const [before, since, mayEndEarly] = [begun, monotonic(), !endedEarly];
    endedEarly = false;
    await find([...watches.keys()], {
      breathe: paces.search.breathe,
      onFound(family, usage) {
        const watch = watches.get(family);
        if (watch && welcome(watch, usage)) schedule();
      },
      // Who was born meanwhile is not on the list. But every second search comes to its end, however many are born.
      isOutdated() {
        if (begun !== before) return true;
        endedEarly = mayEndEarly && monotonic() - since > listGood;
        return endedEarly;
      },
    });
    restedFromSearch = monotonic() + paces.search.rest();
    searching = false;
  };
  const measure = async (watch: Watch, limit: number) => {
    const began = monotonic();
    if (measuring || began < watch.measurable) return;
    measuring = true;
    paces.measure.begin();
    const bytes = await measureBytes([...watch.family.members.values()], enough * limit, paces.measure);
    measuring = false;
    watch.measurable = monotonic() + measureRest * (monotonic() - began);
    watch.fair = bytes;
    if (bytes > limit && watches.has(watch.family)) exceed(watch, bytes);
  };
  return {
    watch(limited) {
      const watch = newWatch(limited, monotonic());
      watches.set(watch.family, watch);
      begun += 1;
      schedule();
      return () => {
        watches.delete(watch.family);
        schedule();
      };
    },
  };
}

function newWatch(limited: Limited, now: number): Watch {
  const { leader, marks, stamps, limits } = limited;
  return {
    limited,
    family: { leader, marks, stamps, members: new Map() },
    duty: limits.cpus === undefined ? undefined : dutyOf(limits.cpus, now),
    next: now + latestForDuty,
    at: now,
    members: new Map(),
    bytes: 0,
    most: 0,
    fair: undefined,
    measurable: now,
    held: false,
    taken: 0,
  };
}

/** Reckons with a new member; says whether the next look comes sooner for it. */
function welcome(watch: Watch, { residentBytes }: ProcessUsage): boolean {
  const { memoryBytes: limit } = watch.limited.limits;
  watch.most += residentBytes;
  if (limit === undefined) return false;
  const next = monotonic() + timeToReach(limit, watch.most, usualGrowth);
  const sooner = next < watch.next;
  if (sooner) watch.next = next;
  return sooner;
}

/** Draws the consequences of a look, and says when the next is due. */
function assess(watch: Watch, measure: (watch: Watch, limit: number) => void): void {
  const now = monotonic();
  const { limits } = watch.limited;
  const forMemory = limits.memoryBytes === undefined ? latest : assessMemory(watch, limits.memoryBytes, now, measure);
  const forDuty = watch.duty === undefined ? latest : assessDuty(watch, watch.duty, now);
  watch.at = now;
  watch.next = now + Math.min(forMemory, forDuty);
}

function assessMemory(watch: Watch, limit: number, now: number, measure: (watch: Watch, limit: number) => void) {
  const members = [...watch.family.members.values()];
  watch.most = mostBytes(members);
  let bytes = watch.most;
  if (bytes > limit) {
    const least = leastBytes(members, limit);
    if (least > certain * limit) exceed(watch, least);
    else measure(watch, limit);
    bytes = Math.max(least, watch.fair ?? limit);
  }
  const growth = Math.max(usualGrowth, (2 * (bytes - watch.bytes)) / Math.max(1, now - watch.at));
  watch.bytes = bytes;
  return timeToReach(limit, bytes, growth);
}

function exceed({ limited, family }: Watch, bytes: number): void {
  limited.onExcess(bytes, [...family.members.values()]);
}

function timeToReach(limit: number, bytes: number, growth: number): number {
  return between(soonest, (limit - bytes) / growth, latest);
}

function assessDuty(watch: Watch, duty: Duty, now: number): number {
  const { members, leader } = watch.family;
  const used = spentBetween(watch.members, members);
  watch.members = new Map(members);
  // How fast it goes shows only while it may.
  if (!watch.held) watch.taken = used / Math.max(1, now - watch.at);
  const pause = duty.spend(used, now);
  if (pause > 0 !== watch.held) {
    watch.held = pause > 0;
    watch.limited.onHold(watch.held, watch.held ? straysAmong(members.values(), leader) : []);
  }
  if (watch.held) return pause;
  // The more of the processor it takes, the shorter its turns, so that it never has to be held for long.
  const turn = (goodHold * (watch.limited.limits.cpus ?? 1)) / Math.max(watch.taken, 0.01);
  return between(shortestTurn, turn, latestForDuty);
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
