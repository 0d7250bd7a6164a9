// A journal that is read while somebody writes it.
import { apply } from '../run/fold.ts';
import type { RunState } from '../run/state.ts';
import { validate as validEvent } from '../schema/event.gen.js';
import type { RunEvent } from '../schema/types.gen.ts';
import { parseLine } from './journal.ts';
import { readSome } from './ordinary.ts';
import { DamagedRun, type RecordedRun } from './recorded.ts';

/** A recorded run that goes on. */
export interface FollowedRun {
  /** As of the last look. */
  readonly state: RunState;
  /** Takes in what was written since the last look, and tells of each event after it was applied. Throws DamagedRun. */
  look(tell?: (event: RunEvent) => void): void;
}

const stretch = 1_048_576;

/** Follows a run from where it was read; its state moves on with it. */
export function followRun({ layout, state, wholeBytes }: RecordedRun): FollowedRun {
  const path = layout.journal;
  let at = wholeBytes;
  return {
    state,
    look(tell = () => {}) {
      for (let length = stretch; ; ) {
        const data = readSome(path, at, length);
        const stop = data.lastIndexOf(0x0a) + 1;
        if (stop === 0 && data.length < length) return; // a line that is still being written, or nothing
        length = stop === 0 ? length * 2 : stretch;
        for (let start = 0; start < stop; ) {
          const end = data.indexOf(0x0a, start);
          const event = parseLine(data.toString('utf8', start, end));
          if (event?.seq !== state.seq + 1 || !validEvent(event)) {
            throw new DamagedRun(path, at + start, `event ${state.seq + 1} cannot be read`);
          }
          apply(state, event);
          tell(event);
          start = end + 1;
        }
        at += stop;
      }
    },
  };
}
