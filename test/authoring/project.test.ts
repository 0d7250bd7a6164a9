import { describe, expect, test } from 'vitest';
import { createOrchestra } from '../../src/authoring/create.ts';
import { newPlaybook, projectFiles } from '../../src/authoring/project.ts';
import { keysAt } from '../../src/schema/terms.gen.ts';
import type { AgentName } from '../../src/schema/types.gen.ts';
import { readPlaybook } from '../../src/spec/agent.ts';
import { readOrchestra } from '../../src/spec/orchestra.ts';
import { readProjectFile } from '../../src/spec/settings.ts';
import { parseSource } from '../../src/spec/source.ts';
import type { AgentSpec } from '../../src/spec/spec.ts';

function agentOf(name: string, text: string): AgentSpec {
  const source = parseSource(`agents/${name}_playbook.yaml`, text);
  if (source.value === undefined) throw new Error(JSON.stringify(source.diagnostics));
  const { value, diagnostics } = readPlaybook(source.value, name as AgentName);
  expect([...source.diagnostics, ...diagnostics]).toEqual([]);
  if (value === undefined) throw new Error('no agent');
  return value;
}

describe('a new project', () => {
  const files = projectFiles('my: shop');

  test('has these files', () => {
    expect(Object.keys(files)).toEqual([
      '.super',
      '.gitignore',
      'agents/planner_playbook.yaml',
      'agents/coder_playbook.yaml',
      'agents/reviewer_playbook.yaml',
      'orchestras/hello_orchestra.yaml',
    ]);
    expect(files['.super']).toMatch(/^project: "my: shop"\nversion: 0.1.0\n\n# /);
    expect(projectFiles('shop')['.super']).toMatch(/^project: shop\nversion: 0.1.0\n\n# /);
  });

  test('has a file .super without a fault, whose settings need only their # taken away', () => {
    const text = files['.super'] ?? '';
    const said = text.replace(/^# (?=defaults:| )/gm, '');
    for (const each of [text, said]) {
      const source = parseSource('.super', each);
      if (source.value === undefined) throw new Error(JSON.stringify(source.diagnostics));
      const { value, diagnostics } = readProjectFile(source.value);
      expect(diagnostics).toEqual([]);
      const keys = Object.keys(value?.defaults ?? {}).sort();
      expect(keys).toEqual(each === text ? [] : [...(keysAt.config['#'] ?? [])].sort());
    }
  });

  test('has playbooks without a fault, which find their order by themselves', () => {
    const playbooks = ['coder', 'planner', 'reviewer'].map((name) =>
      agentOf(name, files[`agents/${name}_playbook.yaml`] ?? ''),
    );
    for (const each of playbooks) expect(each.adapter).toBeUndefined();
    expect(createOrchestra({ id: 'feature', playbooks }).tasks).toEqual([
      'plan_change',
      'make_change',
      'review_change',
    ]);
  });

  test('has an orchestra without a fault', () => {
    const source = parseSource('orchestras/hello_orchestra.yaml', files['orchestras/hello_orchestra.yaml'] ?? '');
    expect(source.diagnostics).toEqual([]);
    const { value, diagnostics } = source.value === undefined ? { diagnostics: [] } : readOrchestra(source.value);
    expect(diagnostics).toEqual([]);
    expect(value?.agents.every((each) => each.type === 'inline' && each.agent.adapter === 'command')).toBe(true);
  });
});

test.each(['x', 'data.loader-2', 'null', 'A'.repeat(64)])('a new playbook for %s has no fault', (name) => {
  const agent = agentOf(name, newPlaybook(name));
  expect(agent.tasks).toHaveLength(1);
  expect(agent.system_prompt).toContain('## What you know how to do');
});
