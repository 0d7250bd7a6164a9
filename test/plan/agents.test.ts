import { expect, test } from 'vitest';
import { check, planOfText } from './compiled.ts';

const text = (agents: readonly object[], more: object = {}) =>
  JSON.stringify({ orchestra: { id: 'o', ...more }, agents, tasks: [{ name: 't', agent: 'a', description: 'do' }] });

const claude = (name: string, more: object = {}) => ({ name, adapter: 'claude', ...more });

test('fallback agents are part of the plan, with the models that may take over and what those cost', () => {
  const plan = planOfText(
    text([
      claude('a', { model: 'claude-opus-4-5', fallback_agents: ['b'], fallback_models: ['claude-sonnet-4-5', 'x'] }),
      claude('b'),
    ]),
  );
  expect(
    plan.agents.map(({ name, fallback_agents, fallback_models }) => [name, fallback_agents, fallback_models]),
  ).toEqual([
    ['a', ['b'], [{ model: 'claude-sonnet-4-5', price: { input: 3, output: 15, cached: 0.3 } }, { model: 'x' }]],
    ['b', undefined, undefined],
  ]);
});

test('a fallback that is not declared, or that is the agent itself, is told', () => {
  const said = (agents: readonly object[]) => check(text(agents)).diagnostics.map(({ message }) => message);
  expect(said([claude('a', { fallback_agents: ['bb'] }), claude('b')])).toContain(
    'agent "bb", a fallback of "a", is not declared',
  );
  expect(said([claude('a', { fallback_agents: ['a'] })])).toEqual(['agent "a" is its own fallback']);
});

test('the policies of an orchestra and of an agent hold together, for agents that use a shell of their own accord', () => {
  const policy = { deny: ['sudo *'], watch: ['curl *'] };
  const agents = [
    claude('a', { policy: { deny: ['rm *', 'sudo *'] }, fallback_agents: ['c'] }),
    { name: 'c', run: 'true' },
  ];
  expect(planOfText(text(agents, { policy })).agents.map((agent) => agent.policy)).toEqual([
    { deny: ['sudo *', 'rm *'], watch: ['curl *'] },
    undefined,
  ]);
});

test.each([
  [undefined, undefined, undefined],
  [true, undefined, { files: [] }],
  [{ files: ['a/*'] }, undefined, { files: ['a/*'] }],
  [undefined, 'all', { files: [] }],
  [{ files: ['a'] }, 'all', { files: ['a'] }],
  [true, 'none', { files: [], anew: true }],
  [undefined, 'none', undefined],
] as const)('a task that says cache: %j, with %s on the command line, may reuse: %j', (cache, all, expected) => {
  const task = { name: 't', agent: 'a', description: 'do', ...(cache !== undefined && { cache }) };
  const document = JSON.stringify({ orchestra: {}, agents: [{ name: 'a', run: 'true' }], tasks: [task] });
  const overrides = all === undefined ? {} : { cache: all };
  expect(planOfText(document, { overrides }).tasks[0]?.cache).toEqual(expected);
});
