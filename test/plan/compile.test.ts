import { describe, expect, test } from 'vitest';
import { expectGolden, goldenInput } from '../golden/golden.ts';
import { check, document, edges, planOfText } from './compiled.ts';

test.each(['sequential', 'parallel', 'mixed', 'hierarchical'])('the whole plan of an orchestra: %s', (name) => {
  const plan = planOfText(goldenInput(`plan/${name}/orchestra.yaml`));
  expectGolden(`plan/${name}/plan.json`, `${JSON.stringify(plan, null, 2)}\n`);
});

const three = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

describe('sequential', () => {
  test('a task without the key receives from the one before it in the chain', () => {
    expect(edges(planOfText(document({ strategy: 'sequential' }, three)))).toEqual({ a: '', b: 'a>', c: 'b>' });
  });

  test('context: [] opts out, but keeps its place; null is like a missing key', () => {
    const tasks = [{ name: 'a' }, { name: 'b', context: [] }, { name: 'c', context: null }];
    expect(edges(planOfText(document({ strategy: 'sequential' }, tasks)))).toEqual({ a: '', b: 'a!', c: 'b>' });
  });

  test('whoever says what it receives, receives that', () => {
    const tasks = [{ name: 'a' }, { name: 'b' }, { name: 'c', context: ['a'] }];
    expect(edges(planOfText(document({ strategy: 'sequential' }, tasks)))).toEqual({ a: '', b: 'a>', c: 'a> b!' });
  });

  test('topological order, ties by priority, then file order', () => {
    const tasks = [
      { name: 'last', context: ['x'] },
      { name: 'x' },
      { name: 'y', priority: 'high' },
      { name: 'z', priority: 'critical', context: ['x'] },
    ];
    expect(planOfText(document({ strategy: 'sequential' }, tasks)).order).toEqual(['y', 'x', 'z', 'last']);
  });

  test('one at once, and stop on failure, unless the file says otherwise', () => {
    expect(planOfText(document({}, three))).toMatchObject({
      strategy: 'sequential',
      max_parallel_tasks: 1,
      on_failure: 'stop',
    });
    const said = { strategy: 'sequential', max_parallel_tasks: 2, on_failure: 'continue' };
    expect(planOfText(document(said, three))).toMatchObject(said);
  });
});

describe('parallel', () => {
  test('adds nothing', () => {
    expect(edges(planOfText(document({ strategy: 'parallel' }, three)))).toEqual({ a: '', b: '', c: '' });
    expect(planOfText(document({ strategy: 'parallel' }, three))).toMatchObject({
      max_parallel_tasks: 4,
      on_failure: 'continue',
    });
  });

  test('requires_output passes the output, requires_completion waits for any end and passes nothing; output wins', () => {
    const dependency = (task_name: string, dependency_type: string) => ({ task_name, dependency_type });
    const tasks = [
      { name: 'a' },
      { name: 'b', dependencies: [dependency('a', 'requires_output')] },
      { name: 'c', dependencies: [dependency('a', 'requires_completion')] },
      { name: 'd', context: ['a'], dependencies: [dependency('a', 'requires_completion')] },
      { name: 'e', dependencies: [dependency('a', 'requires_completion'), dependency('a', 'requires_output')] },
    ];
    for (const strategy of ['parallel', 'sequential', 'hierarchical']) {
      const found = edges(planOfText(document({ strategy }, tasks)));
      expect(found.b, strategy).toMatch(/(^| )a>/);
      expect(found.c, strategy).toMatch(/(^| )a!/);
      expect(found.d, strategy).toMatch(/(^| )a>/);
      expect(found.e, strategy).toMatch(/(^| )a>/);
    }
  });
});

