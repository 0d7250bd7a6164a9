// A run in the background: this program is started once more, in a session of its own, and this one ends as soon as the run has
// begun, or tells why it has not.
import { closeSync, fdatasyncSync, openSync, readFileSync, rmdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type Background, startBackground } from '../process/background.ts';
import { tellOn } from '../reporters/wrap.ts';
import { StorageFailure } from '../run/ports.ts';
import { parseLine } from '../workspace/journal.ts';
import type { RunLayout } from '../workspace/layout.ts';
import { makeFolder } from '../workspace/lock.ts';
import { ordinarySize, readSome } from '../workspace/ordinary.ts';
import { type Call, exit, exitOf, flag, type Io, printJson, Refusal, textOption } from './command.ts';
import { printFailure } from './failure.ts';
import { type Interruption, nap } from './interruption.ts';
import { commandOn } from './live.ts';
import { nameFor } from './paths.ts';
import { detachedRun } from './run-id.ts';
import type { Conducted } from './run-request.ts';

/** Milliseconds between two looks. */
const interval = 10;

/** Starts the run in the background; gives the exit code when it has begun, or the one with which it did not. */
export async function detach(conducted: Conducted, interruption: Interruption, call: Call, io: Io): Promise<number> {
  const { layout, run, begin } = conducted;
  const log = join(layout.folder, 'detached.log');
  const written = begin.type === 'resumed' ? begin.recorded.wholeBytes : 0;
  orStorageFailure(() => makeFolder(layout.folder));
  const before = ordinarySize(log);
  const child = orStorageFailure(() =>
    startBackground([...io.program, ...wordsOf(conducted, call)], {
      cwd: io.cwd,
      env: { ...io.env, [detachedRun]: run },
      log,
      stdin: textOption(call, 'goalFile') === '-' ? conducted.goal : undefined,
    }),
  );
  const begun = await untilBegun(child, layout, written, interruption);
  if (begun) {
    child.leave();
    report(conducted, child, call, io);
    return exit.succeeded;
  }
  const said = relay(layout, log, before ?? 0, io);
  if (interruption.signal !== undefined) return exitOf(interruption.signal);
  if (typeof child.end === 'number') {
    if (flag(call, 'json')) printFailure({ code: child.end, message: said, hint: '' }, io);
    return child.end;
  }
  throw new Refusal(exit.setup, `the run did not begin: its process ${child.end}`);
}

function orStorageFailure<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new StorageFailure((error as Error).message, { cause: error });
  }
}

/** Whether the run has begun: its first event of this time is on disk. False: the process has ended without. */
async function untilBegun(
  child: Background,
  layout: RunLayout,
  written: number,
  interruption: Interruption,
): Promise<boolean> {
  for (let told = false; ; await nap(interval, interruption)) {
    const over = child.end !== undefined;
    if (hasBegun(layout, written)) {
      syncFile(layout.journal);
      return true;
    }
    if (over) return false;
    if (interruption.signal !== undefined) {
      if (!told) child.terminate();
      told = true;
      await new Promise((resolve) => setTimeout(resolve, interval));
    }
  }
}

const longestStart = 4_194_304;

function hasBegun({ journal }: RunLayout, written: number): boolean {
  if ((ordinarySize(journal) ?? 0) <= written) return false;
  const text = readSome(journal, written, longestStart).toString('utf8');
  const event = parseLine(text.slice(0, Math.max(0, text.indexOf('\n'))));
  return event?.type === 'run.started' || event?.type === 'run.resumed';
}

/** It was written, and nobody can lose it now: who is told of a run finds it after a power cut, too. */
function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The words that do the same without --detach. Which run is resumed is decided already. */
function wordsOf({ begin }: Conducted, { command, options, operands }: Call): string[] {
  const left = new Set(['detach', 'json']);
  const words = (command.options ?? []).flatMap(({ flags }) => {
    const name = /--([\w-]+)/.exec(flags)?.[1] ?? '';
    const key = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const value = left.has(key) ? undefined : options[key];
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${name}`];
    return [value].flat().map((each) => `--${name}=${each}`);
  });
  const resumed = begin.type === 'resumed' ? begin.recorded.started.run : begin.from?.run;
  return [...command.path, ...words, '--', ...(resumed === undefined ? operands : [resumed])];
}

/** Tells what the process in the background had to say, and takes away what it leaves; gives its words. */
function relay(layout: RunLayout, log: string, before: number, io: Io): string {
  const said = readFileSync(log).toString('utf8', before);
  tellOn(io.stderr, said);
  if (before > 0) truncateSync(log, before);
  else {
    rmSync(log, { force: true });
    try {
      rmdirSync(layout.folder);
    } catch {
      // It is a run that goes on, or holds what somebody may want to see.
    }
  }
  return said.trim();
}

function report({ project, run, layout }: Conducted, child: Background, call: Call, io: Io): void {
  const log = nameFor(project, join(layout.folder, 'detached.log'));
  if (flag(call, 'json')) {
    return printJson(io, { run, pid: child.pid ?? null, folder: nameFor(project, layout.folder), log });
  }
  io.stdout.write(`${run}\n`);
  if (flag(call, 'quiet')) return;
  const on = (...words: readonly string[]) => commandOn(project, { id: run, layout }, 'runs', ...words);
  tellOn(
    io.stderr,
    [
      `super: the run goes on in the background, in process ${child.pid}; what it says: ${log}`,
      `see     ${on('show')}`,
      `follow  ${on('logs', '-f')}`,
      `stop    ${on('stop')}`,
      '',
    ].join('\n'),
  );
}
