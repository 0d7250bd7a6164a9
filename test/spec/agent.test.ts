import { describe, expect, test } from 'vitest';
import type { AgentName } from '../../src/schema/types.gen.ts';
import { readPlaybook } from '../../src/spec/agent.ts';
import { parseSource } from '../../src/spec/source.ts';

function read(text: string) {
  const source = parseSource('agents/a_playbook.yaml', text).value;
  if (source === undefined) throw new Error('not YAML');
  const { value, diagnostics } = readPlaybook(source, 'a' as AgentName);
  return { agent: value, said: diagnostics.map((each) => `${each.line}:${each.column} ${each.code}: ${each.message}`) };
}

const head = 'apiVersion: agent/v1\nkind: AgentSpec\nmetadata:\n  name: A\n';

describe('a playbook that keeps to the form', () => {
  test('gives an agent without a word', () => {
    const { agent, said } = read(`${head}  description: Looks around
spec:
  language_model: {provider: ollama, model: 'llama3.1:8b', api_base: 'http://localhost:11434'}
  persona: {role: Scout, goal: See everything}
  tasks:
    - name: look
      description: Looks
      instruction: Look around.
      inputs: [{name: place, type: str}]
      outputs: [{name: sights, type: str}, {name: count, type: int}]
`);
    expect(said).toEqual([]);
    expect(agent).toEqual({
      name: 'a',
      file: 'agents/a_playbook.yaml',
      description: 'Looks around',
      system_prompt: [
        'Your role: Scout.\nYour goal: See everything.',
        'Looks around',
        '## What you know how to do',
        '### look',
        'Looks',
        'Look around.',
      ].join('\n\n'),
      has_language_model: true,
      model: 'llama3.1:8b',
      provider: 'ollama',
      base_url: 'http://localhost:11434',
      shell: 'sh -eu',
      options: {},
      env: { pass: [], set: {} },
      secrets: [],
      cwd: '.',
      tasks: [
        {
          name: 'look',
          description: 'Looks',
          instruction: 'Look around.',
          inputs: ['place'],
          outputs: ['sights', 'count'],
        },
      ],
    });
  });

  test('a script makes it a command, told nothing that nobody asked for', () => {
    const { agent } = read(`${head}  description: Counts
spec: {run: ls | wc -l, env: {LC_ALL: C, DEPTH: 3}, secrets: [TOKEN], shell: bash -eu, cwd: src}
`);
    expect(agent).toMatchObject({
      adapter: 'command',
      run: 'ls | wc -l',
      system_prompt: '',
      env: { pass: [], set: { LC_ALL: 'C', DEPTH: '3' } },
      secrets: ['TOKEN'],
      shell: 'bash -eu',
      cwd: 'src',
      has_language_model: false,
    });
  });

  test.each([
    ['argv: [git, status]', 'command'],
    ['module: ./agent.mjs', 'module'],
    ['{adapter: acp, argv: [x]}', 'acp'],
    ['persona: {role: R}', undefined],
  ])('%s implies the adapter %s', (spec, adapter) => {
    const body = spec.startsWith('{') ? `spec: ${spec}` : `spec: {${spec}}`;
    expect(read(`${head}${body}\n`).agent?.adapter).toBe(adapter);
  });

  test('the model of a language_model is not handed to an adapter of another kind', () => {
    const language = 'language_model: {provider: ollama, model: llama}';
    expect(read(`${head}spec: {adapter: claude, ${language}}\n`).agent?.model).toBeUndefined();
    expect(read(`${head}spec: {adapter: claude, model: opus, ${language}}\n`).agent?.model).toBe('opus');
    expect(read(`${head}spec: {model: big, ${language}}\n`).agent?.model).toBe('big');
  });

  test('the settings of a language_model are options of a model API, and of nothing else', () => {
    const language = 'language_model: {provider: ollama, model: llama, temperature: 0.5, max_tokens: 99}';
    const options = (more: string) => read(`${head}spec: {${more}${language}}\n`).agent?.options;
    expect(options('')).toEqual({ temperature: 0.5, max_output_tokens: 99 });
    expect(options('adapter: llm, options: {temperature: 0.1}, ')).toEqual({ temperature: 0.1, max_output_tokens: 99 });
    expect(options('module: ./agent.mjs, options: {depth: 2}, ')).toEqual({ depth: 2 });
    expect(options('adapter: claude, ')).toEqual({});
  });
});

