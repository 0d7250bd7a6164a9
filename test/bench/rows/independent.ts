import { against } from '../findings.ts';
import { inTurns } from '../measure.ts';
import { ifThere } from '../peers.ts';
import { type Bench, type Row, timed } from '../row.ts';
import { withMake, withNinja, withSuper } from '../runners.ts';
import { wide } from '../shapes.ts';

/** Tasks without edges that do nothing: what remains is the engine. */
export const independent: Row = {
  about: '1,000 and 10,000 times true',
  measure(bench: Bench) {
    const few = race(bench, 1000, 5);
    const many = race(bench, 10_000, 3);
    return [
      against('1,000 x true', few.ours, { name: 'ninja', value: few.ninja }, 1.3),
      against('10,000 x true', many.ours, { name: 'ninja', value: many.ninja }, 0.8),
      against('10,000 x true', many.ours, { name: 'make', value: many.make }, 1.4),
    ];
  },
};

function race(bench: Bench, count: number, rounds: number) {
  const shape = wide(count);
  return inTurns(rounds, {
    ours: timed(bench, (folder) => withSuper(shape, folder)),
    ninja: ifThere(
      'ninja',
      timed(bench, (folder) => withNinja(shape, folder)),
    ),
    make: ifThere(
      'make',
      timed(bench, (folder) => withMake(shape, folder)),
    ),
  });
}
