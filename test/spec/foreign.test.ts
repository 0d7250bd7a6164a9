import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { foreignShape } from '../../src/spec/foreign.ts';
import { readOrchestra } from '../../src/spec/orchestra.ts';
import { parseSource } from '../../src/spec/source.ts';

function shown(text: string) {
  const hint = foreignShape(parseSource('a.yaml', text).value?.data)?.hint;
  if (hint === undefined) throw new Error('not foreign');
  const source = parseSource('b.yaml', hint.split('\n').slice(1).join('\n')).value;
  if (source === undefined) throw new Error(hint);
  const { value, diagnostics } = readOrchestra(source);
  expect(diagnostics).toEqual([]);
  return value;
}

const tasksIn = (text: string) =>
  shown(text)?.tasks.map(({ name, agent, context }) => `${name} by ${agent}${context ? ` after ${context}` : ''}`);

test('steps keep their order; a name that comes twice is numbered', () => {
  const text =
    'apiVersion: orchestra/v2\nspec: {workflow: {mode: parallel, steps: [{agent: a b, task: x/y}, {agent: c}, {agent: c}]}}\n';
  expect(shown(text)?.execution.strategy).toBe('parallel');
  expect(tasksIn(text)).toEqual(['x_y by a_b', 'c_task by c', 'c_task_2 by c']);
});

test('phases of several agents become a task for each, and what they depend on becomes context', () => {
  const text =
    'kind: Orchestra\nspec: {workflow: [{name: p, agents: [a, b]}, {name: q, agents: [c], depends_on: [p, nothing]}]}\n';
  expect(tasksIn(text)).toEqual(['p_a by a', 'p_b by b', 'q by c after p_a,p_b']);
});

test('a pipeline is a chain, other patterns stand beside it, and nobody is left out', () => {
  const text =
    'agents: [a, b, c, d]\norchestration: {patterns: [{type: pipeline, flow: [a, b]}, {type: broadcast, agents: [c]}]}\n';
  expect(tasksIn(text)).toEqual(['a_task by a', 'b_task by b after a_task', 'c_task by c', 'd_task by d']);
});

test('roles wait for the agents that they depend on', () => {
  const text =
    'orchestra: {coordination: hierarchical, agents: [{role: lead}, {name: w, dependencies: [lead, ghost, w]}]}\n';
  expect(tasksIn(text)).toEqual(['lead_task by lead', 'w_task by w after lead_task']);
});

describe('orchestra.coordination beside agents and tasks of our own', () => {
  const own =
    'agents: [{name: a, run: x}, b]\ntasks: [{name: t, agent: a, timeout_seconds: 9}, {name: u, agent: b, context: [t]}]\n';
  const head = (more: string) => `metadata: {tags: [x]}\norchestra: {coordination: {strategy: parallel}${more}}\n`;
  const hintOf = (text: string) =>
    foreignShape(parseSource('a.yaml', text).value?.data)?.hint?.split('\n').slice(1).join('\n') ?? '';

  test('all of it stays but the key', () => {
    const text = `${head(', id: x, goal: g, execution: {max_parallel_tasks: 2}')}${own}`;
    expect(parse(hintOf(text))).toEqual({
      ...parse(text),
      orchestra: { id: 'x', goal: 'g', execution: { strategy: 'parallel', max_parallel_tasks: 2 } },
    });
  });

  test('agents and tasks stay where the rest of the section cannot', () => {
    expect(parse(hintOf(`${head(', id: x, swarm: 3')}${own}`))).toEqual({
      ...parse(own),
      orchestra: { id: 'x', execution: { strategy: 'parallel' } },
    });
  });

  test('of tasks that are not ours stays what is sure, and agents stay', () => {
    const text = own.replace('timeout_seconds: 9', 'swarm: 3').replace('context: [t]', 'depends_on: [t, u, v]');
    expect(tasksIn(`${head('')}${text}`)).toEqual(['t by a', 'u by b after t']);
    expect(shown(`${head('')}${text}`)?.agents).toMatchObject([{ type: 'inline', name: 'a' }, { name: 'b' }]);
  });

  test('roles become the agents where the file lists none', () => {
    const text =
      'orchestra: {coordination: {}, agents: [{name: a, role: lead}, {name: b}]}\ntasks: [{name: t, agent: a}]\n';
    expect(tasksIn(text)).toEqual(['t by a']);
    expect(shown(text)?.agents.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('what is too long to be read is not shown', () => {
    const agents = Array.from({ length: 1000 }, (_, i) => `{name: a${i}, role: r}`).join(', ');
    expect(
      foreignShape(parseSource('a.yaml', `orchestra: {coordination: {}, agents: [${agents}]}`).value?.data)?.hint,
    ).toBe('the orchestra that it could be is too long to be shown');
  });
});

test.each([
  'orchestra: {coordination: 7}\nagents: []\ntasks: null\n',
  'orchestra: {coordination: 7}\nagents: 3\ntasks: [3, {name: 2}]\n',
  'orchestra: {coordination: 7, execution: {task_timeout_seconds: 9999h}}\nagents: null\ntasks: [{name: t, agent: a}]\n',
  'apiVersion: orchestra/v1\n',
  'kind: Orchestra\nspec: 3\n',
  'orchestration: {patterns: 3}\nagents: {a: b}\n',
  'orchestra: {coordination: 7}\n',
  'kind: AgentSpec\nmetadata: {id: 9}\n',
  'replicas: many\nresources: {gpu: 1, cpu: [1], memory: 2Gi}\norchestration_type: swarm\n',
])('even %j becomes an orchestra that loads', (text) => {
  expect(shown(text)?.tasks.length).toBeGreaterThan(0);
});

test('an orchestra of our own, however faulty, is none of them', () => {
  for (const text of [
    'orchestra: {}\ntasks: []\n',
    'tasks: []\n',
    'x: y\n',
    '[]\n',
    'text\n',
    'orchestra: {}\nreplicas: 2\n',
    'orchestra: {id: q, agents: [planner], tasks: [{name: build}]}\n',
    'apiVersion: orchestra/v2\nkind: Orchestra\norchestra: {}\ntasks: [{name: a, agent: b}]\n',
  ])
    expect(foreignShape(parseSource('a.yaml', text).value?.data)).toBeUndefined();
});

test('a version that is a map or a list of maps is no version', () => {
  for (const version of ['{a: 1}', '[{a: 1}]']) {
    const data = parseSource('a.yaml', `apiVersion: ${version}\ntasks: []\n`).value?.data;
    expect(foreignShape(data)).toBeUndefined();
  }
});

test('a playbook that says no version is told by its kind', () => {
  expect(foreignShape(parseSource('a.yaml', 'kind: AgentSpec\nspec: {}\n').value?.data)?.at).toEqual(['kind']);
});
