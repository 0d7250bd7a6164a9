import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AgentEnd } from '../../src/run/ports.ts';
import { makeRedactor } from '../../src/run/redaction/redact.ts';
import { type Bench, openBench } from './call.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.close());

function start(text: string, context = {}) {
  bench.write('agent.mjs', text);
  const agent = bench.agent({ adapter: 'module', module: 'agent.mjs', options: { depth: 2 } });
  return bench.adapters.module.start(bench.call(agent, context));
}

function run(text: string, context = {}): Promise<AgentEnd> {
  return start(text, context).ended;
}

test('a module is given everything, and its answer is the output', async () => {
  const end = await run(
    `export default { async run(call) {
      call.log('a word');
      const { signal, report, log, env, ...plain } = call;
      return { output: JSON.stringify({ ...plain, aborted: signal.aborted, goalInEnv: env.SUPER_GOAL }), usage: { input_tokens: 3, output_tokens: 4 } };
    } };`,
    { design: 'A plan.' },
  );
  expect(end).toEqual({ type: 'done', noOutputFails: false, usage: { input_tokens: 3, output_tokens: 4 } });
  expect(JSON.parse(bench.read('output.txt'))).toEqual({
    task: 'build',
    prompt: 'Do it well.',
    system: '',
    goal: 'Ship it',
    attempt: 1,
    options: { depth: 2 },
    context: [{ name: 'design', path: `${bench.root}/context/design.txt` }],
    outputFile: `${bench.root}/output.txt`,
    workingDirectory: bench.root,
    aborted: false,
    goalInEnv: 'Ship it',
  });
  expect(bench.read('stderr.log')).toBe('a word\n');
});

test('reports arrive while it runs, in order', async () => {
  const one = start(`import { existsSync } from 'node:fs';
    export default { async run({ report, workingDirectory }) {
      report({ text: 'début' });
      while (!existsSync(workingDirectory + '/go')) await new Promise((resolve) => setTimeout(resolve, 5));
      report({ kind: 'finding', text: 'two', percent: 50 });
      return 'x';
    } };`);
  while (bench.progress.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  bench.write('go', '');
  await one.ended;
  expect(bench.progress).toEqual([
    { kind: 'progress', text: 'début' },
    { kind: 'finding', text: 'two', percent: 50 },
  ]);
});

test.each([
  [
    'throws',
    `export default { run() { throw new Error('no luck'); } };`,
    'no luck',
    /Error: no luck\n\s+at .*agent\.mjs:1/,
  ],
  ['rejects with no error', `export default { async run() { throw 'words'; } };`, 'words', /words/],
  ['is no agent', 'export const a = 1;', 'the default export of the module has no function "run"', /TypeError/],
  ['does not parse', 'export default {', 'Unexpected end of input', /SyntaxError/],
  [
    'answers no text',
    'export default { run: () => ({ output: 7 }) };',
    'the output of the agent is not a string',
    /TypeError/,
  ],
])('a module that %s fails with its own words', async (_, text, message, log) => {
  expect(await run(text)).toEqual({ type: 'failed', reason: 'agent-exit', message, exit_code: 1 });
  expect(bench.read('stderr.log')).toMatch(log);
});

test.each([
  ['exits', 'export default { run() { process.exit(0); } };', 'the module ended its process before it answered', 0],
  ['exits with a code', 'export default { run() { process.exit(5); } };', 'exit code 5', 5],
  ['waits for nothing', 'export default { run: () => new Promise(() => {}) };', 'exit code 13', 13],
])('a module that %s has not answered', async (_, text, message, exit_code) => {
  expect(await run(text)).toEqual({ type: 'failed', reason: 'agent-exit', message, exit_code });
});

test('a module that returns nothing leaves its output to standard output', async () => {
  expect(await run(`export default { run() { console.log('printed'); } };`)).toEqual({
    type: 'done',
    noOutputFails: false,
  });
  expect([bench.read('output.txt'), bench.read('stdout.log')]).toEqual(['', 'printed\n']);
});

test('what a module tells is kept as it was told, without values of secrets', async () => {
  bench.write('agent.mjs', `export default { run({ report }) { report({ text: 'tok-0123456789' }); return 'ok'; } };`);
  const agent = bench.agent({ adapter: 'module', module: 'agent.mjs' });
  const { module } = bench.withRedactor(makeRedactor([{ name: 'TOKEN', value: 'tok-0123456789' }]));
  await module.start(bench.call(agent)).ended;
  const lines = bench
    .read('transcript.jsonl')
    .split('\n')
    .filter((line) => line !== '');
  expect(lines.map((line) => JSON.parse(line))).toEqual([{ progress: { text: '[redacted:TOKEN]' } }, { result: {} }]);
});

test('a stop aborts its signal', async () => {
  const one = start(`export default { run: ({ signal, report }) => new Promise((_, reject) => {
    setInterval(() => {}, 1000);
    signal.addEventListener('abort', () => reject(signal.reason));
    report({ text: 'up' });
  }) };`);
  while (bench.progress.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  one.stop(false);
  expect(await one.ended).toMatchObject({ type: 'failed', message: 'the attempt is being stopped' });
});

test('an endless loop is killed', async () => {
  const one = start(`export default { run({ report }) { report({ text: 'up' }); for (;;); } };`);
  while (bench.progress.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  one.stop(false);
  expect(await one.ended).toMatchObject({ type: 'failed', reason: 'agent-exit', exit_code: 137 });
});

test('check sees whether the file exists', async () => {
  const agent = bench.agent({ adapter: 'module', module: 'agent.mjs' });
  expect(await bench.adapters.module.check(agent)).toBe(`module not found: ${bench.root}/agent.mjs`);
  bench.write('agent.mjs', '');
  expect(await bench.adapters.module.check(agent)).toBeUndefined();
});

test('children of a module do not get the pipe of its reports; words on it that are no reports are passed over', async () => {
  const end = await run(`import { execFileSync } from 'node:child_process';
    import { writeSync } from 'node:fs';
    export default { run({ report }) {
      writeSync(3, 'no report\\n{"progress":7}\\n');
      report({ text: 'x'.repeat(200000) });
      return execFileSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' });
    } };`);
  expect(end.type).toBe('done');
  expect(bench.read('output.txt')).toContain('/proc/');
  expect(bench.read('output.txt')).not.toContain('reports');
  expect(bench.progress).toEqual([{ kind: 'progress', text: 'x'.repeat(200_000) }]);
});

test('with secrets the logs and the message of a failure do not hold their values', async () => {
  const value = 'tok-0123456789';
  const redactor = makeRedactor([{ name: 'TOKEN', value }]);
  const adapters = bench.withRedactor(redactor);
  bench.write(
    'agent.mjs',
    `export default { run({ log }) { log('${value}'); console.log('${value}'); throw new Error('x'.repeat(1990) + '${value}'); } };`,
  );
  const call = bench.call(bench.agent({ adapter: 'module', module: 'agent.mjs' }));
  const end = await adapters.module.start(call).ended;
  expect(end).toMatchObject({ type: 'failed', message: `${'x'.repeat(1990)}[redacted:TOKEN]` });
  expect(bench.read('stdout.log')).toBe('[redacted:TOKEN]\n');
  expect(bench.read('stderr.log')).toMatch(/^\[redacted:TOKEN\]\n/);
  expect(bench.read('stderr.log')).not.toContain(value);
});
