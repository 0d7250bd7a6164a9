import { against } from '../findings.ts';
import { inTurns } from '../measure.ts';
import { ifThere } from '../peers.ts';
import { type Bench, type Row, timed } from '../row.ts';
import { withMake, withNinja, withSuper } from '../runners.ts';
import { wide } from '../shapes.ts';

/** Tasks that print 1 KiB; the peers keep it in files, as we do. */
export const output: Row = {
  about: '10,000 scripts that print 1 KiB',
  measure(bench: Bench) {
    const shape = wide(10_000, `printf '%s\\n' ${'x'.repeat(1023)}`);
    const { ours, make, ninja } = inTurns(3, {
      ours: timed(bench, (folder) => withSuper(shape, folder)),
      make: ifThere(
        'make',
        timed(bench, (folder) => withMake(shape, folder, true)),
      ),
      ninja: ifThere(
        'ninja',
        timed(bench, (folder) => withNinja(shape, folder, true)),
      ),
    });
    return [
      against('10,000 x 1 KiB of output', ours, { name: 'make', value: make }, 1),
      against('10,000 x 1 KiB of output', ours, { name: 'ninja', value: ninja }),
    ];
  },
};
