// A folder and launchers of its own for each test, gone afterwards.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Launchers, openLaunchers } from '../../src/process/launchers.ts';
import type { LaunchEnd, Launched, Program } from '../../src/process/order.ts';
import type { RunId } from '../../src/schema/types.gen.ts';

export interface Lab {
  readonly folder: string;
  readonly run: RunId;
  readonly launchers: Launchers;
  /** Starts a program; its output goes to files of this name. */
  start(name: string, program: Program, env?: Record<string, string>, stdin?: string): Launched;
  /** Runs a script or program to its end. */
  finish(name: string, program: Program, env?: Record<string, string>, stdin?: string): Promise<Finished>;
  read(name: string): string;
  close(): Promise<void>;
}

interface Finished {
  readonly end: LaunchEnd;
  readonly stdout: string;
  readonly stderr: string;
}

let labs = 0;

export function openLab(graceMs = 300, env: Record<string, string | undefined> = process.env): Lab {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'super-lab-')));
  labs += 1;
  const run = `test-${process.pid}-${labs}` as RunId;
  const launchers = openLaunchers({ run, goal: "it's a goal", env, graceMs });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const start: Lab['start'] = (name, program, given = {}, stdin = undefined) =>
    launchers.launch({
      program,
      cwd: folder,
      env: { SUPER_TASK: name, SUPER_ATTEMPT: '1', ...given },
      stdin,
      stdout: join(folder, `${name}.out`),
      stderr: join(folder, `${name}.err`),
    });
  return {
    folder,
    run,
    launchers,
    start,
    read,
    async finish(name, program, given, stdin) {
      const end = await start(name, program, given, stdin).ended;
      return { end, stdout: read(`${name}.out`), stderr: read(`${name}.err`) };
    },
    async close() {
      await launchers.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function script(text: string, shell = 'sh -eu'): Program {
  return { type: 'script', text, shell };
}

/** Process ids whose environment holds all of these entries, found by a program that is not ours. */
export function marked(...entries: readonly string[]): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        if (pid === 0) return false;
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        return entries.every((entry) => environment.includes(entry));
      } catch {
        return false;
      }
    });
}

/** Whether a process lives; a zombie does not. */
export function lives(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits until something holds; the test's own time limit is the only one. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Runs a script the plain way, to compare with; the code is null when a signal ended it. */
export function reference(text: string, folder: string): { code: number | null; stdout: string; stderr: string } {
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, SUPER_RUN_ID: 'x' };
  const { status, stdout, stderr } = spawnSync('sh', ['-eu', '-c', text, 'sh'], {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { code: status, stdout, stderr };
}
