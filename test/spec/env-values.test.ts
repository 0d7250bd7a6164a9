import { expect, test } from 'vitest';
import { withoutEnvValues } from '../../src/spec/env-values.ts';

test.each([
  ['a: 1\n', 'a: 1\n'],
  ['env: [HOME, USER]\n', 'env: [HOME, USER]\n'],
  [
    'agents:\n  - name: x\n    env:\n      A: one\n      B: 8080 # why\n    run: y\n',
    'agents:\n  - name: x\n    env:\n      A: "-A-"\n      B: "-B-" # why\n    run: y\n',
  ],
  ['env: {A: "o\\"ne", B: true}\n', 'env: {A: "-A-", B: "-B-"}\n'],
  ['env:\n  A: |\n    one\n    two\n  B: x\nrun: y\n', 'env:\n  A: "-A-"\n  B: "-B-"\nrun: y\n'],
  ['x: &a {A: one}\nenv: *a\n', 'x: &a {A: "-A-"}\nenv: *a\n'],
  ['x: &a {A: one}\nenv: {<<: *a, B: two}\n', 'x: &a {A: "-A-"}\nenv: {<<: *a, B: "-B-"}\n'],
  ['x: &v one\nenv: {A: *v}\n', 'x: &v "-A-"\nenv: {A: *v}\n'],
  ['{"env": {"A": "one"}}', '{"env": {"A": "-A-"}}'],
  ['env: &e {A: *e}\n', 'env: &e {A: *e}\n'],
])('%j', (text, without) => {
  expect(withoutEnvValues(text, (name) => `-${name}-`)).toBe(without);
});
