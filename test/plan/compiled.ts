// Orchestras to plans without a project: agents are those written in place.
import type { AdapterChoice } from '../../src/plan/adapter-choice.ts';
import { type Compilation, compile } from '../../src/plan/compile.ts';
import type { Plan, TaskName } from '../../src/schema/types.gen.ts';
import { parseSource, type Source } from '../../src/spec/source.ts';
import type { Overrides, Surroundings } from '../../src/spec/spec.ts';

const nothing: AdapterChoice = { rehearse: false, unusable: () => 'not installed' };

export interface Choices {
  readonly overrides?: Overrides;
  readonly around?: Surroundings;
  readonly adapters?: AdapterChoice;
}

/** Compiles a text. */
export function check(text: string, { overrides, around, adapters = nothing }: Choices = {}): Compilation {
  const source = parseSource('o.yaml', text);
  if (source.value === undefined) return { diagnostics: source.diagnostics, unread: true };
  return compile(source.value as Source, {
    ...(overrides !== undefined && { overrides }),
    ...(around !== undefined && { around }),
    adapters,
    team: (spec) => ({
      agents: new Map(spec.agents.flatMap((entry) => (entry.type === 'inline' ? [[entry.name, entry.agent]] : []))),
      known: spec.agents.map(({ name }) => name),
      diagnostics: [],
    }),
  });
}

/** The plan of a text; throws where there is none. */
export function planOfText(text: string, choices?: Choices): Plan {
  const { value, diagnostics } = check(text, choices);
  if (value === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return value;
}

/** An orchestra of tasks that one command does; JSON is YAML. */
export function document(execution: object, tasks: readonly object[]): string {
  const full = tasks.map((task) => ({ agent: 'w', description: 'do', ...task }));
  return JSON.stringify({ orchestra: { id: 'o', execution }, agents: [{ name: 'w', run: 'cat' }], tasks: full });
}

/** Each task with what it waits for: `b: a>` waits for success and receives, `a` for success, `a!` for any end. */
export function edges(plan: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries(
    plan.tasks.map(({ name, needs, context }) => {
      const received = new Set<TaskName>(context);
      const shown = needs.map(({ task, until }) => `${task}${until === 'end' ? '!' : received.has(task) ? '>' : ''}`);
      return [name, shown.sort().join(' ')];
    }),
  );
}
