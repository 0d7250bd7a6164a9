// Agents that are model APIs, asked by the real program: a stand-in on loopback answers.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ModelServer, openModelServer } from '../agents/model-server.ts';
import { events, marked, orchestra, project, run, runFolder, start, task, until } from './rig.ts';

let server: ModelServer;
beforeAll(async () => {
  server = await openModelServer();
});
afterAll(() => server.close());

const key = 'dummy-key-0123456789';
const env = { ANTHROPIC_API_KEY: key, LAB_KEY: key };

function agent(name: string, provider: string, answer: string, more: object = {}): object {
  const base_url = `${server.url}/${answer}/v1`;
  return { name, adapter: 'llm', provider, model: 'claude-sonnet-4-5', base_url, ...more };
}

function ofType(cwd: string, type: string) {
  return events(cwd).filter((event) => event.type === type);
}

test('three providers in one orchestra: outputs, context, usage, and the key in no file', async () => {
  const agents = [
    agent('a', 'anthropic', 'rig-ok', { instructions: 'You plan.' }),
    agent('b', 'openai-compatible', 'rig-ok', { api_key_env: 'LAB_KEY' }),
    agent('c', 'ollama', 'rig-ok'),
  ];
  const tasks = [
    task('plan', { description: 'Plan {goal}.' }),
    task('build', { agent: 'b', description: 'Build it.', context: ['plan'] }),
    task('check', { agent: 'c', description: 'Check it.', context: ['build'] }),
  ];
  const cwd = project(orchestra({ agents, tasks }));
  const ended = await run(['orchestra', 'run', 'o.yaml', '--goal', 'a house'], { cwd, env });
  expect(ended).toMatchObject({
    code: 0,
    stdout: 'Hello from the stand-in.\n',
    stderr: expect.not.stringContaining('warning'),
  });
  expect(ended.stderr).toContain('tokens');
  const asked = server.asked.filter((each) => each.case === 'rig-ok');
  expect(JSON.stringify(asked[0]?.body)).toContain('Plan a house.');
  expect(JSON.stringify(asked[1]?.body)).toContain('Hello from the stand-in.');
  expect(asked.map(({ headers }) => headers['x-api-key'] ?? headers.authorization)).toEqual([
    key,
    `Bearer ${key}`,
    undefined,
  ]);
  const usage = { input_tokens: 12, output_tokens: 7, cached_tokens: 3 };
  expect(ofType(cwd, 'task.succeeded')).toMatchObject([{ usage }, { usage }, { usage }]);
  // Nowhere below the project, in whatever file.
  expect(() => execFileSync('grep', ['-r', key, cwd])).toThrow();
});

test('on this machine nobody is asked for a key, and nobody is warned', async () => {
  const cwd = project(
    orchestra({ agents: [agent('a', 'openai', 'keyless')], tasks: [task('one', { description: 'x' })] }),
  );
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('warning') });
});

test('what fails says why; what hangs ends with its time; nothing is left', async () => {
  const agents = [
    agent('refused', 'anthropic', '401'),
    agent('busy', 'anthropic', 'busy'),
    agent('hung', 'anthropic', 'hang'),
    agent('mute', 'ollama', 'empty'),
  ];
  const tasks = [
    task('refused', { agent: 'refused', description: 'x' }),
    task('busy', { agent: 'busy', description: 'x' }),
    task('hung', { agent: 'hung', description: 'x', timeout_seconds: 3 }),
    task('mute', { agent: 'mute', description: 'x' }),
  ];
  const cwd = project(orchestra({ execution: { strategy: 'parallel', on_failure: 'continue' }, agents, tasks }));
  const ended = await run(['orchestra', 'run', 'o.yaml'], { cwd, env });
  expect(ended.code).toBe(1);
  const message = 'anthropic answers 401, the key in ANTHROPIC_API_KEY was refused: stand-in 401';
  expect(ended.stderr).toContain(message);
  const failed = ofType(cwd, 'task.failed').map((event) => ({ ...event }) as Record<string, unknown>);
  expect(Object.fromEntries(failed.map((each) => [each.task, [each.reason, each.message]]))).toEqual({
    refused: ['agent-exit', message],
    hung: ['timeout', 'took longer than 3 s'],
    mute: ['no-output', 'the agent ended without an output'],
  });
  const told = ofType(cwd, 'task.progressed').map((event) =>
    event.type === 'task.progressed' ? `${event.task}: ${event.kind}: ${event.text}` : '',
  );
  expect(told.sort()).toEqual([
    expect.stringMatching(/^busy: progress: .*asking again in 1 s/),
    'refused: blocker: put a key that is accepted into the variable that api_key_env names',
  ]);
  expect(marked(cwd)).toEqual([]);
});

