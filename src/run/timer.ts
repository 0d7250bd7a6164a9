import type { Clock } from './ports.ts';

/** Calls back once, after a time that does not count while it is held. */
export interface Timer {
  /** Stops counting until goOn(). Called twice it counts as once. */
  hold(): void;
  goOn(): void;
  /** It never calls back any more. */
  cancel(): void;
}

/** Starts a timer of so many milliseconds. */
export function startTimer(clock: Clock, milliseconds: number, callback: () => void): Timer {
  let left = milliseconds;
  let since = clock.now();
  let forget: (() => void) | undefined;
  const goOn = () => {
    if (forget !== undefined) return;
    since = clock.now();
    forget = clock.after(left, callback);
  };
  const cancel = () => {
    forget?.();
    forget = () => {};
  };
  goOn();
  return {
    goOn,
    cancel,
    hold() {
      if (forget === undefined) return;
      forget();
      forget = undefined;
      left = Math.max(0, left - (clock.now() - since));
    },
  };
}