describe('mixed', () => {
  const groups = (...task_groups: readonly object[]) => ({ strategy: 'mixed', task_groups });
  const group = (name: string, tasks: readonly string[], execution_strategy: string) => ({
    name,
    tasks,
    execution_strategy,
  });

  test('every task of a group waits until all of the group before have ended', () => {
    const execution = groups(group('one', ['a', 'b'], 'parallel'), group('two', ['c', 'd'], 'parallel'));
    const tasks = [...three, { name: 'd' }];
    expect(edges(planOfText(document(execution, tasks)))).toEqual({ a: '', b: '', c: 'a! b!', d: 'a! b!' });
  });

  test('inside a group the default context is as its strategy says', () => {
    const execution = groups(group('one', ['a', 'b'], 'sequential'), group('two', ['c', 'd'], 'sequential'));
    const tasks = [...three, { name: 'd', context: ['a'] }];
    expect(edges(planOfText(document(execution, tasks)))).toEqual({ a: '', b: 'a>', c: 'b!', d: 'a> c!' });
  });

  describe('a chain is ordered as the group lists its tasks', () => {
    const chainOf = (tasks: readonly object[], ...task_groups: readonly object[]) =>
      edges(planOfText(document(groups(...task_groups), tasks)));
    const back = group('one', ['c', 'b', 'a'], 'sequential');

    test('not as the file does', () => {
      expect(chainOf(three, back)).toEqual({ a: 'b>', b: 'c>', c: '' });
    });

    test('but priority comes first, and needs before both', () => {
      const tasks = [
        { name: 'a', priority: 'high' },
        { name: 'b' },
        { name: 'c', context: ['b'], priority: 'critical' },
      ];
      expect(chainOf(tasks, back)).toEqual({ a: '', b: 'a>', c: 'b>' });
    });

    test('whatever its tasks wait for in earlier groups, or outside of groups', () => {
      const tasks = [...three, { name: 'x', priority: 'low' }, { name: 'free', priority: 'low' }];
      const first = group('zero', ['x'], 'parallel');
      const waits = (need: string) => tasks.map((task) => (task.name === 'c' ? { ...task, context: [need] } : task));
      expect(chainOf(waits('x'), first, back)).toMatchObject({ a: 'b>', b: 'c>', c: 'x>' });
      expect(chainOf(waits('free'), first, back)).toMatchObject({ a: 'b>', b: 'c>', c: 'free> x!' });
    });

    test('needs by way of a task in no group count too', () => {
      const tasks = [{ name: 'a' }, { name: 'b' }, { name: 'c', context: ['free'] }, { name: 'free', context: ['a'] }];
      expect(chainOf(tasks, back)).toEqual({ b: '', a: 'b>', c: 'a! free>', free: 'a>' });
    });
  });

  test('a task in no group runs by its own dependencies, with a warning', () => {
    const { value, diagnostics } = check(document(groups(group('one', ['a', 'b'], 'parallel')), three));
    expect(diagnostics).toMatchObject([{ code: 'no-group', severity: 'warning' }]);
    expect(value === undefined ? {} : edges(value)).toEqual({ a: '', b: '', c: '' });
  });

  test('a context that contradicts the order of groups prints the whole path', () => {
    const execution = groups(
      group('one', ['a'], 'parallel'),
      group('two', ['b'], 'parallel'),
      group('three', ['c'], 'parallel'),
    );
    const { value, diagnostics } = check(
      document(execution, [{ name: 'a', context: ['c'] }, { name: 'b' }, { name: 'c' }]),
    );
    expect(value).toBeUndefined();
    expect(diagnostics).toMatchObject([
      { code: 'group-order', message: 'this contradicts the order of the task groups: a -> c -> b -> a' },
    ]);
  });
});

describe('hierarchical', () => {
  test('brief, declared tasks as in parallel, synthesis of all; the brief is the default context', () => {
    const tasks = [{ name: 'a' }, { name: 'b', context: ['a'] }, { name: 'c', context: [] }];
    const plan = planOfText(document({ strategy: 'hierarchical' }, tasks));
    expect(edges(plan)).toEqual({
      a: 'w_brief>',
      b: 'a> w_brief',
      c: 'w_brief',
      w_brief: '',
      w_synthesis: 'a> b> c> w_brief>',
    });
    expect(plan.tasks.map(({ role }) => role)).toEqual(['task', 'task', 'task', 'brief', 'synthesis']);
    expect(plan.delegation).toMatchObject({ max_depth: 2, max_delegated_tasks: 20 });
  });

  test('a task may ask for the brief beside other outputs; the synthesis comes after all', () => {
    const tasks = [
      { name: 'a', context: ['w_brief'] },
      { name: 'b', context: ['a', 'w_brief'] },
      { name: 'c', dependencies: [{ task_name: 'w_brief' }] },
      { name: 'd', dependencies: [{ task_name: 'w_brief', dependency_type: 'requires_completion' }] },
    ];
    const brief = { a: 'w_brief>', b: 'a> w_brief>', c: 'w_brief>', d: 'w_brief' };
    expect(edges(planOfText(document({ strategy: 'hierarchical' }, tasks)))).toMatchObject(brief);
    const faults = (execution: object, context: string) =>
      check(document(execution, [{ name: 'a', context: [context] }])).diagnostics.map(({ message }) => message);
    expect(faults({ strategy: 'hierarchical' }, 'w_synthesis')).toEqual([
      'these tasks wait for each other: a -> w_synthesis -> a',
    ]);
    expect(faults({ strategy: 'parallel' }, 'w_brief')).toEqual(['there is no task "w_brief"']);
  });

  test('the manager is the first agent unless the file names one', () => {
    const text = (manager?: string) =>
      JSON.stringify({
        orchestra: { id: 'o', execution: { strategy: 'hierarchical', ...(manager !== undefined && { manager }) } },
        agents: [
          { name: 'x', run: 'cat' },
          { name: 'y', run: 'cat' },
        ],
        tasks: [{ name: 'a', agent: 'y', description: '' }],
      });
    const brief = (plan: ReturnType<typeof planOfText>) => plan.tasks.find(({ role }) => role === 'brief')?.name;
    expect(brief(planOfText(text()))).toBe('x_brief');
    expect(brief(planOfText(text('y')))).toBe('y_brief');
  });
});

