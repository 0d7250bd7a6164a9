import { expect, test } from 'vitest';
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

test.each([
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
  ])
    expect(foreignShape(parseSource('a.yaml', text).value?.data)).toBeUndefined();
});
