// The newest run in a workspace, as far as its folder and the end of its journal tell.
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome, RunEvent } from '../schema/types.gen.ts';

export interface LastRun {
  readonly id: string;
  /** How it ended; paused; or unfinished: it runs now, or was cut off and can be resumed. */
  readonly state: Outcome | 'paused' | 'unfinished';
}

/** The newest run of a workspace; null where there is none. Run ids sort by time. */
export function lastRun(workspace: string): LastRun | null {
  const id = foldersIn(join(workspace, 'runs')).sort().at(-1);
  return id === undefined ? null : { id, state: stateOf(join(workspace, 'runs', id, 'events.jsonl')) };
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

/** Bytes at the end of a journal that hold its last event, if that is one that ends or pauses a run. */
const tail = 8192;

function stateOf(journal: string): LastRun['state'] {
  const event = parsed(readEnd(journal).trimEnd().split('\n').at(-1) ?? '');
  if (event?.type === 'run.finished') return event.outcome;
  return event?.type === 'run.paused' ? 'paused' : 'unfinished';
}

/** The event of a line; undefined for one that is torn, or longer than those that matter here. */
function parsed(line: string): RunEvent | undefined {
  try {
    return JSON.parse(line) as RunEvent;
  } catch {
    return undefined;
  }
}

function readEnd(file: string): string {
  try {
    const handle = openSync(file, 'r');
    try {
      const { size } = fstatSync(handle);
      const buffer = Buffer.alloc(Math.min(size, tail));
      return buffer.toString('utf8', 0, readSync(handle, buffer, 0, buffer.length, size - buffer.length));
    } finally {
      closeSync(handle);
    }
  } catch {
    return '';
  }
}
