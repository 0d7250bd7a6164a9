// The key that an output is kept under, and the words for what has changed since.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LookOrder } from '../../src/run/ports.ts';
import { changesBetween, comparedIn, keyOf, partsOf, type Surroundings } from '../../src/run/reuse-parts.ts';
import { planOf } from './rig.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const output = (text: string) => ({ path: 'task_outputs/x_output.txt', bytes: text.length, sha256: digest(text) });

const plan = planOf([{ name: 'build', context: ['design', 'notes'], cache: { files: ['src/*.ts'] } }]);
const [task] = plan.tasks;
const [agent] = plan.agents;
if (task === undefined || agent === undefined) throw new Error('no plan');

const order = {
  run: 'r',
  goal: 'a house',
  task: { ...task, description: 'build {goal}' },
  agent: {
    ...agent,
    name: 'developer',
    adapter: 'claude',
    model: 'm1',
    system_prompt: 'be brief',
    args: ['--fast'],
    env: { pass: ['MODE', 'TOKEN'], set: { LEVEL: '1' } },
    secrets: ['TOKEN'],
    limits: { cpus: 1 },
    price: { input: 1, output: 1 },
  },
  context: [
    { task: 'design', output: output('a plan') },
    { task: 'notes', output: output('some notes') },
  ],
} as unknown as LookOrder;

const around: Surroundings = {
  files: new Map([
    ['src/a.ts', digest('a')],
    ['src/b.ts', digest('b')],
  ]),
  env: { MODE: 'fast', TOKEN: 'a secret value', HOME: '/home/x' },
  digest,
};

const parts = partsOf(order, around);
const key = keyOf(parts, digest);

const withTask = (more: object): LookOrder => ({ ...order, task: { ...order.task, ...more } });
const withAgent = (more: object): LookOrder => ({ ...order, agent: { ...order.agent, ...more } });
const withFiles = (...files: readonly (readonly [string, string])[]): Surroundings => ({
  ...around,
  files: new Map(files),
});

type Change = readonly [LookOrder, Surroundings, readonly string[]];

const changes: Readonly<Record<string, Change>> = {
  'the description': [withTask({ description: 'build {goal} well' }), around, ['the description changed']],
  'the goal': [{ ...order, goal: 'a boat' }, around, ['the goal changed']],
  'what is expected': [withTask({ expects: { files: ['x'] } }), around, ['what is expected (expects) changed']],
  'the schema': [withTask({ output_schema: { type: 'object' } }), around, ['output_schema changed']],
  'the patterns': [withTask({ cache: { files: ['src/*'] } }), around, ['the patterns of its files (cache) changed']],
  'the role': [withTask({ role: 'synthesis' }), around, ['its role changed']],
  'the delegation': [
    { ...order, delegation: { agents: [], tasks: [], most: 3 } },
    around,
    ['what it may delegate changed'],
  ],
  'an output': [
    { ...order, context: [...order.context.slice(0, 1), { ...order.context[1], output: output('more') }] } as LookOrder,
    around,
    ['the output of notes changed'],
  ],
  'less context': [{ ...order, context: order.context.slice(0, 1) }, around, ['its context: design, notes -> design']],
  'the order of the context': [
    { ...order, context: order.context.toReversed() },
    around,
    ['its context: design, notes -> notes, design'],
  ],
  'the adapter': [withAgent({ adapter: 'codex' }), around, ['agent developer: adapter claude -> codex']],
  'the model': [withAgent({ model: 'm2' }), around, ['agent developer: model m1 -> m2']],
  'no model': [withAgent({ model: undefined }), around, ['agent developer: model m1 -> not said']],
  'the prompt': [
    withAgent({ system_prompt: 'be long' }),
    around,
    ['agent developer: its instructions (what it is told about itself) changed'],
  ],
  'the arguments': [withAgent({ args: ['--slow'] }), around, ['agent developer: args changed']],
  'the policy': [withAgent({ policy: { deny: ['rm *'] } }), around, ['agent developer: policy changed']],
  'a script': [withAgent({ run: 'true' }), around, ['agent developer: run changed']],
  'the agent': [withAgent({ name: 'tester', run: 'x' }), around, ['the agent: developer -> tester']],
  'a variable that is set': [
    withAgent({ env: { pass: ['MODE', 'TOKEN'], set: { LEVEL: '2' } } }),
    around,
    ['agent developer: the variable LEVEL changed'],
  ],
  'a variable that is passed': [
    order,
    { ...around, env: { ...around.env, MODE: 'slow' } },
    ['agent developer: the variable MODE changed'],
  ],
  'a model that a variable says': [
    order,
    { ...around, env: { ...around.env, ANTHROPIC_MODEL: 'm3' } },
    ['agent developer: the variable ANTHROPIC_MODEL changed'],
  ],
  'an address that a variable says': [
    order,
    { ...around, env: { ...around.env, ANTHROPIC_BASE_URL: 'https://proxy.example' } },
    ['agent developer: the variable ANTHROPIC_BASE_URL changed'],
  ],
  'a vendor that a variable says': [
    order,
    { ...around, env: { ...around.env, CLAUDE_CODE_USE_BEDROCK: '1' } },
    ['agent developer: the variable CLAUDE_CODE_USE_BEDROCK changed'],
  ],
  'the program': [
    order,
    { ...around, program: '2.1.3' },
    ['agent developer: the version of its program unknown -> 2.1.3'],
  ],
  'a variable that is gone': [order, { ...around, env: {} }, ['agent developer: the variable MODE changed']],
  'the module': [order, { ...around, module: digest('m') }, ['the text of the module changed']],
  'a file': [order, withFiles(['src/a.ts', digest('a')], ['src/b.ts', digest('c')]), ['src/b.ts changed']],
  'a file more': [order, withFiles(...around.files, ['src/c.ts', digest('c')]), ['src/c.ts is new']],
  'a file less': [order, withFiles(['src/a.ts', digest('a')]), ['src/b.ts is gone']],
  'a file by another name': [
    order,
    withFiles(['src/a.ts', digest('a')], ['src/z.ts', digest('b')]),
    ['src/b.ts is gone', 'src/z.ts is new'],
  ],
};

