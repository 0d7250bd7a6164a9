import { printable, widthOf } from '../diagnostics/printable.ts';
import { wrapLine } from '../reporters/wrap.ts';
import type { Stream } from './command.ts';

/** Fewest columns in which a last column is broken into lines; with fewer it gets lines of its own. */
const leastWidth = 24;
/** Most lines for a row whose columns are aligned; with more its cells follow each other. */
const mostBands = 2;
/** Columns by which what does not fit beside the first columns stands further in. */
const indent = 2;

/**
 * Rows as lines of aligned columns, two spaces apart. Whatever a file said is made harmless for a terminal; where `stream` is one and
 * the columns do not fit beside each other, those that do not stand below the others, and text is broken at words: nothing is cut.
 */
export function columns(rows: readonly (readonly string[])[], stream?: Stream): string {
  const cells = rows.map((row) => row.map(printable));
  const widths = widthsOf(cells);
  const room = stream?.isTTY ? stream.columns : Number.POSITIVE_INFINITY;
  const bands = bandsOf(cells, widths, room);
  const lines = cells.flatMap((row) =>
    bands.length > mostBands ? flow(row, room) : bands.flatMap((band, at) => bandOf(row, band, at, widths, room)),
  );
  return lines.map((line) => `${line}\n`).join('');
}

/** The same, but on a terminal only with the columns that fit beside each other, or on two lines where `first` of them do not. */
export function fittingColumns(rows: readonly (readonly string[])[], first: number, stream: Stream): string {
  const cells = rows.map((row) => row.map(printable));
  const [beside = [], below = []] = bandsOf(
    cells,
    widthsOf(cells),
    stream.isTTY ? stream.columns : Number.POSITIVE_INFINITY,
  );
  const most = beside.length >= first ? beside.length : Math.max(first, beside.length + below.length);
  return columns(
    rows.map((row) => row.slice(0, most)),
    stream,
  );
}

function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
    });
  }
  return widths;
}

/** Which columns stand beside each other: as many as fit, the others below them. */
function bandsOf(
  cells: readonly (readonly string[])[],
  widths: readonly number[],
  room: number,
): readonly (readonly number[])[] {
  const bands: number[][] = [[]];
  let used = 0;
  for (const [at, width] of widths.entries()) {
    const band = bands.at(-1) as number[];
    const left = room - used - 2;
    const breaks = at === widths.length - 1 && left >= leastWidth && widestWord(cells, at) <= left;
    if (band.length === 0 || width <= left || breaks) {
      used += width + (band.length === 0 ? 0 : 2);
      band.push(at);
    } else {
      bands.push([at]);
      used = indent + width;
    }
  }
  return bands;
}

function widestWord(cells: readonly (readonly string[])[], at: number): number {
  return cells.reduce(
    (most, row) => (row[at] ?? '').split(' ').reduce((widest, word) => Math.max(widest, widthOf(word)), most),
    0,
  );
}

function bandOf(
  row: readonly string[],
  band: readonly number[],
  at: number,
  widths: readonly number[],
  room: number,
): string[] {
  const last = row[band.at(-1) ?? 0] ?? '';
  const before = band.slice(0, -1).map((each) => `${fill(row[each] ?? '', widths[each] ?? 0)}  `);
  const lead = ' '.repeat(at === 0 ? 0 : indent) + before.join('');
  const line = `${lead}${last}`.trimEnd();
  return line === '' ? [] : wrapLine(line, room, widthOf(lead), lead.length);
}

function flow(row: readonly string[], room: number): string[] {
  return wrapLine(row.filter((cell) => cell !== '').join('  '), room, indent);
}

function fill(cell: string, width: number): string {
  return cell + ' '.repeat(width - widthOf(cell));
}
