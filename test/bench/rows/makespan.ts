import { listSchedule, lowerBound } from '../list-schedule.ts';
import { mean, seconds } from '../measure.ts';
import { type Bench, eventsIn, type Row } from '../row.ts';
import { limit, withSuper } from '../runners.ts';
import { sleepers } from '../shapes.ts';

/** How many graphs; together they sleep for three quarters of a minute. */
const graphs = 24;

/** How much longer a run takes than it must: by the order that was chosen, and by the engine. */
export const makespan: Row = {
  about: `${graphs} random graphs of sleeping tasks against the shortest time possible`,
  measure(bench: Bench) {
    const ratios = Array.from({ length: graphs }, (_, seed) => oneGraph(bench, seed));
    const average = (name: keyof (typeof ratios)[number]) => mean(ratios.map((each) => each[name]));
    return [
      {
        what: 'makespan / lower bound, mean',
        unit: 'x',
        ours: average('whole'),
        target: { of: 'ours', most: 1.05 },
      },
      { what: '  its order: list schedule / bound', unit: 'x', ours: average('order') },
      { what: '  the same, were durations known', unit: 'x', ours: average('known') },
      { what: '  its engine: makespan / schedule', unit: 'x', ours: average('engine') },
      { what: '  command with start-up / bound', unit: 'x', ours: average('command') },
    ];
  },
};

function oneGraph(bench: Bench, seed: number) {
  const shape = sleepers(seed);
  const folder = bench.folder();
  const command = seconds(withSuper(shape, folder));
  const times = eventsIn(folder).filter(({ type }) => type.startsWith('task.'));
  const at = (index: number) => Date.parse(times.at(index)?.ts ?? '');
  const measured = (at(-1) - at(0)) / 1000;
  const bound = lowerBound(shape, limit);
  const schedule = listSchedule(shape, limit, 'tasks');
  const known = listSchedule(shape, limit, 'seconds');
  return {
    whole: measured / bound,
    order: schedule / bound,
    known: known / bound,
    engine: measured / schedule,
    command: command / bound,
  };
}
