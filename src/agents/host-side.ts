// What the programs have in common in which agents run. They are given the path of a file with their call, and write to their
// file descriptor 3, line by line, what hosted.ts reads.
import { readFileSync, writeSync } from 'node:fs';
import type { Progress } from '../run/ports.ts';
import type { Usage } from '../schema/types.gen.ts';
import type { HostResult } from './hosted.ts';

/** The call that this process was started for. Its shape is that of the adapter that wrote it. */
export function readCall<T>(file: string | undefined): T {
  return JSON.parse(readFileSync(file ?? '', 'utf8')) as T;
}

/** Tells people and programs that watch the run. */
export function report(progress: Progress): void {
  tell({ progress });
}

/** Tells all that the attempt has used so far, where something is known. */
export function spend(usage: Usage | undefined): void {
  if (usage !== undefined) tell({ usage });
}

/** Says how it ended, which is the last thing to say. Gives the exit code to end with. */
export function conclude(result: HostResult): number {
  tell({ result });
  return result.error === undefined ? 0 : 1;
}

function tell(what: unknown): void {
  const line = Buffer.from(`${JSON.stringify(what)}\n`);
  for (let at = 0; at < line.length; ) at += writeSync(3, line, at);
}
