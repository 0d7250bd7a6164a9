// A value that starts with a placeholder and has no quotes: YAML takes its brace for the start of a map.
import { brief } from '../diagnostics/brief.ts';

/** What a fault in the text says. */
export interface Wording {
  readonly message: string;
  readonly hint: string;
}

/** What to say of a fault `column` characters into a line whose value starts like {goal}; undefined for another line, or one that is wrong before. */
export function unquotedPlaceholder(line: string, column: number): Wording | undefined {
  const { before = '', value = '' } = partsOf(line);
  const placeholder = /^\{ *[A-Za-z_]\w* *\}/.exec(value)?.[0];
  if (placeholder === undefined || column < before.length + placeholder.length) return undefined;
  return {
    message: `YAML reads ${placeholder} as a map, and nothing may follow it`,
    hint: `write the text in quotes: ${lineInQuotes(line)}`,
  };
}

/** The line as it would be with its value in quotes; undefined where there is no plain value. */
export function lineInQuotes(line: string): string | undefined {
  const { key = '', value = '' } = partsOf(line);
  const text = value.replace(/\s+#.*$/, '').trimEnd();
  return text === '' || /^["'|>]/.test(text) ? undefined : `${key} ${inQuotes(text)}`;
}

/** A text between quotes, for people to copy. */
export function inQuotes(text: string): string {
  const shown = brief(text);
  return /["\\]/.test(shown) ? `'${shown.replaceAll("'", "''")}'` : `"${shown}"`;
}

/** What stands before the value of a line, the key with its colon or the dash of that, and the value. */
function partsOf(line: string): { readonly before?: string; readonly key?: string; readonly value?: string } {
  const [, before, key, value] = /^(\s*(?:- +)*([\w-]+:|-) +)(\S.*)$/.exec(line) ?? [];
  return before === undefined || key === undefined || value === undefined ? {} : { before, key, value };
}
