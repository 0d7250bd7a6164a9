import { amount } from '../run/amounts.ts';
import { openHold, type Stray } from './hold.ts';
import type { Identity } from './identity.ts';
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
  /** Ends it with at most this grace, in milliseconds. Called again while it goes on using too much. */
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
  const onExcess = (bytes: number, processes: number) => {
    const limit = limits?.memoryBytes ?? 0;
    excess ??= excessOf(bytes, limit, processes);
    restrained.stop(bytes > outrageous * limit ? 0 : patience);
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
    letGo: hold.end,
    close: unwatch,
    held: hold.total,
    get excess() {
      return excess;
    },
  };
}

function excessOf(bytes: number, limit: number, processes: number): string {
  const who = `${processes} process${processes === 1 ? '' : 'es'}`;
  return `used ${amount(bytes, limit)} of memory, the limit is ${amount(limit)} (${who}; measured by sampling)`;
}
