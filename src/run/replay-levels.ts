// How many tasks run at once in a replay: as many as the recorded run allowed itself, whatever the machine was short of then.
import type { RecordedLevel } from './recording.ts';
import type { Governor } from './throttle.ts';

/** How far a replay has come. */
interface Progress {
  /** How many attempts have ended. */
  ends(): number;
  /** Whether all has happened that was recorded before this place. */
  hasPassed(seq: number): boolean;
  /** Sets the clock to the time of a change. */
  reach(time: number): void;
}

/** A governor that changes where the recorded run did: after as many starts and ends, and after all else that came before. */
export function governorOfReplay(recorded: readonly RecordedLevel[], { ends, hasPassed, reach }: Progress): Governor {
  const levels = [...recorded];
  let most: number | undefined;
  return {
    look(running) {
      for (let level = levels[0]; level !== undefined; level = levels[0]) {
        if (ends() < level.ends || running + ends() < level.starts || !hasPassed(level.seq)) return undefined;
        levels.shift();
        reach(level.time);
        const before = most;
        // Without room on the disk nothing starts; nothing may happen here by which that could end.
        most = Math.max(1, level.max_parallel_tasks);
        if (most !== before) return { max_parallel_tasks: most, because: level.because };
      }
      return undefined;
    },
    throttled: () => levels.length > 0,
    patience: () => undefined,
    blocked: () => undefined,
  };
}
