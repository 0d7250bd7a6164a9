// Reads a text as a shell does, as far as it takes to see which programs it starts: in one pass and without recursion, so that hostile
// texts cost no more than honest ones. What is put together only when the text runs is not seen.
import { Commands } from './shell-commands.ts';
import type { AwaitedDocument, Range, SimpleCommand } from './shell-frame.ts';

/** What a text would start. */
export interface Script {
  readonly commands: readonly SimpleCommand[];
  /** Those of two parts and more. */
  readonly pipelines: readonly (readonly Range[])[];
  /** Here-documents in which the shell replaces substitutions: to be read as if they stood in double quotes. */
  readonly documents: readonly string[];
}

/** Signs that mean something, by their codes; within double quotes only some do. */
const signs = codesOf(' \t\r\v\f\n"\'`$\\|&;<>()#');
const signsQuoted = codesOf('"`$\\');

/** Operators of several characters, by the first; the longest first. */
const operators: Readonly<Record<string, readonly string[]>> = {
  '|': ['||', '|&'],
  '&': ['&&', '&>>', '&>'],
  ';': [';;&', ';;', ';&'],
  '<': ['<<<', '<<-', '<<', '<(', '<&', '<>'],
  '>': ['>(', '>>', '>&', '>|'],
  '(': [],
  ')': [],
};

function codesOf(characters: string): Uint8Array {
  const codes = new Uint8Array(128);
  for (const each of characters) codes[each.charCodeAt(0)] = 1;
  return codes;
}

/** How a text is read. */
export interface Reading {
  /** As if it stood in double quotes, where a quote is a character like others. */
  readonly quoted?: boolean;
  /** The programs that are wanted; all where nothing is said. */
  readonly keeps?: (program: string) => boolean;
}

/** Reads a text. */
export function readScript(text: string, { quoted = false, keeps = () => true }: Reading = {}): Script {
  const reader = new Reader(text, quoted, keeps);
  reader.run();
  const { found, pipelines } = reader.commands;
  return { commands: found, pipelines, documents: reader.documents };
}

class Reader {
  readonly commands: Commands;
  readonly documents: string[] = [];
  readonly #text: string;
  readonly #quoted: boolean;
  #at = 0;

  constructor(text: string, quoted: boolean, keeps: (program: string) => boolean) {
    this.#text = text;
    this.#quoted = quoted;
    this.commands = new Commands(quoted, keeps);
  }

  run(): void {
    while (this.#at < this.#text.length) if (!this.#takePlain()) this.#takeSign();
    this.commands.end(this.#quoted);
  }

  /** Characters that mean nothing but themselves. */
  #takePlain(): boolean {
    const meaning = this.commands.quoted ? signsQuoted : signs;
    const text = this.#text;
    let end = this.#at;
    while (end < text.length && meaning[text.charCodeAt(end)] !== 1) end += 1;
    if (end === this.#at) return false;
    this.commands.add(text.slice(this.#at, end));
    this.#at = end;
    return true;
  }

  #takeSign(): void {
    const { commands } = this;
    const sign = this.#text[this.#at] as string;
    this.#at += 1;
    if (sign === '\\') return this.#escaped();
    if (sign === '$') return this.#dollar();
    if (sign === '`') return commands.backtick();
    if (sign === '"') return this.#quote();
    if (sign === "'") return this.#quotation();
    if (sign === '#') return this.#comment();
    if (sign === '\n') return this.#newline();
    const longer = operators[sign];
    if (longer === undefined) return commands.endWord();
    const found = longer.find((each) => this.#text.startsWith(each, this.#at - 1)) ?? sign;
    this.#at += found.length - 1;
    this.#operate(found);
  }

  #operate(sign: string): void {
    const { commands } = this;
    if (sign === '<(' || sign === '>(') commands.substitute('$(', false);
    else if (sign === '(') {
      if (commands.openBracket(this.#text[this.#at])) this.#at += 1;
    } else if (sign === ')') commands.closeBracket();
    else if (sign.includes('<') || sign.includes('>')) commands.redirect(sign);
    else commands.separate(sign);
  }

  #dollar(): void {
    const { commands } = this;
    const next = this.#text[this.#at];
    if (next === '(') {
      this.#at += 1;
      commands.substitute('$(', this.#text[this.#at] === '(');
    } else if (next === "'" && !commands.quoted) {
      const end = endOfEscaped(this.#text, this.#at + 1);
      commands.add(unescaped(this.#text.slice(this.#at + 1, end)), true);
      this.#at = end + 1;
    } else if (next !== '"' || commands.quoted) commands.add('$');
  }

  #escaped(): void {
    const next = this.#text[this.#at] ?? '';
    this.#at += 1;
    if (next === '\n') return;
    // Within double quotes only some characters lose their backslash.
    this.commands.add(this.commands.quoted && !/["$`\\]/.test(next) ? `\\${next}` : next, true);
  }

  #quote(): void {
    const { commands } = this;
    if (this.#quoted && commands.isOutermost) return commands.add('"');
    commands.quoted = !commands.quoted;
    commands.add('', true);
  }

  #quotation(): void {
    const end = this.#text.indexOf("'", this.#at);
    const stop = end < 0 ? this.#text.length : end;
    this.commands.add(this.#text.slice(this.#at, stop), true);
    this.#at = stop + 1;
  }

  #comment(): void {
    if (this.commands.inWord) return this.commands.add('#');
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  #newline(): void {
    this.commands.endLine();
    for (const document of this.commands.awaited()) this.#readDocument(document);
  }

  #readDocument({ delimiter, indented, literal, inputs }: AwaitedDocument): void {
    const from = this.#at;
    let to = this.#text.length;
    while (this.#at < this.#text.length) {
      const begin = this.#at;
      const feed = this.#text.indexOf('\n', begin);
      const stop = feed < 0 ? this.#text.length : feed;
      this.#at = stop + 1;
      const line = this.#text.slice(begin, stop);
      if ((indented ? line.replace(/^\t+/, '') : line) !== delimiter) continue;
      to = begin;
      break;
    }
    const body = this.#text.slice(from, to);
    inputs.push(body);
    if (!literal && /[`$]/.test(body)) this.documents.push(body);
  }
}

function endOfEscaped(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== "'") at += text[at] === '\\' ? 2 : 1;
  return Math.min(at, text.length);
}

const letters: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  e: '\x1b',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** The text of $'...'. */
function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|([\s\S]))/g, (_, hex, octal, letter) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    return letters[letter] ?? letter;
  });
}
