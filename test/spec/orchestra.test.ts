import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readOrchestra } from '../../src/spec/orchestra.ts';
import { parseSource } from '../../src/spec/source.ts';
import type { Overrides } from '../../src/spec/spec.ts';

function read(text: string, overrides?: Overrides, file = 'orchestras/sdlc_orchestra.yaml') {
  const { value, diagnostics } = parseSource(file, text);
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return readOrchestra(value, overrides);
}

function specOf(text: string, overrides?: Overrides, file?: string) {
  const { value, diagnostics } = read(text, overrides, file);
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return value;
}

const tasks = 'tasks: [{name: build, agent: worker}, {name: test, agent: tester}, {name: again, agent: worker}]\n';

describe('defaults', () => {
  test('of an orchestra that says nothing', () => {
    expect(specOf(`orchestra: {}\n${tasks}`)).toEqual({
      file: 'orchestras/sdlc_orchestra.yaml',
      id: 'sdlc',
      name: 'sdlc',
      description: '',
      workspace: './orchestra_workspaces/sdlc',
      orchestration_type: 'basic',
      required_tier: null,
      execution: {
        strategy: 'sequential',
        max_parallel_tasks: 1,
        task_timeout_seconds: 300,
        run_timeout_seconds: null,
        retry: { strategy: 'simple', max_attempts: 1, initial_delay_seconds: 1, max_delay_seconds: 60, jitter: 0 },
        limits: {},
        budget: {},
        on_failure: 'stop',
        task_groups: [],
        max_depth: 2,
        max_delegated_tasks: 20,
      },
      policy: {},
      agents: [
        { type: 'named', name: 'worker', at: ['tasks', 0, 'agent'] },
        { type: 'named', name: 'tester', at: ['tasks', 1, 'agent'] },
      ],
      tasks: ['build', 'test', 'again'].map((name, index) => ({
        name,
        agent: ['worker', 'tester', 'worker'][index],
        description: '',
        priority: 'medium',
        timeout_seconds: null,
        stall_seconds: null,
      })),
    });
  });

  test('differ for strategies that are no chain, whoever chose them', () => {
    const parallel = { max_parallel_tasks: 4, on_failure: 'continue' };
    expect(specOf(`orchestra: {execution: {strategy: parallel}}\n${tasks}`).execution).toMatchObject(parallel);
    expect(specOf(`orchestra: {}\n${tasks}`, { strategy: 'mixed' }).execution).toMatchObject(parallel);
  });

  test.each([
    ['orchestra.id', 'metadata: {id: b}\norchestra: {id: a}\n', 'a'],
    ['metadata.id', 'metadata: {id: My Team!}\norchestra: {}\n', 'My_Team'],
    ['the file', 'metadata: {id: "!"}\norchestra: {}\n', 'sdlc'],
  ])('the id is that of %s', (_where, head, id) => {
    expect(specOf(head + tasks)).toMatchObject({ id, workspace: `./orchestra_workspaces/${id}` });
  });

  test.each([
    ['C:\\x\\Ünder way.yml', 'Under_way'],
    ['_.yaml', 'orchestra'],
    ['team.yaml', 'team'],
  ])('file %s gives the id %s', (file, id) => {
    expect(specOf(`orchestra: {}\n${tasks}`, {}, file).id).toBe(id);
  });

  test('a manager is an agent too where none are declared', () => {
    const { agents } = specOf(`orchestra: {execution: {strategy: hierarchical, manager: boss}}\n${tasks}`);
    expect(agents.at(-1)).toEqual({ type: 'named', name: 'boss', at: ['orchestra', 'execution', 'manager'] });
  });
});

test('what the file says is kept, in seconds and without blanks at the end', () => {
  const spec = specOf(`
orchestra:
  description: "text \\n"
  goal: "win\\n"
  required_tier: oracles
  execution:
    strategy: mixed
    task_timeout_seconds: null
    run_timeout_seconds: 2h
    retry_strategy: {strategy: exponential_backoff, max_attempts: 3, initial_delay_seconds: 500ms, jitter: 0.2}
    task_groups: [{name: g, tasks: [build], max_concurrency: 2}]
agents: [tester, {name: worker, run: make, env: {N: 1}, secrets: [KEY]}]
tasks:
  - {name: build, agent: worker, timeout_seconds: 1.5m, stall_seconds: 10, retry_count: 0, context: null}
  - {name: test, agent: tester, context: [], dependencies: [{task_name: build, dependency_type: requires_completion}]}
`);
  expect(spec).toMatchObject({ description: 'text', goal: 'win', required_tier: 'oracles' });
  expect(spec.execution).toMatchObject({
    task_timeout_seconds: null,
    run_timeout_seconds: 7200,
    retry: { strategy: 'exponential_backoff', max_attempts: 3, initial_delay_seconds: 0.5, jitter: 0.2 },
    task_groups: [{ name: 'g', tasks: ['build'], execution_strategy: 'parallel', max_concurrency: 2 }],
  });
  expect(spec.agents[0]).toEqual({ type: 'named', name: 'tester', at: ['agents', 0] });
  expect(spec.agents[1]).toMatchObject({
    type: 'inline',
    at: ['agents', 1],
    agent: { adapter: 'command', run: 'make', shell: 'sh -eu', env: { pass: [], set: { N: '1' } }, secrets: ['KEY'] },
  });
  expect(spec.tasks[0]).toMatchObject({ timeout_seconds: 90, stall_seconds: 10, retry_count: 0 });
  expect(spec.tasks[0]).not.toHaveProperty('context');
  expect(spec.tasks[1]).toMatchObject({ context: [], dependencies: [{ task: 'build', type: 'requires_completion' }] });
});

