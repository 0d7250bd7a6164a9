// What the first and the last line of a journal tell of a run: enough for a list, however long the run.
import { closeSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Outcome, RunEvent, RunId } from '../schema/types.gen.ts';
import { foldersIn } from './entries.ts';
import { parseLine } from './journal.ts';
import { layoutOf, type RunLayout } from './layout.ts';
import { openOrdinary, ordinarySize, readSome } from './ordinary.ts';

/** A run as its journal begins and ends. */
export interface RunHead {
  readonly id: RunId;
  readonly layout: RunLayout;
  readonly orchestra: string;
  readonly started_at: string;
  /** When its folder was made: the journal of a replay tells the time of the recording. */
  readonly made_at: string;
  /** When it came to its end; null while it has none. */
  readonly finished_at: string | null;
  /** How it ended; null while it has no end. */
  readonly outcome: Outcome | null;
  /** The run that it goes on from, after a resume --with-changes. */
  readonly continues: RunId | null;
  /** The run whose recorded agents it replays. */
  readonly replays: RunId | null;
}

/** Bytes of a journal that hold its first and its last line nearly always; where they do not, more is read. */
const usual = 2048;
/** A first line is no longer than this: it holds the goal. A last line never is. */
const longest = 4_194_304;

/** The runs of a workspace, oldest first: run ids sort by time. A folder whose journal has not begun holds no run. */
export function runsIn(workspace: string): RunHead[] {
  return foldersIn(join(workspace, 'runs'))
    .sort()
    .flatMap((id) => headOf(layoutOf(workspace, id as RunId), id as RunId) ?? []);
}

/** What a run's journal tells at both ends; undefined when it has not begun. */
export function headOf(layout: RunLayout, id: RunId): RunHead | undefined {
  const file = opened(layout.journal);
  if (file === undefined) return undefined;
  try {
    const line = firstLine(file);
    if (line === undefined) return undefined;
    const first = parseLine(line);
    const started = first?.type === 'run.started' && typeof first.orchestra === 'string' ? first : undefined;
    const last = lastEvent(file);
    const finished = last?.type === 'run.finished' && outcomes.has(last.outcome) ? last : undefined;
    // Of a journal whose beginning was damaged there is still its name; whoever opens the run hears what is wrong with it.
    const started_at = started?.ts ?? timeOf(id);
    if (started_at === undefined) return undefined;
    return {
      id,
      layout,
      orchestra: started?.orchestra ?? basename(layout.workspace),
      started_at,
      made_at: timeOf(id) ?? started_at,
      finished_at: finished?.ts ?? null,
      outcome: finished?.outcome ?? null,
      continues: started?.continues ?? null,
      replays: started?.replays ?? null,
    };
  } finally {
    closeSync(file.fd);
  }
}

const outcomes: ReadonlySet<string> = new Set<Outcome>(['succeeded', 'failed', 'cancelled']);

interface OpenFile {
  readonly fd: number;
  readonly size: number;
}

function opened(path: string): OpenFile | undefined {
  try {
    return openOrdinary(path);
  } catch {
    return undefined; // it has not begun, or is not ours to read
  }
}

/** One buffer for all journals: a list of ten thousand runs is not to collect garbage. */
const buffer = Buffer.alloc(usual);

function textAt({ fd, size }: OpenFile, position: number, length: number): string {
  const room = length <= usual ? buffer : Buffer.alloc(Math.min(length, size));
  return room.toString('utf8', 0, readSync(fd, room, 0, Math.min(length, room.length), position));
}

/** The first line; undefined while it has no end: then nothing has begun. */
function firstLine(file: OpenFile): string | undefined {
  for (const length of [usual, longest]) {
    const text = textAt(file, 0, length);
    const stop = text.indexOf('\n');
    if (stop !== -1) return text.slice(0, stop);
  }
  return undefined;
}

/** When a run was started, as its id says; undefined for what is no id of a run. */
function timeOf(id: string): string | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(\d{3})-/.exec(id);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction] = parts;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction}Z`;
}

/** The last event that is whole: a torn line has not happened. */
function lastEvent(file: OpenFile): RunEvent | undefined {
  for (const length of [usual, longest]) {
    const lines = textAt(file, Math.max(0, file.size - length), length).split('\n');
    const last = parseLine(lines.at(-2) ?? '');
    if (last !== undefined || length >= file.size) return last;
  }
  return undefined;
}

/** The words by which a line tells that a run began to be paused, or ceased to be. */
const turn = /"type":"run\.(paused|unpaused|resumed|finished)"/;

/** Bytes that are looked at together. */
const stretch = 65_536;

/** Whether the last that a journal tells of a run is that it was paused, however much was told since. */
export function isPaused({ journal }: RunLayout): boolean {
  const size = ordinarySize(journal) ?? 0;
  let rest = '';
  for (let stop = size; stop > 0; stop -= stretch) {
    const start = Math.max(0, stop - stretch);
    const lines = (readSome(journal, start, stop - start).toString('latin1') + rest).split('\n');
    if (stop === size) lines.pop(); // torn, or nothing: what has no end has not happened
    rest = start === 0 ? '' : (lines.shift() ?? '');
    const line = lines.findLast((each) => turn.test(each));
    if (line !== undefined) return turn.exec(line)?.[1] === 'paused';
  }
  return false;
}
