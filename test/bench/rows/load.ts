import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { against } from '../findings.ts';
import type { LoadReport } from '../inside/load.ts';
import { answer, inTurns } from '../measure.ts';
import type { Bench, Row } from '../row.ts';
import { orchestraText } from '../runners.ts';
import { chain, type Shape, wide } from '../shapes.ts';

/** From text to plan, against the parser alone. */
export const load: Row = {
  about: 'text to plan, against parseDocument of yaml on the same text',
  measure: (bench: Bench) => [
    race(bench, 'text to plan, 10,000', wide(10_000), 5),
    race(bench, 'text to plan, 100,000 wide', wide(100_000), 3),
    race(bench, 'text to plan, chain of 100,000', chain(100_000), 3),
  ],
};

/** Every measurement has a process of its own: code that is already warm would not be what a user waits for. */
function race(bench: Bench, what: string, shape: Shape, rounds: number) {
  const cwd = bench.folder();
  const describe = (name: string) =>
    `Apply what the team agreed upon to '{goal}' and write down what ${name} found out.`;
  writeFileSync(join(cwd, 'bench.yaml'), orchestraText(shape, 'context', describe));
  const inside = join(import.meta.dirname, '../inside/load.ts');
  const measure = (subject: string) => () =>
    answer<LoadReport>({ argv: [process.execPath, inside, subject], cwd }).seconds;
  const { ours, yaml } = inTurns(rounds, { ours: measure('plan'), yaml: measure('parse') });
  return against(what, ours, { name: 'parseDocument', value: yaml }, 1.5);
}