test.each(Object.entries(changes))('%s: another key, and the words for it', (_, [now, place, words]) => {
  const other = partsOf(now, place);
  expect(keyOf(other, digest)).not.toBe(key);
  expect(changesBetween(parts, other)).toEqual(words);
});

test.each<[string, LookOrder, Surroundings?]>([
  ['the run', { ...order, run: 'other' as LookOrder['run'] }],
  [
    'when it starts and how long it may take',
    withTask({ priority: 'low', timeout_seconds: 1, max_attempts: 9, group: 'g' }),
  ],
  ['what it waits for and does not receive', withTask({ needs: [] })],
  [
    'limits, budgets, prices, and where the agent was found',
    withAgent({ limits: {}, budget: {}, price: undefined, why: 'x', file: 'y' }),
  ],
  ['who takes over', withAgent({ fallback_agents: ['x'], fallback_models: [{ model: 'm' }] })],
  ['the order of keys', withAgent(Object.fromEntries(Object.entries(order.agent).reverse()))],
  ['a secret', order, { ...around, env: { ...around.env, TOKEN: 'another value' } }],
  [
    "another vendor's model and address",
    order,
    { ...around, env: { ...around.env, OPENAI_MODEL: 'x', OPENAI_BASE_URL: 'y' } },
  ],
  [
    'a word of a session',
    order,
    { ...around, env: { ...around.env, CLAUDE_CODE_SESSION_ID: 'x', CLAUDE_CODE_SSE_PORT: '1' } },
  ],
  ['a variable that nobody names', order, { ...around, env: { ...around.env, HOME: '/root' } }],
  ['the order in which files were found', order, withFiles(...[...around.files].reverse())],
])('%s: the same key', (_, now, place = around) => {
  expect(keyOf(partsOf(now, place), digest)).toBe(key);
});

test('the goal counts for those who are handed it, and for those whose description names it', () => {
  const plain = withTask({ description: 'build it' });
  const with_ = (adapter: string): LookOrder => ({
    ...plain,
    agent: { ...plain.agent, adapter } as LookOrder['agent'],
  });
  const keys = (adapter: string) =>
    ['a', 'b'].map((goal) => keyOf(partsOf({ ...with_(adapter), goal }, around), digest));
  for (const adapter of ['command', 'module']) expect(new Set(keys(adapter)).size, adapter).toBe(2);
  for (const adapter of ['claude', 'codex', 'gemini', 'acp', 'llm'])
    expect(new Set(keys(adapter)).size, adapter).toBe(1);
});

