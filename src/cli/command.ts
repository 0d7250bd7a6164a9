// What a command is. One file per command exports one of these; table.ts lists them; help and completion are made from the table.
import { printableJson } from '../diagnostics/printable.ts';

/** The world as a command sees it. Tests pass their own. */
export interface Io {
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Reads all of standard input. */
  stdin(): Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The words that start this program once more. */
  readonly program: readonly string[];
  /** Calls back on these signals until the returned function is called. */
  onSignal(callback: (signal: Signal) => void): () => void;
}

/** Signals that ask a process to end. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface Stream {
  write(text: string): void;
  /** Writes bytes as they are; resolves when the reader has taken them, so that a large file does not wait in memory. */
  writeBytes(bytes: Uint8Array): Promise<void>;
  readonly isTTY: boolean;
  /** Width in columns; 80 where there is no terminal. */
  readonly columns: number;
  readonly rows: number;
}

/** One option. `flags` is in the usual notation: `-s, --strategy <name>`. */
export interface Option {
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  /** Whether it may be given several times; its value is then a list. */
  readonly many?: boolean;
  /** Whether help and completion leave it out. */
  readonly hidden?: boolean;
}

/** One command. Its module stays light: what is heavy is imported inside run(). */
export interface Command {
  /** Words after `super`. */
  readonly path: readonly string[];
  readonly summary: string;
  /** Operands in the usual notation: `<orchestra>`, `[file...]`. */
  readonly operands?: string;
  readonly options?: readonly Option[];
  /** What help adds to the summary: paragraphs, one on a line each. */
  readonly more?: string;
  /** A command line that works, shown in help. */
  readonly example: string;
  /** Gives the exit code. Options arrive under their long name in camelCase; a variadic operand arrives as its words. */
  run(call: Call, io: Io): Promise<number>;
}

/** A word that gathers commands. */
export interface Group {
  readonly path: string;
  /** Short form. */
  readonly alias?: string;
  readonly summary: string;
  /** A command line that works, shown in help. */
  readonly example: string;
}

export interface Call {
  /** The command that is called. */
  readonly command: Command;
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  /** Every command, for those that speak of others. */
  readonly commands: readonly Command[];
  readonly groups: readonly Group[];
}

/** Exit codes, as cli.md fixes them. */
export const exit = {
  succeeded: 0,
  taskFailed: 1,
  usage: 2,
  invalid: 3,
  setup: 4,
  budget: 5,
  timeout: 6,
  conflict: 7,
  waiting: 8,
  locked: 9,
  storage: 10,
  defect: 70,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** Exit code of a command that a signal ended. */
export function exitOf(signal: Signal): number {
  return { SIGHUP: exit.hungUp, SIGINT: exit.interrupted, SIGTERM: exit.terminated }[signal];
}

/** Ends a command with a message for people; main prints it and exits with the code. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: number;
  /** The next step, on lines of its own. */
  readonly hint: string;
  constructor(code: number, message: string, hint = '') {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** The command line is wrong: exit code 2. */
export function usageFault(message: string, hint = ''): Refusal {
  return new Refusal(exit.usage, message, hint);
}

/** Something is missing on this machine or in this project: exit code 4. */
export function setupFault(message: string, hint = ''): Refusal {
  return new Refusal(exit.setup, message, hint);
}

/** An option that takes a text. */
export function textOption(call: Call, name: string): string | undefined {
  const value = call.options[name];
  return typeof value === 'string' ? value : undefined;
}

/** An option that is given or not. */
export function flag(call: Call, name: string): boolean {
  return call.options[name] === true;
}

/** Prints one JSON document. */
export function printJson(io: Io, value: unknown): void {
  io.stdout.write(`${printableJson(value, 2)}\n`);
}
