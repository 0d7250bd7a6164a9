// Settings from files and variables: what is read, what is wrong, and how they are put together.
import { describe, expect, test } from 'vitest';
import type { Checked } from '../../src/diagnostics/diagnostic.ts';
import { mergedEnv } from '../../src/spec/env.ts';
import { mergedSettings, readConfig, readProjectFile } from '../../src/spec/settings.ts';
import { parseSource, type Source } from '../../src/spec/source.ts';
import { readVariables, settingNames } from '../../src/spec/variables.ts';

function sourceOf(text: string): Source {
  const { value, diagnostics } = parseSource('config.yaml', text);
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return value;
}

const said = ({ diagnostics }: Checked<unknown>) =>
  diagnostics.map((each) => `${each.line}:${each.column} ${each.severity}: ${each.message}; ${each.hint}`);

const everything = `adapter: codex
max_parallel_tasks: 3
task_timeout_seconds: 10m
run_timeout_seconds: 2h
grace_seconds: 500ms
on_failure: stop
limits: {memory: 1GiB, cpu: 2, output: 10MB, disk: 20GB, free_disk: 1GB}
env: {LC_ALL: C, DEPTH: 3}
`;
const all = {
  adapter: 'codex',
  max_parallel_tasks: 3,
  task_timeout_seconds: 600,
  run_timeout_seconds: 7200,
  grace_seconds: 0.5,
  on_failure: 'stop',
  limits: { memory_bytes: 2 ** 30, cpus: 2, output_bytes: 1e7, disk_bytes: 2e10, free_disk_bytes: 1e9 },
  env: { pass: [], set: { LC_ALL: 'C', DEPTH: '3' } },
};

describe("a person's file", () => {
  test('every setting', () => {
    expect(readConfig(sourceOf(everything))).toEqual({ value: all, diagnostics: [] });
    expect(readConfig(sourceOf('{}'))).toEqual({ value: {}, diagnostics: [] });
    expect(readConfig(sourceOf('x-mine: 1'))).toEqual({ value: {}, diagnostics: [] });
    expect(readConfig(sourceOf('env: [CI]')).value).toEqual({ env: { pass: ['CI'], set: {} } });
  });

  test('every fault at its place, and no value', () => {
    const read = readConfig(sourceOf('adaptr: claude\nmax_parallel_tasks: 0\nlimits: {memry: 1}\nstrategy: mixed\n'));
    expect(read.value).toBeUndefined();
    expect(said(read)).toEqual([
      '1:1 error: unknown key "adaptr"; did you mean "adapter"?',
      '2:21 error: "max_parallel_tasks" must be at least 1, not 0; ',
      '3:10 error: unknown key "memry"; did you mean "memory"?',
      expect.stringMatching(/^4:1 error: unknown key "strategy"; keys here: adapter, /),
    ]);
    expect(said(readConfig(sourceOf('- a')))).toEqual([
      '1:1 error: the file must be a map, not a list; write "key: value" lines, like max_parallel_tasks: 4',
    ]);
    expect(said(readConfig(sourceOf('env: {a-b: 1}\ngrace_seconds: 0s\nrun_timeout_seconds: 0s')))).toEqual([
      expect.stringContaining('1:7 error: "a-b" cannot be a variable name'),
    ]);
    expect(said(readConfig(sourceOf('grace_seconds: 0s\nrun_timeout_seconds: 0s\nlimits: {disk: 0B}')))).toEqual([
      '2:22 error: "run_timeout_seconds" must be more than 0, not 0s; ',
      '3:16 error: "disk" must be more than 0, not 0B; ',
    ]);
  });
});

