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
