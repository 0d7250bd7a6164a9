import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../findings.ts';
import { type Command, inTurns, seconds } from '../measure.ts';
import type { Bench, Row } from '../row.ts';
import { withSuper } from '../runners.ts';
import { wide } from '../shapes.ts';

/** The largest that the process of a run becomes. */
export const memory: Row = {
  about: 'peak memory of 10,000 tasks',
  measure(bench: Bench) {
    const { ours = Number.NaN } = inTurns(3, { ours: () => peakOf(withSuper(wide(10_000), bench.folder())) });
    const finding: Finding = {
      what: 'peak memory, 10,000 x true',
      unit: 'MB',
      ours,
      target: { of: 'ours', most: 200 },
    };
    return [finding];
  },
};

/** Makes the process copy what the kernel knows about it when it exits. */
const copyStatus = `import { readFileSync, writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync('status.txt', readFileSync('/proc/self/status')));`;

/** Megabytes that the process of a command had in memory at most. */
function peakOf({ argv: [node = '', ...rest], cwd }: Command): number {
  seconds({ argv: [node, '--import', `data:text/javascript,${encodeURIComponent(copyStatus)}`, ...rest], cwd });
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(join(cwd, 'status.txt'), 'utf8'))?.[1];
  return (Number(kibibytes) * 1024) / 1e6;
}
