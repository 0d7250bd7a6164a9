import { expect, test } from 'vitest';
import { check } from './compiled.ts';

// Faults of form do not hide what else is wrong: all that is certain is told at once, and nothing that a slip elsewhere may cause.

const codes = (text: string) => check(text).diagnostics.map(({ code, line, column }) => `${line}:${column} ${code}`);

const team = 'agents: [{name: a, run: make}]\n';

test.each<[string, string, string[]]>([
  [
    'an unknown key and a name that stands for nothing, in two tasks',
    `orchestra: {}\n${team}tasks:\n  - {name: one, agent: a, tries: 2}\n  - {name: two, agent: b, context: [on]}\n`,
    ['4:27 unknown-key', '5:24 unknown-agent', '5:37 unknown-task'],
  ],
  [
    'a circle of healthy tasks beside a wrong value',
    `orchestra: {}\n${team}tasks:\n  - {name: one, agent: a, context: [two]}\n  - {name: two, agent: a, context: [one]}\n  - {name: x, agent: a, timeout_seconds: soon}\n`,
    ['4:37 cycle', '6:42 bad-format'],
  ],
  [
    'a name that stands for nothing in a task with a wrong value',
    `orchestra: {}\n${team}tasks:\n  - {name: one, agent: b, priority: hgh, context: [on]}\n`,
    ['4:24 unknown-agent', '4:37 not-one-of', '4:52 unknown-task'],
  ],
  [
    'amounts that are texts beside a wrong type',
    `orchestra: {execution: {task_timeout_seconds: 0s}}\n${team}tasks: [{name: one, agent: a, retry_count: "2"}]\n`,
    ['1:47 out-of-range', '3:44 wrong-type'],
  ],
  [
    'a fallback that stands for nothing beside a policy that says nothing but a misspelt key',
    'orchestra: {}\nagents: [{name: a, adapter: claude, fallback_agents: [secnd], policy: {denny: [x]}}]\ntasks: [{name: one, agent: a, description: x}]\n',
    ['2:55 unknown-agent', '2:72 unknown-key'],
  ],
  [
    'a context that stands for nothing beside dependencies that lack a name',
    `orchestra: {}\n${team}tasks: [{name: one, agent: a}, {name: two, agent: a, context: [On], dependencies: [{task: one}]}]\n`,
    ['3:64 unknown-task', '3:85 unknown-key'],
  ],
  [
    'agents written in place, whatever is wrong with tasks',
    'orchestra: {}\nagents: [{name: a, adapter: module}, {name: a, run: make}]\ntasks: [{name: one, agent: a, owner: me}]\n',
    ['2:20 agent-shape', '2:45 duplicate-agent', '3:31 unknown-key'],
  ],
])('%s', (_what, text, expected) => {
  expect(codes(text)).toEqual(expected);
});

test.each<[string, string, string[]]>([
  [
    'a task without a name may be the one that others wait for',
    `orchestra: {}\n${team}tasks: [{nmae: one, agent: a}, {name: two, agent: a, context: [one]}]\n`,
    ['3:10 unknown-key'],
  ],
  [
    'a task whose name is none may be, too',
    `orchestra: {}\n${team}tasks: [{name: my task, agent: a}, {name: two, agent: a, context: [my_task]}]\n`,
    ['3:16 bad-format'],
  ],
  [
    'an agent without a name may be the one that tasks name',
    'orchestra: {}\nagents: [{nam: b, run: make}]\ntasks: [{name: two, agent: b}]\n',
    ['2:11 unknown-key'],
  ],
  [
    'a misspelt top key may be any of them',
    'orchestra: {}\nagnets: [{name: b, run: make}]\ntasks: [{name: two, agent: b, context: [three]}]\n',
    ['2:1 unknown-key'],
  ],
  [
    'a misspelt key of the execution may be what its other keys rely on',
    `orchestra: {execution: {strategy: mixed, task_group: [{name: g, tasks: [one]}]}}\n${team}tasks: [{name: one, agent: a}]\n`,
    ['1:42 unknown-key'],
  ],
  [
    'the same unknown key in many tasks, which say what runs in place of an agent',
    `orchestra: {}\n${team}tasks: [{name: one, run: make}, {name: two, run: make}]\n`,
    ['3:21 unknown-key'],
  ],
  [
    'a warning is not certain',
    'orchestra: {}\nagents: [{name: a, run: make}, {name: b, run: make}]\ntasks: [{name: one, agent: a, agnet: b}]\n',
    ['3:31 unknown-key'],
  ],
])('what a slip may cause is not told: %s', (_what, text, expected) => {
  expect(codes(text)).toEqual(expected);
});

