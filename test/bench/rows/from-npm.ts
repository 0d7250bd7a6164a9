import { against } from '../findings.ts';
import { inTurns } from '../measure.ts';
import { installNpmPeers } from '../peers.ts';
import { type Bench, type Row, timed } from '../row.ts';
import { withSuper, withTurbo, withWireit } from '../runners.ts';
import { wide } from '../shapes.ts';

/** Task runners from npm, for orientation. */
export const fromNpm: Row = {
  about: '200 times true, against turbo and wireit',
  measure(bench: Bench) {
    const missing = installNpmPeers();
    if (missing !== undefined) bench.note(missing);
    const ifInstalled = <T>(act: T) => (missing === undefined ? act : undefined);
    const shape = wide(200);
    const { ours, turbo, wireit } = inTurns(5, {
      ours: timed(bench, (folder) => withSuper(shape, folder)),
      turbo: ifInstalled(timed(bench, (folder) => withTurbo(shape, folder))),
      wireit: ifInstalled(timed(bench, (folder) => withWireit(shape, folder))),
    });
    return [
      against('200 x true', ours, { name: 'turbo', value: turbo }),
      against('200 x true', ours, { name: 'wireit', value: wireit }),
    ];
  },
};
