import { spawn } from 'node:child_process';
import { rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { ambushProgram } from './ambush.js.ts';
import { identify, signalGroup } from './identity.ts';
import { nurseryProgram } from './nursery.sh.ts';
import { stampOn, stampsOf } from './stamp.ts';

/** The process from which all others are started: the only one that this program starts itself for its agents. */
export interface Nursery {
  /** Its process id, which is that of its group too; undefined when it could not be started. */
  readonly pid: number | undefined;
  /** When it began, in clock ticks since the boot: whatever it started is younger. Undefined where that cannot be known. */
  readonly began: number | undefined;
  /** What is stamped on all that it starts; undefined before it is ready, and where its shell cannot do that. */
  readonly stamp: string | undefined;
  /** A folder that no other user can look into; it goes with the nursery. */
  readonly folder: string;
  /** Tells it something, in the words of nursery.sh.ts. */
  tell(...words: readonly (string | number)[]): void;
  /** Ends it and takes its folder away. Resolves when it is gone. */
  end(): Promise<void>;
}

/** What nursery and launchers report. */
export type Report =
  | { readonly type: 'ready'; readonly evaluates: boolean }
  | { readonly type: 'missing'; readonly tool: string }
  | { readonly type: 'fifo' | 'failed'; readonly slot: number }
  | { readonly type: 'pipes'; readonly attempt: number; readonly made: boolean }
  | { readonly type: 'up'; readonly slot: number; readonly pid: number }
  | { readonly type: 'gone'; readonly slot: number; readonly code: number }
  | { readonly type: 'end'; readonly attempt: number; readonly code: number; readonly stopped: boolean }
  | { readonly type: 'complaint'; readonly text: string };

/** Who hears of a nursery. Nothing is called before openNursery has returned. */
export interface NurseryListener {
  onReport(report: Report): void;
  /** It ended, asked or not, or never began; `why` continues a sentence about it. */
  onLost(why: string): void;
}

/** Starts the nursery. */
export function openNursery(
  run: string,
  environment: Readonly<Record<string, string>>,
  listener: NurseryListener,
): Nursery {
  const folder = resolve(tmpdir(), `super-${run}-${Math.random().toString(36).slice(2, 8)}`);
  const stamps = stampsOf(run);
  let stamp: string | undefined;
  const conductor = `${process.pid}:${identify(process.pid)?.began ?? ''}`;
  const more = [stamps[0] ?? '', process.execPath, ambushProgram, conductor];
  const words = ['-c', nurseryProgram, 'super-nursery', run, folder, ...more];
  const child = startShell(words, environment, listener);
  const identity = child?.pid === undefined ? undefined : identify(child.pid);
  const exited = new Promise<void>((resolve) => {
    if (child?.pid === undefined) resolve();
    child?.on('exit', (code, signal) => {
      resolve();
      listener.onLost(`ended with ${signal ?? `exit code ${code}`}`);
    });
  });
  child?.stdin.on('error', () => {}); // a broken pipe: the exit tells the story
  child?.stdout.setEncoding('utf8').on(
    'data',
    lineReader((line) => {
      const report = parseReport(line);
      if (report.type === 'ready') stamp = child === undefined ? undefined : readStamp(child.pid, stamps);
      listener.onReport(report);
    }),
  );
  return {
    pid: child?.pid,
    began: identity === undefined ? undefined : Number(identity.began),
    folder,
    get stamp() {
      return stamp;
    },
    tell(...words) {
      child?.stdin.write(`${words.join(' ')}\n`);
    },
    async end() {
      // Before the nursery goes: should we be killed in between, nobody else would take it away.
      const removed = removeEmpty(folder);
      child?.stdin.end('bye\n');
      const timer = setTimeout(() => identity && signalGroup(identity, 'SIGKILL'), 1000);
      await exited;
      clearTimeout(timer);
      if (identity) signalGroup(identity, 'SIGKILL'); // shells that wait for an end of a FIFO that never comes
      child?.stdout.destroy();
      if (!removed) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Nearly always it is empty by now: looking for more takes longer than all the rest. */
function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** A shell in a session of its own, where the Ctrl-C of a terminal does not reach it. */
function startShell(args: string[], environment: Readonly<Record<string, string>>, listener: NurseryListener) {
  try {
    const child = spawn('sh', args, { detached: true, cwd: '/', env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
    child.on('error', (error) => listener.onLost(`could not be started: ${error.message}`));
    return child;
  } catch (error) {
    queueMicrotask(() => listener.onLost(`could not be started: ${(error as Error).message}`));
    return undefined;
  }
}

/** The stamp that the shell has taken: which one depends on those around it. */
function readStamp(pid: number | undefined, stamps: readonly string[]): string | undefined {
  try {
    return pid === undefined ? undefined : stampOn(pid, stamps);
  } catch {
    return undefined;
  }
}

/** Cuts a stream of text into lines. */
function lineReader(onLine: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
}

/** A line of the status pipe as a fact; what is no report is what some shell had to complain about. */
function parseReport(line: string): Report {
  const [word, first = '', second = '', third] = line.split(' ');
  const one = Number(first);
  const two = Number(second);
  if (word === 'end' && second !== '') return { type: 'end', attempt: one, code: two, stopped: third === 'stopped' };
  if (word === 'up' && second !== '') return { type: 'up', slot: one, pid: two };
  if (word === 'gone' && second !== '') return { type: 'gone', slot: one, code: two };
  if ((word === 'fifo' || word === 'failed') && first !== '') return { type: word, slot: one };
  if ((word === 'pipes' || word === 'nopipes') && first !== '') {
    return { type: 'pipes', attempt: one, made: word === 'pipes' };
  }
  if (word === 'missing') return { type: 'missing', tool: first };
  if (word === 'ready') return { type: 'ready', evaluates: first === 'evaluates' };
  return { type: 'complaint', text: line };
}
