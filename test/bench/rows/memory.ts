import type { Finding } from '../findings.ts';
import { inTurns, peakOf } from '../measure.ts';
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