test('a list with an item too few keys, groups without tasks, and values of other types lead to no exception', () => {
  const texts = [
    'orchestra: {execution: {strategy: mixed, task_groups: [{name: g}, 5]}}\ntasks: [{name: a, agent: b, dependencies: [{}]}]\n',
    'orchestra: {execution: {limits: {memory: []}, retry_strategy: {jitter: x}}, policy: 5}\ntasks: [{}, {name: {}, agent: []}]\n',
    'orchestra: {}\ntasks: [{name: a, agent: b, cache: {}}, {name: b, agent: c, dependencies: [{}, {task_name: 5}]}]\n',
    'orchestra: []\ntasks: 5\nagents: {}\n',
    'orchestra: {}\nagents: [{name: a, run: x, fallback_agents: [{name: b}, {name: c}]}]\ntasks: [{name: a, agent: a}]\n',
    'tasks: [5]\n',
    'orchestra: {}\nagents: [5, {}, {name: x, env: {A: [1]}, limits: 5, budget: []}]\ntasks: [{name: a, agent: x}]\n',
  ];
  for (const text of texts) expect(check(text).value).toBeUndefined();
});

/** Healthy orchestras that use most keys, each with one strategy. */
const healthy = ['mixed', 'hierarchical'].map((strategy) => ({
  metadata: { name: 'A' },
  orchestra: {
    id: 'o',
    workspace: { path: './runs' },
    policy: { deny: ['rm *'] },
    execution: {
      strategy,
      ...(strategy === 'mixed' && {
        task_groups: [
          { name: 'g', tasks: ['one', 'two'], max_concurrency: 1 },
          { name: 'h', tasks: ['three', 'a_synthesis'], execution_strategy: 'sequential' },
        ],
      }),
      ...(strategy === 'hierarchical' && { manager: 'b', max_depth: 1 }),
      retry_strategy: { strategy: 'fixed', max_attempts: 2, initial_delay_seconds: '1s' },
      limits: { memory: '1GB' },
      budget: { max_wall: '10m' },
    },
  },
  agents: [
    { name: 'a', run: 'make', env: { A: 1 }, limits: { cpu: 1 } },
    { name: 'b', adapter: 'claude', fallback_agents: ['c'], policy: { confirm: ['git push'] } },
    { name: 'c', adapter: 'llm', provider: 'openai', model: 'm', budget: { max_tokens: 5 } },
  ],
  tasks: [
    { name: 'one', agent: 'a', cache: { files: ['src/**'] } },
    { name: 'two', agent: 'b', description: 'do', context: ['one'], expects: { files: ['x'] }, timeout_seconds: '5s' },
    { name: 'three', agent: 'c', description: 'do', dependencies: [{ task_name: 'two' }], output_schema: {} },
    { name: 'a_synthesis', agent: 'a', priority: 'high', retry_count: 1, context: [] },
  ],
}));

type Dict = Record<string, unknown>;

/** What may have gone wrong with one key of a map, or with one item of a list. */
const slips: readonly ((owner: Dict, key: string) => void)[] = [
  (owner, key) => delete owner[key],
  (owner, key) => {
    owner[`${key.slice(0, 2)}q${key.slice(2)}`] = owner[key];
    delete owner[key];
  },
  // What every object of JavaScript has is no key of ours.
  (owner, key) => {
    owner.toString = owner[key] as never;
    delete owner[key];
  },
  ...[5, null, 'a b', '', true, [], {}, [{}, {}]].map((value) => (owner: Dict, key: string) => {
    owner[key] = value;
  }),
];

/** The paths of all keys and items of a document. */
function pathsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...pathsIn(inner, [...path, key])]);
}

const ofForm = /^(unknown-key|missing-key|wrong-type|not-one-of|bad-format|out-of-range|foreign-shape)$/;

test.each(healthy)('any one slip of form is all that is told: $orchestra.execution.strategy', (document) => {
  expect(check(JSON.stringify(document)).value).toBeDefined();
  let slipped = 0;
  for (const path of pathsIn(document)) {
    for (const slip of slips) {
      const copy = JSON.parse(JSON.stringify(document));
      const owner = path.slice(0, -1).reduce<Dict>((value, step) => value[step] as Dict, copy);
      if (Array.isArray(owner) && slips.indexOf(slip) < 3) continue;
      slip(owner, path.at(-1) ?? '');
      const { diagnostics, unread } = check(JSON.stringify(copy));
      // What leaves the form as it is has consequences of its own.
      if (unread !== true) continue;
      slipped++;
      const others = diagnostics.filter(({ code }) => !ofForm.test(code));
      expect({ path, slip: slips.indexOf(slip), others }).toEqual({ path, slip: slips.indexOf(slip), others: [] });
    }
  }
  expect(slipped).toBeGreaterThan(300);
});
