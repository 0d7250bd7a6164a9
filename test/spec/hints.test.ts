import { expect, test } from 'vitest';
import { readOrchestra } from '../../src/spec/orchestra.ts';
import { parseSource } from '../../src/spec/source.ts';

// Slips that people make, each with the one thing that is said of it. How a diagnostic looks is asserted in test/golden/diagnostics.

/** Every fault of an orchestra as "line:column code: hint". */
function faultsOf(text: string): string[] {
  const source = parseSource('a.yaml', text).value;
  if (source === undefined) throw new Error('not YAML');
  return readOrchestra(source).diagnostics.map(({ line, column, code, hint }) => `${line}:${column} ${code}: ${hint}`);
}

const worker = 'agents: [{name: a, run: make}]\n';

const inAgent = (keys: string) => `orchestra: {}\nagents:\n  - name: a\n    ${keys}\ntasks: [{name: one, agent: a}]\n`;
test.each<[string, string]>([
  ['cmd: make', '4:5 unknown-key: did you mean "run"?'],
  ['policies: {deny: [x]}', '4:5 unknown-key: did you mean "policy"?'],
  ['tools: [Bash]', '4:5 unknown-key: did you mean "allowed_tools"?'],
  ['temperature: 1', '4:5 unknown-key: did you mean "options"?'],
  ['expects: {files: [x]}', '4:5 unknown-key: "expects" belongs on a task'],
  ['output_schema: {}', '4:5 unknown-key: "output_schema" belongs on a task'],
  ['policy: {}', '4:13 out-of-range: say what is meant, or delete it'],
  ['prompt: Be brief', '4:5 unknown-key: did you mean "instructions"?'],
  ['fallback: [b]', '4:5 unknown-key: did you mean "fallback_agents"?'],
  ['budget_usd: 3', '4:5 unknown-key: did you mean "budget"?'],
  ['timeout: 5', '4:5 unknown-key: "timeout" belongs on a task, as timeout_seconds'],
  ['budget: 3', '4:13 wrong-type: write budget: {max_cost_usd: 3}'],
  ['budget: {max_cost_usd: free}', '4:28 wrong-type: without this key there is no limit'],
  ['policy: {deny: [""]}', '4:21 out-of-range: fill it in, or delete the item'],
  ['budget: {max_usd: 5}', '4:14 unknown-key: did you mean "max_cost_usd"?'],
  ['budget: {max_time: 5m}', '4:14 unknown-key: did you mean "max_wall"?'],
  ['limits: {mem: 1GB}', '4:14 unknown-key: did you mean "memory"?'],
  ['argv: git diff --stat', '4:11 wrong-type: write argv: [git, diff, --stat]'],
  ["argv: sh -c 'ls -a'", "4:11 wrong-type: write argv: [sh -c 'ls -a']"],
  ['permissions: full_access', '4:18 not-one-of: did you mean "full"? values: plan, edit, full'],
])('an agent with %s: %s', (keys, fault) => {
  expect(faultsOf(inAgent(keys))).toEqual([fault]);
});

const inTask = (keys: string) => `orchestra: {}\n${worker}tasks:\n  - name: one\n    agent: a\n    ${keys}\n`;
test.each<[string, string]>([
  ['timeout_seconds: "10"', '6:22 bad-format: write 10 without quotes'],
  [
    'timeout_seconds: 1h30m',
    '6:22 bad-format: did you mean "5400s"? write a number of seconds, or 500ms, 90s, 10m, 2h',
  ],
  ['timeout_seconds: 2 days', '6:22 bad-format: did you mean "48h"? write a number of seconds, or 500ms, 90s, 10m, 2h'],
  ['timeout_seconds: 10:00', '6:22 bad-format: write a number of seconds, or 500ms, 90s, 10m, 2h'],
  ['expects: {}', '6:14 out-of-range: say what is meant, or delete it'],
  ['limits: {memory: 1GB}', '6:5 unknown-key: "limits" belongs under orchestra.execution, or on an agent'],
  ['dependencies: [{name: one}]', '6:21 unknown-key: did you mean "task_name"?'],
  ['dependencies: [{task: one}]', '6:21 unknown-key: did you mean "task_name"?'],
  ['dependencies: [{task_name: one, type: requires_output}]', '6:37 unknown-key: did you mean "dependency_type"?'],
  ['output: x.md', '6:5 unknown-key: did you mean "expects"?\nhere: expects: {files: [x.md]}'],
  ['outputs: [x.md, y.md]', '6:5 unknown-key: did you mean "expects"?\nhere: expects: {files: [...]}'],
  ['output: {type: object}', '6:5 unknown-key: did you mean "output_schema"?'],
  ['prompt: Be brief', '6:5 unknown-key: did you mean "description"?'],
  ['fallback: b', '6:5 unknown-key: "fallback" belongs on an agent, as fallback_agents'],
  ['cache: yes', '6:12 wrong-type: write cache: true'],
  ['cache: off', '6:12 wrong-type: write cache: false'],
  ['schema: {}', '6:5 unknown-key: did you mean "output_schema"?'],
])('a task with %s: %s', (keys, fault) => {
  expect(faultsOf(inTask(keys))).toEqual([fault]);
});