test.each([
  ['exponential_backoff', 0.5],
  ['linear', 0],
  ['{strategy: linear, jitter: true}', 0.5],
  ['{strategy: exponential_backoff, jitter: false}', 0],
])('retry_strategy %s has jitter %d', (written, jitter) => {
  expect(specOf(`orchestra: {execution: {retry_strategy: ${written}}}\n${tasks}`).execution.retry.jitter).toBe(jitter);
});

test('the command line is said over the file', () => {
  const overrides = {
    strategy: 'parallel',
    max_parallel_tasks: 9,
    task_timeout_seconds: 7,
    on_failure: 'stop',
    workspace: '/w',
  } as const;
  const { execution, workspace } = specOf(`orchestra: {execution: {task_timeout_seconds: 5}}\n${tasks}`, overrides);
  expect({ ...execution, workspace }).toMatchObject(overrides);
});

test.each(['', 'orchestra: ', 'execution: '])('cluster keys may stand at the place that "%s" names', (place) => {
  const cluster = 'orchestration_type: kubernetes, replicas: 3, resources: {cpu: 1000m, memory: 2Gi}';
  const text =
    place === ''
      ? `orchestra: {}\n${cluster.replaceAll(', r', '\nr')}\n`
      : `orchestra: {${place === 'execution: ' ? `execution: {${cluster}}` : cluster}}\n`;
  expect(specOf(text + tasks).orchestration_type).toBe('kubernetes');
});

test.each([
  [`orchestra: {execution: {task_timeout_seconds: ${'9'.repeat(3e5)}s}}\n`, 'out-of-range'],
  [`orchestra: {execution: {task_timeout_seconds: ${'9'.repeat(3e5)}x}}\n`, 'bad-format'],
  [`orchestra: {execution: {task_timeout_seconds: ${'9'.repeat(3e5)} s}}\n`, 'bad-format'],
  [`orchestra: {execution: {strategy: ${'s'.repeat(3e5)}}}\n`, 'not-one-of'],
  [`orchestra: {execution: {strategy: [${'s'.repeat(3e5)}]}}\n`, 'not-one-of'],
  [`orchestra: {id: ${'s'.repeat(3e5)}/}\n`, 'bad-format'],
  [`orchestra: {execution: {enable_trace: ${'s'.repeat(3e5)}}}\n`, 'wrong-type'],
  [`orchestra: {execution: {max_parallel_tasks: "${'9'.repeat(3e5)}"}}\n`, 'wrong-type'],
  [`orchestra: {execution: {max_parallel_tasks: ${'9'.repeat(300)}}}\n`, 'out-of-range'],
  [`orchestra: {goal: {${'s'.repeat(1000)}}}\n`, 'wrong-type'],
  [`orchestra: {}\n? ${'s'.repeat(3e5)}\n: x\n`, 'unknown-key'],
  [`orchestra: {}\n? ${'s'.repeat(3e5)}\n: x\n? ${'s'.repeat(3e5)}\n: x\n`, 'yaml-duplicate-key'],
  [`orchestra: {}\n? ${'9'.repeat(3e5)}\n: x\n`, 'yaml-key-type'],
  [`orchestra: {goal: !${'s'.repeat(3e5)} x}\n`, 'yaml-tag'],
  [`orchestra: {goal: *${'s'.repeat(3e5)} }\n`, 'yaml-aliases'],
])('what is far too long is not repeated: %.50s', (text, code) => {
  const source = parseSource('a.yaml', text + tasks);
  const read = source.value === undefined ? [] : readOrchestra(source.value).diagnostics;
  const diagnostics = [...source.diagnostics, ...read];
  expect(diagnostics.map((each) => each.code)).toContain(code);
  for (const { message, hint } of diagnostics) expect((message + hint).length).toBeLessThan(400);
});

test('a list that is left empty is asked for items, never for []', () => {
  const { diagnostics } = read(
    'orchestra: {execution: {strategy: mixed, task_groups: [{name: g, tasks: }]}}\ntasks:\n',
  );
  expect(diagnostics.map(({ code, hint }) => `${code}: ${hint}`)).toEqual([
    'wrong-type: start each item with "- "',
    'wrong-type: start each item with "- "',
  ]);
});

describe('orchestras as upstream documents them', () => {
  const folder = new URL('../fixtures/orchestras/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const loads = (name: string) => /^(od_(example|generated)|quickstart)/.test(name);
  const text = (name: string) => readFileSync(new URL(name, folder), 'utf8');

  test.each(files.filter(loads))('%s loads without a word', (name) => {
    const { value, diagnostics } = read(text(name), {}, name);
    expect(diagnostics).toEqual([]);
    expect(value?.tasks).toHaveLength(3);
    expect(value?.execution.strategy).toBe('sequential');
  });

  test.each(files.filter((name) => !loads(name)))('%s is refused with an orchestra that loads', (name) => {
    const { value, diagnostics } = read(text(name), {}, name);
    expect(value).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toEqual(['foreign-shape']);
    const shown = diagnostics[0]?.hint.split('\n').slice(1).join('\n') ?? '';
    const again = read(shown);
    expect(again.diagnostics).toEqual([]);
    expect(again.value?.tasks.length).toBeGreaterThan(0);
  });
});
