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
    'amounts that are texts beside a wrong type',
    `orchestra: {execution: {task_timeout_seconds: 0s}}\n${team}tasks: [{name: one, agent: a, retry_count: "2"}]\n`,
    ['1:47 out-of-range', '3:44 wrong-type'],
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
    'tasks: [5]\n',
    'orchestra: {}\nagents: [5, {}, {name: x, env: {A: [1]}, limits: 5, budget: []}]\ntasks: [{name: a, agent: x}]\n',
  ];
  for (const text of texts) expect(check(text).value).toBeUndefined();
});
