// The real program in a process of its own, and agents that do what the test tells them.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { RunEvent } from '../../src/schema/types.gen.ts';

/** The executable as it is published. */
export const program = resolve(import.meta.dirname, '../../dist/super.cjs');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface Place {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Starts `super` with these words; it is killed when the test ends. */
export function start(argv: readonly string[], { cwd, env, stdin }: Place): Started {
  const base: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: cwd, LANG: 'C.UTF-8' };
  const child = spawn(process.execPath, [program, ...argv], { cwd, env: { ...base, ...env }, stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk;
    });
  }
  child.stdin.on('error', () => {});
  child.stdin.end(stdin ?? '');
  const ended = new Promise<Ended>((done) => child.on('close', (code) => done({ code, ...texts })));
  return { pid: child.pid ?? 0, child, ended };
}

/** Runs `super` with these words to its end. */
export function run(argv: readonly string[], place: Place): Promise<Ended> {
  return start(argv, place).ended;
}

/** A new folder with these files, removed when the test ends. */
export function project(files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'super-rig-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** An orchestra as YAML; JSON is YAML. */
export function orchestra(document: {
  readonly execution?: object;
  readonly more?: object;
  /** Written in place, or names of playbooks. */
  readonly agents: readonly (object | string)[];
  readonly tasks: readonly object[];
}): Readonly<Record<string, string>> {
  const { execution = {}, more = {}, agents, tasks } = document;
  return { 'o.yaml': JSON.stringify({ orchestra: { id: 'o', ...more, execution }, agents, tasks }) };
}

/** A task of these names; without more it belongs to the agent `a`. */
export function task(name: string, more: object = {}): object {
  return { name, agent: 'a', description: '', ...more };
}

/** An agent at its work, as the test sees it. */
interface Worker {
  readonly task: string;
  readonly attempt: number;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly prompt: string;
  /** Has it do things, in this order: say, complain, write, deaf, child, exit. */
  tell(order: Readonly<Record<string, unknown>>): void;
  /** Starts a grandchild; gives its process id once it is deaf to signals. */
  child(apart: boolean): Promise<number>;
}

export interface Driver {
  /** The agent `a` that is driven. */
  readonly agent: { readonly name: string; readonly argv: readonly string[]; readonly env: Record<string, string> };
  /** The attempt of this task, once it has begun. */
  begun(task: string, attempt?: number): Promise<Worker>;
  /** Tasks whose agents have begun, in order. */
  readonly seen: readonly string[];
}

/** Opens a socket at which driven agents report for work. */
export async function driver(): Promise<Driver> {
  const folder = mkdtempSync(join(tmpdir(), 'super-drv-'));
  const path = join(folder, 's');
  const workers = new Map<string, Worker>();
  const waiting = new Map<string, (worker: Worker) => void>();
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const children: ((pid: number) => void)[] = [];
    createInterface({ input: socket }).on('line', (line) => {
      const said = JSON.parse(line);
      if (said.child !== undefined) return children.shift()?.(said.child);
      const worker: Worker = {
        ...said,
        tell: (order) => void socket.write(`${JSON.stringify(order)}\n`),
        child: (apart) =>
          new Promise((done) => {
            children.push(done);
            socket.write(`${JSON.stringify({ child: { apart } })}\n`);
          }),
      };
      const key = `${worker.task} ${worker.attempt}`;
      seen.push(worker.task);
      workers.set(key, worker);
      waiting.get(key)?.(worker);
    });
  });
  await new Promise<void>((done) => server.listen(path, done));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const argv = [process.execPath, resolve(import.meta.dirname, 'agent.mjs')];
  return {
    seen,
    agent: { name: 'a', argv, env: { RIG_SOCKET: path } },
    begun(name, attempt = 1) {
      const key = `${name} ${attempt}`;
      const there = workers.get(key);
      return there !== undefined ? Promise.resolve(there) : new Promise((done) => waiting.set(key, done));
    },
  };
}

/** Folder of the only run under this workspace. */
export function runFolder(cwd: string, workspace = 'orchestra_workspaces/o'): string {
  const runs = readdirSync(join(cwd, workspace, 'runs'));
  if (runs.length !== 1) throw new Error(`expected one run, found ${runs.length}`);
  return join(cwd, workspace, 'runs', runs[0] ?? '');
}

/** Events of the only run. */
export function events(cwd: string, workspace?: string): readonly RunEvent[] {
  return readFileSync(join(runFolder(cwd, workspace), 'events.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RunEvent);
}

/** What a run printed, without what differs from run to run: ids, times, folders. */
export function settled(text: string, cwd: string): string {
  return text
    .replaceAll(cwd, '<root>')
    .replace(/\d{8}-\d{6}-\d{3}-[a-z0-9]{4}/g, '<run>')
    .replace(/ *\b\d+(\.\d+)?m?s\b(?!,)/g, ' <time>')
    .replace(/^time {4}took .*\n/gm, '')
    .replace(/process \d+ on [^\s)]+/g, 'process <pid> on <host>');
}

/** Whether a process lives; a zombie does not. */
export function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits until something holds; the test's own time limit is the only one. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, 10));
}

/** Process ids whose environment names this run or holds this text. */
export function marked(text: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return pid > 0 && lives(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(text);
      } catch {
        return false;
      }
    });
}
