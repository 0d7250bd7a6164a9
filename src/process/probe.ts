// Looks at what is installed here, for people who ask what works.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Every executable of this name on the PATH, absolute, the one that would run first. */
export function findPrograms(name: string, path: string | undefined): readonly string[] {
  return [...new Set((path ?? '').split(delimiter))]
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, name))
    .filter(isExecutable);
}

/** Whether a file is there and may be executed. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What a program says when it is asked something. */
export type Answer =
  | { readonly type: 'said'; readonly line: string }
  | { readonly type: 'silent'; readonly why: string };

export interface Question {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until it is killed with all that it started. */
  readonly limit: number;
}

/** Most characters of an answer that are kept. */
const longest = 4096;

/** The first line that a program prints, on its standard output if it uses that. Never rejects. */
export function ask({ file, args, env, limit }: Question): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  // A group of its own: the agent CLIs are wrappers, whose child would outlive them.
  const child = spawn(file, args, { env, cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      said[stream] = (said[stream] + chunk).slice(0, longest);
    });
  }
  const timer = setTimeout(() => {
    resolve({ type: 'silent', why: `did not answer within ${limit / 1000} s` });
    killGroup(child.pid);
  }, limit);
  child.on('error', ({ message }) => resolve({ type: 'silent', why: message }));
  child.on('close', (code) => {
    clearTimeout(timer);
    // Warnings stand on standard error, before the answer or after it.
    const line = firstLine(said.stdout) || firstLine(said.stderr);
    resolve(code === 0 ? { type: 'said', line } : { type: 'silent', why: line || `ended with exit code ${code}` });
  });
  return promise;
}

function firstLine(text: string): string {
  return /\S.*/.exec(text)?.[0].trimEnd() ?? '';
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
