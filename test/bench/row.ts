import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../../src/schema/types.gen.ts';
import type { Finding } from './findings.ts';
import { type Command, seconds } from './measure.ts';

/** One subject of the bench. */
export interface Row {
  /** What it is about, in a few words. */
  readonly about: string;
  /** Throws when a command fails. */
  measure(bench: Bench): readonly Finding[];
}

/** What a row is given. */
export interface Bench {
  /** Makes a new folder. None is used twice or deleted before the end: creating files where some were deleted is slow. */
  folder(): string;
  /** Tells whoever watches. */
  note(text: string): void;
}

/** Times a command in a folder of its own, where its files are written first. */
export function timed(bench: Bench, write: (folder: string) => Command): () => number {
  return () => seconds(write(bench.folder()));
}

/** The folder of the only run in a folder. */
export function runFolderIn(folder: string): string {
  const runs = join(folder, 'orchestra_workspaces/bench/runs');
  const [run = ''] = readdirSync(runs);
  return join(runs, run);
}

/** The events of the only run in a folder. */
export function eventsIn(folder: string): RunEvent[] {
  const lines = readFileSync(join(runFolderIn(folder), 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as RunEvent);
}
