import { printable, widthOf } from '../diagnostics/printable.ts';
import { cut } from '../reporters/terminal.ts';
import type { Stream } from './command.ts';

/** Fewest columns that a last column keeps, however narrow the terminal is. */
const leastWidth = 8;

/**
 * Rows as lines of aligned columns, two spaces apart. Whatever a file said is made harmless for a terminal; where `stream` is
 * one, the last column is cut to its width.
 */
export function columns(rows: readonly (readonly string[])[], stream?: Stream): string {
  const cells = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of cells) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
    });
  }
  const last = widths.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0);
  const room = stream?.isTTY ? Math.max(stream.columns - before, leastWidth) : Number.POSITIVE_INFINITY;
  const fit = (cell: string, at: number) =>
    at === last ? cut(cell, room) : cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell));
  return cells.map((row) => `${row.map(fit).join('  ').trimEnd()}\n`).join('');
}

/** The same, but on a terminal only with as many columns, from the first on, as fit beside each other. */
export function fittingColumns(rows: readonly (readonly string[])[], stream: Stream): string {
  if (!stream.isTTY) return columns(rows);
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, widthOf(printable(cell)));
    });
  }
  let used = -2;
  const fit = widths.findIndex((width) => {
    used += width + 2;
    return used > stream.columns;
  });
  return columns(
    rows.map((row) => row.slice(0, fit === -1 ? row.length : Math.max(1, fit))),
    stream,
  );
}
