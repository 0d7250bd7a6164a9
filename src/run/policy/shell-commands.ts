// Puts the words of a shell's text together to commands and pipelines. What is open stands on a stack, and nothing is copied when it
// closes: a group is a range of the commands found so far.
import {
  type AwaitedDocument,
  between,
  closers,
  type Frame,
  type Kind,
  openers,
  openFrame,
  type Range,
  type SimpleCommand,
} from './shell-frame.ts';

/** What is deeper than this is not told apart from what is around it. */
const mostOpen = 500;

const none: readonly string[] = [];

/** Takes words and signs in their order. */
export class Commands {
  readonly found: SimpleCommand[] = [];
  /** Those of two parts and more. */
  readonly pipelines: (readonly Range[])[] = [];
  readonly #awaited: AwaitedDocument[] = [];
  readonly #stack: Frame[] = [];
  #top: Frame;

  readonly #keeps: (program: string) => boolean;

  /** `keeps`: which programs are wanted. What does nothing for its caller is not kept, because a text can hold a million commands. */
  constructor(quoted: boolean, keeps: (program: string) => boolean) {
    this.#keeps = keeps;
    this.#top = openFrame('text', false, undefined, 0);
    this.#top.quoted = quoted;
  }

  get quoted(): boolean {
    return this.#top.quoted;
  }

  set quoted(quoted: boolean) {
    this.#top.quoted = quoted;
  }

  /** Nothing is open but the text itself. */
  get isOutermost(): boolean {
    return this.#stack.length === 0;
  }

  /** A word has begun and not ended. */
  get inWord(): boolean {
    return this.#top.word !== undefined;
  }

  /** Letters of a word. */
  add(letters: string, literal = false): void {
    const top = this.#top;
    top.word = top.word === undefined ? letters : top.word + letters;
    if (literal) top.literal = true;
    top.waits = false;
  }

  open(kind: Kind, arithmetic = false): void {
    if (this.#stack.length >= mostOpen) return this.endPipeline();
    this.#top.waits = false;
    this.#stack.push(this.#top);
    this.#top = openFrame(kind, arithmetic || (kind === '(' && this.#top.arithmetic), this.#top, this.found.length);
  }

  #close(): void {
    this.endPipeline();
    this.#top = this.#stack.pop() ?? this.#top;
  }

  endWord(): void {
    const top = this.#top;
    const { word, literal, target } = top;
    if (word === undefined) return;
    top.word = undefined;
    top.literal = false;
    top.target = undefined;
    if (target === undefined) {
      if (literal || !this.#isKeyword(word)) top.words.push(word);
      return;
    }
    if (target === 'file') return;
    top.inputs ??= [];
    if (target === 'input') top.inputs.push(word);
    else this.#awaited.push({ delimiter: word, indented: target.indented, literal, inputs: top.inputs });
  }

  /** Whether a word is one of the shell's own where it stands; what it means is done. */
  #isKeyword(word: string): boolean {
    const top = this.#top;
    const { kind, words } = top;
    if (kind === '[[') {
      if (word === ']]') this.#close();
      return true;
    }
    if (top.stage === 'subject' && word === 'in' && words.length === 1) {
      this.#startPattern();
      return true;
    }
    if (kind === 'loop' && top.data && word === 'do') {
      this.endPipeline();
      return true;
    }
    // `time` stands before a command or a group of them.
    const begins = words.length === 0 || (words.length === 1 && words[0] === 'time');
    return begins && this.#isLeading(word);
  }

