import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Finding } from '../findings.ts';
import { type Command, inTurns, median, seconds } from '../measure.ts';
import { type Bench, eventsIn, type Row } from '../row.ts';
import { program } from '../runners.ts';

const live = resolve(import.meta.dirname, '../../live');
const claude = join(live, 'node_modules/.bin/claude');

/** What an adapter adds to the CLI that it drives: the real claude, against a stand-in for its model. */
export const adapters: Row = {
  about: 'an adapter, over the bare CLI',
  measure(bench: Bench) {
    if (!existsSync(claude)) {
      bench.note('adapters: not measured, because npm run test:live has not installed the real CLIs yet');
      return [];
    }
    const folder = bench.folder();
    const port = join(folder, 'port');
    const env = { PORT: '0', WD: folder, LOG: join(folder, 'asked.jsonl') };
    const server = spawn(process.execPath, [join(live, 'stand-in-model-server.mjs')], {
      env,
      stdio: ['ignore', openSync(port, 'w'), 'inherit'],
    });
    try {
      return compare(bench, waitFor(port));
    } finally {
      server.kill();
    }
  },
};

/** The run of one task beside the same CLI alone; and of that run only the attempt, as the journal has it. */
function compare(bench: Bench, port: string): readonly Finding[] {
  const attempts: number[] = [];
  const { whole = Number.NaN, bare = Number.NaN } = inTurns(20, {
    whole() {
      const cwd = bench.folder();
      const took = seconds(withSuper(cwd, port));
      const end = eventsIn(cwd).find((event) => event.type === 'task.succeeded');
      attempts.push(end?.duration_ms ?? Number.NaN);
      return took;
    },
    bare: () => seconds(alone(bench.folder(), port)),
  });
  const peer = { name: 'claude -p', value: bare };
  const over = median(attempts) - bare * 1000;
  return [
    { what: 'a run of one claude', unit: 's', ours: whole, peer },
    { what: 'the attempt of it, over claude alone', unit: 'ms', ours: over, target: { of: 'ours', most: 50 } },
  ];
}

/** The first line of a file, once it is there. */
function waitFor(file: string): string {
  for (;;) {
    const [line, rest] = readFileSync(file, 'utf8').split('\n');
    if (line !== undefined && rest !== undefined) return line;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

function environment(cwd: string, port: string): Readonly<Record<string, string>> {
  mkdirSync(join(cwd, 'home'));
  return {
    PATH: `${join(live, 'node_modules/.bin')}:${process.env.PATH}`,
    HOME: join(cwd, 'home'),
    ANTHROPIC_API_KEY: 'dummy-of-claude',
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}/m/ok`,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
  };
}

function withSuper(cwd: string, port: string): Command {
  const agents = [{ name: 'a', adapter: 'claude' }];
  const tasks = [{ name: 'one', agent: 'a', description: 'Say hello.' }];
  writeFileSync(join(cwd, 'bench.yaml'), JSON.stringify({ orchestra: { id: 'bench' }, agents, tasks }));
  return { argv: [process.execPath, program, 'orchestra', 'run', './bench.yaml'], cwd, env: environment(cwd, port) };
}

/** The same words as the adapter's. */
function alone(cwd: string, port: string): Command {
  writeFileSync(join(cwd, 'prompt.md'), 'Say hello.\n');
  const script = 'exec claude -p --output-format stream-json --verbose --permission-mode acceptEdits <prompt.md';
  return { argv: ['sh', '-c', script], cwd, env: environment(cwd, port) };
}
