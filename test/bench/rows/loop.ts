import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../findings.ts';
import type { LoopReport } from '../inside/loop.ts';
import { answer, inTurns, median } from '../measure.ts';
import type { Bench, Row } from '../row.ts';
import { orchestraText } from '../runners.ts';
import { wide } from '../shapes.ts';

/** How long the event loop of a program that runs 1,000 tasks stands still, and whether its size matters. */
export const loop: Row = {
  about: 'longest block of the event loop, with and without 1 GB of Buffers',
  measure(bench: Bench) {
    const small: LoopReport[] = [];
    const large: LoopReport[] = [];
    const spawn: LoopReport[] = [];
    inTurns(5, {
      small: () => ask(bench, small, ['run', '0']),
      large: () => ask(bench, large, ['run', '1']),
      spawn: () => ask(bench, spawn, ['spawn', '1', '40']),
    });
    const peer = (name: string, figure: (report: LoopReport) => number, of = spawn) => ({
      name,
      value: median(of.map(figure)),
    });
    const block = ({ longestBlock }: LoopReport) => longestBlock;
    const later = ({ longestLater }: LoopReport) => longestLater;
    const start = ({ longestSpawn }: LoopReport) => longestSpawn;
    const perTask = (report: LoopReport) => report.perTask;
    const took = (report: LoopReport) => report.took;
    const most = { of: 'ours', most: 5 } as const;
    const ours = (reports: readonly LoopReport[], figure: (report: LoopReport) => number) => ({
      unit: 'ms' as const,
      ours: median(reports.map(figure)),
    });
    const findings: Finding[] = [
      { what: 'longest block, 1,000 tasks', ...ours(small, block), target: most },
      { what: '  after the first task', ...ours(small, later) },
      { what: 'longest block, 1 GB held', ...ours(large, block), peer: peer('spawn', block), target: most },
      { what: '  after the first task', ...ours(large, later) },
      { what: '  longest call of spawn', ...ours(large, start), peer: peer('spawn', start) },
      { what: 'time per task, 1 GB held', ...ours(large, perTask), peer: peer('spawn', perTask) },
      {
        what: 'time per task, 1 GB held',
        ...ours(large, perTask),
        peer: peer('nothing held', perTask, small),
        target: { of: 'ratio', most: 1.1 },
      },
      { what: '  whole run', ...ours(large, took), peer: peer('nothing held', took, small) },
    ];
    bench.note(`calls of spawn in a run of 1,000 tasks: ${large.map(({ spawns }) => spawns).join(', ')}`);
    return findings;
  },
};

function ask(bench: Bench, reports: LoopReport[], words: readonly string[]): number {
  const cwd = bench.folder();
  writeFileSync(join(cwd, 'bench.yaml'), orchestraText(wide(1000), 'order'));
  const inside = join(import.meta.dirname, '../inside/loop.ts');
  const report = answer<LoopReport>({ argv: [process.execPath, inside, ...words], cwd });
  reports.push(report);
  return report.longestBlock;
}
