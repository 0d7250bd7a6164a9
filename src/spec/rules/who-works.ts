import type { Path } from '../../diagnostics/diagnostic.ts';
import { managerPath } from '../orchestra.ts';
import type { AgentEntry } from '../spec.ts';
import { guesser, listed } from './hints.ts';
import type { Rule } from './rule.ts';

/** Every name of an agent stands for one that was found, and every agent has something to do. */
export const whoWorks: Rule = ({ tasks, agents, execution }, team, report) => {
  const declared = new Set<string>(agents.map(({ name }) => name));
  const playbooks = new Set(team.known);
  const guess = guesser([...declared, ...playbooks]);
  const listing =
    declared.size === 0 ? 'add it under agents:, or delete "agents:"' : `declared: ${listed([...declared])}`;
  const undeclared = (name: string, at: Path, role = '') => {
    if (declared.has(name)) return;
    const hint = playbooks.has(name) ? 'add it under agents:' : (guess(name) ?? listing);
    report({ code: 'unknown-agent', message: `agent "${name}"${role} is not declared`, at, hint });
  };
  tasks.forEach(({ agent }, index) => {
    undeclared(agent, ['tasks', index, 'agent']);
  });
  if (execution.manager !== undefined) undeclared(execution.manager, managerPath);

  for (const { type, name, at } of agents) {
    (team.agents.get(name)?.fallback_agents ?? []).forEach((other, nth) => {
      // What a playbook says is told where the orchestra names it.
      const place = type === 'inline' ? [...at, 'fallback_agents', nth] : at;
      if (other === name) {
        const message = `agent "${name}" is its own fallback`;
        report({ code: 'unknown-agent', message, at: place, hint: 'name another one' });
      } else undeclared(other, place, `, a fallback of "${name}",`);
    });
  }

  const guessPlaybook = guesser(team.known);
  // A known name without an agent has a playbook with faults of its own, which are told where they stand.
  const isFound = (entry: AgentEntry) =>
    entry.type === 'inline' || team.agents.has(entry.name) || playbooks.has(entry.name);
  for (const entry of agents) {
    const { name, at } = entry;
    if (isFound(entry)) continue;
    const looked = `looked for agents/**/${name}_playbook.yaml and agents/${name}.yaml`;
    const hint = [guessPlaybook(name), looked].filter(Boolean).join('\n');
    report({ code: 'unknown-agent', message: `no agent "${name}" was found`, at, hint });
  }

  // A manager may delegate to any of them; and where a task's agent is not known, one that is idle may be the one that was meant.
  const used = new Set(tasks.map(({ agent }) => agent));
  // Those who may take over, and from those: a set goes on to what is added to it meanwhile.
  for (const name of used) for (const next of team.agents.get(name)?.fallback_agents ?? []) used.add(next);
  const misspelt = [...used].some((name) => !declared.has(name));
  if (execution.strategy === 'hierarchical' || misspelt) return;
  for (const entry of agents) {
    const { type, name, at } = entry;
    if (used.has(name) || !isFound(entry)) continue;
    const place: Path = type === 'inline' ? [...at, 'name'] : at;
    report({
      code: 'unused-agent',
      message: `no task uses agent "${name}"`,
      at: place,
      hint: 'delete it, or give it a task',
    });
  }
};
