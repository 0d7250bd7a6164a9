import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Diagnostic, hasErrors } from '../../src/diagnostics/diagnostic.ts';
import { renderText } from '../../src/diagnostics/render.ts';
import type { AgentName } from '../../src/schema/types.gen.ts';
import { readPlaybook } from '../../src/spec/agent.ts';
import { decode } from '../../src/spec/decode.ts';
import { readOrchestra } from '../../src/spec/orchestra.ts';
import { checkOrchestra } from '../../src/spec/rules/rules.ts';
import { parseSource } from '../../src/spec/source.ts';

const folder = new URL('../fixtures/orchestras/', import.meta.url);
const rich = `metadata: {tags: [a, b]}
orchestra:
  id: rich
  execution: {strategy: mixed, retry_strategy: {strategy: linear, jitter: true}, task_groups: [{name: g, tasks: [one]}]}
agents: [&a {name: worker, env: {A: "1"}, run: "echo \\"{goal}\\""}, other]
tasks:
  - name: one
    agent: worker
    description: |
      First {gaol}.
        Indented.
  - {name: two, agent: other, dependencies: [{task_name: one, timeout_seconds: 1m}], x-note: *a}
`;
const seeds = [
  ...readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(new URL(name, folder))),
  Buffer.from(rich),
].map((bytes) => new Uint8Array(bytes));

/** Characters that mean something to YAML, and some that mean something to nobody. */
const splinters = [
  '\t',
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  ': ',
  '- ',
  '#',
  '&a',
  '*a',
  '!!',
  '|',
  '>',
  '---\n',
  '%',
  '<<: ',
  '\r\n',
  '\0',
  '\x18',
  '\u2028',
  '😀',
  '\ud800',
];

const mutation = fc.oneof(
  fc.record({ type: fc.constant('flip' as const), at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ type: fc.constant('swap' as const), at: fc.nat(), with: fc.nat() }),
  fc.record({ type: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ type: fc.constant('insert' as const), at: fc.nat(), text: fc.constantFrom(...splinters) }),
  fc.record({ type: fc.constant('indent' as const), at: fc.nat(), by: fc.nat(4) }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Uint8Array, change: Mutation): Uint8Array {
  if (bytes.length === 0) return bytes;
  const at = change.at % bytes.length;
  if (change.type === 'flip') return bytes.map((byte, index) => (index === at ? byte ^ change.by : byte));
  if (change.type === 'cut') return bytes.slice(0, at);
  const encoder = new TextEncoder();
  if (change.type === 'insert')
    return Uint8Array.from([...bytes.slice(0, at), ...encoder.encode(change.text), ...bytes.slice(at)]);
  const lines = new TextDecoder().decode(bytes).split('\n');
  const line = change.at % lines.length;
  if (change.type === 'indent') lines[line] = ' '.repeat(change.by) + (lines[line] ?? '').trimStart();
  else [lines[line], lines[change.with % lines.length]] = [lines[change.with % lines.length] ?? '', lines[line] ?? ''];
  return encoder.encode(lines.join('\n'));
}

/** All that can be said of the bytes, taken for an orchestra and for a playbook; throws only for a bug. */
function everythingOf(bytes: Uint8Array): { readonly text: string; readonly diagnostics: readonly Diagnostic[] } {
  const { value: text, diagnostics } = decode('a.yaml', bytes);
  if (text === undefined) return { text: new TextDecoder().decode(bytes), diagnostics };
  const { value: source, diagnostics: faults } = parseSource('a.yaml', text);
  if (source === undefined) return { text, diagnostics: faults };
  const playbook = readPlaybook(source, 'a' as AgentName);
  const { value, sound, diagnostics: more } = readOrchestra(source);
  const spec = value ?? sound?.spec;
  const findings = spec ? checkOrchestra(spec, { agents: new Map(), known: ['worker'] }) : [];
  return {
    text,
    diagnostics: [...faults, ...playbook.diagnostics, ...more, ...findings.map((each) => source.locate(each))],
  };
}

test('any file gets diagnostics with places inside it, and never an exception', () => {
  const mutated = fc.tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 6 }));
  fc.assert(
    fc.property(mutated, ([seed, changes]) => {
      const { text, diagnostics } = everythingOf(changes.reduce(mutate, seed));
      const lines = text.split('\n');
      for (const { line, column, end_line, end_column, message } of diagnostics) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
        expect(end_line).toBe(line);
        expect(end_column).toBeGreaterThan(column);
        expect(message).not.toMatch(/undefined|NaN|\[object/);
      }
      for (const { code, hint } of diagnostics) {
        if (code !== 'foreign-shape') continue;
        const shown = parseSource('b.yaml', hint.split('\n').slice(1).join('\n')).value;
        expect(shown && hasErrors(readOrchestra(shown).diagnostics)).toBe(false);
      }
      const rendered = renderText(diagnostics, () => text);
      expect([...rendered].filter((character) => character < ' ' && character !== '\n')).toEqual([]);
    }),
    { numRuns: 1500 },
  );
});