describe('cycles', () => {
  test.each(['sequential', 'parallel', 'mixed', 'hierarchical'])('are printed as a path under %s', (strategy) => {
    const tasks = [
      { name: 'a', context: ['c'] },
      { name: 'b', context: ['a'] },
      { name: 'c', context: ['b'] },
      { name: 'd' },
    ];
    const task_groups = [{ name: 'g', tasks: ['a', 'b', 'c', 'd'], execution_strategy: 'parallel' }];
    const { value, diagnostics } = check(document({ strategy, ...(strategy === 'mixed' && { task_groups }) }, tasks));
    expect(value).toBeUndefined();
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toMatchObject([
      { code: 'cycle', message: 'these tasks wait for each other: a -> c -> b -> a' },
    ]);
  });

  test('each knot is told once, by its shortest path', () => {
    const tasks = [
      { name: 'a', context: ['b', 'c'] },
      { name: 'b', context: ['a'] },
      { name: 'c', context: ['b'] },
      { name: 'x', context: ['y'] },
      { name: 'y', dependencies: [{ task_name: 'x', dependency_type: 'requires_completion' }] },
    ];
    expect(check(document({ strategy: 'parallel' }, tasks)).diagnostics.map(({ message }) => message)).toEqual([
      'these tasks wait for each other: a -> b -> a',
      'these tasks wait for each other: x -> y -> x',
    ]);
  });

  test('of many the first hundred are told, and of a long one the ends', () => {
    const pairs = Array.from({ length: 240 }, (_, i) => ({ name: `t${i}`, context: [`t${i ^ 1}`] }));
    const { diagnostics } = check(document({ strategy: 'parallel' }, pairs));
    expect(diagnostics).toHaveLength(100);
    expect(diagnostics.at(-1)?.hint).toMatch(/\n20 more faults of this file are not listed$/);
    const ring = Array.from({ length: 150 }, (_, i) => ({ name: `t${i}`, context: [`t${(i + 1) % 150}`] }));
    expect(check(document({ strategy: 'parallel' }, ring)).diagnostics[0]?.message).toMatch(
      /: t0 -> t1 -> .* -> t98 -> \(51 more\) -> t0$/,
    );
  });
});

describe('limits of tasks', () => {
  test.each([
    ['exponential_backoff', {}, 1],
    [{ strategy: 'fixed', max_attempts: 5 }, {}, 5],
    [{ strategy: 'fixed', max_attempts: 5 }, { retry_count: 1 }, 2],
    ['simple', { retry_count: 3 }, 4],
    ['none', { retry_count: 3 }, 1],
    [{ strategy: 'none', max_attempts: 5 }, {}, 1],
  ])('retry_strategy %j and %j: %i attempts', (retry_strategy, task, attempts) => {
    const plan = planOfText(document({ strategy: 'parallel', retry_strategy }, [{ name: 'a', ...task }]));
    expect(plan.tasks[0]?.max_attempts).toBe(attempts);
  });

  test('a timeout of its own, else that of the file, else that of the command line over the file', () => {
    const tasks = [{ name: 'a' }, { name: 'b', timeout_seconds: '2m' }];
    const text = document({ strategy: 'parallel', task_timeout_seconds: 7 }, tasks);
    const timeouts = (plan: ReturnType<typeof planOfText>) => plan.tasks.map(({ timeout_seconds }) => timeout_seconds);
    expect(timeouts(planOfText(text))).toEqual([7, 120]);
    expect(timeouts(planOfText(text, { overrides: { task_timeout_seconds: 9 } }))).toEqual([9, 120]);
  });

  test('what the command line says wins over the file', () => {
    const overrides = {
      strategy: 'parallel',
      max_parallel_tasks: 9,
      on_failure: 'stop',
      workspace: '/elsewhere',
    } as const;
    const plan = planOfText(document({ strategy: 'sequential', max_parallel_tasks: 2 }, three), { overrides });
    expect(plan).toMatchObject(overrides);
    expect(edges(plan)).toEqual({ a: '', b: '', c: '' });
  });
});
