import type { AgentSpec } from '../spec.ts';
import type { Rule } from './rule.ts';

/** A fault of one agent, wherever it is described: at one of its own keys. */
export interface AgentFault {
  readonly code: 'agent-shape' | 'templated-command' | 'unfilled-command';
  readonly key: 'adapter' | 'name' | 'run' | 'argv' | 'module';
  /** The part of the value that is meant. */
  readonly within?: string;
  readonly message: string;
  readonly hint: string;
}

/** Agents written in place have what their adapters need. */
export const agentShape: Rule = ({ agents }, _team, report) => {
  for (const entry of agents) {
    if (entry.type !== 'inline') continue;
    for (const { key, ...fault } of shapeFaults(entry.agent)) report({ ...fault, at: [...entry.at, key], part: 'key' });
  }
};

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
  if (adapter === undefined) return faults;
  if (run !== undefined && adapter !== 'command') say('run', `adapter ${adapter} cannot use run`, onlyFor('command'));
  if (argv !== undefined && adapter !== 'command' && adapter !== 'acp')
    say('argv', `adapter ${adapter} cannot use argv`, onlyFor('command or acp'));
  if (module !== undefined && adapter !== 'module')
    say('module', `adapter ${adapter} cannot use module`, onlyFor('module'));
  return faults;
}

function onlyFor(adapters: string): string {
  return `delete it, or set adapter: ${adapters}`;
}
