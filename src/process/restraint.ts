import { amount } from '../run/amounts.ts';
import { openHold, type Stray, straysAmong } from './hold.ts';
import { type Identity, isAlive, type ProcessFacts, signalGroup, signalProcess } from './identity.ts';
import type { TreeLimits } from './order.ts';
import type { Sampler } from './sampler.ts';

/** Keeps an attempt within its limits, and holds it while somebody wants that. */
export interface Restraint {
  freeze(frozen: boolean): void;
  /** It is told to end: nothing holds it any more. Its memory is still looked at. */
  letGo(): void;
  /** It has ended. */
  close(): void;
  /** For how many milliseconds it has been held in all. */
  held(): number;
  /** What it used too much of, once it did: a message with figures. */
  readonly excess: string | undefined;
}

/** Whom a restraint is for. */
export interface Restrained {
  /** Leader of its group. */
  readonly leader: Identity;
  readonly marks: readonly string[];
  readonly stamps: readonly string[];
  readonly limits: TreeLimits | undefined;
  findStrays(): Promise<readonly Stray[]>;
  /** Sees to its end with at most this grace, in milliseconds. Its group has been told. Called again to shorten the grace. */
  stop(graceMs: number): void;
}

/** Most time, in milliseconds, that is left between TERM and KILL to who uses too much memory. */
const patience = 2000;
/** Whoever has reached so many times its limit gets no time at all. */
const outrageous = 1.5;

/** Puts an attempt under restraint. */
export function restrain(sampler: Sampler, restrained: Restrained): Restraint {
  const { leader, marks, stamps, limits } = restrained;
  const hold = openHold(leader, restrained.findStrays);
  let excess: string | undefined;
  let ending = false;
  let grace = Number.POSITIVE_INFINITY;
  // The signal is sent here and now: whoever sees to the end has much to look at first, and memory grows meanwhile.
  const onExcess = (bytes: number, members: readonly ProcessFacts[]) => {
    const limit = limits?.memoryBytes ?? 0;
    excess ??= excessOf(bytes, limit, members.filter(isAlive).length);
    const graceMs = bytes > outrageous * limit ? 0 : patience;
    if (graceMs === 0) kill(leader, members);
    else if (!ending) signalGroup(leader, 'SIGTERM');
    if (graceMs >= grace) return;
    grace = graceMs;
    restrained.stop(graceMs);
  };
  const unwatch =
    limits === undefined
      ? () => {}
      : sampler.watch({
          leader: leader.pid,
          marks,
          stamps,
          limits,
          onExcess,
          onHold: (held, strays) => hold.set('slowed', held, strays),
        });
  return {
    freeze: (frozen) => hold.set('frozen', frozen),
    letGo() {
      ending = true;
      hold.end();
    },
    close: unwatch,
    held: hold.total,
    get excess() {
      return excess;
    },
  };
}

function kill(leader: Identity, members: readonly ProcessFacts[]): void {
  signalGroup(leader, 'SIGKILL');
  for (const stray of straysAmong(members, leader.pid)) signalProcess(stray, 'SIGKILL');
}

function excessOf(bytes: number, limit: number, processes: number): string {
  const who = `${processes} process${processes === 1 ? '' : 'es'}`;
  return `used ${amount(bytes, limit)} of memory, the limit is ${amount(limit)} (${who}; measured by sampling)`;
}
