import { suggest } from '../../diagnostics/suggest.ts';
import type { AdapterName } from '../../schema/types.gen.ts';
import type { Rule } from './rule.ts';

/** The names in braces that a description may hold. */
export const placeholders = ['goal', 'task', 'run_id', 'workspace'] as const;

/** Adapters whose agents know what to do without being told. */
const selfReliant: ReadonlySet<AdapterName | undefined> = new Set<AdapterName>(['command', 'module', 'rehearsal']);

/** A description says something to an agent that reads it, and its placeholders are spelt right. */
export const descriptions: Rule = ({ tasks }, { agents }, report) => {
  tasks.forEach(({ agent: name, description }, index) => {
    const at = ['tasks', index, 'description'];
    const agent = agents.get(name);
    if (description.trim() === '' && agent !== undefined && !selfReliant.has(agent.adapter))
      report({
        code: 'empty-description',
        message: `agent "${name}" is not told what to do`,
        at: ['tasks', index, 'name'],
        hint: `add "description:" with what it shall do`,
      });
    for (const { written, meant } of misspelt(description)) {
      const message = `{${written}} is not replaced; it stays in the text as it is`;
      report({ code: 'unknown-placeholder', message, at, within: `{${written}}`, hint: `did you mean {${meant}}?` });
    }
  });
};

function misspelt(description: string): readonly { readonly written: string; readonly meant: string }[] {
  if (!description.includes('{')) return [];
  const written = new Set([...description.matchAll(/\{([A-Za-z][A-Za-z_-]{2,11})\}/g)].map((match) => match[1] ?? ''));
  return [...written].flatMap((each) => {
    if (placeholders.some((known) => known === each)) return [];
    const meant = suggest(each, placeholders);
    return meant === undefined ? [] : [{ written: each, meant }];
  });
}
