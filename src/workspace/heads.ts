// What the first and the last line of a journal tell of a run: enough for a list, however long the run.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome, RunEvent, RunId } from '../schema/types.gen.ts';
import { layoutOf, type RunLayout } from './layout.ts';
import { ordinarySize, readSome } from './ordinary.ts';

/** A run as its journal begins and ends. */
export interface RunHead {
  readonly id: RunId;
  readonly layout: RunLayout;
  readonly orchestra: string;
  readonly started_at: string;
  /** When it came to its end; null while it has none. */
  readonly finished_at: string | null;
  /** How it ended; null while it has no end. */
  readonly outcome: Outcome | null;
  /** Whether the last that is known of it is that it was paused. */
  readonly paused: boolean;
  /** The run that it goes on from, after a resume --with-changes. */
  readonly continues: RunId | null;
}

/** Bytes at each end of a journal that are read; longer lines there are none that matter here, but for a very long goal. */
const end = 16_384;
const longestStart = 4_194_304;

/** The runs of a workspace, oldest first: run ids sort by time. A folder whose journal has not begun holds no run. */
export function runsIn(workspace: string): RunHead[] {
  return foldersIn(join(workspace, 'runs'))
    .sort()
    .flatMap((id) => headOf(layoutOf(workspace, id as RunId), id as RunId) ?? []);
}

/** What a run's journal tells at both ends; undefined when it has not begun. */
export function headOf(layout: RunLayout, id: RunId): RunHead | undefined {
  const size = ordinarySize(layout.journal) ?? 0;
  if (size === 0) return undefined;
  const first = firstEvent(layout.journal, end) ?? firstEvent(layout.journal, longestStart);
  if (first?.type !== 'run.started') return undefined;
  const lines = readSome(layout.journal, Math.max(0, size - end), end)
    .toString('utf8')
    .split('\n')
    .slice(0, -1);
  const last = parsed(lines.at(-1) ?? '');
  const finished = last?.type === 'run.finished' ? last : undefined;
  return {
    id,
    layout,
    orchestra: first.orchestra,
    started_at: first.ts,
    finished_at: finished?.ts ?? null,
    outcome: finished?.outcome ?? null,
    paused: lines.map(parsed).findLast((event) => event !== undefined && isTurn(event))?.type === 'run.paused',
    continues: first.continues ?? null,
  };
}

/** Events after which a run is or is not paused. */
function isTurn({ type }: RunEvent): boolean {
  return type === 'run.paused' || type === 'run.unpaused' || type === 'run.resumed' || type === 'run.finished';
}

function firstEvent(journal: string, length: number): RunEvent | undefined {
  const text = readSome(journal, 0, length).toString('utf8');
  const stop = text.indexOf('\n');
  return stop === -1 ? undefined : parsed(text.slice(0, stop));
}

function parsed(line: string): RunEvent | undefined {
  try {
    return JSON.parse(line) as RunEvent;
  } catch {
    return undefined;
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}