describe('the file of a project', () => {
  test('name and defaults', () => {
    const indented = everything.replace(/^(?=.)/gm, '  ');
    expect(readProjectFile(sourceOf(`project: My Shop\nversion: 0.1.0\ndefaults:\n${indented}`))).toEqual({
      value: { name: 'My Shop', defaults: all },
      diagnostics: [],
    });
    expect(readProjectFile(sourceOf('project: a\nversion: 1.0\ndescription:\ndefaults:\n'))).toEqual({
      value: { name: 'a', defaults: {} },
      diagnostics: [],
    });
  });

  test('keys of other programs are warned of, and keep nothing from being read', () => {
    const read = readProjectFile(
      sourceOf('project: a\nframework: dspy\nadapter: claude\ndefaults: {max_parallel_tasks: 2}'),
    );
    expect(read.value).toEqual({ name: 'a', defaults: { max_parallel_tasks: 2 } });
    expect(said(read)).toEqual([
      '2:1 warning: unknown key "framework": it is not read; keys of other programs may stand here; one that starts with x- is yours to use',
      '3:1 warning: unknown key "adapter": it is not read; put it under "defaults:"',
    ]);
  });

  test('what is nearly a key of ours is an error: what stands below it would not count', () => {
    const read = readProjectFile(sourceOf('project: a\ndefalts: {max_parallel_tasks: 2}\n'));
    expect(read.value).toBeUndefined();
    expect(said(read)).toEqual([
      '2:1 error: unknown key "defalts"; did you mean "defaults"? a key that starts with x- is yours to use',
    ]);
  });

  test('unknown keys among the defaults are errors', () => {
    const read = readProjectFile(sourceOf('project: a\ndefaults:\n  max_paralel_tasks: 2\n  limits: {disc: 1GB}\n'));
    expect(read.value).toBeUndefined();
    expect(said(read)).toEqual([
      '3:3 error: unknown key "max_paralel_tasks"; did you mean "max_parallel_tasks"?',
      '4:12 error: unknown key "disc"; did you mean "disk"?',
    ]);
    expect(said(readProjectFile(sourceOf('project: [a]\ndefaults: fast')))).toEqual([
      expect.stringContaining('1:10 error: "project" must be a text'),
      expect.stringContaining('2:11 error: "defaults" must be a map'),
    ]);
    expect(said(readProjectFile(sourceOf('defaults: {limits: {memory: 0GB}}')))).toEqual([
      '1:29 error: "memory" must be more than 0, not 0GB; ',
    ]);
  });
});

describe('two together', () => {
  test('of each setting, and of each limit, the upper one counts', () => {
    const under = { adapter: 'claude', max_parallel_tasks: 2, limits: { memory_bytes: 1, disk_bytes: 2 } } as const;
    const over = { max_parallel_tasks: 9, grace_seconds: 0, limits: { memory_bytes: 3 } } as const;
    expect(mergedSettings(over, under)).toEqual({
      adapter: 'claude',
      max_parallel_tasks: 9,
      grace_seconds: 0,
      limits: { memory_bytes: 3, disk_bytes: 2 },
    });
    expect(mergedSettings({}, {})).toEqual({});
  });

  test('of a variable that both speak of counts what the upper one says, in whatever way it says it', () => {
    const under = { pass: ['A', 'B', 'C'], set: { D: 'under', E: 'under', F: 'under' } };
    const over = { pass: ['A', 'D'], set: { B: 'over', E: 'over' } };
    expect(mergedEnv(over, under)).toEqual({ pass: ['C', 'A', 'D'], set: { F: 'under', B: 'over', E: 'over' } });
    expect(mergedSettings({ env: over }, { env: under }).env).toEqual(mergedEnv(over, under));
  });
});