const inExecution = (keys: string) =>
  `orchestra:\n  execution:\n    ${keys}\n${worker}tasks: [{name: one, agent: a}]\n`;
test.each<[string, string]>([
  ['timeout_seconds: 5', '3:5 unknown-key: did you mean "task_timeout_seconds"?'],
  ['retries: 3', '3:5 unknown-key: did you mean "retry_strategy"?'],
  ['fail_fast: true', '3:5 unknown-key: did you mean "on_failure"?'],
  [
    'task_groups: [{name: g, tasks: [one], strategy: parallel}]',
    '3:43 unknown-key: did you mean "execution_strategy"?',
  ],
  ['task_groups: [{name: g, tasks: [one], mode: parallel}]', '3:43 unknown-key: did you mean "execution_strategy"?'],
  [
    'retry_strategy: exponential',
    '3:21 not-one-of: did you mean "exponential_backoff"? values: none, simple, fixed, linear, exponential_backoff',
  ],
  ['strategy: hier', '3:15 not-one-of: did you mean "hierarchical"? values: sequential, parallel, mixed, hierarchical'],
  ['strategy: s', '3:15 not-one-of: values: sequential, parallel, mixed, hierarchical'],
])('an execution with %s: %s', (keys, fault) => {
  expect(faultsOf(inExecution(keys))).toEqual([fault]);
});

const inOrchestra = (keys: string) => `orchestra:\n  ${keys}\n${worker}tasks: [{name: one, agent: a}]\n`;
test.each<[string, string]>([
  ['version: 1', '2:3 unknown-key: "version" belongs under metadata'],
  ['budget: {max_tokens: 5}', '2:3 unknown-key: "budget" belongs under orchestra.execution, on an agent or on a task'],
  ['workspace: ./runs', '2:14 wrong-type: write workspace: {path: ./runs}'],
])('an orchestra with %s: %s', (keys, fault) => {
  expect(faultsOf(inOrchestra(keys))).toEqual([fault]);
});

test('a version of the form beside an orchestra of ours is a key too many', () => {
  expect(faultsOf(`apiVersion: orchestra/v2\n${inOrchestra('id: t')}`)).toEqual([
    '1:1 unknown-key: "apiVersion" belongs under metadata',
  ]);
});

test('keys that begin with x- are nobody’s business, in every map', () => {
  const own = 'x-own: "1"';
  const text = `${own}
orchestra:
  ${own}
  workspace: {${own}}
  policy: {deny: [rm *], ${own}}
  resources: {cpu: 1, ${own}}
  execution:
    ${own}
    task_groups: [{name: g, tasks: [one], ${own}}]
    retry_strategy: {strategy: fixed, ${own}}
    limits: {memory: 1GB, ${own}}
    budget: {max_tokens: 5, ${own}}
    resources: {${own}}
agents: [{name: a, run: make, limits: {${own}}, budget: {${own}}, policy: {${own}}, ${own}}]
resources: {${own}}
tasks:
  - {name: one, agent: a, expects: {changes: true, ${own}}, cache: {files: [a], ${own}}, budget: {${own}}, ${own}}
  - {name: two, agent: a, dependencies: [{task_name: one, ${own}}]}
`;
  expect(faultsOf(text)).toEqual([]);
  const source = parseSource('a.yaml', text).value;
  expect(JSON.stringify(source && readOrchestra(source).value?.tasks)).not.toContain('x-own');
});

test('agents and tasks that were indented below orchestra by mistake belong beside it, and are not lacking besides', () => {
  const right = (key: string) => `"${key}" belongs at the top of the file, on a line without indentation`;
  const tasks = '  tasks:\n    - {name: build, agent: planner}\n    - {name: test, agent: planner, context: [build]}\n';
  expect(faultsOf(`orchestra:\n  id: q1\n  agents: [planner]\n${tasks}`)).toEqual([
    `3:3 unknown-key: ${right('agents')}`,
    `4:3 unknown-key: ${right('tasks')}`,
  ]);
  expect(faultsOf(`orchestra:\n${tasks}`)).toEqual([`2:3 unknown-key: ${right('tasks')}`]);
  expect(faultsOf(`orchestra:\n  execution:\n  ${tasks.replaceAll('\n', '\n  ').trimEnd()}\n`)).toEqual([
    `3:5 unknown-key: ${right('tasks')}`,
  ]);
});

test('an orchestra without tasks is told how one begins', () => {
  expect(faultsOf(`orchestra: {}\n${worker}tasks: []\n`)).toEqual([
    '3:8 out-of-range: write one: - {name: first_task, agent: ...}',
  ]);
});
