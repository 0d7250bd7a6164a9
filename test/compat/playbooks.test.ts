// Playbooks as other people wrote them, when they lie beside this repository: ../shared/fixtures/playbooks, or a folder
// that SUPER_PLAYBOOKS names (all of an installed SuperOptiX, say).
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createOrchestra } from '../../src/authoring/create.ts';
import type { AgentName } from '../../src/schema/types.gen.ts';
import { readPlaybook } from '../../src/spec/agent.ts';
import { readOrchestra } from '../../src/spec/orchestra.ts';
import { parseSource } from '../../src/spec/source.ts';

const folder =
  process.env.SUPER_PLAYBOOKS ?? fileURLToPath(new URL('../../../shared/fixtures/playbooks', import.meta.url));
const files = existsSync(folder) ? globSync('**/*.yaml', { cwd: folder }).sort() : [];
if (files.length === 0) console.log(`compat: skipped, there are no playbooks in ${folder}`);

function load(file: string) {
  const source = parseSource(file, readFileSync(`${folder}/${file}`, 'utf8'));
  if (source.value === undefined) throw new Error(JSON.stringify(source.diagnostics));
  const name = basename(file).replace(/(_playbook)?\.yaml$/, '') as AgentName;
  const { value, diagnostics } = readPlaybook(source.value, name);
  return { value, errors: [...source.diagnostics, ...diagnostics].filter((each) => each.severity === 'error') };
}

test.skipIf(files.length === 0)('every playbook is read as an agent that knows who it is', () => {
  for (const file of files) {
    const { value, errors } = load(file);
    expect(errors, file).toEqual([]);
    expect(value?.has_language_model, file).toBe(true);
    expect(value?.system_prompt, file).toMatch(/\w+ \w+ \w+/);
    expect(value?.system_prompt, file).not.toMatch(/undefined|\[object|\n{3}|^#+ *$/m);
  }
});

test.skipIf(files.length === 0)('an orchestra of all of them has no fault', () => {
  const playbooks = files.flatMap((file) => load(file).value ?? []);
  for (const strategy of ['sequential', 'parallel', 'mixed', 'hierarchical'] as const) {
    const source = parseSource('all_orchestra.yaml', createOrchestra({ id: 'all', strategy, playbooks }).text);
    expect(source.diagnostics).toEqual([]);
    const { value, diagnostics } = source.value === undefined ? { diagnostics: [] } : readOrchestra(source.value);
    expect(diagnostics.filter((each) => each.severity === 'error')).toEqual([]);
    expect(value?.agents.length).toBe(new Set(playbooks.map((each) => each.name)).size);
  }
});