test('what a model says is in the log while it says it, and a stop ends it', async () => {
  const cwd = project(
    orchestra({ agents: [agent('a', 'ollama', 'stepwise')], tasks: [task('one', { description: 'x' })] }),
  );
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  await until(() => server.step());
  const log = () => readFileSync(join(runFolder(cwd), 'attempts/one/1/stdout.log'), 'utf8');
  await until(() => log() === 'Hello ');
  started.child.kill('SIGINT');
  expect((await started.ended).code).toBe(130);
  expect(marked(cwd)).toEqual([]);
});

test('a run is refused with a sentence for everything that an agent lacks', async () => {
  const agents = [
    { name: 'a', adapter: 'llm', provider: 'vllm', model: 'm', options: { temperature: 7 } },
    { name: 'b', adapter: 'llm', provider: 'openai', model: 'm' },
  ];
  const tasks = [task('one', { description: 'x' }), task('two', { agent: 'b', description: 'x' })];
  const cwd = project(orchestra({ agents, tasks }));
  const ended = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect(ended.code).toBe(4);
  expect(ended.stderr).toContain('agent a (llm): options.temperature must be a number from 0 to 2\n');
  expect(ended.stderr).toContain(
    'agent b (llm): OPENAI_API_KEY is not set, which holds the key of openai; api_key_env names another variable\n',
  );
});

test('a playbook that names a language_model is asked with its settings', async () => {
  const language_model = {
    provider: 'ollama',
    model: 'llama3.1:8b',
    api_base: `${server.url}/playbook/v1`,
    temperature: 0.25,
    max_tokens: 77,
  };
  const playbook = { metadata: { description: 'Thinks' }, spec: { language_model, persona: { role: 'Thinker' } } };
  const cwd = project({
    ...orchestra({
      agents: ['thinker'] as unknown as object[],
      tasks: [task('one', { agent: 'thinker', description: 'x' })],
    }),
    'agents/thinker_playbook.yaml': JSON.stringify({ apiVersion: 'agent/v1', kind: 'AgentSpec', ...playbook }),
  });
  expect(await run(['orchestra', 'run', 'o.yaml'], { cwd })).toMatchObject({ code: 0 });
  const [asked] = server.asked.filter((each) => each.case === 'playbook');
  expect(asked?.body).toMatchObject({ model: 'llama3.1:8b', temperature: 0.25, max_tokens: 77 });
  expect(asked?.body.messages[0]).toMatchObject({ role: 'system', content: expect.stringContaining('Thinker') });
});

test('programs ask models by the API, too', async () => {
  const text = orchestra({ agents: [agent('a', 'ollama', 'api')], tasks: [task('one', { description: 'x' })] })[
    'o.yaml'
  ];
  const api = resolve(import.meta.dirname, '../../dist/api.js');
  const cwd = project({
    'go.mjs': `import { compile, run } from '${api}';
      const { value } = await compile(${JSON.stringify(text)});
      const { outcome } = await run(value, { orchestra: ${JSON.stringify(text)}, goal: 'g' }).result;
      console.log(outcome);`,
  });
  const { stdout } = await promisify(execFile)(process.execPath, ['go.mjs'], { cwd });
  expect(stdout).toBe('succeeded\n');
  expect(server.asked.filter((each) => each.case === 'api')).toHaveLength(1);
});
