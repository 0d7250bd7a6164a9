/** A stretch of text: offsets in UTF-16 units, the end exclusive. */
export type Range = readonly [start: number, end: number];

/** A place in a text, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Offset to line and column; the line starts are gathered at the first call. */
export function positionsIn(text: string): (offset: number) => Position {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The part of a range that lies on its first line, without blanks at its end. */
export function onFirstLine(text: string, [start, end]: Range): Range {
  const newline = text.indexOf('\n', start);
  let last = newline === -1 ? end : Math.min(end, newline);
  while (last > start && isBlank(text.charCodeAt(last - 1))) last--;
  return [start, last];
}

/** The range moved forward to its first visible character, or back to the end of the text's last visible line. */
export function atVisible(text: string, [start, end]: Range): Range {
  let at = Math.min(start, text.length);
  while (at < text.length && isBlank(text.charCodeAt(at))) at++;
  if (at < text.length) return [at, Math.max(end, at + 1)];
  while (at > 0 && isBlank(text.charCodeAt(at - 1))) at--;
  return [at, at];
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