test('of an address on this machine the port does not count', () => {
  const at = (url: string) =>
    keyOf(partsOf(order, { ...around, env: { ...around.env, ANTHROPIC_BASE_URL: url } }), digest);
  expect(at('http://127.0.0.1:4001/v1')).toBe(at('http://127.0.0.1:4002/v1'));
  expect(at('http://[::1]:4001')).toBe(at('http://[::1]:4002'));
  expect(at('http://localhost:4001/v1')).not.toBe(at('http://localhost:4001/v2'));
  expect(at('http://10.0.0.1:4001')).not.toBe(at('http://10.0.0.1:4002'));
});

test('neither secrets nor values of variables stand in the parts', () => {
  expect(JSON.stringify(parts)).not.toMatch(/a secret value|TOKEN|"fast"|be brief|--fast|a house/);
});

test('what was compared, in words', () => {
  expect(comparedIn(parts)).toEqual([
    'the description',
    'the goal',
    'agent developer (claude, model m1)',
    expect.stringMatching(/^the output of design \([0-9a-f]{8}\)$/),
    expect.stringMatching(/^the output of notes \([0-9a-f]{8}\)$/),
    '2 files',
  ]);
});

test('patterns that no file matches are named', () => {
  const words = (from: typeof parts, ...unmatched: readonly string[]) => comparedIn(from, unmatched).slice(5);
  expect(words(parts, 'scr/**', '*.rs')).toEqual(['2 files', '0 files match scr/**', '0 files match *.rs']);
  expect(words(partsOf(order, { ...around, files: new Map() }), 'scr/**')).toEqual(['0 files match scr/**']);
});

test('of many files some are named', () => {
  const many = withFiles(
    ...Array.from({ length: 50 }, (_, i) => [`n${String(i).padStart(2, '0')}`, digest('n')] as const),
  );
  const words = changesBetween(parts, partsOf(order, many));
  expect(words).toHaveLength(21);
  expect(words.at(-1)).toBe('32 more files changed, came or went');
});

test('after another version of the parts nothing else is compared', () => {
  expect(changesBetween({ ...parts, version: '0' }, parts)).toEqual([
    'this version of super looks at other things than the one before',
  ]);
});

describe('whatever the inputs', () => {
  const texts = fc.string({ maxLength: 12 });
  const inputs = fc.record({
    goal: texts,
    description: texts,
    prompt: texts,
    model: fc.option(texts, { nil: undefined }),
    set: fc.dictionary(texts, texts, { maxKeys: 3 }),
    context: fc.uniqueArray(fc.record({ task: fc.stringMatching(/^[a-z]{1,5}$/), text: texts }), {
      maxLength: 4,
      selector: ({ task: name }) => name,
    }),
    files: fc.dictionary(texts, texts, { maxKeys: 4 }),
  });
  type Input = typeof inputs extends fc.Arbitrary<infer T> ? T : never;
  const partsFor = ({ goal, description, prompt, model, set, context, files }: Input) =>
    partsOf(
      {
        ...order,
        goal,
        task: { ...order.task, description: `${description} {goal}` },
        agent: { ...order.agent, system_prompt: prompt, model, env: { pass: [], set } },
        context: context.map(({ task: name, text }) => ({ task: name, output: output(text) })),
      } as unknown as LookOrder,
      { ...around, files: new Map(Object.entries(files).map(([path, text]) => [path, digest(text)])) },
    );

  test('the same inputs give the same key; inputs that differ give other keys, and words', () => {
    fc.assert(
      fc.property(inputs, inputs, (a, b) => {
        const [one, again, other] = [partsFor(a), partsFor(structuredClone(a)), partsFor(b)];
        expect(keyOf(again, digest)).toBe(keyOf(one, digest));
        const canonical = (each: Input) =>
          JSON.stringify([each, Object.entries(each.files).sort(), Object.entries(each.set).sort()], (name, value) =>
            name === 'files' || name === 'set' ? undefined : value,
          );
        const same = canonical(a) === canonical(b);
        expect(keyOf(one, digest) === keyOf(other, digest)).toBe(same);
        expect(changesBetween(one, other).length === 0).toBe(same);
      }),
      { numRuns: 300 },
    );
  });
});
