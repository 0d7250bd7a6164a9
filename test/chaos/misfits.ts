// Agents that do not want to end, and the ways in which their run ends around them. Whatever they do, nothing of them may stay.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const misfit = `perl '${resolve(import.meta.dirname, 'misfit.pl')}'`;

/** What agents do, by name: a script that brings it about in the folder FOLDER. Most of it stands in misfit.pl. */
export const misfits: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...['plain', 'setsid', 'group', 'daemon', 'deaf', 'stopped', 'stopped-deaf', 'hydra', 'shut', 'argv', 'renamed'],
      ...['family', 'chain', 'runaway', 'unreadable', 'bare', 'bare-session', 'bare-daemon'],
    ].map((kind) => [kind, `${misfit} ${kind} FOLDER &`]),
  ),
  nohup: `nohup ${misfit} plain FOLDER >/dev/null 2>&1 &`,
  disown: `bash -c "${misfit.replaceAll("'", '')} deaf FOLDER & disown -a; sleep 0.1"`,
};

/** How the run, or the attempt, ends. */
export const ends = [
  ...(['success', 'failure', 'timeout'] as const),
  ...(['int', 'int-int', 'term', 'hup'] as const),
  ...(['kill', 'kill-both-resume', 'kill-both-run'] as const),
] as const;

export type End = (typeof ends)[number];

/** One trial. */
export interface Trial {
  readonly misfit: string;
  readonly end: End;
}

/** What came of it. */
export interface Verdict extends Trial {
  /** Milliseconds from what ended the run until nothing of it was left; at most `patience`. */
  readonly took: number;
  /** Exit code of the program that had to clean up; null when it was killed. */
  readonly code: number | null;
  /** What is wrong, each in a sentence; nothing, if all is well. */
  readonly faults: readonly string[];
}

/** Milliseconds that may pass until nothing is left: all of it for a kill -9, for other ends once the program has ended none. */
// Beside other tests nobody has a processor when it is needed: there the promise is kept if twice the time is enough.
export const patience = process.env.VITEST === undefined ? 5000 : 10_000;
/** Milliseconds after which the guardian counts as stuck. It promises nothing about its own end, only that it comes. */
const guardianPatience = 60_000;
const codes: Readonly<Record<End, number | null>> = {
  success: 0,
  failure: 1,
  timeout: 1,
  int: 130,
  'int-int': 130,
  term: 143,
  hup: 129,
  kill: null,
  'kill-both-resume': 0,
  'kill-both-run': 0,
};

/** Carries a trial out with this program, in a new folder below `root`. */
export async function tryMisfit(program: string, root: string, trial: Trial): Promise<Verdict> {
  const folder = mkdtempSync(join(root, 'misfit-'));
  writeFileSync(join(folder, 'o.yaml'), orchestraOf(folder, trial));
  const running = launch(program, ['orchestra', 'run', 'o.yaml'], folder);
  const faults: string[] = [];
  // The first two end as soon as their misfit stands.
  const early = trial.end === 'success' || trial.end === 'failure';
  if (!early)
    await until(
      () => exists(join(folder, 'ready')),
      20_000,
      () => faults.push('the agent never stood'),
    );
  await sleep(30 + Math.random() * 100);
  const began = performance.now();
  let code = await bringAbout(trial.end, program, folder, running);
  if (trial.end === 'kill') {
    await until(
      () => remaining(folder).every(isNursery),
      patience,
      () => {},
    );
    code = null;
  }
  const took = performance.now() - began;
  if (code !== codes[trial.end]) faults.push(`exit code ${code}: ${running.said().slice(-300)}`);
  if (!exists(join(folder, 'ledger'))) faults.push('the misfit never ran');
  // The guardian looks again until it is sure: on a busy machine each look takes seconds.
  if (remaining(folder).every(isNursery)) {
    await until(
      () => remaining(folder).length === 0,
      guardianPatience,
      () => {},
    );
  }
  const left = remaining(folder).filter(isAlive);
  for (const pid of left) faults.push(`process ${pid} is left: ${describe(pid)}`);
  for (const pid of left) tryKill(pid);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return { ...trial, took, code, faults };
}

