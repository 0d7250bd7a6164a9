import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';

/** A program in the background. */
export interface Background {
  /** Undefined where it could not be started. */
  readonly pid: number | undefined;
  /** Its exit code, or why there is none; undefined while it runs. */
  readonly end: number | string | undefined;
  /** Tells it to end. */
  terminate(): void;
  /** From now on this process does not wait for it. */
  leave(): void;
}

/**
 * Starts a program in a session of its own: the end of this terminal does not reach it. What it writes to standard error is
 * appended to a file; its standard output is lost.
 */
export function startBackground(
  words: readonly string[],
  how: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly log: string;
    /** What it reads; undefined: nothing. */
    readonly stdin: string | undefined;
  },
): Background {
  const [file = '', ...args] = words;
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  // It stands where agents can write: what is no file is not waited for.
  const log = openSync(how.log, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644);
  const stdin = how.stdin === undefined ? 'ignore' : 'pipe';
  const child = spawn(file, args, { cwd: how.cwd, env: how.env, detached: true, stdio: [stdin, 'ignore', log] });
  closeSync(log);
  let end: number | string | undefined;
  child.on('error', (error) => {
    end ??= `could not be started: ${error.message}`;
  });
  child.on('exit', (code, signal) => {
    end ??= code ?? `ended with ${signal}`;
  });
  child.stdin?.on('error', () => {}); // it ended before it had read all; its end tells the story
  child.stdin?.end(how.stdin);
  return {
    pid: child.pid,
    get end() {
      return end;
    },
    terminate: () => void child.kill('SIGTERM'),
    leave: () => child.unref(),
  };
}
