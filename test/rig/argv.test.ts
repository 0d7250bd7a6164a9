// Command lines can be read by everybody on a machine: what agents are told goes in by standard input, files and protocols only.
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { openModelServer } from '../agents/model-server.ts';
import { events, marked, orchestra, program, project, runFolder, start, task, until } from './rig.ts';

/** Of this process alone: the same test may be running elsewhere on the machine. */
const told = `told-${process.pid}`;

test('nothing that an agent is told stands on a command line, whatever the adapter', async () => {
  const server = await openModelServer();
  const fixtures = resolve(import.meta.dirname, '../fixtures');
  const acp = resolve(import.meta.dirname, '../agents/acp-agent.mjs');
  const hangs = { FAKE_STREAM: join(fixtures, 'agent-streams/codex/stdin.jsonl'), FAKE_HANG: '1' };
  const base_url = `${server.url}/hang/v1`;
  const agents = [
    ...['claude', 'codex', 'gemini'].map((adapter) => ({ name: adapter, adapter, env: hangs })),
    { name: 'acp', argv: ['node', acp, 'steps.json'], adapter: 'acp' },
    { name: 'llm', adapter: 'llm', provider: 'ollama', model: 'm', base_url },
    { name: 'module', module: './hang.mjs' },
    { name: 'command', run: 'cat >read.txt; exec sleep 100' },
  ];
  const description = `Do {goal}, and mind ${told}-description`;
  const cwd = project({
    ...orchestra({
      execution: { strategy: 'parallel', max_parallel_tasks: 8, grace_seconds: 0.2 },
      agents: [
        { name: 'first', argv: ['cat', 'first.txt'] },
        ...agents.map((agent) => ({ ...agent, instructions: `You are ${told}-system.` })),
      ],
      tasks: [
        task('first', { agent: 'first' }),
        ...agents.map(({ name }) => task(name, { agent: name, description, context: ['first'] })),
      ],
    }),
    'first.txt': `${told}-context\n`,
    'steps.json': JSON.stringify({ steps: [{ say: 'half' }, { hang: true }] }),
    'hang.mjs': 'export default { run: () => new Promise(() => setInterval(() => {}, 1000)) };',
  });
  mkdirSync(join(cwd, 'bin'));
  for (const name of ['claude', 'codex', 'gemini']) symlinkSync(join(fixtures, 'fake-cli.mjs'), join(cwd, 'bin', name));
  symlinkSync(process.execPath, join(cwd, 'bin/node'));
  const started = start(['orchestra', 'run', 'o.yaml', '--goal', `${told}-goal`], {
    cwd,
    env: { PATH: `${cwd}/bin:/usr/bin:/bin` },
  });
  // Looked at all the time, because some processes live for moments.
  const seen = new Set<string>();
  await until(() => {
    for (const line of commandLines()) seen.add(line);
    return agents.every(({ name }) => hasBegun(cwd, name, server.asked.length > 0));
  });
  const processes = marked(`SUPER_RUN_DIR=${runFolder(cwd)}`);
  expect(processes.length).toBeGreaterThanOrEqual(agents.length);
  // The goal stands where the user wrote it, and for a moment where super has forked and not executed anything yet.
  const theirs = [...seen].filter((line) => line.includes(told) && !line.includes(`${program} orchestra run`));
  expect(theirs).toEqual([]);
  expect(readFileSync(join(cwd, 'read.txt'), 'utf8')).toContain(`${told}-context`);
  started.child.kill('SIGTERM');
  expect((await started.ended).code).toBe(143);
  await server.close();
});

/** Command lines of all processes. */
function commandLines(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    });
}

/** Whether an agent has read what it was told. */
function hasBegun(cwd: string, name: string, isModelAsked: boolean): boolean {
  const has = (path: string, text: string) => {
    try {
      return readFileSync(path, 'utf8').includes(text);
    } catch {
      return false;
    }
  };
  if (name === 'llm') return isModelAsked;
  if (name === 'module') return events(cwd).some((event) => event.type === 'task.started' && event.task === name);
  if (name === 'acp') return has(join(cwd, 'answers.jsonl'), `${told}-context`);
  if (name === 'command') return has(join(cwd, 'read.txt'), `${told}-context`);
  return has(join(cwd, 'bin/calls.jsonl'), `"program":"${name}"`);
}
