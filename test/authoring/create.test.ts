import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CreateInput, createOrchestra } from '../../src/authoring/create.ts';
import { severityOf } from '../../src/diagnostics/diagnostic.ts';
import { compile } from '../../src/plan/compile.ts';
import type { AgentName, Strategy } from '../../src/schema/types.gen.ts';
import { readOrchestra } from '../../src/spec/orchestra.ts';
import { checkOrchestra } from '../../src/spec/rules/rules.ts';
import { parseSource } from '../../src/spec/source.ts';
import type { AgentSpec, OrchestraSpec, PlaybookTaskSpec } from '../../src/spec/spec.ts';

const strategies: readonly Strategy[] = ['sequential', 'parallel', 'mixed', 'hierarchical'];

function agent(name: string, ...tasks: readonly Partial<PlaybookTaskSpec>[]): AgentSpec {
  return {
    name: name as AgentName,
    file: `agents/${name}_playbook.yaml`,
    description: '',
    system_prompt: '',
    has_language_model: false,
    shell: 'sh -eu',
    options: {},
    env: { pass: [], set: {} },
    secrets: [],
    cwd: '.',
    tasks: tasks.map((task) => ({ name: '', description: '', instruction: '', inputs: [], outputs: [], ...task })),
  };
}

/** The orchestra that was written, read back; fails when anything is wrong with it. */
function written(input: CreateInput): OrchestraSpec {
  const { text } = createOrchestra(input);
  const source = parseSource(`orchestras/${input.id}_orchestra.yaml`, text);
  if (source.value === undefined) throw new Error(`${JSON.stringify(source.diagnostics)}\n${text}`);
  const team = (spec: OrchestraSpec) => ({
    agents: new Map([
      ...input.playbooks.map((each) => [each.name, each] as const),
      ...spec.agents.flatMap((each) => (each.type === 'inline' ? [[each.name, each.agent] as const] : [])),
    ]),
    known: input.playbooks.map((each) => each.name),
    diagnostics: [],
  });
  const { value, diagnostics } = readOrchestra(source.value);
  if (value === undefined) throw new Error(`${JSON.stringify(diagnostics)}\n${text}`);
  const plan = compile(source.value, { adapters: { rehearse: true, unusable: () => undefined }, team });
  expect(
    [...source.diagnostics, ...diagnostics, ...plan.diagnostics].filter((each) => each.severity === 'error'),
  ).toEqual([]);
  expect(checkOrchestra(value, team(value)).filter((each) => severityOf(each.code) === 'error')).toEqual([]);
  return value;
}

const sdlc = [
  agent('qa_engineer', {
    name: 'create_test_plan',
    instruction:
      'You are a Quality Assurance Engineer. Your goal is to ensure software quality. Create a high-level test plan\nincluding test cases for the given feature.',
  }),
  agent('developer', {
    name: 'implement_feature',
    instruction:
      'You are a Software Developer. Your goal is to write clean, efficient, and maintainable code. Implement the feature\nbased on the provided requirement.',
  }),
  agent('devops_engineer', {
    name: 'configure_ci_pipeline',
    instruction:
      'You are a DevOps Engineer. Your goal is to streamline development and deployment. Configure a basic CI/CD pipeline based on the project requirements.',
  }),
];

describe('a chain of playbooks', () => {
  test('is what the documentation of the form shows', () => {
    const spec = written({ id: 'sdlc', playbooks: sdlc });
    expect(spec).toMatchObject({ id: 'sdlc', name: 'Sdlc Orchestra', workspace: './orchestra_workspaces/sdlc' });
    expect(spec.agents.map((each) => each.name)).toEqual(['developer', 'devops_engineer', 'qa_engineer']);
    expect(
      spec.tasks.map(({ name, description, context, priority, timeout_seconds }) => [
        name,
        description,
        context,
        priority,
        timeout_seconds,
      ]),
    ).toEqual([
      [
        'implement_feature',
        "Apply developer expertise to '{goal}'. Implement the feature based on the provided requirement",
        undefined,
        'medium',
        600,
      ],
      [
        'configure_ci_pipeline',
        "Apply devops engineer expertise to '{goal}'. Configure a basic CI/CD pipeline based on the project requirements",
        ['implement_feature'],
        'medium',
        600,
      ],
      [
        'create_test_plan',
        "Apply qa engineer expertise to '{goal}'. Create a high-level test plan including test cases for the given feature",
        ['configure_ci_pipeline'],
        'medium',
        600,
      ],
    ]);
  });

  test('puts producers first, and gives each what it takes beside what comes before', () => {
    const { tasks, notes, text } = createOrchestra({
      id: 'x',
      playbooks: [
        agent('author', { name: 'write', inputs: ['facts'], outputs: ['draft'] }),
        agent('zoe', { name: 'gather', outputs: ['facts'] }, { name: 'illustrate', inputs: ['draft'] }),
        agent('editor', { name: 'edit', inputs: ['draft', 'facts'], outputs: ['draft'] }),
      ],
    });
    expect(tasks).toEqual(['gather', 'write', 'edit', 'illustrate']);
    expect(text).toContain('context: [gather, write]');
    expect(notes).toEqual(['Placed after the tasks whose outputs they take: write, edit, illustrate.']);
  });

  test('a circle of needs ends in alphabetical order rather than not at all', () => {
    const playbooks = [
      agent('b', { name: 'two', inputs: ['x'], outputs: ['y'] }),
      agent('a', { name: 'one', inputs: ['y'], outputs: ['x'] }),
    ];
    expect(createOrchestra({ id: 'x', playbooks }).tasks).toEqual(['one', 'two']);
  });

  test('gives names that are taken, missing or impossible another form', () => {
    const { tasks, agents, notes } = createOrchestra({
      id: 'x',
      playbooks: [
        agent('a', { name: 'answer' }, { name: 'Answer' }, { name: 'ANSWER' }),
        agent('b.c', { name: 'answer' }, { name: '7 zähe Würfel!' }, { name: 'ä'.repeat(80) }),
        agent('d'),
      ],
    });
    expect(tasks).toEqual([
      'answer',
      'Answer_a',
      'ANSWER_2',
      'answer_b_c',
      'task_7_zahe_Wurfel',
      'a'.repeat(64),
      'd_task',
    ]);
    expect(agents).toEqual(['a', 'b.c', 'd']);
    expect(notes).toContain('d names no tasks of its own: it got the task d_task.');
    expect(notes).toContain('The name answer is taken: the one of b.c is called answer_b_c.');
  });
});

