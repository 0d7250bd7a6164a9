// Launchers, what they work at, and the pool of both.
import type { Identity } from './identity.ts';
import type { Nursery } from './nursery.ts';
import type { LaunchEnd, LaunchOrder } from './order.ts';
import type { Pipe } from './pipes.ts';
import type { Common, Prepared } from './prepare.ts';
import type { Restraint } from './restraint.ts';
import type { Sampler } from './sampler.ts';

/** A shell that waits for attempts. */
export interface Launcher {
  readonly slot: number;
  /** Our end of its FIFO. */
  fd?: number | undefined;
  identity?: Identity | undefined;
  up: boolean;
  gone: boolean;
  /** Whether it was told to stop, which it never forgets. */
  spent: boolean;
  work?: Work | undefined;
}

/** An order on its way through the pool. */
export interface Work {
  readonly id: number;
  readonly order: LaunchOrder;
  readonly settle: (end: LaunchEnd) => void;
  readonly pipes: readonly Pipe[];
  launcher?: Launcher;
  prepared?: Prepared;
  began: number;
  /** The youngest process when it began, where that matters. */
  elder: number;
  /** When patience with it ends. */
  deadline: number;
  /** Exit code, once reported. */
  code?: number;
  /** Why it is lost. */
  lost?: string;
  ending: boolean;
  /** Whether its group heard that it is to end before anybody looked for what belongs to it. */
  told?: boolean;
  /** Whether it is to be held, begun or not. */
  frozen: boolean;
  /** Where it has limits, or was held. */
  restraint?: Restraint;
  wake: () => void;
}

/** All launchers and orders of a run. */
export interface Pool {
  readonly nursery: Nursery;
  readonly sampler: Sampler;
  readonly common: Common;
  /** Whether launchers may evaluate plain scripts themselves; known before the first launcher is up. */
  evaluate: boolean;
  readonly launchers: Map<number, Launcher>;
  readonly idle: Launcher[];
  readonly waiting: Work[];
  /** What waits for its pipes to be made. */
  readonly piping: Map<number, Work>;
  readonly running: Map<number, Work>;
  readonly graceMs: number;
  /** Slots given out so far. */
  slots: number;
  starting: number;
  closing: boolean;
  /** What became of the nursery. */
  lost: string | undefined;
  /** The number last given to a process, and when that was, on the clock of monotonic(). */
  sampled: { readonly at: number; readonly pid: number };
  /** When, on the clock of monotonic(), all this began. */
  readonly opened: number;
  /** Called when no launcher is left. */
  onEmpty: () => void;
  /** The last thing that a shell of ours wrote to its standard error. */
  complaint: string;
}
