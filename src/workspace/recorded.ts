// A run as its folder tells it: the plan that was made, the journal, and the state that the two come to.
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fold, JournalFault } from '../run/fold.ts';
import { planFault } from '../run/plan-fault.ts';
import { StorageFailure } from '../run/ports.ts';
import type { RunState } from '../run/state.ts';
import { validate as validEvent } from '../schema/event.gen.js';
import { validate as validPlan } from '../schema/plan.gen.js';
import type { Plan, RunEvent } from '../schema/types.gen.ts';
import { sha256, sha256OfFile } from './digest.ts';
import { readJournal } from './journal.ts';
import { outputPath, type RunLayout } from './layout.ts';
import { ordinarySize, readWhole } from './ordinary.ts';

type RunStarted = Extract<RunEvent, { type: 'run.started' }>;

/** A run that was recorded, whole or cut off. */
export interface RecordedRun {
  readonly layout: RunLayout;
  readonly plan: Plan;
  readonly started: RunStarted;
  readonly events: readonly RunEvent[];
  readonly state: RunState;
  /** Length of the journal, and of the part of it that is whole; a torn last line may stand behind that. */
  readonly bytes: number;
  readonly wholeBytes: number;
}

/** The record of a run cannot be trusted from some place on. */
export class DamagedRun extends StorageFailure {
  readonly path: string;
  /** Where the damage begins, in bytes; 0 where the whole file is not what it should be. */
  readonly offset: number;
  constructor(path: string, offset: number, why: string) {
    super(`${path}: damaged at byte ${offset}: ${why}`);
    this.path = path;
    this.offset = offset;
  }
}

/** Longest journal, in bytes, that is read. */
const longest = 2 ** 31 - 1;

/** Reads a recorded run; undefined when it never began: not even its first event is there. Throws DamagedRun. */
export function readRun(layout: RunLayout): RecordedRun | undefined {
  if ((ordinarySize(layout.journal) ?? 0) > longest) {
    throw new DamagedRun(layout.journal, longest, 'it is longer than any journal');
  }
  const { events, bytes, wholeBytes, tornOnly } = readJournal(layout.journal);
  const [started] = events;
  if (!tornOnly) throw new DamagedRun(layout.journal, wholeBytes, `event ${events.length + 1} cannot be read`);
  if (started === undefined) return undefined;
  if (started.type !== 'run.started') throw new DamagedRun(layout.journal, 0, 'it does not begin with run.started');
  const plan = readPlan(layout.plan, started.plan_sha256);
  const state = foldAll(layout.journal, plan, events);
  const fault = planFault(
    state.inOrder.map(({ task }) => task),
    plan,
  );
  if (fault !== undefined) throw new DamagedRun(layout.journal, 0, fault);
  return { layout, plan, started, events, state, bytes, wholeBytes };
}

/** Reads plan.json and compares it with the digest that the journal has of it. */
function readPlan(path: string, digest: string): Plan {
  const data = contentOf(path);
  if (sha256(data) !== digest) throw new DamagedRun(path, 0, 'it is not the plan with which the run was started');
  const plan = jsonIn(data);
  if (!validPlan(plan)) throw new DamagedRun(path, 0, 'it is not a plan of a version that is known here');
  const known = plan as Plan;
  const fault = planFault(known.tasks, known);
  if (fault !== undefined) throw new DamagedRun(path, 0, fault);
  const files = [known.file, ...known.agents.map(({ file }) => file)];
  if (files.some((file) => file.includes('\0'))) throw new DamagedRun(path, 0, 'it names a file that cannot be');
  return known;
}

function jsonIn(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch {
    return undefined; // and so no plan
  }
}

function contentOf(path: string): Buffer {
  try {
    return readWhole(path);
  } catch (error) {
    throw new DamagedRun(path, 0, `it cannot be read: ${(error as Error).message}`);
  }
}

function foldAll(path: string, plan: Plan, events: readonly RunEvent[]): RunState {
  const foreign = events.find((event) => !validEvent(event) || !isInPlace(event));
  if (foreign !== undefined) {
    throw new DamagedRun(path, offsetOf(path, foreign.seq), `event ${foreign.seq} has not the form of an event`);
  }
  try {
    return fold(plan, events);
  } catch (error) {
    if (!(error instanceof JournalFault)) throw error;
    throw new DamagedRun(path, offsetOf(path, error.seq), error.message);
  }
}

/** Outputs stand where this program writes them: whoever could write the journal cannot have another file handed on. */
function isInPlace(event: RunEvent): boolean {
  return !('output' in event) || event.output.path === outputPath(event.task);
}

/** Where the line of an event begins, in bytes. */
function offsetOf(path: string, seq: number): number {
  const data = readWhole(path);
  let at = 0;
  for (let line = 1; line < seq; line++) at = data.indexOf(0x0a, at) + 1;
  return at;
}

/** Cuts a torn last line off, so that the journal can be appended to. False: it is not what was read any more. */
export function cutTornLine({ layout, bytes, wholeBytes }: RecordedRun): boolean {
  if (ordinarySize(layout.journal) !== bytes) return false;
  if (bytes > wholeBytes) truncateSync(layout.journal, wholeBytes);
  return true;
}

/** Longest output, in bytes, whose content is compared with its digest; of longer ones only the size. */
const compared = 1_048_576;

/** Tasks that succeeded and whose outputs are not what was recorded: gone, changed, or lost with the power. */
export async function lostOutputs({ layout, state }: RecordedRun): Promise<RunState['inOrder']> {
  const lost: RunState['inOrder'] = [];
  for (const task of state.inOrder) {
    const { output } = task;
    if (output === undefined || task.endedAt === undefined) continue;
    const path = join(layout.folder, output.path);
    const whole =
      ordinarySize(path) === output.bytes &&
      (output.bytes > compared || (await sha256OfFile(path)).sha256 === output.sha256);
    if (!whole) lost.push(task);
  }
  return lost;
}
