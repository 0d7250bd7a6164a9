// Times of whole commands: each run to its end, contestants in turn, the median of the rounds.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command, and the folder that it runs in. */
export interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Added to the environment of the bench. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command to its end; gives seconds from its start. What it says goes to a file. Throws when it fails. */
export function seconds(command: Command): number {
  const log = join(command.cwd, 'bench.log');
  const output = openSync(log, 'w');
  try {
    const began = performance.now();
    const { status, signal, error } = launch(command, output);
    const took = (performance.now() - began) / 1000;
    if (status !== 0) throw commandFailed(command, error?.message ?? signal ?? `exit code ${status}`, lastLines(log));
    return took;
  } finally {
    closeSync(output);
  }
}

/** Runs a command of ours that answers with one line of JSON, its last, on standard output. Throws when it fails. */
export function answer<T>(command: Command): T {
  const { status, signal, error, stdout, stderr } = launch(command, 'pipe');
  if (status !== 0) throw commandFailed(command, error?.message ?? signal ?? `exit code ${status}`, String(stderr));
  return JSON.parse(String(stdout).trimEnd().split('\n').at(-1) ?? '');
}

function launch({ argv: [program = '', ...rest], cwd, env }: Command, output: number | 'pipe') {
  return spawnSync(program, rest, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', output, output] });
}

function commandFailed({ argv }: Command, why: string, said: string): Error {
  return new Error(`${argv.join(' ').slice(0, 200)}: ${why}\n${said}`);
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
}

/** Makes the process copy what the kernel knows about it when it exits. */
const copyStatus = `import { readFileSync, writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync('status.txt', readFileSync('/proc/self/status')));`;

/** Megabytes that the process of a command had in memory at most. */
export function peakOf({ argv: [node = '', ...rest], cwd, ...more }: Command): number {
  const argv = [node, '--import', `data:text/javascript,${encodeURIComponent(copyStatus)}`, ...rest];
  seconds({ argv, cwd, ...more });
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(join(cwd, 'status.txt'), 'utf8'))?.[1];
  return (Number(kibibytes) * 1024) / 1e6;
}

/** Measures something once. */
type Contestant = () => number;

/** Lets every contestant have its turn in each round: A B C A B C. Gives the median of each; one that is absent has none. */
export function inTurns<Name extends string>(
  rounds: number,
  contestants: Readonly<Record<Name, Contestant | undefined>>,
): Partial<Record<Name, number>> {
  const present = Object.entries<Contestant | undefined>(contestants).flatMap(([name, measure]) =>
    measure === undefined ? [] : [{ name: name as Name, measure, taken: [] as number[] }],
  );
  for (let round = 0; round < rounds; round += 1) {
    for (const { measure, taken } of present) {
      // What the one before has left to be written must not be paid by the next.
      spawnSync('sync');
      taken.push(measure());
    }
  }
  const medians = present.map(({ name, taken }) => [name, median(taken)] as const);
  return Object.fromEntries(medians) as Partial<Record<Name, number>>;
}

/** The middle of these numbers; of an even count the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}

/** The arithmetic mean. */
export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}
