/** What runs in an attempt: a script for a shell (its options separated by spaces), or a program and its arguments. */
export type Program =
  | { readonly type: 'script'; readonly text: string; readonly shell: string }
  | { readonly type: 'argv'; readonly argv: readonly string[] };

/** What all processes of an attempt may use together. */
export interface TreeLimits {
  /** Most memory in bytes: above it the attempt is ended. */
  readonly memoryBytes?: number;
  /** Most processors: above it the attempt is slowed down. */
  readonly cpus?: number;
}

/** Takes what a process writes, while it is written. Neither function may throw. */
export interface Sink {
  /** The bytes are there during this call only; the process waits while they are taken. */
  write(chunk: Uint8Array): void;
  /** Nothing comes any more. Called once, before the end of the process is told, whether it ever began or not. */
  end(): void;
}

/** One thing to run. Paths are absolute. */
export interface LaunchOrder {
  readonly program: Program;
  readonly cwd: string;
  /** Besides PATH, HOME, LANG, TERM, TMPDIR, SUPER_RUN_ID and SUPER_GOAL. */
  readonly env: Readonly<Record<string, string>>;
  /** A file; undefined: nothing to read. */
  readonly stdin: string | undefined;
  /** A file that it appends to by itself, or who takes what it writes. */
  readonly stdout: string | Sink;
  readonly stderr: string | Sink;
  /** Who takes what it writes to its file descriptor 3; without: that is closed. */
  readonly reports?: Sink;
  /** Between TERM and KILL, in milliseconds; that of the launchers unless given. */
  readonly graceMs?: number;
  readonly limits?: TreeLimits;
}

/**
 * How it ended: by itself or by a stop; by a stop for its limits; with the machinery around it; or never begun, because it
 * cannot be expressed.
 */
export type LaunchEnd =
  | { readonly type: 'exited'; readonly code: number }
  | { readonly type: 'exceeded'; readonly message: string }
  | { readonly type: 'lost'; readonly message: string }
  | { readonly type: 'refused'; readonly message: string };

/** Something that runs, or waits to. */
export interface Launched {
  /** Resolves when nothing of it runs any more. Never rejects. */
  readonly ended: Promise<LaunchEnd>;
  /** TERM to all of it, KILL after the grace period; `force` ends the grace at once. May be called again. */
  stop(force: boolean): void;
  /** STOP to all of it, or CONT. */
  freeze(frozen: boolean): void;
  /** For how many milliseconds it has been held in all, to freeze it or to slow it down. */
  held(): number;
}