  #isLeading(word: string): boolean {
    const top = this.#top;
    const closes = closers.get(word);
    if (closes !== undefined && closes === top.kind) {
      this.#close();
      return true;
    }
    if (top.data) return false;
    const opens = openers.get(word);
    if (opens !== undefined) {
      this.open(opens);
      if (word === 'for' || word === 'select') this.#top.data = true;
      return true;
    }
    if (word === 'function') top.target = 'file'; // its name is no command
    return word === 'function' || between.has(word);
  }

  #endCommand(): void {
    this.endWord();
    const top = this.#top;
    const { words, inputs = none, begin, data } = top;
    const [program] = words;
    if (program !== undefined) {
      if (!data && (inputs !== none || this.#keeps(program))) this.found.push({ words, inputs, begin });
      top.words = [];
    }
    if (top.kind === 'loop') top.data = false;
    top.inputs = undefined;
    top.target = undefined;
    top.begin = this.found.length;
  }

  /** What follows reads what has been written so far. */
  endPart(): void {
    this.#endCommand();
    const top = this.#top;
    top.parts ??= [];
    top.parts.push({ from: top.part, to: this.found.length });
    top.part = this.found.length;
  }

  endPipeline(): void {
    const top = this.#top;
    if (top.parts === undefined) this.#endCommand();
    else {
      this.endPart();
      this.pipelines.push(top.parts);
      top.parts = undefined;
    }
    top.part = this.found.length;
  }

  endLine(): void {
    this.endWord();
    const { kind, stage, waits } = this.#top;
    if (kind !== '[[' && kind !== 'list' && stage === 'body' && !waits) this.endPipeline();
  }

  /** One of | & ; and their like. `sign` is more than one character where the text has more. */
  separate(sign: string): void {
    const { kind, stage, data } = this.#top;
    if (kind === '[[' || (stage === 'pattern' && data)) return this.endWord();
    if (sign === '|' || sign === '|&') {
      this.endPart();
      this.#top.waits = true;
      return;
    }
    this.endPipeline();
    if (kind === 'case' && sign !== ';' && sign.startsWith(';')) this.#startPattern();
  }

  #startPattern(): void {
    this.#top.words = [];
    this.#top.stage = 'pattern';
    this.#top.data = true;
  }

  /** One of < and > and their like. */
  redirect(sign: string): void {
    const top = this.#top;
    if (top.kind === '[[' || top.arithmetic) return this.endWord();
    if (top.word !== undefined && !top.literal && /^\d+$/.test(top.word)) top.word = undefined;
    this.endWord();
    if (sign === '<<' || sign === '<<-') this.#top.target = { indented: sign === '<<-' };
    else this.#top.target = sign === '<<<' ? 'input' : 'file';
  }

  /** A bracket opens; gives whether it and the next one, which closes, say that a name is defined. */
  openBracket(next: string | undefined): boolean {
    const { kind, word, literal } = this.#top;
    if (kind === '[[') {
      this.endWord();
      return false;
    }
    if (word?.endsWith('=') === true && !literal) {
      this.open('list');
      return false;
    }
    this.endWord();
    const top = this.#top;
    if (top.stage === 'pattern' && top.data) return false;
    if (top.words.length === 1 && next === ')') {
      top.words = [];
      return true;
    }
    this.open('(', next === '(');
    return false;
  }

  closeBracket(): void {
    const top = this.#top;
    if (top.kind === '[[') return this.endWord();
    if (top.kind === 'case' && top.stage === 'pattern') {
      top.word = undefined;
      top.words = [];
      top.stage = 'body';
      top.data = false;
      return;
    }
    if (!top.bracket) return this.endPipeline();
    while (this.#top.kind !== '(' && this.#top.kind !== '$(' && this.#top.kind !== 'list') this.#close();
    this.#close();
  }

  /** A substitution begins in a word. */
  substitute(kind: '$(' | '`', arithmetic: boolean): void {
    this.add('$(...)', true);
    this.open(kind, arithmetic);
  }

  backtick(): void {
    if (!this.#top.backtick) return this.substitute('`', false);
    while (this.#top.kind !== '`') this.#close();
    this.#close();
  }

  /** The documents whose texts come next. */
  awaited(): readonly AwaitedDocument[] {
    return this.#awaited.length === 0 ? [] : this.#awaited.splice(0);
  }

  /** Nothing comes any more. What stands in no command is not one. */
  end(quoted: boolean): void {
    while (this.#stack.length > 0) this.#close();
    if (quoted) this.#top.word = undefined;
    this.endPipeline();
  }
}
