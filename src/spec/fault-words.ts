import { brief } from '../diagnostics/brief.ts';
import type { Path } from '../diagnostics/diagnostic.ts';
import { durationFor } from './durations.ts';
import { cpusFor, sizeFor } from './sizes.ts';
import { inQuotes } from './unquoted.ts';

/** The value at a path of plain data, or undefined. */
export function atPath(data: unknown, at: Path): unknown {
  let value = data;
  for (const step of at) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** A value as its key or its list calls it. */
export function labelOf(at: Path): string {
  const last = at.at(-1);
  if (last === undefined) return 'the file';
  if (typeof last === 'string') return `"${brief(last)}"`;
  const list = at.findLast((step) => typeof step === 'string');
  return list === undefined ? 'an item' : `an item of "${list}"`;
}

const itemNames: Readonly<Record<string, string>> = { tasks: 'task', agents: 'agent', task_groups: 'group' };

/** A map as people would speak of it: by its own name, its place in its list, or its key. */
export function ownerOf(at: Path, data: unknown): string {
  const last = at.at(-1);
  if (typeof last !== 'number') return labelOf(at);
  const noun = itemNames[String(at.at(-2))];
  if (noun === undefined) return labelOf(at);
  const name = atPath(data, [...at, 'name']);
  return typeof name === 'string' ? `${noun} "${brief(name)}"` : `${noun} ${last + 1}`;
}

const kinds: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
};

/** What a value at this place must be; null is not offered, because leaving the key out says the same. */
export function kindsOf(types: readonly string[], at: Path): string {
  if (String(at.at(-1)).endsWith('_seconds')) return 'a duration, like 300, 90s or 10m';
  if (at.at(-2) === 'limits')
    return at.at(-1) === 'cpu' ? 'a number of processors, like 0.5, 2 or 50%' : 'a size, like 500MB or 2GiB';
  const words = [...new Set(types)].flatMap((type) => kinds[type] ?? []);
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : (words[0] ?? 'empty');
}

/** What a value is, in words that tell it from what it should have been. */
export function kindOf(value: unknown, expected: readonly string[]): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return expected.includes('boolean') ? `the text "${brief(value)}"` : 'a text';
  return typeof value === 'number' ? `the number ${value}` : String(value);
}

/** What YAML made of the value, and how to write what was meant. */
export function wrongTypeHint(expected: readonly string[], value: unknown, at: Path): string {
  if (expected.includes('number') && expected.includes('string')) return '';
  if (at.at(-2) === 'limits') return '';
  if (at[0] === 'tasks' && at.at(-1) === 'cache') return hintForCache(value);
  if (expected.includes('string')) return hintForText(value, at);
  if (expected.includes('boolean')) return 'write true or false, without quotes';
  const key = String(at.findLast((step) => typeof step === 'string') ?? '');
  if (expected.includes('array')) {
    if (typeof value === 'string' || typeof value === 'number') return `write ${key}: [${itemsFor(key, value)}]`;
    return 'start each item with "- "';
  }
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
    return `write ${brief(value)} without quotes`;
  if (expected.includes('object') && at.length === 0) return 'an orchestra starts with "orchestra:" and has "tasks:"';
  if (key === 'workspace' && typeof value === 'string') return `write workspace: {path: ${brief(value)}}`;
  if (key === 'dependencies') return 'write task_name: and the name, or put the name under context:';
  if (key === 'budget') return `write budget: {max_cost_usd: ${typeof value === 'number' ? value : '2.50'}}`;
  if (expected.includes('object')) return 'write "key: value" lines, indented, below it';
  if (at.at(-2) === 'budget') return 'without this key there is no limit';
  return '';
}

/** One value as items of a list: the words of a command line are arguments. */
function itemsFor(key: string, value: string | number): string {
  const isPlain = (key === 'argv' || key === 'args') && /^[\w\s./=@%+-]+$/.test(String(value));
  return brief(isPlain ? String(value).trim().split(/\s+/).join(', ') : String(value));
}

