// Runs command lines in this process, in folders of their own.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Io, Stream } from '../../src/cli/command.ts';
import { main } from '../../src/main.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Width of the terminal; without it there is none. */
  readonly columns?: number;
}

/** Runs `super` with these words and gives what it printed. */
export async function runCli(argv: readonly string[], place: Place = {}): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr'): Stream => ({
    write: (text) => {
      written[name] += text;
    },
    async writeBytes(bytes) {
      this.write(Buffer.from(bytes).toString('utf8'));
    },
    isTTY: place.columns !== undefined,
    columns: place.columns ?? 100,
    rows: 24,
  });
  const io: Io = {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    stdin: async () => place.stdin ?? '',
    env: { PATH: process.env.PATH, ...place.env },
    cwd: place.cwd ?? tmpdir(),
    program: [process.execPath, resolve(import.meta.dirname, '../../src/bin.ts')],
    onSignal: () => () => {},
  };
  const code = await main(argv, io);
  return { code, ...written };
}

/** A new folder with these files, removed when the test ends. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'super-cli-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** A playbook of an agent that runs a command. */
export function commandPlaybook(run: string, more = ''): string {
  return `apiVersion: agent/v1\nkind: AgentSpec\nmetadata:\n  name: Tester\n  description: Runs a command\nspec:\n  run: ${run}\n${more}`;
}

/** An orchestra of commands: each line of `tasks` is a task's name, then what it waits for. */
export function commandOrchestra(id: string, tasks: readonly string[]): string {
  const lines = tasks.map((line) => {
    const [name, ...context] = line.split(' ');
    return `  - {name: ${name}, agent: shell, description: "say ${name}", context: [${context.join(', ')}]}\n`;
  });
  return `orchestra: {id: ${id}, name: The ${id}}\nagents:\n  - {name: shell, run: "echo hi"}\ntasks:\n${lines.join('')}`;
}
