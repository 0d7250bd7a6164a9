import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';

/** A program that is spoken with by pipes; its standard error is that of this process. */
export interface PipedChild {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves with its exit code, 128 and the signal's number included, or with the words of the system when it did not begin. */
  readonly ended: Promise<number | string>;
  /** TERM, then KILL after so many milliseconds. */
  end(graceMs: number): void;
}

/** Starts a program from within an attempt: it belongs to the same process group and bears the same marks. */
export function startPiped(argv: readonly string[], cwd: string): PipedChild {
  const [program = '', ...words] = argv;
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(program, words, {
    cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => {}); // it went away; its end says so
  const ended = new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    ended,
    end(graceMs) {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      void ended.then(() => clearTimeout(timer));
    },
  };
}
