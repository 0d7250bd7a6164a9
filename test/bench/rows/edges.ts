import { against } from '../findings.ts';
import { inTurns } from '../measure.ts';
import { ifThere } from '../peers.ts';
import { type Bench, type Row, timed } from '../row.ts';
import { withNinja, withSuper } from '../runners.ts';
import { chain, layers, type Shape } from '../shapes.ts';

/** Graphs with edges, where what a task needs must be on disk before it starts. */
export const edges: Row = {
  about: 'a chain and a layered graph of 1,000, as order and as context',
  measure: (bench: Bench) => [
    ...race(bench, 'a chain of 1,000', chain(1000)),
    ...race(bench, '10 layers of 100, 3 needs each', layers(10, 100, 3)),
  ],
};

function race(bench: Bench, what: string, shape: Shape) {
  const { order, context, ninja } = inTurns(5, {
    order: timed(bench, (folder) => withSuper(shape, folder, 'order')),
    ninja: ifThere(
      'ninja',
      timed(bench, (folder) => withNinja(shape, folder)),
    ),
    context: timed(bench, (folder) => withSuper(shape, folder, 'context')),
  });
  const peer = { name: 'ninja', value: ninja };
  return [against(what, order, peer, 1.5), against(`${what}, outputs handed on`, context, peer, 1.5)];
}
