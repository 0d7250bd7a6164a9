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
    for (const { written, meant, message } of nearMisses(description))
      report({ code: 'unknown-placeholder', message, at, within: written, hint: `did you mean {${meant}}?` });
  });
};

/** A name in braces as it is written, and what becomes of it. */
interface NearMiss {
  readonly written: string;
  readonly meant: string;
  readonly message: string;
}

function nearMisses(description: string): readonly NearMiss[] {
  if (!description.includes('{')) return [];
  return [...misspelt(description), ...dressed(description)];
}

function misspelt(description: string): readonly NearMiss[] {
  const names = new Set([...description.matchAll(/\{([A-Za-z][A-Za-z_-]{2,11})\}/g)].map((match) => match[1] ?? ''));
  return [...names].flatMap((name) => {
    if (placeholders.some((known) => known === name)) return [];
    const meant = suggest(name, placeholders);
    return meant === undefined ? [] : [{ written: `{${name}}`, meant, message: stays(`{${name}}`) }];
  });
}

const anyName = `(${placeholders.join('|')})`;

/** Names as other systems dress them: in two pairs of braces, behind a dollar sign, with spaces. */
const dress = new RegExp(
  [`\\{\\{ *${anyName} *\\}\\}`, `\\$\\{${anyName}\\}`, `\\{ +${anyName} *\\}`, `\\{${anyName} +\\}`].join('|'),
  'g',
);

function dressed(description: string): readonly NearMiss[] {
  const found = new Map([...description.matchAll(dress)].map(([written, ...names]) => [written, names.find(Boolean)]));
  return [...found].map(([written, meant = '']) => {
    const isReplaced = written.includes(`{${meant}}`);
    return { written, meant, message: isReplaced ? `of ${written} only {${meant}} is replaced` : stays(written) };
  });
}

function stays(written: string): string {
  return `${written} is not replaced; it stays in the text as it is`;
}