describe('variables', () => {
  test('one for each setting, and none that agents are given', () => {
    expect(settingNames.map(({ variable }) => variable)).toEqual([
      'SUPER_ADAPTER',
      'SUPER_MAX_PARALLEL_TASKS',
      'SUPER_TASK_TIMEOUT_SECONDS',
      'SUPER_RUN_TIMEOUT_SECONDS',
      'SUPER_GRACE_SECONDS',
      'SUPER_ON_FAILURE',
      'SUPER_LIMITS_MEMORY',
      'SUPER_LIMITS_CPU',
      'SUPER_LIMITS_OUTPUT',
      'SUPER_LIMITS_DISK',
      'SUPER_LIMITS_FREE_DISK',
      'SUPER_LIMITS_CACHE',
      'SUPER_BUDGET_MAX_COST_USD',
      'SUPER_BUDGET_MAX_TOKENS',
      'SUPER_BUDGET_MAX_WALL',
      'SUPER_BUDGET_HARD',
    ]);
    const given = ['RUN_ID', 'TASK', 'ATTEMPT', 'GOAL', 'RUN_DIR', 'CONTEXT_DIR', 'INTERMEDIATE_DIR', 'OUTPUT'];
    for (const name of given) expect(settingNames.map(({ variable }) => variable)).not.toContain(`SUPER_${name}`);
  });

  test('all of them', () => {
    const env = {
      SUPER_ADAPTER: 'codex',
      SUPER_MAX_PARALLEL_TASKS: '3',
      SUPER_TASK_TIMEOUT_SECONDS: '10m',
      SUPER_RUN_TIMEOUT_SECONDS: '7200',
      SUPER_GRACE_SECONDS: ' 0.5 ',
      SUPER_ON_FAILURE: 'stop',
      SUPER_LIMITS_MEMORY: '1GiB',
      SUPER_LIMITS_CPU: '200%',
      SUPER_LIMITS_OUTPUT: '10000000',
      SUPER_LIMITS_DISK: '20GB',
      SUPER_LIMITS_FREE_DISK: '1GB',
      SUPER_BUDGET_MAX_COST_USD: '2.5',
      SUPER_BUDGET_MAX_TOKENS: '1000000',
      SUPER_BUDGET_MAX_WALL: '2h',
      SUPER_BUDGET_HARD: 'true',
    };
    const { env: _, ...rest } = all;
    const budget = { max_cost_usd: 2.5, max_tokens: 1_000_000, max_wall_seconds: 7200, hard: true };
    expect(readVariables(env)).toEqual({ value: { ...rest, budget }, faults: [] });
  });

  test('an empty one is not set, others mean nothing', () => {
    const none = { value: {}, faults: [] };
    expect(readVariables({ SUPER_ADAPTER: '', SUPER_GRACE_SECONDS: ' ', SUPER_TASK: 'x', PATH: '/' })).toEqual(none);
  });

  test.each([
    ['SUPER_ADAPTER', 'claud', 'SUPER_ADAPTER cannot be "claud"', /^did you mean "claude"\?/],
    ['SUPER_MAX_PARALLEL_TASKS', '0', 'SUPER_MAX_PARALLEL_TASKS must be at least 1, not 0', /^$/],
    ['SUPER_MAX_PARALLEL_TASKS', 'many', 'SUPER_MAX_PARALLEL_TASKS must be a whole number, not a text', /^$/],
    ['SUPER_MAX_PARALLEL_TASKS', '2.5', 'SUPER_MAX_PARALLEL_TASKS must be a whole number, not the number 2.5', /^$/],
    ['SUPER_GRACE_SECONDS', '-1', '"-1" cannot be a duration', /90s/],
    ['SUPER_RUN_TIMEOUT_SECONDS', '0', 'SUPER_RUN_TIMEOUT_SECONDS must be more than 0, not 0', /^$/],
    ['SUPER_RUN_TIMEOUT_SECONDS', '0s', 'SUPER_RUN_TIMEOUT_SECONDS must be more than 0, not 0s', /^$/],
    ['SUPER_LIMITS_MEMORY', '2 GB', '"2 GB" cannot be a size', /^did you mean "2GB"\?/],
    ['SUPER_LIMITS_CPU', '0%', 'SUPER_LIMITS_CPU must be more than 0, not 0%', /^$/],
    ['SUPER_BUDGET_MAX_TOKENS', '0', 'SUPER_BUDGET_MAX_TOKENS must be at least 1, not 0', /^$/],
    ['SUPER_BUDGET_HARD', 'maybe', 'SUPER_BUDGET_HARD must be true or false, not the text "maybe"', /^/],
    ['SUPER_ON_FAILURE', 'ignore', 'SUPER_ON_FAILURE cannot be "ignore"', /stop, continue/],
  ])('%s=%s is wrong', (variable, text, message, hint) => {
    const { value, faults } = readVariables({ [variable]: text, SUPER_LIMITS_DISK: '1GB' });
    expect(value).toEqual({});
    expect(faults).toEqual([{ variable, message, hint: expect.stringMatching(hint) }]);
  });
});
