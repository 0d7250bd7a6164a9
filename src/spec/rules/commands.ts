import { brief } from '../../diagnostics/brief.ts';
import type { AgentSpec } from '../spec.ts';
import type { AgentFault } from './agent-shape.ts';
import { placeholders } from './descriptions.ts';
import type { Rule } from './rule.ts';

const variables: Readonly<Record<(typeof placeholders)[number], string>> = {
  goal: 'SUPER_GOAL',
  task: 'SUPER_TASK',
  run_id: 'SUPER_RUN_ID',
  workspace: 'SUPER_RUN_DIR',
};

/** Commands written in place hold no templates: nothing is ever put into their text. */
export const commands: Rule = ({ agents }, _team, report) => {
  for (const entry of agents) {
    if (entry.type !== 'inline') continue;
    for (const { key, ...fault } of commandFaults(entry.agent)) report({ ...fault, at: [...entry.at, key] });
  }
};

/** What looks, in the command of an agent, as if it would be replaced. */
export function commandFaults({ run, argv }: AgentSpec): readonly AgentFault[] {
  const faults: AgentFault[] = [];
  const look = (key: 'run' | 'argv', text: string) => {
    const template = templateIn(text);
    if (template !== undefined)
      faults.push({
        code: 'templated-command',
        key,
        within: template,
        message: `${brief(template)} is a template; nothing is ever put into a command`,
        hint: 'values arrive as environment variables: write "$SUPER_GOAL", or name others under env:',
      });
    for (const name of placeholders) {
      if (!new RegExp(`(?<![{$])\\{${name}\\}(?!\\})`).test(text)) continue;
      const use = key === 'run' ? `write "$${variables[name]}"` : `use run: with "$${variables[name]}"`;
      const message = `{${name}} is not replaced in a command`;
      faults.push({
        code: 'unfilled-command',
        key,
        within: `{${name}}`,
        message,
        hint: `${use}; the value arrives in the environment`,
      });
    }
  };
  if (run !== undefined) look('run', run);
  if (argv !== undefined) look('argv', argv.join('\n'));
  return faults;
}

/** Words of Go templates, which docker, kubectl and gh take as arguments. */
const goWords = new Set([
  'end',
  'else',
  'range',
  'if',
  'with',
  'json',
  'println',
  'printf',
  'len',
  'index',
  'template',
]);

/** The first expression that another system would fill in; what begins with a dot or a Go word is meant for a program. */
function templateIn(text: string): string | undefined {
  const expression = /\$\{\{[^}]{0,80}\}\}/.exec(text);
  if (expression !== null) return expression[0];
  for (const match of text.matchAll(/\{\{-?\s*([A-Za-z_][\w.-]*)\s*(?:\|[^}]{0,80})?\}\}/g)) {
    if (!goWords.has(match[1] ?? '')) return match[0];
  }
  return undefined;
}
