// Small tools for values that came from elsewhere, of which nothing is certain.
import type { Native } from './events.ts';

/** Whether a value is an object, and no array. */
export function isObject(value: unknown): value is Native {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty one for anything else. */
export function objectOf(value: unknown): Native {
  return isObject(value) ? value : {};
}

/** The objects of a list; none for anything else. */
export function objectsOf(value: unknown): readonly Native[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The value as text; blank for anything else than a text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The value as a number of things; 0 for anything else. */
export function countOf(value: unknown): number {
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? Math.round(value) : 0;
}

/** The value as an HTTP status. */
export function statusOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 100 && value < 600 && Number.isInteger(value) ? value : undefined;
}

/** The first line of a text that is not blank, cut to a length that fits beside other words. */
export function brieflyOf(text: string, most = 200): string {
  const line = /\S.*/.exec(text)?.[0].trimEnd() ?? '';
  const cut = line.slice(0, most * 2);
  const characters = Array.from(cut);
  return characters.length > most ? `${characters.slice(0, most).join('')}...` : cut;
}

/** What says in short what a tool is to do, in the names that the CLIs give it, the most telling first. */
const telling =
  'command cmd file_path path absolute_path dir_path notebook_path url pattern query description prompt'.split(' ');

/** The input of a tool in short: its command or its path, else all of it as JSON. */
export function inputOf(value: unknown): string {
  if (typeof value === 'string') return brieflyOf(value);
  const input = objectOf(value);
  const key = telling.find((each) => textOf(input[each]) !== '');
  if (key !== undefined) return brieflyOf(textOf(input[key]));
  return Object.keys(input).length === 0 ? '' : brieflyOf(JSON.stringify(input));
}

/** A command as a text for a shell: as it is, or as the words of a program; blank for anything else. */
export function commandOf(value: unknown): string {
  if (!Array.isArray(value)) return textOf(value);
  const words = value.filter((word) => typeof word === 'string');
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}

/** What is wrong, as somebody told it. */
interface Fault {
  readonly message: string;
  readonly status?: number;
  readonly code?: string;
  /** All that was told, where that is more than the message: how long to wait may stand there. */
  readonly whole?: string;
}

/** Characters of it that are kept. */
const mostWhole = 2000;

/** What a provider said, out of the JSON in which it stands in the message of a CLI, with its status. `around`: what stands beside the message. */
export function faultOf(said: string, around: Native = {}): Fault {
  const start = said.indexOf('{');
  const inner = start < 0 ? undefined : parsed(said.slice(start, said.lastIndexOf('}') + 1));
  const error = isObject(inner?.error) ? inner.error : inner;
  const words = textOf(error?.message);
  const told = /\b(?:status(?: code)?|API error|HTTP)[: ]+(\d{3})\b/i.exec(said)?.[1];
  const status = statusOf(error?.code) ?? statusOf(inner?.status) ?? statusOf(around.code) ?? statusOf(Number(told));
  const beside = Object.keys(around).some((key) => key !== 'message' && key !== 'type');
  const code = textOf(error?.code) || textOf(error?.type);
  return {
    message: words === '' ? said : words,
    ...((words !== '' || beside) && { whole: `${said} ${beside ? JSON.stringify(around) : ''}`.slice(0, mostWhole) }),
    ...(status !== undefined && { status }),
    ...(code !== '' && { code }),
  };
}

function parsed(text: string): Native | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
