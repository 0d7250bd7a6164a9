import { expect, test } from 'vitest';
import { exposedSecrets, secrecyOf } from '../../src/cli/secrets.ts';
import type { Plan } from '../../src/schema/types.gen.ts';
import { planOf } from '../run/rig.ts';

function planWith(...secrets: readonly string[]): Plan {
  const plan = planOf([{ name: 'work' }]);
  return { ...plan, agents: plan.agents.map((agent) => ({ ...agent, secrets: [...secrets] })) };
}

test('without secrets, or without values for them, there is nothing to keep out', () => {
  expect(secrecyOf(planWith(), { A: 'value' })).toEqual({ redactor: undefined, tooShort: [] });
  expect(secrecyOf(planWith('A', 'B'), { A: '' })).toEqual({ redactor: undefined, tooShort: [] });
});

test('secrets of all agents count; values that are too short are told by name', () => {
  const { redactor, tooShort } = secrecyOf(planWith('A', 'B', 'C', 'A'), { A: 'alpha', B: 'xyz', C: 'gamma' });
  expect(tooShort).toEqual(['B']);
  expect(redactor?.text('alpha xyz gamma')).toBe('[redacted:A] xyz [redacted:C]');
});

test('a value that would be stored with the run is told with its place and without itself', () => {
  const plan = planWith('A');
  const { redactor } = secrecyOf(plan, { A: 'alpha-beta' });
  const stored = { plan, goal: 'g', folder: '/runs/1' };
  const places = (more: object) =>
    exposedSecrets({ ...stored, ...more }, redactor).map(
      (text) => /^the value of the secret A stands (.*?), /.exec(text)?.[1],
    );
  expect(places({})).toEqual([]);
  expect(places({ goal: 'use alpha-beta', folder: '/alpha-beta/1' })).toEqual([
    'in the goal',
    'in the path of the workspace',
  ]);
  expect(places({ texts: new Map([['o.yaml', '# alpha-beta']]) })).toEqual(['in o.yaml']);
  expect(places({ plan: { ...plan, description: 'alpha-beta' } })).toEqual(['in the plan of the run']);
  expect(exposedSecrets({ ...stored, goal: 'alpha-beta' }, redactor).join()).not.toContain('alpha-beta');
  expect(exposedSecrets({ ...stored, goal: 'alpha-beta' }, undefined)).toEqual([]);
});

test('keys that a coding CLI gets from the caller are secrets, unless its agent names them under env', () => {
  const env = {
    ANTHROPIC_API_KEY: 'sk-ant-12345',
    ANTHROPIC_MODEL: 'some-model',
    CLAUDE_CODE_MAX_OUTPUT_TOKENS: '123456789',
    OPENAI_API_KEY: 'sk-openai-12345',
  };
  const runs = (adapter: 'claude' | 'codex' | 'command', own: object = { pass: [], set: {} }) => {
    const plan = planWith();
    const agents = plan.agents.map((agent) => ({ ...agent, adapter, env: own }));
    return secrecyOf({ ...plan, agents } as Plan, env).redactor?.text(Object.values(env).join(' '));
  };
  expect(runs('claude')).toBe('[redacted:ANTHROPIC_API_KEY] some-model 123456789 sk-openai-12345');
  expect(runs('codex')).toBe('sk-ant-12345 some-model 123456789 [redacted:OPENAI_API_KEY]');
  expect(runs('command')).toBeUndefined();
  expect(runs('claude', { pass: ['ANTHROPIC_API_KEY'], set: {} })).toBeUndefined();
  expect(runs('claude', { pass: [], set: { ANTHROPIC_API_KEY: 'another' } })).toBeUndefined();
});

test('words that stand for a key at a local server are no secrets', () => {
  const plan = planWith();
  const agents = plan.agents.map((agent) => ({ ...agent, adapter: 'claude' as const }));
  expect(secrecyOf({ ...plan, agents }, { ANTHROPIC_AUTH_TOKEN: 'ollama' })).toEqual({
    redactor: undefined,
    tooShort: [],
  });
});
