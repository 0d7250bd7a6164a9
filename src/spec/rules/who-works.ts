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
  const listing = `declared: ${listed([...declared])}`;
  const undeclared = (name: string, at: Path) => {
    if (declared.has(name)) return;
    const hint = playbooks.has(name) ? 'add it under agents:' : (guess(name) ?? listing);
    report({ code: 'unknown-agent', message: `agent "${name}" is not declared`, at, hint });
  };
  tasks.forEach(({ agent }, index) => {
    undeclared(agent, ['tasks', index, 'agent']);
  });
  if (execution.manager !== undefined) undeclared(execution.manager, managerPath);

  for (const { name, at } of agents) {
    for (const other of team.agents.get(name)?.fallback_agents ?? []) {
      if (declared.has(other) && other !== name) continue;
      const message =
        other === name
          ? `agent "${name}" is its own fallback`
          : `agent "${other}", a fallback of "${name}", is not declared`;
      const hint = other === name ? 'name another one' : playbooks.has(other) ? 'add it under agents:' : guess(other);
      report({ code: 'unknown-agent', message, at, hint: hint ?? listing });
    }
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
  const misspelt = tasks.some(({ agent }) => !declared.has(agent));
  if (execution.strategy === 'hierarchical' || misspelt) return;
  const working = tasks.map(({ agent }) => agent);
  const used = new Set<string>([
    ...working,
    ...working.flatMap((name) => team.agents.get(name)?.fallback_agents ?? []),
  ]);
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