describe('a playbook that bends the form is read, with warnings', () => {
  test('where only people look', () => {
    const { agent, said } = read(`metadata: {level: sage, agent_type: Assistant}
spec:
  persona: You are Zed.
  tools: [hammer]
  optimization: {optimizer: GEPA}
`);
    expect(agent?.system_prompt).toBe('You are Zed.');
    expect(said).toEqual([
      '1:1 playbook-form: the file has no "apiVersion"',
      '1:1 playbook-form: the file has no "kind"',
      '1:19 playbook-form: "level" cannot be "sage"',
      '1:37 playbook-form: "agent_type" cannot be "Assistant"',
      '3:12 playbook-form: "persona" must be a map, not a text',
      '4:10 playbook-form: "tools" must be a map, not a list; further kinds of deviation: 1',
    ]);
  });

  test('many keys that nobody reads are one warning, and so are many like faults', () => {
    const { said } = read(`${head}spec:
  persona: {role: R}
  pipeline: 1
  usage: 2
  input_fields: [{name: 1}, {name: 2}, {name: 3}]
`);
    expect(said).toEqual([
      '7:3 playbook-form: unknown keys "pipeline", "usage"',
      '9:25 playbook-form: "name" must be a text, not the number 1 (and 2 more like it)',
    ]);
  });

  test('tasks of any shape keep what can be kept', () => {
    const { agent } = read(`${head}spec:
  tasks: [{instruction: Do it, outputs: [plain, {name: named}]}, nonsense, {name: 7}]
`);
    expect(agent?.tasks.map(({ name, instruction, outputs }) => [name, instruction, outputs])).toEqual([
      ['', 'Do it', ['plain', 'named']],
      ['7', '', []],
    ]);
  });

  test('the flat form is mapped, and its faults are shown where it has them', () => {
    const { agent, said } = read(`name: Flat
description: Flies
model: {provider: openai, name: gpt-4o, temperature: hot}
instructions: Fly.
tools: [wing]
`);
    expect(agent).toMatchObject({
      description: 'Flies',
      has_language_model: true,
      model: 'gpt-4o',
      provider: 'openai',
    });
    expect(agent?.system_prompt).toBe('Flies\n\n## Instructions\n\nFly.');
    expect(said).toEqual([
      '1:1 playbook-form: this is the flat form of a playbook; it was read as one',
      '3:54 playbook-form: "temperature" must be a number, not a text',
      '5:8 playbook-form: "tools" must be a map, not a list',
    ]);
  });
});

describe('a playbook is refused', () => {
  test.each([
    ['adapter: cluade', '6:12 not-one-of: "adapter" cannot be "cluade"'],
    ['run: [ls]', '6:8 wrong-type: "run" must be a text, not a list'],
    ['{argv: ls}', '5:14 wrong-type: "argv" must be a list, not a text'],
    ['{module: ./a.mjs, adapter: llm, provider: ollama, model: m}', /agent-shape/],
    ['{adapter: module}', /agent-shape/],
    ['{run: a, argv: [b]}', /agent-shape/],
    ['run: echo {{ goal }}', /templated-command/],
    ['secrets: [A-B]', /bad-format/],
  ])('for %s', (spec, expected) => {
    const { agent, said } = read(`${head}spec:${spec.startsWith('{') ? ` ${spec}` : `\n  ${spec}`}\n`);
    expect(agent).toBeUndefined();
    expect(said).toEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
  });

  test.each(['[]', 'just words', 'spec: {}', 'kind: Deployment\nspec: {replicas: 2}', 'orchestra: {id: x}'])(
    'when it describes no agent: %s',
    (text) => {
      expect(read(`${text}\n`)).toEqual({
        agent: undefined,
        said: ['1:1 not-a-playbook: this file describes no agent'],
      });
    },
  );
});

describe('limits', () => {
  const spec = (limits: string) => read(`${head}  description: Works\nspec:\n  run: 'true'\n  limits: ${limits}\n`);

  test('in bytes and processors', () => {
    expect(spec('{memory: 2GiB, cpu: 50%, output: 1MB}')).toMatchObject({
      agent: { limits: { memory_bytes: 2 ** 31, cpus: 0.5, output_bytes: 1_000_000 } },
      said: [],
    });
    expect(read(`${head}  description: Works\nspec:\n  run: 'true'\n`).agent).not.toHaveProperty('limits');
  });

  test.each([
    ['{memry: 2GiB}', '8:12 unknown-key: unknown key "memry"'],
    ['{disk: 2GB}', '8:12 unknown-key: unknown key "disk"'],
    ['{memory: 2 GB}', '8:20 bad-format: "2 GB" cannot be a size'],
    ['{memory: 0GB}', '8:20 out-of-range: "memory" must be more than 0, not 0GB'],
    ['2GB', '8:11 wrong-type: "limits" must be a map, not a text'],
  ])('one that would limit nothing is no mere note: %s', (limits, fault) => {
    expect(spec(limits)).toEqual({ agent: undefined, said: [fault] });
  });
});

test.each([
  ['policy: {denny: [rm *]}', '6:12 unknown-key: unknown key "denny"'],
  ['polcy: {deny: [rm *]}', '6:3 unknown-key: unknown key "polcy"'],
  ['permission: plan', '6:3 unknown-key: unknown key "permission"'],
  ['limit: {memory: 1GB}', '6:3 unknown-key: unknown key "limit"'],
  ['budget: {max_cost: 1}', '6:12 unknown-key: unknown key "max_cost"'],
])('what was meant to hold an agent back is no note when it is misspelt: %s', (key, fault) => {
  const { agent, said } = read(`${head}spec:\n  ${key}\n  adapter: claude\n`);
  expect({ agent, said }).toEqual({ agent: undefined, said: [fault] });
});
