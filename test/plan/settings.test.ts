// What of options, variables, the orchestra and settings reaches the plan: the first that says something counts.
import { describe, expect, test } from 'vitest';
import type { Settings } from '../../src/spec/spec.ts';
import { type Choices, check, document, planOfText } from './compiled.ts';

const task = [{ name: 'a' }];
const planned = (execution: object, choices: Choices = {}) => planOfText(document(execution, task), choices);
const parallel = { strategy: 'parallel' };

/** Each setting: as an orchestra writes it, as settings hold it (another value for each), and where the plan has it. */
const cases = [
  ['max_parallel_tasks', 7, 6, 5, 4, (choices: Choices, said: object) => planned(said, choices).max_parallel_tasks],
  ['task_timeout_seconds', 70, 60, 50, 300, (choices, said) => planned(said, choices).tasks[0]?.timeout_seconds],
  ['run_timeout_seconds', 70, 60, 50, null, (choices, said) => planned(said, choices).run_timeout_seconds],
  ['grace_seconds', 0, 6, 5, undefined, (choices, said) => planned(said, choices).grace_seconds],
  ['on_failure', 'stop', 'continue', 'stop', 'continue', (choices, said) => planned(said, choices).on_failure],
] as const satisfies readonly (readonly [
  keyof Settings,
  unknown,
  unknown,
  unknown,
  unknown,
  (choices: Choices, said: object) => unknown,
])[];

describe.each(cases)('%s', (key, written, variable, fallback, builtIn, read) => {
  const environment = { [key]: variable } as Settings;
  const defaults = { [key]: fallback } as Settings;
  const orchestra = { ...parallel, [key]: written };

  test('a variable over the orchestra over defaults over what is built in', () => {
    expect(read({ around: { environment, defaults } }, orchestra)).toEqual(variable);
    expect(read({ around: { defaults } }, orchestra)).toEqual(written);
    expect(read({ around: { environment, defaults } }, parallel)).toEqual(variable);
    expect(read({ around: { defaults } }, parallel)).toEqual(fallback);
    expect(read({}, parallel)).toEqual(builtIn);
  });
});

test('options over everything', () => {
  const overrides = { max_parallel_tasks: 9, task_timeout_seconds: 90, on_failure: 'stop' } as const;
  const around = {
    environment: { max_parallel_tasks: 1, task_timeout_seconds: 1, on_failure: 'continue' },
  } as const;
  const plan = planned(parallel, { overrides, around });
  expect(plan).toMatchObject({ max_parallel_tasks: 9, on_failure: 'stop', tasks: [{ timeout_seconds: 90 }] });
});

test('an orchestra that says there is no timeout has none, whatever the defaults are', () => {
  const around = { defaults: { task_timeout_seconds: 5, run_timeout_seconds: 5 } };
  const none = { ...parallel, task_timeout_seconds: null, run_timeout_seconds: null };
  expect(planned(none, { around })).toMatchObject({ run_timeout_seconds: null, tasks: [{ timeout_seconds: null }] });
});

describe('a chain', () => {
  const settings = { max_parallel_tasks: 8, on_failure: 'continue' } as const;

  test('stays one, without a word: how many at once was not said to it', () => {
    for (const around of [{ defaults: settings }, { environment: settings }]) {
      const { value, diagnostics } = check(document({}, task), { around });
      expect(diagnostics).toEqual([]);
      expect(value).toMatchObject({ strategy: 'sequential', max_parallel_tasks: 1 });
    }
  });

  test('is told that it has no use for a number that was said to it', () => {
    const codes = (choices: Choices, said = {}) =>
      check(document(said, task), choices).diagnostics.map(({ code }) => code);
    expect(codes({}, { max_parallel_tasks: 2 })).toEqual(['limit-ignored']);
    expect(codes({ overrides: { max_parallel_tasks: 2 } })).toEqual(['limit-ignored']);
  });

  test('goes on after a failure where settings say so', () => {
    expect(planned({}).on_failure).toBe('stop');
    expect(planned({}, { around: { defaults: settings } }).on_failure).toBe('continue');
  });
});

describe('limits', () => {
  const agents = [
    { name: 'w', run: 'cat' },
    { name: 'own', run: 'cat', limits: { memory: '1MiB', output: '5kB' } },
  ];
  const tasks = [
    { name: 'a', agent: 'w' },
    { name: 'b', agent: 'own' },
  ];
  const plan = (execution: object, choices: Choices = {}) =>
    planOfText(JSON.stringify({ orchestra: { id: 'o', execution }, agents, tasks }), choices);
  const limitsOf = (...words: Parameters<typeof plan>) => {
    const { limits, agents: all } = plan(...words);
    return [limits, ...all.map((agent) => agent.limits)];
  };
  const defaults = { limits: { memory_bytes: 1000, cpus: 3, disk_bytes: 10 } };

  test('that nobody sets are not in the plan', () => {
    const { limits, grace_seconds, agents: all } = plan({});
    expect([limits, grace_seconds, all[0]?.limits]).toEqual([undefined, undefined, undefined]);
    expect(Object.keys(plan({}))).not.toContain('limits');
    expect(Object.keys(plan({}).agents[0] ?? {})).not.toContain('limits');
  });

  test("an agent's own over the orchestra's over the defaults, each for itself", () => {
    const orchestra = { limits: { memory: '2kB', free_disk: '1GiB' } };
    expect(limitsOf(orchestra, { around: { defaults } })).toEqual([
      { disk_bytes: 10, free_disk_bytes: 2 ** 30 },
      { memory_bytes: 2000, cpus: 3 },
      { memory_bytes: 2 ** 20, cpus: 3, output_bytes: 5000 },
    ]);
  });

  test("a variable is over the orchestra's, and does not touch an agent's own", () => {
    const environment = { limits: { memory_bytes: 7, disk_bytes: 8 } };
    expect(limitsOf({ limits: { memory: '2kB', cpu: 1 } }, { around: { environment, defaults } })).toEqual([
      { disk_bytes: 8 },
      { memory_bytes: 7, cpus: 1 },
      { memory_bytes: 2 ** 20, cpus: 1, output_bytes: 5000 },
    ]);
  });
});

test('agents get the variables of the settings below their own', () => {
  const text = JSON.stringify({
    orchestra: { id: 'o' },
    agents: [
      { name: 'w', run: 'cat', env: { A: 'own' } },
      { name: 'v', run: 'cat' },
    ],
    tasks: [
      { name: 'a', agent: 'w' },
      { name: 'b', agent: 'v' },
    ],
  });
  const env = { pass: ['CI'], set: { A: 'default', B: 'default' } };
  expect(planOfText(text, { around: { defaults: { env } } }).agents.map((agent) => agent.env)).toEqual([
    { pass: ['CI'], set: { A: 'own', B: 'default' } },
    env,
  ]);
});
