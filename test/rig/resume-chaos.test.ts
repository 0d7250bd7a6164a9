// A little of what npm run chaos does at length: runs are killed, out of room and damaged, and end as if nothing had been.
import { expect, onTestFinished, test as plainTest } from 'vitest';
import { callDamaged, damageJournals, newTally } from '../chaos/damage.ts';
import { diskCampaign } from '../chaos/disk.ts';
import { killCampaign } from '../chaos/kills.ts';
import { openStage, type Stage } from '../chaos/program.ts';
import { stepCampaign } from '../chaos/steps.ts';

const say = () => {};

/** The seed changes from day to day; a violation names its case. */
const seed = Math.floor(Date.now() / 86_400_000);

const test = plainTest.extend<{ stage: Stage }>({
  // biome-ignore lint/correctness/noEmptyPattern: the test runner reads the pattern
  stage: async ({}, use) => {
    const stage = openStage();
    onTestFinished(() => stage.strike());
    await use(stage);
  },
});

test('kill -9 at random moments, over every shape of run', { timeout: 180_000 }, async ({ stage }) => {
  const tally = await killCampaign(stage, { kills: 24, seed, workers: 3, turns: 1, say });
  expect(tally.violations).toEqual([]);
  expect(tally.kills - tally.beforeBegin).toBeGreaterThanOrEqual(24);
  expect(Object.keys(tally.byShape).length).toBeGreaterThanOrEqual(8);
  expect(tally.kept).toBeGreaterThan(0);
});

test('kill -9 at appends to the journal of a run: before, in the middle and after', {
  timeout: 180_000,
}, async ({ stage }) => {
  const modes = ['before', 'middle', 'after'] as const;
  const order = { modes, during: 'run', only: '/events.jsonl', every: 3, workers: 3, say } as const;
  const { violations, steps } = await stepCampaign(stage, order);
  expect(violations).toEqual([]);
  // On a busy machine more events share a write.
  for (const mode of modes) expect(steps[`writeSync of the journal, ${mode}`]).toBeGreaterThan(0);
});

test('kill -9 at steps of a resume, before, in the middle and after', { timeout: 180_000 }, async ({ stage }) => {
  const order = { modes: ['before', 'middle', 'after'], during: 'resume', every: 61, workers: 3, say } as const;
  const { violations, trials } = await stepCampaign(stage, order);
  expect(violations).toEqual([]);
  expect(trials).toBeGreaterThan(3);
});

test('no room on the disk from some step on, or for one step', { timeout: 180_000 }, async ({ stage }) => {
  const { violations, refused, trials } = await stepCampaign(stage, {
    modes: ['full', 'once'],
    during: 'run',
    every: 61,
    workers: 3,
    say,
  });
  expect(violations).toEqual([]);
  expect(refused).toBeGreaterThan(trials / 2);
});

test('disks that are too small, and get room', { timeout: 180_000 }, async ({ stage, skip }) => {
  const { violations, skipped, refused } = await diskCampaign(stage, [60]);
  if (skipped !== undefined) skip(skipped);
  expect(violations).toEqual([]);
  expect(refused).toBe(2);
});

test('a journal that was cut, or one bit of which flipped', { timeout: 180_000 }, async ({ stage }) => {
  const tally = newTally();
  const record = await callDamaged(stage, 3, seed, tally);
  damageJournals(record, 500, seed, tally);
  expect(tally.violations).toEqual([]);
  expect([tally.exit10 > 0, tally.recovered > 0, tally.refused > 0]).toEqual([true, true, true]);
});
