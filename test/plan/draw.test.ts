import { describe, expect, test } from 'vitest';
import { compile } from '../../src/plan/compile.ts';
import { drawDot, drawJson, drawMermaid, drawTree } from '../../src/plan/draw.ts';
import { toGraph } from '../../src/plan/to-graph.ts';
import type { Plan } from '../../src/schema/types.gen.ts';
import { parseSource, type Source } from '../../src/spec/source.ts';
import { expectGolden } from '../golden/golden.ts';
import { planOf } from '../run/rig.ts';

/** The same four tasks under each strategy. */
function shop(execution: object): Plan {
  const document = {
    orchestra: { id: 'shop', execution },
    agents: [
      { name: 'lead', run: 'cat' },
      { name: 'coder', instructions: 'write code' },
      { name: 'tester', run: 'npm test' },
    ],
    tasks: [
      { name: 'design', agent: 'lead' },
      { name: 'build', agent: 'coder', context: ['design'], priority: 'high' },
      {
        name: 'probe',
        agent: 'tester',
        dependencies: [{ task_name: 'design', dependency_type: 'requires_completion' }],
      },
      { name: 'docs', agent: 'coder' },
    ],
  };
  // JSON is YAML.
  const { value, diagnostics } = compile(parseSource('shop.yaml', JSON.stringify(document)).value as Source, {
    adapters: { rehearse: false, unusable: () => 'not installed' },
    team: (spec) => ({
      agents: new Map(
        spec.agents.flatMap((entry) => (entry.type === 'inline' ? [[entry.name, entry.agent] as const] : [])),
      ),
      known: [],
      diagnostics: [],
    }),
  });
  if (value === undefined) throw new Error(JSON.stringify(diagnostics, null, 2));
  return value;
}

const plans = {
  sequential: shop({ strategy: 'sequential' }),
  parallel: shop({ strategy: 'parallel' }),
  mixed: shop({
    strategy: 'mixed',
    task_groups: [
      { name: 'say "what" & \\ why', tasks: ['design', 'docs'], execution_strategy: 'parallel', max_concurrency: 1 },
      { name: 'do <it>', tasks: ['build', 'probe'], execution_strategy: 'sequential' },
    ],
  }),
  hierarchical: shop({ strategy: 'hierarchical', manager: 'lead' }),
} as const;

describe.each(Object.entries(plans))('%s', (name, plan) => {
  test('tree', () => expectGolden(`draw/${name}.txt`, drawTree(plan)));
  test('mermaid', () => expectGolden(`draw/${name}.mmd`, drawMermaid(plan)));
  test('dot', () => expectGolden(`draw/${name}.dot`, drawDot(plan)));
  test('json', () => expectGolden(`draw/${name}.json`, `${JSON.stringify(drawJson(plan), null, 2)}\n`));
});

test('a plan of 300 tasks in wide levels stays one line for each task, its barriers in words', () => {
  const wide = Array.from({ length: 300 }, (_, at) => {
    const level = Math.floor(at / 100);
    const needs = Array.from({ length: 100 }, (_, need) => `task_${(level - 1) * 100 + need}!`);
    return { name: `task_${at}`, group: `wave ${level}`, ...(level > 0 && { needs }) };
  });
  const groups = [0, 1, 2].map((level) => ({ name: `wave ${level}`, max_concurrency: null }));
  expectGolden('draw/wide.txt', drawTree(planOf(wide, { groups })));
});

test('text that people wrote freely steers no terminal', () => {
  const group = 'a\x1b[2J\u202eb\nc';
  const plan = planOf([{ name: 'x', group }], { groups: [{ name: group, max_concurrency: 2 }] });
  for (const text of [drawTree(plan), drawMermaid(plan), drawDot(plan)]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/);
    expect(text).toContain('a [2J b c');
  }
});

test('a chain of 100,000 tasks is drawn in every way', () => {
  const chain = Array.from({ length: 100_000 }, (_, at) => ({
    name: `t${at}`,
    ...(at > 0 && { context: [`t${at - 1}`] }),
  }));
  const plan = planOf(chain);
  expect(drawTree(plan)).toContain('100000 ── * t99999  worker (command)  after t99998\n');
  expect(drawMermaid(plan)).toContain('  t99998 --> t99999\n');
  expect(drawDot(plan)).toContain('  "t99998" -> "t99999";\n');
  expect(drawJson(plan).edges).toHaveLength(99_999);
});

test('the graph carries the tasks, and what passes along its edges', () => {
  const graph = toGraph(plans.sequential);
  expect(graph.nodes()).toEqual(['design', 'build', 'probe', 'docs']);
  expect(graph.node('build')).toBe(plans.sequential.tasks[1]);
  expect(graph.edge('design', 'build')).toEqual({ until: 'success', passesOutput: true });
  expect(graph.edge('design', 'probe')).toEqual({ until: 'end', passesOutput: false });
});
