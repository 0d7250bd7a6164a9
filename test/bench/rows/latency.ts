import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../findings.ts';
import { mean, median, seconds } from '../measure.ts';
import { ifThere } from '../peers.ts';
import { type Bench, eventsIn, type Row, runFolderIn } from '../row.ts';
import { type Edges, withNinja, withSuper } from '../runners.ts';
import { chain, type ShapeTask } from '../shapes.ts';

/** Tasks that say when they ran: what lies between two of them is the way from a task to the one that needs it. */
const stamps = chain(500, 'date +%s%N');

/** From the end of a task to the start of the one that needs it: as the journal tells it, and as the tasks see it. */
export const latency: Row = {
  about: "from a task's end to its dependant's start",
  measure(bench: Bench) {
    const order = ourChain(bench, 'order');
    const context = ourChain(bench, 'context');
    const value = ifThere('ninja', () => ninjaChain(bench))?.();
    const peer = { name: 'ninja', value };
    const findings: Finding[] = [
      { what: 'end to next start in the journal, median', unit: 'ms', ours: median(order.delays) },
      { what: 'end to next start in the journal, mean', unit: 'ms', ours: mean(order.delays) },
      { what: 'work to next work, median', unit: 'ms', ours: order.gap, peer },
      { what: 'work to next work, outputs handed on', unit: 'ms', ours: context.gap, peer },
    ];
    return findings;
  },
};

/** The delays in the journal, which knows only whole milliseconds, and the median gap between the tasks' own stamps. */
function ourChain(bench: Bench, edges: Edges): { readonly delays: readonly number[]; readonly gap: number } {
  const folder = bench.folder();
  seconds(withSuper(stamps, folder, edges));
  const events = eventsIn(folder);
  const delays = events.flatMap((event, index) => {
    const before = events[index - 1];
    const follows = event.type === 'task.started' && before?.type === 'task.succeeded';
    return follows ? [Date.parse(event.ts) - Date.parse(before.ts)] : [];
  });
  const run = runFolderIn(folder);
  return { delays, gap: medianGap(({ name }) => join(run, 'task_outputs', `${name}_output.txt`)) };
}

function ninjaChain(bench: Bench): number {
  const folder = bench.folder();
  seconds(withNinja(stamps, folder, true));
  return medianGap(({ name }) => join(folder, `${name}.txt`));
}

/** Milliseconds between stamps, in the files where the tasks left them. */
function medianGap(fileOf: (task: ShapeTask) => string): number {
  const times = stamps.map((task) => Number(readFileSync(fileOf(task), 'utf8')) / 1e6);
  return median(times.slice(1).map((time, index) => time - (times[index] ?? Number.NaN)));
}
