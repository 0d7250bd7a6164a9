// A journal with checksums, as the program wrote it, cut at every byte and with flipped bits.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunId } from '../../src/schema/types.gen.ts';
import { damageJournals, newTally } from '../chaos/damage.ts';
import { goldenRoot } from '../golden/golden.ts';

test('what is read is a beginning of what was written, or a fault with its place', () => {
  const folder = join(goldenRoot, 'journals/killed-extension-discarded');
  const journal = readFileSync(join(folder, 'events.jsonl'));
  const record = { journal, plan: readFileSync(join(folder, 'plan.json')), id: 'r' as RunId };
  const tally = newTally();
  damageJournals(record, 1000, 1, tally);
  expect(tally.violations).toEqual([]);
  expect([tally.cuts, tally.flips]).toEqual([journal.length + 1, 1000]);
  // One bit of a line with a checksum is never overlooked: only in the last line it looks like a torn one.
  expect(tally.refused).toBeGreaterThan(800);
});
