// Lines on a terminal that is too narrow for them: broken at spaces, so that what is to be copied stays whole.
import { widthOf } from './terminal.ts';

/** Columns that lines on a stream may take: no more than its terminal has, any number where there is none. */
export function columnsOf({ isTTY, columns }: { readonly isTTY: boolean; readonly columns: number }): number {
  return isTTY ? columns : Number.POSITIVE_INFINITY;
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

/** The lines, those that are too wide broken at single spaces. A word that is wider than any line stays whole. */
export function wrapped(lines: readonly string[], columns: number): string[] {
  return lines.flatMap((line) => (shownWidth(line) <= columns ? [line] : wrapLine(line, columns, hangOf(line))));
}

/** One line, broken at single spaces: each line but the first begins with `hang` spaces, each but the last ends with the mark. */
export function wrapLine(line: string, columns: number, hang: number, mark = ''): string[] {
  if (shownWidth(line) <= columns) return [line];
  const result: string[] = [];
  let current = '';
  const words = line.split(/(?<=[^ ]) (?=[^ ])/);
  for (const [at, word] of words.entries()) {
    const room = at === words.length - 1 ? columns : columns - mark.length;
    const longer = current === '' ? word : `${current} ${word}`;
    // Nothing is won by a break before what is too wide for any line.
    if (current === '' || shownWidth(longer) <= room || hang + shownWidth(word) > room) current = longer;
    else {
      result.push(`${current}${mark}`);
      current = `${' '.repeat(hang)}${word}`;
    }
  }
  return [...result, current];
}
