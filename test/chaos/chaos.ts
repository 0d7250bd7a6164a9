// npm run chaos: runs that are killed, out of room, or whose record is damaged; says what held how often, ends with 1 if anything did not.
import { parseArgs } from 'node:util';
import { setup as freshBuild } from '../rig/fresh-build.ts';
import { lawNames, tryLaw } from '../run/laws.ts';
import { callDamaged, damageJournals, newTally } from './damage.ts';
import { diskCampaign } from './disk.ts';
import { killCampaign } from './kills.ts';
import { openStage, type Stage } from './program.ts';
import { stepCampaign } from './steps.ts';

const usage = `npm run chaos -- [options]
  --only <names>    of kills, appends, resume-appends, steps, resume-steps, full, resume-full, disk, damage, plans; separated by commas
  --kills <n>       kills at random moments (500)
  --every <n>       only every n-th step (1)
  --flips <n>       journals with a flipped bit (10000)
  --calls <n>       of them: such that the program is called with (40)
  --plans <n>       random plans for each law of runs (10000)
  --workers <n>     runs at the same time (4)
  --seed <n>        of everything random (the time)`;

const { values } = parseArgs({
  options: {
    only: {
      type: 'string',
      default: 'kills,appends,resume-appends,steps,resume-steps,full,resume-full,disk,damage,plans',
    },
    kills: { type: 'string', default: '500' },
    every: { type: 'string', default: '1' },
    flips: { type: 'string', default: '10000' },
    calls: { type: 'string', default: '40' },
    plans: { type: 'string', default: '10000' },
    workers: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

interface Report {
  readonly line: string;
  readonly violations: readonly string[];
}

const number = (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`not a number: ${text}\n${usage}`);
  return value;
};
const seed = number(values.seed);
const workers = number(values.workers);
const every = number(values.every);
const say = (text: string) => console.log(`  VIOLATION  ${text.slice(0, 1000)}`);

const campaigns: Readonly<Record<string, (stage: Stage) => Promise<Report>>> = {
  async kills(stage) {
    const tally = await killCampaign(stage, { kills: number(values.kills), seed, workers, say });
    const { kills, beforeBegin, afterEnd, duringResume, runs, kept, repeated, longestSilence } = tally;
    const shapes = Object.entries(tally.byShape).map(([name, count]) => `${name} ${count}`);
    const line = [
      `${kills} kills -9 in ${runs} runs: ${beforeBegin} before the first event, ${afterEnd} after the last, ${duringResume} while it was resumed`,
      `${kept} successes on record at a kill, ${repeated} of them done again`,
      `longest time until nothing of a killed run was left: ${(longestSilence / 1000).toFixed(1)} s`,
      shapes.join(', '),
    ].join('\n');
    return { line, violations: tally.violations };
  },
  appends: (stage) => killSteps(stage, 'run', '/events.jsonl'),
  'resume-appends': (stage) => killSteps(stage, 'resume', '/events.jsonl'),
  steps: (stage) => killSteps(stage, 'run'),
  'resume-steps': (stage) => killSteps(stage, 'resume'),
  full: (stage) => noRoom(stage, 'run'),
  'resume-full': (stage) => noRoom(stage, 'resume'),
  async disk(stage) {
    const sizes = Array.from({ length: 24 }, (_, index) => 40 + index * 64);
    const tally = await diskCampaign(stage, sizes);
    const line = `${tally.disks} small disks: ${tally.refused} runs ended with 10, in ${tally.failed} an agent had no room, ${tally.unharmed} had enough`;
    return { line: tally.skipped ?? line, violations: tally.violations };
  },
  async damage(stage) {
    const tally = newTally();
    const record = await callDamaged(stage, number(values.calls), seed, tally);
    damageJournals(record, number(values.flips), seed, tally);
    const line = [
      `${tally.cuts} cuts of a journal and ${tally.flips} flipped bits: ${tally.recovered} gave a beginning, ${tally.empty} nothing, ${tally.refused} a fault with its place`,
      `${tally.called} of them resumed: ${tally.exit10} ended with 10 and the place, ${tally.wentOn} went on`,
    ].join('\n');
    return { line, violations: tally.violations };
  },
  async plans() {
    const violations: string[] = [];
    for (const name of lawNames) {
      try {
        await tryLaw(name, { numRuns: number(values.plans), seed });
      } catch (error) {
        violations.push(`${name}: ${(error as Error).message}`);
        say(violations.at(-1) ?? '');
      }
    }
    return {
      line: `${lawNames.length} laws with ${values.plans} random plans each: ${lawNames.join('; ')}`,
      violations,
    };
  },
};

async function killSteps(stage: Stage, during: 'run' | 'resume', only?: string): Promise<Report> {
  const tally = await stepCampaign(stage, {
    ...{ modes: ['before', 'middle', 'after'], during, every, workers, say },
    ...(only !== undefined && { only }),
  });
  const steps = Object.entries(tally.steps).map(([name, count]) => `${name} ${count}`);
  return { line: `${tally.trials} kills at steps of a ${during}: ${steps.join(', ')}`, violations: tally.violations };
}

async function noRoom(stage: Stage, during: 'run' | 'resume'): Promise<Report> {
  const tally = await stepCampaign(stage, { modes: ['full', 'once'], during, every, workers, say });
  const { trials, refused, unharmed } = tally;
  const line = `${trials} steps of a ${during} without room on the disk: ${refused} ended with 10 and were resumed, ${unharmed} did no harm`;
  return { line, violations: tally.violations };
}

async function main(): Promise<number> {
  freshBuild();
  const names = values.only.split(',');
  const unknown = names.find((name) => campaigns[name] === undefined);
  if (unknown !== undefined) throw new Error(`there is no ${unknown}\n${usage}`);
  console.log(`seed ${seed}`);
  const stage = openStage();
  let violations = 0;
  for (const name of names) {
    const began = performance.now();
    const report = await (campaigns[name] as (stage: Stage) => Promise<Report>)(stage);
    violations += report.violations.length;
    const held = report.violations.length === 0 ? 'held' : `${report.violations.length} VIOLATIONS`;
    console.log(`${name}: ${held}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
    console.log(report.line.replaceAll(/^/gm, '  '));
    for (const violation of new Set(report.violations)) console.log(`  VIOLATION  ${violation.slice(0, 1000)}`);
  }
  if (violations === 0) stage.strike();
  else console.log(`what is left of it: ${stage.root}`);
  return violations === 0 ? 0 : 1;
}

if (values.help) console.log(usage);
else process.exitCode = await main();
