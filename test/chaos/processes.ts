// npm run chaos:processes: agents that do not want to end, forged records, races for a workspace, floods of output.
import { parseArgs } from 'node:util';
import { setup as freshBuild } from '../rig/fresh-build.ts';
import { flood } from './flood.ts';
import { type End, ends, misfits, type Trial, tryMisfit, type Verdict } from './misfits.ts';
import { openStage } from './program.ts';
import { race, racersOf } from './races.ts';
import { killedRun, startInnocents, tryForgery } from './records.ts';

/** Every misfit with every end, over and over, until there are so many. */
export function trialsOf(count: number, only: readonly string[] = []): readonly Trial[] {
  const all = Object.keys(misfits).flatMap((misfit) => ends.map((end): Trial => ({ misfit, end })));
  const chosen = all.filter(
    ({ misfit, end }) => only.length === 0 || only.every((word) => word === misfit || word === end),
  );
  return Array.from({ length: count }, (_, index) => chosen[index % chosen.length] as Trial);
}

/** Carries trials out, several at once. */
export async function tryAll(
  trials: readonly Trial[],
  atOnce: number,
  program: string,
  root: string,
  told: (verdict: Verdict) => void = () => {},
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  const rest = [...trials];
  const work = async () => {
    for (let trial = rest.shift(); trial !== undefined; trial = rest.shift()) {
      const verdict = await tryMisfit(program, root, trial);
      verdicts.push(verdict);
      told(verdict);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return verdicts;
}

/** A table of the ends: how many trials, how many with faults, how long the slowest and the middle one took. */
export function tableOf(verdicts: readonly Verdict[]): string {
  return ends
    .flatMap((end: End) => {
      const these = verdicts.filter((verdict) => verdict.end === end);
      if (these.length === 0) return [];
      const times = these.map(({ took }) => took).sort((a, b) => a - b);
      const figure = (at: number) => `${((times[at] ?? 0) / 1000).toFixed(2)} s`.padStart(9);
      const faulty = these.filter(({ faults }) => faults.length > 0).length;
      return `  ${end.padEnd(18)}${String(these.length).padStart(4)} trials${String(faulty).padStart(4)} with faults${figure(Math.floor(times.length / 2))} median${figure(times.length - 1)} longest`;
    })
    .join('\n');
}

const usage = `npm run chaos:processes -- [options]
  --only <names>     of misfits, records, races, flood; separated by commas
  --trials <n>       agents that do not want to end (200)
  --kind <name>      only this misfit, or this end; may be given several times
  --records <n>      forged records (1000)
  --races <n>        races for a workspace (200)
  --gigabytes <n>    of a flood without a line end (5)
  --workers <n>      trials at the same time (4)
  --program <path>   another program than the one that is built`;

const { values } = import.meta.main
  ? parseArgs({
      options: {
        only: { type: 'string', default: 'misfits,records,races,flood' },
        trials: { type: 'string', default: '200' },
        kind: { type: 'string', multiple: true, default: [] },
        records: { type: 'string', default: '1000' },
        races: { type: 'string', default: '200' },
        gigabytes: { type: 'string', default: '5' },
        workers: { type: 'string', default: '4' },
        program: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  : { values: undefined };

type Values = NonNullable<typeof values>;
let violations = 0;

function say(faults: readonly string[]): void {
  violations += faults.length;
  for (const fault of faults) console.log(`  VIOLATION  ${fault.slice(0, 1000)}`);
}

/** Does the same thing for every number below `count`, several at once. */
async function each(count: number, workers: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const loop = async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: workers }, loop));
}

const campaigns: Readonly<Record<string, (given: Values, program: string, root: string) => Promise<string>>> = {
  async misfits(given, program, root) {
    const trials = trialsOf(Number(given.trials), given.kind);
    const verdicts = await tryAll(trials, Number(given.workers), program, root, ({ misfit, end, faults }) => {
      say(faults.map((fault) => `${misfit}, ${end}: ${fault}`));
    });
    return tableOf(verdicts);
  },
  async records(given, program, root) {
    const template = await killedRun(program, root);
    const innocents = await startInnocents(root, 4);
    try {
      await each(Number(given.records), Number(given.workers), async (n) => {
        const fault = await tryForgery(program, template, root, n, innocents);
        if (fault !== '') say([fault]);
      });
      const harm = innocents.harm();
      say(harm);
      return `  ${given.records} forged records, ${harm.length} signals sent`;
    } finally {
      innocents.end();
    }
  },
  async races(given, program, root) {
    const times: number[] = [];
    // One after the other: the time of losers is measured.
    await each(Number(given.races), 1, async (n) => {
      const { losers, faults } = await race(program, root, racersOf(n));
      times.push(...losers);
      say(faults.map((fault) => `${racersOf(n).join(' ')}: ${fault}`));
    });
    times.sort((a, b) => a - b);
    const [middle, last] = [times[Math.floor(times.length / 2)] ?? 0, times.at(-1) ?? 0];
    return `  ${given.races} races, ${times.length} losers: ${middle.toFixed(0)} ms median, ${last.toFixed(0)} ms longest`;
  },
  async flood(given, program, root) {
    const { faults, line } = await flood(program, root, Number(given.gigabytes) * 1024 ** 3);
    say(faults);
    return line;
  },
};

if (values !== undefined) {
  if (values.help) console.log(usage);
  else {
    if (values.program === undefined) freshBuild();
    const stage = openStage();
    for (const name of values.only.split(',')) {
      const began = performance.now();
      const line = await campaigns[name]?.(values, values.program ?? stage.program, stage.root);
      if (line === undefined) throw new Error(`no such campaign: ${name}\n${usage}`);
      console.log(`${name} (${((performance.now() - began) / 1000).toFixed(0)} s)\n${line}`);
    }
    stage.strike();
    if (violations > 0) process.exitCode = 1;
  }
}
