// How many tasks may run at once on a machine that is short of something: half of those that ran, again and again while it
// lasts; one by one more when it is over. Without room on the disk nothing starts.
import type { Machine, Shortage } from './ports.ts';

/** How far a run is throttled. */
export interface Throttle {
  /** Most tasks at once, but for the disk. */
  readonly level: number;
  /** Whether the disk has room for anything new. */
  readonly room: boolean;
  /** When the level last changed, in milliseconds since 1970. */
  readonly changedAt: number;
}

/** What the throttle depends on. */
export interface Sight {
  readonly shortage: Shortage | undefined;
  /** Most tasks at once since the level last changed, the one that is to start included. */
  readonly busiest: number;
  /** Most tasks at once as planned. */
  readonly planned: number;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** Milliseconds between two changes of the level, in which the last one shows what it does. */
const throttleInterval = 2000;

/** The throttle of a run that is not throttled. */
export function openThrottle(planned: number): Throttle {
  return { level: planned, room: true, changedAt: Number.NEGATIVE_INFINITY };
}

/** Most tasks at once. */
export function mostAtOnce({ level, room }: Throttle): number {
  return room ? level : 0;
}

/** The throttle after a look at the machine. */
export function adjust(throttle: Throttle, sight: Sight): Throttle {
  const { shortage, now } = sight;
  const room = shortage?.type !== 'disk';
  const level = !room || now - throttle.changedAt < throttleInterval ? throttle.level : nextLevel(throttle, sight);
  if (room === throttle.room && level === throttle.level) return throttle;
  return { level, room, changedAt: level === throttle.level ? throttle.changedAt : now };
}

function nextLevel({ level }: Throttle, { shortage, busiest, planned }: Sight): number {
  if (shortage === undefined) return Math.min(planned, level + Math.max(1, Math.floor(level / 4)));
  return Math.max(1, Math.floor(Math.min(level, busiest) / 2));
}

/** How many tasks may run at once from now on. */
export interface Level {
  readonly max_parallel_tasks: number;
  readonly because: string;
}

/** Follows the machine on behalf of a run. */
export interface Governor {
  /** Looks at the machine, with so many tasks running, at this time; gives what changed, to be recorded. */
  look(running: number, now: number): Level | undefined;
  /** Whether it has to be looked though nothing is to start. */
  throttled(): boolean;
  /** In how many milliseconds it has to be looked though nothing happens. */
  patience(): number | undefined;
  /** Why nothing new can start at all; undefined where something can. */
  blocked(): string | undefined;
}

/** A governor; without a machine it never finds anything. */
export function governorOf(machine: Machine | undefined, planned: number): Governor {
  let throttle = openThrottle(planned);
  let shortage: Shortage | undefined;
  let busiest = 0;
  return {
    look(running, now) {
      shortage = machine?.look();
      busiest = Math.max(busiest, running + 1);
      const before = mostAtOnce(throttle);
      throttle = adjust(throttle, { shortage, busiest, planned, now });
      const most = mostAtOnce(throttle);
      if (most === before) return undefined;
      busiest = 0;
      const better = most === planned ? 'the machine has recovered' : 'the machine recovers';
      return { max_parallel_tasks: most, because: shortage?.message ?? better };
    },
    throttled: () => mostAtOnce(throttle) < planned,
    patience: () => (mostAtOnce(throttle) < planned ? throttleInterval : undefined),
    blocked: () => (throttle.room ? undefined : shortage?.message),
  };
}