describe('the other strategies', () => {
  const playbooks = [
    agent('writer', { name: 'write', inputs: ['facts'] }),
    agent('reader', { name: 'read', outputs: ['facts'] }),
    agent('looker', { name: 'look' }),
  ];

  test('parallel orders nothing, and says what that leaves out', () => {
    expect(written({ id: 'x', strategy: 'parallel', playbooks }).tasks.map((task) => task.context)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(createOrchestra({ id: 'x', strategy: 'parallel', playbooks }).notes[0]).toMatch(
      /unless you add context: write\.$/,
    );
  });

  test('mixed has a group for each step', () => {
    const { execution, tasks } = written({ id: 'x', strategy: 'mixed', playbooks });
    expect(execution.task_groups.map(({ name, tasks: names }) => [name, names])).toEqual([
      ['stage_1', ['look', 'read']],
      ['stage_2', ['write']],
    ]);
    expect(tasks.map((task) => task.context)).toEqual([undefined, undefined, ['read']]);
  });

  test('hierarchical names the first agent as manager and stays clear of the names of its tasks', () => {
    const input = { id: 'x', strategy: 'hierarchical', playbooks: [agent('boss', { name: 'boss_brief' })] } as const;
    expect(written(input)).toMatchObject({ execution: { manager: 'boss' }, tasks: [{ name: 'boss_brief_boss' }] });
    expect(createOrchestra(input).text).toContain('manager: boss #');
  });
});

test.each(strategies)('without playbooks two commands stand in (%s)', (strategy) => {
  const spec = written({ id: 'x', strategy, playbooks: [], schema: '../schemas/orchestra.schema.json' });
  expect(spec.agents.map((each) => each.type === 'inline' && each.agent.adapter)).toEqual(['command', 'command']);
  expect(spec.tasks.map(({ name, context }) => [name, context])).toEqual([
    ['task_one', undefined],
    ['task_two', ['task_one']],
  ]);
});

test('a sentence is only taken away as a whole', () => {
  const said = (instruction: string) =>
    written({ id: 'x', playbooks: [agent('a', { name: 't', instruction })] }).tasks[0]?.description;
  const lead = "Apply a expertise to '{goal}'. ";
  expect(said('You are a Node.js developer. Write code.')).toBe(`${lead}Write code`);
  expect(said('You are an assistant of Dr. Smith. Write letters.')).toBe(
    `${lead}You are an assistant of Dr. Smith. Write letters.`,
  );
  expect(said('You are a tester')).toBe(`${lead}You are a tester`);
  expect(said('You are a RAG expert in SQL. Your goal is to help. 1. Read 2. Write')).toBe(
    `${lead}Your goal is to help. 1. Read 2. Write`,
  );
  expect(said('Return {"a": {goal}} and so on...')).toBe(`${lead}Return {"a": {goal}} and so on...`);
});

/** Text that has hurt YAML writers before. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '#',
    ': ',
    '- ',
    '"',
    "'",
    '{goal}',
    '{{x}}',
    '{% x %}',
    '\n',
    '\t',
    '\r\n',
    '%YAML',
    '---',
    '&a',
    '*a',
    '!!js',
    '|',
    '>',
    '\u0000',
    '\u2028',
    '\ud800',
    'é',
    '💡',
    'null',
    '~',
    'yes',
    '0x1f',
    '1e3',
  ),
  fc.string({ minLength: 300, maxLength: 400 }),
);
const texts = fc.array(nasty, { maxLength: 5 }).map((parts) => parts.join(' '));
const task = fc.record({
  name: texts,
  description: texts,
  instruction: texts,
  inputs: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 }),
  outputs: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 }),
});
const agentName = fc.oneof(
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,12}$/),
  fc.constantFrom('null', 'true', 'on', 'n', 'a.b', 'e5', 'A'.repeat(64)),
);
const playbook = fc
  .record({ name: agentName, tasks: fc.array(task, { maxLength: 3 }) })
  .map(({ name, tasks }) => agent(name, ...tasks));

test('whatever playbooks say, what is written is read back without an error and says the same', () => {
  fc.assert(
    fc.property(
      fc.array(playbook, { maxLength: 5 }),
      fc.constantFrom(...strategies),
      fc.option(texts, { nil: '' }),
      (playbooks, strategy, name) => {
        const input = { id: 'x', name, strategy, playbooks };
        const spec = written(input);
        const { tasks, agents } = createOrchestra(input);
        expect(spec.tasks.map((each) => each.name)).toEqual(tasks);
        expect(spec.agents.map((each) => each.name)).toEqual(agents);
        for (const each of spec.tasks) expect(each.description).not.toMatch(/\n/);
      },
    ),
    { numRuns: 300 },
  );
});
