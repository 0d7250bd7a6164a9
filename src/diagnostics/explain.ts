import { type Code, catalogue } from './catalogue.ts';
import type { Entry } from './entry.ts';
import { printable } from './printable.ts';
import { suggest } from './suggest.ts';

/** What there is to say about a code, or that there is no such code. */
export type Explanation =
  | { readonly type: 'explained'; readonly text: string }
  | { readonly type: 'unknown'; readonly message: string; readonly hint: string };

/** Meaning and example of a code, for people. `others` are words that can be explained too, elsewhere. */
export function explain(code: string, others: readonly string[] = []): Explanation {
  if (Object.hasOwn(catalogue, code)) return { type: 'explained', text: textOf(code as Code, catalogue[code as Code]) };
  const known = [...Object.keys(catalogue), ...others];
  const meant = suggest(code, known);
  const hint = meant === undefined ? `codes: ${known.join(', ')}` : `did you mean "${meant}"?`;
  return { type: 'unknown', message: `nothing is called "${code}" here`, hint };
}

function textOf(code: Code, { severity, title, meaning, wrong, right }: Entry): string {
  const blocks = [`${code} (${severity}): ${title}`, meaning];
  if (wrong !== '') blocks.push(`Wrong:\n\n${indented(wrong)}`);
  if (right !== '') blocks.push(`Right:\n\n${indented(right)}`);
  return `${blocks.join('\n\n')}\n`;
}

function indented(yaml: string): string {
  return yaml
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line.startsWith('\t') ? line : printable(line)}`))
    .join('\n');
}
