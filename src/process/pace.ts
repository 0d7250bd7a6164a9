import { monotonic } from './monotonic.ts';

/** Keeps work that takes long from holding up everything else: it is cut into slices, and rests after each. */
export interface Pace {
  /** Begins a slice. */
  begin(): void;
  /** Asked after every step: nothing while the slice lasts; then a rest to wait for, after which the next slice begins. */
  breathe(): Promise<void> | undefined;
  /** For how many milliseconds to rest from what was done in this slice. */
  rest(): number;
}

/** Work without a pause, for programs that do nothing else meanwhile. */
export const breathless: Pick<Pace, 'breathe'> = { breathe: () => undefined };

/** Length of a slice in milliseconds: the step that ends it comes on top. */
const slice = 3;
/** A rest is so many times as long as the slice: a fifth of the time is worked. */
const restFactor = 4;
/** Longest rest in milliseconds: a slice that seems longer than this allows for was not worked, it waited for a processor. */
const longestRest = 50;

/** A pace for one thing that is done. `sleep` and `now` are those of this process unless given. */
export function openPace(sleep = sleepAside, now = monotonic): Pace {
  let began = now();
  const rest = () => Math.min(longestRest, restFactor * (now() - began));
  return {
    begin() {
      began = now();
    },
    breathe() {
      if (now() - began < slice) return undefined;
      return sleep(rest()).then(() => {
        began = now();
      });
    },
    rest,
  };
}

/** Work that only waits for its turn keeps no program from ending. */
function sleepAside(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());
}
