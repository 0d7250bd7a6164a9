// What is open while the text of a shell is read: brackets, substitutions, and what begins and ends with words.

/** A program and its arguments, quotes resolved. A substitution stands in a word as $(...). */
export interface SimpleCommand {
  readonly words: readonly string[];
  /** What it reads, where the text says that itself. */
  readonly inputs: readonly string[];
  /** The commands of the substitutions in its words stand from here on, before it. */
  readonly begin: number;
}

/** Commands by their places: those of a group and of a substitution belong to the part of a pipeline in which they stand. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What can be open. */
export type Kind = 'text' | '(' | '$(' | '`' | '{' | '[[' | 'if' | 'loop' | 'case' | 'list';

/** A word that is no argument: a file that is opened, a text that is read. */
type Target = 'file' | 'input' | { readonly indented: boolean };

/** A here-document whose text has not come yet. */
export interface AwaitedDocument {
  readonly delimiter: string;
  /** Whether tabs at the beginnings of its lines do not count. */
  readonly indented: boolean;
  /** Whether nothing in it is replaced. */
  readonly literal: boolean;
  /** Takes its text. */
  readonly inputs: string[];
}

/** All that is known of what is open. */
export interface Frame {
  readonly kind: Kind;
  /** Whether a backtick, and whether a bracket, would close what is open. */
  readonly backtick: boolean;
  readonly bracket: boolean;
  /** Whether < and > compare. */
  readonly arithmetic: boolean;
  /** Whether its words are data: elements of a list, patterns of a case, names of a loop. */
  data: boolean;
  /** Of a case: before `in`, in a pattern, in what is done. */
  stage: 'subject' | 'pattern' | 'body';
  /** Within double quotes. */
  quoted: boolean;
  words: string[];
  inputs: string[] | undefined;
  word: string | undefined;
  /** Whether something of the word was quoted, so that it is no keyword. */
  literal: boolean;
  target: Target | undefined;
  /** Where the command began, and the part of the pipeline in which it stands. */
  begin: number;
  part: number;
  parts: Range[] | undefined;
  /** Nothing has come since a pipe, so that a new line ends nothing. */
  waits: boolean;
}

/** Words that open something where a command may begin. */
export const openers: ReadonlyMap<string, Kind> = new Map([
  ['{', '{'],
  ['[[', '[['],
  ['if', 'if'],
  ['for', 'loop'],
  ['select', 'loop'],
  ['while', 'loop'],
  ['until', 'loop'],
  ['case', 'case'],
]);
/** Words that close it. */
export const closers: ReadonlyMap<string, Kind> = new Map([
  ['}', '{'],
  ['fi', 'if'],
  ['done', 'loop'],
  ['esac', 'case'],
]);
/** Words after which a command may begin. */
export const between: ReadonlySet<string> = new Set(['then', 'elif', 'else', 'do', '!', 'coproc']);

/** Opens something within something else. `at`: how many commands have been found. */
export function openFrame(kind: Kind, arithmetic: boolean, outer: Frame | undefined, at: number): Frame {
  return {
    kind,
    backtick: kind === '`' || (kind !== '$(' && outer?.backtick === true),
    bracket: kind === '(' || kind === '$(' || kind === 'list' || (kind !== '`' && outer?.bracket === true),
    arithmetic,
    data: kind === 'list' || kind === '[[' || kind === 'case',
    stage: kind === 'case' ? 'subject' : 'body',
    quoted: false,
    words: [],
    inputs: undefined,
    word: undefined,
    literal: false,
    target: undefined,
    begin: at,
    part: at,
    parts: undefined,
    waits: false,
  };
}