/** Files on which an output depends stand below a key of their own. */
function hintForCache(value: unknown): string {
  if (value === 'true' || value === 'false') return `write cache: ${value}, without quotes`;
  if (typeof value === 'string' && /^(y|yes|on|n|no|off)$/i.test(value))
    return `write cache: ${/^(y|yes|on)$/i.test(value)}`;
  const files = [value].flat();
  const shown = JSON.stringify(files).replaceAll('","', '", "');
  const isCopied = files.length > 0 && files.every((each) => typeof each === 'string') && brief(shown) === shown;
  return `write cache: {files: ${isCopied ? shown : '["src/**"]'}}, or cache: true where it reads no files`;
}

function hintForText(value: unknown, at: Path): string {
  if (value === null) return 'write a text, or "" for an empty one';
  if (Array.isArray(value)) return 'YAML reads [ as the start of a list; put quotes around the text';
  if (typeof value !== 'object') {
    const kind = typeof value === 'number' ? 'a number' : String(value);
    return `YAML reads this as ${kind}; put quotes around it`;
  }
  const keys = Object.keys(value);
  const inner = (value as Record<string, unknown>)[keys[0] ?? ''];
  if (keys.length === 1 && inner === null)
    return `YAML reads {${brief(keys[0] ?? '')}} as a map; write it in quotes: ${keyOf(at)}${inQuotes(`{${keys[0]}}`)}`;
  return 'YAML reads this as a map; put quotes around the text, or start it with | on the line of its key';
}

/** How the line of a value begins; empty for an item of a list. */
function keyOf(at: Path): string {
  const last = at.at(-1);
  return typeof last === 'string' ? `${last}: ` : '';
}

/** How each form of text is called, what its rule is, and what stands in place of forbidden characters. */
const forms: Readonly<Record<string, { readonly noun: string; readonly rule: string; readonly filler?: string }>> = {
  taskName: {
    noun: 'task name',
    rule: 'a task name is a letter, then letters, digits, _ or -, 64 characters at most',
    filler: '_',
  },
  agentName: {
    noun: 'agent name',
    rule: 'an agent name is a letter, then letters, digits, _, . or -, 64 characters at most',
    filler: '_',
  },
  orchestraId: {
    noun: 'orchestra id',
    rule: 'an id is letters, digits, _, . or -, 64 characters at most',
    filler: '_',
  },
  size: {
    noun: 'size',
    rule: 'write a number of bytes, or one with kB, MB, GB, TB (thousands) or KiB, MiB, GiB, TiB (1024)',
  },
  cpus: { noun: 'share of the processors', rule: 'write a number of processors, or hundredths: 0.5, 2, 50%' },
  duration: { noun: 'duration', rule: 'write a number of seconds, or 500ms, 90s, 10m, 2h' },
  env: { noun: 'variable name', rule: 'a variable name is letters, digits and _, and does not start with a digit' },
  shell: { noun: 'shell command', rule: 'write a program and its options, separated by single spaces' },
};

/** How amounts that people would understand are written here. */
const amountFor: Readonly<Record<string, (text: string) => string | undefined>> = {
  duration: durationFor,
  size: sizeFor,
  cpus: cpusFor,
};

/** Sentence and hint for a text that does not have its form. */
export function badForm(term: string | undefined, value: string, at: Path): { message: string; hint: string } {
  const form = forms[term ?? ''];
  if (form === undefined) return { message: `${labelOf(at)} cannot be "${brief(value)}"`, hint: '' };
  const { noun, rule, filler } = form;
  const slug = (filler === undefined ? amountFor[term ?? '']?.(value) : slugOf(value, filler)) ?? '';
  const meant = slug === value ? `write ${brief(slug)} without quotes` : `did you mean "${brief(slug)}"? ${rule}`;
  const hint = slug === '' ? rule : meant;
  if (filler !== undefined && /[/\\]/.test(value))
    return { message: `${noun} "${brief(value)}" looks like a path, but it becomes a file name`, hint };
  return {
    message: `"${brief(value)}" cannot be ${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`,
    hint,
  };
}

/** The nearest text that may be a name: letters, digits and the filler, 64 characters at most; empty where nothing is left. */
export function slugOf(text: string, filler: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_-]+/g, filler)
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, 64)
    .replace(/[_-]+$/, '');
}
