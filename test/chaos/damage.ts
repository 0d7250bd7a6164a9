// Journals that were cut or whose bits have flipped: what is read is a beginning of what was written, or a fault with its place.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { RunId } from '../../src/schema/types.gen.ts';
import { layoutOf, type RunLayout } from '../../src/workspace/layout.ts';
import { DamagedRun, readRun } from '../../src/workspace/recorded.ts';
import type { Stage } from './program.ts';
import { random } from './random.ts';
import { openScene, resumeWords, type Scene } from './scene.ts';
import { stepShape } from './shapes.ts';
import { interrupt } from './steps.ts';
import { faultsAtEnd, modelOf } from './verdict.ts';

/** What a campaign came to. */
export interface DamageTally {
  /** Journals that were read, and what came of it: a beginning, nothing at all, or a fault with its place. */
  cuts: number;
  flips: number;
  recovered: number;
  empty: number;
  refused: number;
  /** Journals with which the program was called; those it refused, and those with which it went on. */
  called: number;
  exit10: number;
  wentOn: number;
  readonly violations: string[];
}

/** A run as it was recorded: all that is needed to read it, and each line with its place. */
export interface Record {
  readonly journal: Buffer;
  readonly plan: Buffer;
  readonly id: RunId;
}

function recordOf(layout: RunLayout): Record {
  return {
    journal: readFileSync(layout.journal),
    plan: readFileSync(layout.plan),
    id: basename(layout.folder) as RunId,
  };
}

export function newTally(): DamageTally {
  return { cuts: 0, flips: 0, recovered: 0, empty: 0, refused: 0, called: 0, exit10: 0, wentOn: 0, violations: [] };
}

/** A folder in memory, where the system has one. */
function memory(): string {
  return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'super-chaos-'));
}

/** Reads the journal cut at every byte, and with one bit flipped in so many random places. */
export function damageJournals(record: Record, flips: number, seed: number, tally: DamageTally): void {
  const folder = memory();
  try {
    const layout = layoutOf(folder, record.id);
    mkdirSync(layout.folder, { recursive: true });
    writeFileSync(layout.plan, record.plan);
    const lines = record.journal.toString('utf8').split('\n').slice(0, -1);
    for (let length = 0; length <= record.journal.length; length++) {
      tally.cuts += 1;
      read(layout, record.journal.subarray(0, length), lines, length, tally, `cut at byte ${length}`);
    }
    const next = random(seed);
    for (let flip = 0; flip < flips; flip++) {
      const at = Math.floor(next() * record.journal.length);
      const bit = Math.floor(next() * 8);
      tally.flips += 1;
      read(layout, flipped(record.journal, at, bit), lines, at, tally, `bit ${bit} of byte ${at} flipped`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function flipped(data: Buffer, at: number, bit: number): Buffer {
  const broken = Buffer.from(data);
  broken[at] = (broken[at] ?? 0) ^ (1 << bit);
  return broken;
}

/** What may be known at least: every line before the damage. At most: what was written. */
function read(layout: RunLayout, data: Buffer, lines: readonly string[], at: number, tally: DamageTally, how: string) {
  writeFileSync(layout.journal, data);
  const violate = (text: string) => void tally.violations.push(`${how}: ${text}`);
  const before = data.subarray(0, at).toString('latin1').split('\n').length - 1;
  const offset = Buffer.byteLength(
    lines
      .slice(0, before)
      .map((line) => `${line}\n`)
      .join(''),
  );
  try {
    const run = readRun(layout);
    if (run === undefined) {
      tally.empty += 1;
      if (before > 0) violate(`${before} events are lost`);
      return;
    }
    tally.recovered += 1;
    if (run.events.length < before) violate(`${before - run.events.length} events are lost`);
    const told = run.events.map((event) => JSON.stringify(event));
    const written = lines.slice(0, told.length).map((line) => JSON.stringify({ ...JSON.parse(line), crc: undefined }));
    if (told.some((line, index) => line !== written[index])) violate('it tells what was never written');
    if (run.wholeBytes > data.length || run.bytes !== data.length) violate('its length is wrong');
  } catch (error) {
    tally.refused += 1;
    if (!(error instanceof DamagedRun)) violate(`it crashes: ${error}`);
    else if (error.offset !== offset) violate(`damaged at ${error.offset}, it says; it is at ${offset}`);
  }
}

/**
 * Calls the program to resume runs with a flipped bit: it refuses with the place and leaves all as it is, or goes on to the end.
 * Gives the record of such a run that came to its end unharmed.
 */
export async function callDamaged(stage: Stage, calls: number, seed: number, tally: DamageTally): Promise<Record> {
  const model = await modelOf(stage, stepShape);
  const base = openScene(stage, 'damage-base', stepShape);
  await interrupt(base);
  await base.silence();
  const record = recordOf(base.begun() as RunLayout);
  const next = random(seed);
  for (let call = 0; call < calls; call++) {
    // Every line gets its share, the first and the last too.
    const at = call === 0 ? 5 : call === 1 ? record.journal.length - 1 : Math.floor(next() * record.journal.length);
    const scene = openScene(stage, `damage-${call}`, stepShape);
    cpSync(join(base.root, 'project'), join(scene.root, 'project'), { recursive: true, verbatimSymlinks: true });
    cpSync(join(base.root, 'ledger'), join(scene.root, 'ledger'));
    const bit = Math.floor(next() * 8);
    const violate = (text: string) =>
      void tally.violations.push(`resumed with bit ${bit} of byte ${at} flipped: ${text}`);
    await callOne(scene, record, at, bit, tally, violate, (last) => faultsAtEnd(model, scene, last, false));
    if (tally.violations.length === 0) scene.clear();
  }
  await base.play(resumeWords);
  return recordOf(base.begun() as RunLayout);
}

async function callOne(
  scene: Scene,
  record: Record,
  at: number,
  bit: number,
  tally: DamageTally,
  violate: (text: string) => void,
  check: (last: Awaited<ReturnType<Scene['play']>>) => string[],
): Promise<void> {
  const { journal } = layoutOf(scene.workspace, record.id);
  const broken = flipped(record.journal, at, bit);
  writeFileSync(journal, broken);
  tally.called += 1;
  const ended = await scene.play([...resumeWords, record.id]);
  const offset = record.journal.lastIndexOf(0x0a, at - 1) + 1;
  if (ended.code === 10) {
    tally.exit10 += 1;
    if (!ended.stderr.includes(`events.jsonl: damaged at byte ${offset}:`)) violate(`not told: ${ended.stderr}`);
    if (!readFileSync(journal).equals(broken)) violate('the journal was changed');
    return;
  }
  tally.wentOn += 1;
  if (offset < record.journal.lastIndexOf(0x0a, record.journal.length - 2))
    violate(`exit code ${ended.code}: ${ended.stderr}`);
  for (const fault of check(ended)) violate(fault);
}
