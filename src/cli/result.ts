import { closeSync, readSync } from 'node:fs';
import { clean } from '../reporters/terminal.ts';
import { tellOn } from '../reporters/wrap.ts';
import type { RunState } from '../run/state.ts';
import type { RunLayout } from '../workspace/layout.ts';
import { openOrdinary, readSome } from '../workspace/ordinary.ts';
import type { Io } from './command.ts';

/** Most lines of a result that are printed on a terminal. */
const screenful = 60;

/** The result of a run that succeeded goes to standard output: as it is into files and pipes, made harmless and cut on a terminal. */
export async function printResult(layout: RunLayout, state: RunState, io: Io, name: string): Promise<void> {
  if (state.outcome !== 'succeeded') return;
  if (io.stdout.isTTY) return printOnTerminal(layout.result, io, name);
  const { fd } = openOrdinary(layout.result);
  const buffer = Buffer.allocUnsafe(65_536);
  try {
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) {
      await io.stdout.writeBytes(buffer.subarray(0, read));
    }
  } finally {
    closeSync(fd);
  }
}

function printOnTerminal(path: string, io: Io, name: string): void {
  const lines = readSome(path, 0, 262_144).toString('utf8').split('\n');
  for (const line of lines.slice(0, screenful)) io.stdout.write(`${clean(line)}\n`);
  if (lines.length > screenful) tellOn(io.stdout, `... the rest is in ${name}\n`);
}
