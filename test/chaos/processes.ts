// Processes that misbehave, in every way in which a run can end: nothing of them may be left.
//   node test/chaos/processes.ts [--trials <n>] [--at-once <n>] [--only <misfit or end>] [--program <path of super.cjs>]
import { parseArgs } from 'node:util';
import { type End, ends, misfits, type Trial, tryMisfit, type Verdict } from './misfits.ts';
import { openStage } from './program.ts';

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

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      trials: { type: 'string', default: '200' },
      'at-once': { type: 'string', default: '4' },
      only: { type: 'string', multiple: true, default: [] },
      program: { type: 'string' },
    },
  });
  const stage = openStage();
  const trials = trialsOf(Number(values.trials), values.only);
  const told = ({ misfit, end, faults }: Verdict) => {
    if (faults.length > 0) console.log(`${misfit}, ${end}:\n  ${faults.join('\n  ')}`);
  };
  const verdicts = await tryAll(trials, Number(values['at-once']), values.program ?? stage.program, stage.root, told);
  console.log(tableOf(verdicts));
  if (verdicts.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
  stage.strike();
}

if (import.meta.main) await main();
