import type { Io, Signal } from './command.ts';

/** Signals that ask this process to end, from the first moment of a command to its last. */
export interface Interruption {
  /** The first one. */
  readonly signal: Signal | undefined;
  /** Who is told of signals from now on, and at once of one that has come; `again` is true for all but the first. */
  listen(callback: (signal: Signal, again: boolean) => void): void;
  /** From now on a signal does what it does to any process. */
  end(): void;
}

/** Begins to watch. Without a listener a signal is only remembered. */
export function watchSignals(io: Io): Interruption {
  let first: Signal | undefined;
  let tell: (signal: Signal, again: boolean) => void = () => {};
  const end = io.onSignal((signal) => {
    const again = first !== undefined;
    first ??= signal;
    tell(signal, again);
  });
  return {
    get signal() {
      return first;
    },
    listen(callback) {
      tell = callback;
      if (first !== undefined) callback(first, false);
    },
    end,
  };
}

/** Who or what ended a run, in the words of its journal. `announced`: whether `runs stop` had left word that it would. */
export function stoppedBy(signal: Signal, announced: boolean): string {
  return {
    SIGINT: 'stopped by Ctrl-C',
    SIGTERM: announced ? 'stopped by super runs stop' : 'stopped by SIGTERM',
    SIGHUP: 'stopped by SIGHUP (as when its terminal closes)',
  }[signal];
}

/** Waits, but no longer than until a signal comes. */
export function nap(milliseconds: number, interruption: Interruption): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    interruption.listen(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
