// Lines on a terminal that is too narrow for them: broken at spaces, so that words stay whole, and in commands as a shell goes on.
import { widthOf } from './terminal.ts';

interface Screen {
  readonly isTTY: boolean;
  readonly columns: number;
}

/** Columns that lines on a stream may take: no more than its terminal has, any number where there is none. */
export function columnsOf({ isTTY, columns }: Screen): number {
  return isTTY ? columns : Number.POSITIVE_INFINITY;
}

/** Writes lines for people: those that are too wide for a terminal are broken, elsewhere all stay as they are. */
export function tellOn(stream: Screen & { write(text: string): void }, text: string): void {
  stream.write(stream.isTTY ? wrapped(text.split('\n'), stream.columns).join('\n') : text);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: our own colours, which have no width
const color = /\x1b\[[0-9;]*m/g;

function shownWidth(text: string): number {
  return widthOf(text.replace(color, ''));
}

/** Columns at which a broken line goes on: below what follows its label, or a little further in than it began. */
function hangOf(line: string): number {
  const shown = line.replace(color, '');
  const label = /^\S+ {2,}(?=\S)/.exec(shown)?.[0].length ?? 0;
  const margin = /^ */.exec(shown)?.[0].length ?? 0;
  return label > 0 ? label : margin >= 8 ? margin : margin + 2;
}

/** The lines, those that are too wide broken. A word that is wider than any line stays whole. */
export function wrapped(lines: readonly string[], columns: number): string[] {
  return lines.flatMap((line) => (shownWidth(line) <= columns ? [line] : wrapLine(line, columns, hangOf(line))));
}

/** Paragraphs of prose, one on a line each, in so many columns: prose goes on where it began, an item below its words. */
export function filled(text: string, columns: number): string {
  const hang = (line: string) => /^ *(?:- )?/.exec(line)?.[0].length ?? 0;
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columns, hang(line)))
    .join('\n');
}

/**
 * One line, broken at spaces: each line but the first begins with `hang` spaces. Nothing before `from` is broken. A command is broken
 * between its words as in a shell, so that it can be copied; it begins at `command`, else where a line shows one.
 */
export function wrapLine(line: string, columns: number, hang: number, from = 0, command?: number): string[] {
  if (shownWidth(line) <= columns) return [line];
  const result: string[] = [];
  let current = '';
  let used = 0;
  const pieces = piecesOf(line, from, command);
  for (const [at, { text, inCommand }] of pieces.entries()) {
    const word = text.trimStart();
    const wide = hang + shownWidth(word);
    const room = columns - (pieces[at + 1]?.inCommand === true ? 2 : 0);
    used += shownWidth(text);
    // A CI runner would take a line that starts with :: for a command.
    const canBreak = current !== '' && text.startsWith(' ') && !word.startsWith('::');
    // Nothing is won by a break before what is too wide for any line.
    if (!canBreak || used <= room || wide > room) current += text;
    else {
      result.push(inCommand ? `${current} \\` : current);
      current = `${' '.repeat(hang)}${word}`;
      used = wide;
    }
  }
  return [...result, current];
}

interface Piece {
  /** A word with the spaces before it. */
  readonly text: string;
  /** Whether a command would fall apart before it. */
  readonly inCommand: boolean;
}

const commandIn = /super (?<=(?:^ *|^\S+ {2,}|: )super )[a-z](?:"[^"]*"|'[^']*'|[^;,"'])*/;
const word = / *[^ ]+/g;
const wordOfCommand = / *(?:"[^"]*"|'[^']*'|[^ ])+/g;

function piecesOf(line: string, from: number, asked: number | undefined): readonly Piece[] {
  const found = asked === undefined ? commandIn.exec(line) : null;
  const start = asked ?? found?.index ?? line.length;
  const end = found === null ? line.length : start + found[0].length;
  // Spaces belong to the word after them.
  const places = [0, from, start, end].map((at) => Math.max(from, line.slice(0, at).trimEnd().length));
  const part = (at: number) => line.slice(places[at], places[at + 1]);
  const inCommand = part(2).match(wordOfCommand) ?? [];
  return [
    ...(from === 0 ? [] : [{ text: line.slice(0, from), inCommand: false }]),
    ...(part(1).match(word) ?? []).map((text) => ({ text, inCommand: false })),
    ...inCommand.map((text, at) => ({ text, inCommand: at > 0 })),
    ...(line.slice(places[3]).match(word) ?? []).map((text) => ({ text, inCommand: false })),
  ];
}
