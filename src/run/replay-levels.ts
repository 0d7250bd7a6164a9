// How many tasks run at once in a replay: as many as the recorded run allowed itself, whatever the machine was short of then.
import type { RecordedLevel } from './recording.ts';
import type { Governor } from './throttle.ts';

/**
 * A governor that changes where the recorded run did: after as many starts and ends. `ends` counts those of the replay, `reach` sets
 * its clock to the time of a change.
 */
export function governorOfReplay(
  recorded: readonly RecordedLevel[],
  ends: () => number,
  reach: (time: number) => void,
): Governor {
  const levels = [...recorded];
  let most: number | undefined;
  return {
    look(running) {
      for (let level = levels[0]; level !== undefined; level = levels[0]) {
        if (ends() < level.ends || running + ends() < level.starts) return undefined;
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
