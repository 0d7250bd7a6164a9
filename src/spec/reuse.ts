// What keeps an output from being taken again, and files that a task may not say it depends on.
import type { Expects } from '../schema/types.gen.ts';

/** What of a task keeps its output from being taken again, in words; undefined where nothing does. */
export function hindranceOf(task: { readonly description: string; readonly expects?: Expects }): string | undefined {
  if (task.expects?.changes === true) {
    return 'its work is in the repository (expects: changes), which an output does not hold';
  }
  const [, name] = /\{(run_id|workspace)\}/.exec(task.description) ?? [];
  return name === undefined ? undefined : `its description uses {${name}}, which is another one in every run`;
}

/** Whether a pattern, seen from a folder of the project, can name something outside of the project. */
export function leadsOut(folder: string, pattern: string): boolean {
  if (pattern.startsWith('/')) return true;
  // From a folder outside nobody gets further up.
  const inside = folder.startsWith('/') ? [] : folder.split('/');
  const depth = descend(inside, 0) ?? 0;
  return descend(pattern.split('/'), depth) === undefined;
}

/** How deep steps lead from a depth; undefined where they lead above the top. What a ** stands for may be nothing. */
function descend(steps: readonly string[], from: number): number | undefined {
  let depth = from;
  for (const step of steps) {
    if (step === '' || step === '.' || step === '**') continue;
    depth += step === '..' ? -1 : 1;
    if (depth < 0) return undefined;
  }
  return depth;
}

/** What other programs read as more than its characters: !, ~, braces, ranges, choices. [id].ts is a name where people build pages. */
const misread: readonly RegExp[] = [
  /^!/,
  /^~(?=\/)/,
  /\{[^{}/]*(?:,|\.\.)[^{}/]*\}/,
  /[@!?+*]\([^()/]*\)/,
  /\[[!^][^\]/]+\]/,
  /\[[^\]/]*\w-\w[^\]/]*\]/,
  /(?<=[*?][^/]*)\[[^\].]+\]|\[[^\].]+\](?=[^/]*[*?])/,
];

/** What in a pattern stands for nothing but itself here, and elsewhere for more; the pattern would match nothing. */
export function misreadIn(pattern: string): string | undefined {
  return misread.map((form) => form.exec(pattern)?.[0]).find((found) => found !== undefined);
}
