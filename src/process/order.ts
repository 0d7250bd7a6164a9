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

/** One thing to run. Paths are absolute; stdout and stderr are appended to. */
export interface LaunchOrder {
  readonly program: Program;
  readonly cwd: string;
  /** Besides PATH, HOME, LANG, TERM, TMPDIR, SUPER_RUN_ID and SUPER_GOAL. */
  readonly env: Readonly<Record<string, string>>;
  /** A file; undefined: nothing to read. */
  readonly stdin: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
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
