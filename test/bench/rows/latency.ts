import { mean, median, seconds } from '../measure.ts';
import { type Bench, eventsIn, type Row } from '../row.ts';
import { type Edges, withSuper } from '../runners.ts';
import { chain } from '../shapes.ts';

/** From the end of a task to the start of the one that needs it, as the journal tells it. */
export const latency: Row = {
  about: "from a task's end to its dependant's start",
  measure: (bench: Bench) =>
    (['order', 'context'] as const).flatMap((edges) => {
      const { delays, link } = chainOf(bench, edges);
      const what = edges === 'order' ? 'end to next start' : 'end to next start, output handed on';
      return [
        { what: `${what}, median`, unit: 'ms', ours: median(delays) } as const,
        { what: `${what}, mean`, unit: 'ms', ours: mean(delays) } as const,
        {
          what: `start to next start${edges === 'order' ? '' : ', output handed on'}, mean`,
          unit: 'ms',
          ours: link,
        } as const,
      ];
    }),
};

/** The delays in a chain and the time from start to start, in milliseconds; the journal knows only whole ones. */
function chainOf(bench: Bench, edges: Edges): { readonly delays: readonly number[]; readonly link: number } {
  const folder = bench.folder();
  seconds(withSuper(chain(500), folder, edges));
  const events = eventsIn(folder);
  const delays = events.flatMap((event, index) => {
    const before = events[index - 1];
    const follows = event.type === 'task.started' && before?.type === 'task.succeeded';
    return follows ? [Date.parse(event.ts) - Date.parse(before.ts)] : [];
  });
  const starts = events.filter(({ type }) => type === 'task.started').map(({ ts }) => Date.parse(ts));
  return { delays, link: ((starts.at(-1) ?? 0) - (starts[0] ?? 0)) / (starts.length - 1) };
}
