// Calls for adapters under test, in a folder of their own, on real launchers.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { adapterTable } from '../../src/agents/table.ts';
import { openLaunchers } from '../../src/process/launchers.ts';
import type { AgentCall, Progress } from '../../src/run/ports.ts';
import type { Redactor } from '../../src/run/redaction/redact.ts';
import type { PlanAgent, PlanTask, RunId } from '../../src/schema/types.gen.ts';

export interface Bench {
  readonly root: string;
  readonly adapters: ReturnType<typeof adapterTable>;
  /** The same adapters where there are secrets. */
  withRedactor(redactor: Redactor): ReturnType<typeof adapterTable>;
  /** The same adapters where the caller's environment is another. */
  withEnv(env: Readonly<Record<string, string>>): ReturnType<typeof adapterTable>;
  readonly progress: Progress[];
  agent(parts: Partial<PlanAgent>): PlanAgent;
  call(agent: PlanAgent, context?: Readonly<Record<string, string>>): AgentCall;
  /** A file of the attempt: output.txt, stdout.log, stderr.log; empty when it was not written. */
  read(name: string): string;
  write(name: string, text: string): string;
  close(): Promise<void>;
}

/** Makes a folder of programs in which every coding CLI is one that prints what it is told to print; gives its path. */
export function fakeClis(root: string): string {
  const bin = join(root, 'bin');
  const fake = resolve(import.meta.dirname, '../fixtures/fake-cli.mjs');
  mkdirSync(bin);
  for (const name of ['claude', 'codex', 'gemini']) symlinkSync(fake, join(bin, name));
  symlinkSync(process.execPath, join(bin, 'node'));
  return bin;
}

let benches = 0;

export function openBench(graceMs = 300): Bench {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'super-agents-')));
  benches += 1;
  const run = `agents-${process.pid}-${benches}` as RunId;
  const launchers = openLaunchers({ run, goal: 'Ship it', env: process.env, graceMs });
  const progress: Progress[] = [];
  const write = (name: string, text: string) => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  return {
    root,
    adapters: adapterTable({ launchers: () => launchers, env: process.env, root }),
    withRedactor: (redactor) => adapterTable({ launchers: () => launchers, env: process.env, root, redactor }),
    withEnv: (env) => adapterTable({ launchers: () => launchers, env, root }),
    progress,
    agent: (parts) => ({ ...plainAgent, ...parts }),
    call(agent, context = {}) {
      mkdirSync(join(root, 'context'), { recursive: true });
      for (const [name, text] of Object.entries(context)) write(join('context', `${name}.txt`), text);
      const task = { ...plainTask, context: Object.keys(context) as unknown as PlanTask['context'] };
      const output = join(root, 'output.txt');
      return {
        run,
        goal: 'Ship it',
        task,
        agent,
        attempt: 1,
        files: {
          folder: root,
          prompt: write('prompt.md', 'Do it well.'),
          context: join(root, 'context'),
          stdout: join(root, 'stdout.log'),
          stderr: join(root, 'stderr.log'),
          transcript: join(root, 'transcript.jsonl'),
          output,
          answer: join(root, 'answer.txt'),
        },
        cwd: root,
        env: { SUPER_TASK: 'build', SUPER_ATTEMPT: '1', SUPER_OUTPUT: output },
        description: 'Build it',
        prompt: 'Do it well.',
        report: (one) => progress.push(one),
      };
    },
    read: (name) => (existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : ''),
    write,
    async close() {
      await launchers.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const plainAgent = {
  name: 'worker',
  adapter: 'command',
  why: 'it says so',
  file: 'orchestras/x.yaml',
  description: '',
  system_prompt: '',
  shell: 'sh -eu',
  options: {},
  env: { pass: [], set: {} },
  secrets: [],
  cwd: '.',
} as unknown as PlanAgent;

const plainTask = {
  name: 'build',
  agent: 'worker',
  description: 'Build {goal}',
  context: [],
  needs: [],
} as unknown as PlanTask;
