// The built program in a folder of its own, so that nobody builds it anew under a campaign, and its processes.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const dist = resolve(import.meta.dirname, '../../dist');

/** A place for a campaign: the program, and room for scenes. */
export interface Stage {
  readonly root: string;
  readonly program: string;
  strike(): void;
}

/** Copies what is built into a new folder. */
export function openStage(): Stage {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'super-chaos-')));
  mkdirSync(join(root, 'bin'));
  for (const name of ['super.cjs', 'program.cjs']) cpSync(join(dist, name), join(root, 'bin', name));
  return {
    root,
    program: join(root, 'bin/super.cjs'),
    strike: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** How a process of the program ended. */
export interface Ended {
  /** Exit code; null when it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from its start to its end. */
  readonly took: number;
}

export interface Launch {
  readonly program: string;
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds after which it is killed, by SIGKILL. */
  readonly killAfter?: number;
}

/** Runs the program to its end, or until it is killed. */
export function launch({ program, words, cwd, env, killAfter }: Launch): Promise<Ended> {
  const began = performance.now();
  const child = spawn(process.execPath, [program, ...words], {
    cwd,
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk;
    });
  }
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code, ...texts, took: performance.now() - began });
    });
  });
}

/** Living processes whose environment holds this text; zombies are dead. */
export function bearers(text: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && environmentOf(pid).includes(text) && lives(pid));
}

function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

/** Milliseconds until something holds; undefined when it did not within so many. */
export async function within(patience: number, holds: () => boolean): Promise<number | undefined> {
  const began = performance.now();
  while (!holds()) {
    if (performance.now() - began > patience) return undefined;
    await sleep(50);
  }
  return performance.now() - began;
}

/** Names below a folder that may not be there. */
export function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
