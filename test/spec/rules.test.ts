import { expect, test } from 'vitest';
import type { AgentName } from '../../src/schema/types.gen.ts';
import { readOrchestra } from '../../src/spec/orchestra.ts';
import { checkOrchestra } from '../../src/spec/rules/rules.ts';
import { parseSource } from '../../src/spec/source.ts';
import type { AgentSpec, OrchestraSpec, TaskSpec } from '../../src/spec/spec.ts';

// What each rule says is asserted whole in test/golden/diagnostics; here is what a text cannot show.

function specOf(text: string): OrchestraSpec {
  const source = parseSource('a.yaml', text).value;
  const spec = source && readOrchestra(source).value;
  if (spec === undefined) throw new Error('not an orchestra');
  return spec;
}

function inline({ agents }: OrchestraSpec): ReadonlyMap<AgentName, AgentSpec> {
  return new Map(agents.flatMap((each) => (each.type === 'inline' ? [[each.name, each.agent] as const] : [])));
}

const codes = (text: string, known: readonly string[] = []) => {
  const spec = specOf(text);
  return checkOrchestra(spec, { agents: inline(spec), known }).map(({ code }) => code);
};

const base = specOf(
  'orchestra: {execution: {strategy: mixed}}\nagents: [{name: a, run: x}]\ntasks: [{name: t, agent: a}]\n',
);

function wide(count: number, task: (index: number) => Partial<TaskSpec>): OrchestraSpec {
  const tasks = Array.from({ length: count }, (_, i) => ({ ...base.tasks[0], name: `t${i}`, ...task(i) }) as TaskSpec);
  const task_groups = [
    { name: 'g', tasks: tasks.map(({ name }) => name), execution_strategy: 'parallel' as const, max_concurrency: 1 },
  ];
  return { ...base, tasks, execution: { ...base.execution, task_groups } };
}

test.each<[string, (index: number) => Partial<TaskSpec>, number]>([
  ['without a fault', (i) => (i === 0 ? {} : { context: [`t${i - 1}`] as unknown as TaskSpec['name'][] }), 0],
  ['that wait for nothing that exists', (i) => ({ context: [`u${i}`] as unknown as TaskSpec['name'][] }), 100],
  ['of agents that nobody declared', (i) => ({ agent: `b${i}` as AgentName }), 100],
  ['with misspelt placeholders', () => ({ description: 'do {gaol}' }), 100],
])('100,000 tasks %s are checked quickly', (_what, task, findings) => {
  const spec = wide(1e5, task);
  const started = performance.now();
  expect(checkOrchestra(spec, { agents: inline(spec), known: [] })).toHaveLength(findings);
  expect(performance.now() - started).toBeLessThan(5000);
});

test('a playbook with faults of its own is not said to be missing', () => {
  const text = 'orchestra: {}\nagents: [broken]\ntasks: [{name: t, agent: broken}]\n';
  expect(codes(text, ['broken'])).toEqual([]);
  expect(codes(text)).toEqual(['unknown-agent']);
});

test('an agent that is not found is not said to be unused as well', () => {
  const text = 'orchestra: {}\nagents: [{name: a, run: x}, ghost]\ntasks: [{name: t, agent: a}]\n';
  expect(codes(text)).toEqual(['unknown-agent']);
  expect(codes(text, ['ghost'])).toEqual(['unused-agent']);
});

test('an agent that may take over from one that took over is not unused', () => {
  const text =
    'orchestra: {}\nagents:\n- {name: a, adapter: claude, fallback_agents: [b]}\n- {name: b, adapter: codex, fallback_agents: [c]}\n- {name: c, adapter: gemini}\ntasks: [{name: t, agent: a, description: x}]\n';
  expect(codes(text)).toEqual([]);
});

test('with a hierarchy any declared agent may be asked, so none is unused', () => {
  const text = (strategy: string) =>
    `orchestra: {execution: {strategy: ${strategy}}}\nagents: [{name: a, run: x}, {name: b, run: x}]\ntasks: [{name: t, agent: a}]\n`;
  expect(codes(text('hierarchical'))).toEqual([]);
  expect(codes(text('parallel'))).toEqual(['unused-agent']);
});

test.each([
  ['docker ps --format "{{.Names}} {{json .}}"', []],
  ['kubectl get -o go-template="{{range .items}}{{end}}"', []],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
  ['echo "${goal}" ${task:-x}', []],
  ['awk "{print}" {a,b}', []],
  ['echo {{ goal }}', ['templated-command']],
  ['echo {{ inputs.x | upper }}', ['templated-command']],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
  ['echo ${{ secrets.KEY }}', ['templated-command']],
  ['echo {run_id}', ['unfilled-command']],
])('run: %s', (run, expected) => {
  expect(
    codes(`orchestra: {}\nagents: [{name: a, run: ${JSON.stringify(run)}}]\ntasks: [{name: t, agent: a}]\n`),
  ).toEqual(expected);
});

test.each<[string, string[]]>([
  ['{goal} {task} {run_id} {workspace}', []],
  ['{"goal": {goal}, "x": {"y": {goal}}}', []],
  ['{anything} {a} {} { } {json: 1} goal} {goal', []],
  ['{Goal} {run-id} {taks}', ['{Goal} is not replaced', '{run-id} is not replaced', '{taks} is not replaced']],
  [
    '{ goal } {task  } { run_id}',
    ['{ goal } is not replaced', '{task  } is not replaced', '{ run_id} is not replaced'],
  ],
  ['{{goal}} {{ task }}', ['of {{goal}} only {goal} is replaced', '{{ task }} is not replaced']],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: text of a description
  ['${goal} ${{run_id}} ${other}', ['of ${goal} only {goal} is replaced', 'of {{run_id}} only {run_id} is replaced']],
])('near misses of placeholders in %s', (description, expected) => {
  const spec = wide(1, () => ({ description }));
  const found = checkOrchestra(spec, { agents: inline(spec), known: [] });
  expect(found.map(({ message }) => message.split(';')[0])).toEqual(expected);
});
