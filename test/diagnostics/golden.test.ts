import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileBytes } from '../../src/cli/team.ts';
import { catalogue } from '../../src/diagnostics/catalogue.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { renderText } from '../../src/diagnostics/render.ts';
import type { AgentName } from '../../src/schema/types.gen.ts';
import { readPlaybook } from '../../src/spec/agent.ts';
import { readProjectFile } from '../../src/spec/settings.ts';
import { parseSource } from '../../src/spec/source.ts';
import { expectGolden, goldenBytes, goldenInput, goldenNames, goldenRoot } from '../golden/golden.ts';

const cases = goldenNames('diagnostics');

/** A case may show one more side of a code: its folder is called <code>.<side>. */
const codeOf = (name: string) => name.split('.')[0] ?? name;

/** What is wrong with the orchestra in a folder beside its agents/, as text for people. */
function diagnose(folder: string, bytes: Uint8Array): { diagnostics: readonly Diagnostic[]; text: string } {
  const project = { root: folder, name: 'case', cwd: folder };
  const adapters = { rehearse: true, unusable: () => undefined };
  const { diagnostics, texts } = compileBytes(project, 'orchestra.yaml', bytes, { adapters });
  return { diagnostics, text: renderText(diagnostics, (file) => texts.get(file)) };
}

/** What is wrong with the file of a project, as text for people. */
function diagnoseProject(text: string): { diagnostics: readonly Diagnostic[]; text: string } {
  const { value, diagnostics: faults } = parseSource('.super', text);
  const diagnostics = value === undefined ? faults : readProjectFile(value).diagnostics;
  return { diagnostics, text: renderText(diagnostics, () => text) };
}

/** Codes that only the file of a project has. */
const ofProjects = new Set(['project-form']);

/** The one input that is too large to be kept. */
const bytesOf = (name: string) =>
  name === 'file-size'
    ? new Uint8Array(64 * 1024 * 1024 + 1).fill(0x23)
    : goldenBytes(`diagnostics/${name}/orchestra.yaml`);

describe('each code has a case, each case shows its code', () => {
  test('no code without a case, no case without a code', () => {
    expect([...new Set(cases.map(codeOf))].sort()).toEqual(Object.keys(catalogue).sort());
  });

  test.each(cases)('%s', (name) => {
    const { diagnostics, text } = ofProjects.has(codeOf(name))
      ? diagnoseProject(goldenInput(`diagnostics/${name}/project.yaml`))
      : diagnose(join(goldenRoot, 'diagnostics', name), bytesOf(name));
    expect(diagnostics.map(({ code }) => code)).toContain(codeOf(name));
    expectGolden(`diagnostics/${name}/expected.txt`, text);
  });
});

const inFiles = new Set(['file-size', 'ambiguous-agent']);
const examples = Object.entries(catalogue).filter(([code]) => !inFiles.has(code));

describe('the catalogue says the truth', () => {
  test.each(examples)('%s: wrong has it, right has no fault at all', (code, { wrong, right }) => {
    const codesIn = (text: string) => exampleCodes(code, new TextEncoder().encode(text));
    expect(codesIn(wrong)).toContain(code);
    expect(codesIn(right)).toEqual([]);
  });

  test.each(Object.entries(catalogue))('%s: an example fits on a terminal of 80 columns', (_code, { wrong, right }) => {
    expect([...wrong.split('\n'), ...right.split('\n')].filter((line) => line.length > 76)).toEqual([]);
  });

  test.each(Object.entries(catalogue))('%s is explained', (_code, { title, meaning }) => {
    expect(title).toMatch(/^\S.*\.$/);
    expect(meaning.length).toBeGreaterThan(40);
    expect(`${title} ${meaning}`).not.toMatch(/\n/);
  });
});

/** Codes of what is wrong with an example: a playbook or the file of a project where the code is about these, else an orchestra. */
function exampleCodes(code: string, bytes: Uint8Array): string[] {
  if (ofProjects.has(code))
    return diagnoseProject(new TextDecoder().decode(bytes)).diagnostics.map((each) => each.code);
  if (code !== 'playbook-form' && code !== 'not-a-playbook')
    return diagnose(join(goldenRoot, 'diagnostics', 'foreign-shape'), bytes).diagnostics.map((each) => each.code);
  const source = parseSource('agents/counter.yaml', new TextDecoder().decode(bytes));
  if (source.value === undefined) return source.diagnostics.map((each) => each.code);
  return readPlaybook(source.value, 'counter' as AgentName).diagnostics.map((each) => each.code);
}