/** JSON is YAML. The second attempt, of a run that is resumed, has nothing unpleasant in it. */
function orchestraOf(folder: string, { misfit: kind, end }: Trial): string {
  const after: Partial<Record<End, string>> = { success: 'exit 0', failure: 'exit 3' };
  const script = [
    '[ "$SUPER_ATTEMPT" = 1 ] || exit 0',
    (misfits[kind] ?? '').replaceAll('FOLDER', folder),
    'while [ ! -e ready ]; do sleep 0.02; done',
    after[end] ?? 'sleep 1000',
  ].join('\n');
  return JSON.stringify({
    orchestra: { id: 'o', execution: { grace_seconds: 1 } },
    agents: [{ name: 'a', run: script, shell: 'sh' }],
    tasks: [{ name: 't', agent: 'a', description: '', timeout_seconds: end === 'timeout' ? 1.5 : 600 }],
  });
}

interface Running {
  readonly pid: number;
  readonly ended: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  said(): string;
}

function launch(program: string, words: readonly string[], cwd: string): Running {
  mkdirSync(join(cwd, 'home'), { recursive: true });
  const env = { PATH: process.env.PATH, HOME: join(cwd, 'home'), LANG: 'C.UTF-8' };
  const child = spawn(process.execPath, [program, ...words], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  // Not "close": what survives would hold the pipe, and is to be found, not waited for.
  const ended = new Promise<number | null>((done) =>
    child.on('exit', (code, signal) => done(signal === 'SIGINT' ? 130 : code)),
  );
  return { pid: child.pid ?? 0, ended, kill: (signal) => void child.kill(signal), said: () => text };
}

/** Ends the run in one of the ways; gives the exit code of the program that had to see to it that nothing stays. */
async function bringAbout(end: End, program: string, folder: string, running: Running): Promise<number | null> {
  const signals: Partial<Record<End, NodeJS.Signals>> = {
    int: 'SIGINT',
    'int-int': 'SIGINT',
    term: 'SIGTERM',
    hup: 'SIGHUP',
  };
  const signal = signals[end];
  if (signal !== undefined) {
    running.kill(signal);
    if (end === 'int-int') {
      await sleep(200);
      running.kill(signal);
    }
  }
  if (!end.startsWith('kill')) return running.ended;
  const nursery = end === 'kill' ? [] : nurseriesOf(running.pid);
  for (const pid of nursery) process.kill(pid, 'SIGKILL');
  running.kill('SIGKILL');
  await running.ended;
  if (end === 'kill') return null;
  const words = end === 'kill-both-resume' ? ['orchestra', 'resume'] : ['orchestra', 'run', 'o.yaml', '--rehearse'];
  const second = launch(program, words, folder);
  const code = await second.ended;
  if (code !== 0) process.stderr.write(second.said());
  return code;
}

/** Children of the program: the only one that it has is the shell that starts all others. */
function nurseriesOf(pid: number): readonly number[] {
  return readText(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);
}

/** Living processes that have to do with a folder: by working directory, environment or arguments, or because they wrote so. */
export function remaining(folder: string): readonly number[] {
  const written = new Set(ledger(folder));
  return readdirSync('/proc')
    .map(Number)
    .filter(
      (pid) =>
        pid > 0 &&
        pid !== process.pid &&
        isAlive(pid) &&
        (mentions(pid, folder) || written.has(`${pid} ${beganOf(pid)}`)),
    );
}

/** The guardian, or what it has called. */
export function isNursery(pid: number): boolean {
  const [, , group] = statOf(pid);
  return readText(`/proc/${group}/cmdline`).split('\0')[3] === 'super-nursery';
}

function mentions(pid: number, folder: string): boolean {
  return (
    readText(`/proc/${pid}/environ`).includes(folder) ||
    readText(`/proc/${pid}/cmdline`).includes(folder) ||
    cwdOf(pid).startsWith(folder)
  );
}

function ledger(folder: string): readonly string[] {
  return readText(join(folder, 'ledger'))
    .split('\n')
    .map((line) => line.split(' ').slice(0, 2).join(' '));
}

function statOf(pid: number): readonly string[] {
  const text = readText(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function isAlive(pid: number): boolean {
  const [state = ''] = statOf(pid);
  return state !== '' && state !== 'Z' && state !== 'X';
}

function beganOf(pid: number): string {
  return statOf(pid)[19] ?? '';
}

function describe(pid: number): string {
  const words = readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 100);
  const [state, parent, group, session] = statOf(pid);
  return `${words} (state ${state}, parent ${parent}, group ${group}, session ${session})`;
}

function cwdOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function until(holds: () => boolean, milliseconds: number, late: () => void): Promise<void> {
  for (const end = performance.now() + milliseconds; !holds(); await sleep(10)) {
    if (performance.now() > end) return late();
  }
}
