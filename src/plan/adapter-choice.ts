import type { AdapterName } from '../schema/types.gen.ts';
import type { AgentSpec } from '../spec/spec.ts';

/** What decides the adapters of agents that name none. */
export interface AdapterChoice {
  /** The --adapter option. */
  readonly option?: AdapterName;
  /** The variable SUPER_ADAPTER, which stands for the option where that is not given. */
  readonly variable?: AdapterName;
  /** What the project or the person prefers to a look at what is usable, and where they say so. */
  readonly preferred?: { readonly adapter: AdapterName; readonly file: string };
  /** Whether every agent is replaced by a rehearsal. */
  readonly rehearse: boolean;
  /** Why a coding CLI cannot be used here, in a sentence; undefined when it can. */
  readonly unusable: (name: AdapterName) => string | undefined;
}

/** Coding CLIs that are tried, in this order, for an agent that says nothing about how it runs. */
export const candidates = ['claude', 'codex', 'gemini'] as const satisfies readonly AdapterName[];

/** The adapter of an agent and why; null when none is usable. */
export function chooseAdapter(agent: AgentSpec, choice: AdapterChoice): { adapter: AdapterName | null; why: string } {
  if (choice.rehearse) return { adapter: 'rehearsal', why: '--rehearse' };
  if (agent.adapter !== undefined) return { adapter: agent.adapter, why: `${sayWhat(agent)} in ${agent.file}` };
  if (choice.option !== undefined) return { adapter: choice.option, why: '--adapter' };
  if (choice.variable !== undefined) return { adapter: choice.variable, why: 'SUPER_ADAPTER' };
  if (agent.has_language_model) return { adapter: 'llm', why: `language_model in ${agent.file}` };
  if (choice.preferred !== undefined)
    return { adapter: choice.preferred.adapter, why: `adapter in ${choice.preferred.file}` };
  const usable = candidates.find((name) => choice.unusable(name) === undefined);
  if (usable !== undefined) return { adapter: usable, why: `first usable of ${candidates.join(', ')}` };
  return { adapter: null, why: whyNone(choice) };
}

/** "claude, codex: <problem>; gemini: <another>". */
function whyNone(choice: AdapterChoice): string {
  const byProblem = Map.groupBy(candidates, (name) => choice.unusable(name) ?? '');
  return [...byProblem].map(([problem, names]) => `${names.join(', ')}: ${problem}`).join('; ');
}

function sayWhat(agent: AgentSpec): string {
  if (agent.adapter === 'command' && agent.run !== undefined) return 'run';
  if (agent.adapter === 'command' && agent.argv !== undefined) return 'argv';
  return `adapter: ${agent.adapter}`;
}
