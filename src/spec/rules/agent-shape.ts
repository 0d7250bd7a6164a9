import { didYouMean } from '../../diagnostics/suggest.ts';
import type { AdapterName } from '../../schema/types.gen.ts';
import { modelApiOf, modelApis } from '../model-apis.ts';
import type { AgentSpec } from '../spec.ts';
import type { Rule } from './rule.ts';

/** A fault of one agent, wherever it is described: at one of its own keys. */
export interface AgentFault {
  readonly code: 'agent-shape' | 'templated-command' | 'unfilled-command';
  readonly key: 'adapter' | 'name' | 'run' | 'argv' | 'module' | 'provider' | CodingKey;
  /** The part of the value that is meant. */
  readonly within?: string;
  readonly message: string;
  readonly hint: string;
}

/** Agents written in place have what their adapters need. */
export const agentShape: Rule = ({ agents }, _team, report) => {
  for (const entry of agents) {
    if (entry.type !== 'inline') continue;
    for (const { key, ...fault } of shapeFaults(entry.agent))
      report({ ...fault, at: [...entry.at, key], part: partOf(key) });
  }
};

/** What is wrong with such a fault: the word that stands there, or that the key does. */
export function partOf(key: AgentFault['key']): 'key' | 'value' {
  return key === 'provider' ? 'value' : 'key';
}

/** What an agent lacks for its adapter, and what it has for another. */
export function shapeFaults(agent: AgentSpec): readonly AgentFault[] {
  const { adapter, run, argv, module } = agent;
  const faults: AgentFault[] = [];
  const say = (key: AgentFault['key'], message: string, hint: string) =>
    faults.push({ code: 'agent-shape', key, message, hint });
  const given = `agent "${agent.name}"`;
  if (adapter === 'command' && run === undefined && argv === undefined)
    say('adapter', `${given} has neither run nor argv`, 'add "run:" with a script, or "argv:" with a program');
  if (adapter === 'command' && run !== undefined && argv !== undefined)
    say('argv', `${given} has both run and argv`, 'keep one: run for a script, argv for a program without a shell');
  if (adapter === 'acp' && argv === undefined)
    say('adapter', `${given} has no argv`, 'add "argv:" with the program that speaks the Agent Client Protocol');
  if (adapter === 'module' && module === undefined)
    say('adapter', `${given} has no module`, 'add "module:" with the path of an ES module');
  if (adapter === 'llm') modelFaults(agent, say);
  if (adapter === undefined) return faults;
  if (run !== undefined && adapter !== 'command') say('run', `adapter ${adapter} cannot use run`, onlyFor('command'));
  if (argv !== undefined && adapter !== 'command' && adapter !== 'acp')
    say('argv', `adapter ${adapter} cannot use argv`, onlyFor('command or acp'));
  if (module !== undefined && adapter !== 'module')
    say('module', `adapter ${adapter} cannot use module`, onlyFor('module'));
  for (const [key, adapters] of Object.entries(codingKeys) as [CodingKey, readonly AdapterName[]][]) {
    if (agent[key] === undefined || adapters.includes(adapter) || adapter === 'rehearsal') continue;
    say(key, `adapter ${adapter} cannot use ${key}`, onlyFor(oneOf(adapters)));
  }
  return faults;
}

/** What a model API lacks to be asked. */
function modelFaults(
  { name, provider, model }: AgentSpec,
  say: (key: AgentFault['key'], message: string, hint: string) => void,
): void {
  const known = Object.keys(modelApis);
  const list = known.join(', ');
  if (provider === undefined) say('adapter', `agent "${name}" has no provider`, `add "provider:" with one of ${list}`);
  else if (modelApiOf(provider) === undefined)
    say('provider', `provider "${provider}" is not known`, didYouMean(provider, known) ?? `known are ${list}`);
  if (model === undefined) say('adapter', `agent "${name}" has no model`, 'add "model:" with the name of the model');
}

type CodingKey =
  | 'permissions'
  | 'allowed_tools'
  | 'max_turns'
  | 'args'
  | 'policy'
  | 'fallback_agents'
  | 'fallback_models';

/** Adapters of agents that work with a model. */
const modelled = ['claude', 'codex', 'gemini', 'acp', 'llm'] as const;

/** Keys that only some adapters understand. An agent that names no adapter is told when one was found for it. */
const codingKeys = {
  permissions: ['claude', 'codex', 'gemini', 'acp'],
  allowed_tools: ['claude', 'gemini'],
  max_turns: ['claude'],
  args: ['claude', 'codex', 'gemini'],
  policy: ['claude', 'codex', 'gemini', 'acp'],
  fallback_agents: modelled,
  fallback_models: modelled,
} as const satisfies Readonly<Record<CodingKey, readonly AdapterName[]>>;

function oneOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

function onlyFor(adapters: string): string {
  return `delete it, or set adapter: ${adapters}`;
}
