import type { Diagnostic } from './diagnostic.ts';
import { printable, printableCharacter, printableLines, widthOf } from './printable.ts';

/** Paints a part of a rendered diagnostic. */
export type Paint = (
  part: 'place' | 'error' | 'warning' | 'code' | 'gutter' | 'caret' | 'hint',
  text: string,
) => string;

/** Widest excerpt of a source line; a longer line is shown around its fault. */
const maxColumns = 120;
/** Most further lines of a hint that are words. */
const mostWords = 2;
/** Narrowest one, however narrow the terminal is. */
const leastColumns = 16;

/** How wide text may be, and how a line that is too wide is broken; nothing before `from` is. */
export interface Layout {
  readonly columns: number;
  readonly wrap: (line: string, columns: number, hang: number, from: number) => string[];
}

const unlimited: Layout = { columns: Number.POSITIVE_INFINITY, wrap: (line) => [line] };

/**
 * Diagnostics for people, in the order given: the place in GNU form, the source line where `textOf` knows the file, the fault
 * underlined, and the hint beside it; further lines of a hint follow below, all indented alike, so that YAML stays YAML.
 * Where the layout has fewer columns, excerpts are cut to them, a hint that does not fit beside its fault follows below, and messages
 * are broken: after the first word, or where that does not fit, after the place. In pipes, which programs read, nothing is broken.
 */
export function renderText(
  diagnostics: readonly Diagnostic[],
  textOf: (file: string) => string | undefined,
  paint: Paint = (_part, text) => text,
  layout: Layout = unlimited,
): string {
  const lines = new Map<string, readonly string[] | undefined>();
  const lineOf = ({ file, line }: Diagnostic): string | undefined => {
    if (!lines.has(file))
      lines.set(
        file,
        textOf(file)
          ?.replace(/^\ufeff/, '')
          .split('\n'),
      );
    const text = lines.get(file)?.[line - 1];
    return text?.endsWith('\r') ? text.slice(0, -1) : text;
  };
  return diagnostics.map((each) => `${renderOne(each, lineOf(each), paint, layout).join('\n')}\n`).join('');
}

function renderOne(diagnostic: Diagnostic, source: string | undefined, paint: Paint, layout: Layout): string[] {
  const { line, hint } = diagnostic;
  const head = headOf(diagnostic, paint, layout);
  const [first = '', ...more] = hint === '' ? [] : printableLines(hint).split('\n');
  const margin = ' '.repeat(String(line).length + 2);
  const { columns, wrap } = layout;
  const hinted = (text: string) => wrap(`${margin}  ${paint('hint', text)}`, columns, margin.length + 4, 0);
  // Much text is YAML, which a break would change.
  const kept = more.length > mostWords ? (text: string) => [`${margin}  ${paint('hint', text)}`] : hinted;
  const below = more.flatMap((text) => (text === '' ? [''] : kept(text)));
  if (source === undefined) return first === '' ? head : [...head, ...hinted(first), ...below];
  const { shown, before, carets } = excerpt(source, diagnostic, columns - margin.length - 2);
  const gutter = paint('gutter', '|');
  const marks = `${margin}${gutter} ${' '.repeat(before)}${paint('caret', carets)}`;
  const isBeside = margin.length + 2 + before + carets.length + 1 + widthOf(first) <= columns;
  return [
    ...head,
    `${paint('gutter', ` ${line} |`)} ${shown}`.trimEnd(),
    ...(isBeside ? [`${marks} ${paint('hint', first)}`.trimEnd()] : [marks, ...(first === '' ? [] : hinted(first))]),
    ...below,
  ];
}

/** What is wrong, and where, in GNU form. */
function headOf({ file, line, column, severity, message, code }: Diagnostic, paint: Paint, layout: Layout): string[] {
  const { columns, wrap } = layout;
  const place = `${printable(file)}:${line}:${column}:`;
  const said = printable(message);
  const firstWord = said.split(' ', 1)[0] ?? '';
  const fault = `${paint(severity, `${severity}:`)} ${said} ${paint('code', `[${code}]`)}`;
  if (widthOf(`${place} ${severity}: ${firstWord}`) > columns)
    return [paint('place', place), ...wrap(`    ${fault}`, columns, 4, 0)];
  const head = `${paint('place', place)} ${paint(severity, `${severity}:`)} ${firstWord}`;
  return wrap(`${paint('place', place)} ${fault}`, columns, 4, head.length);
}

interface Excerpt {
  readonly shown: string;
  /** Columns left of the fault. */
  readonly before: number;
  readonly carets: string;
}

function excerpt(source: string, { line, column, end_line, end_column }: Diagnostic, columns: number): Excerpt {
  const from = Math.min(column - 1, source.length);
  const to = end_line > line ? source.length : Math.min(Math.max(end_column - 1, from), source.length);
  const most = Math.max(Math.min(maxColumns, columns), leastColumns);
  const isLong = source.length > most || (columns < maxColumns && widthOf(printable(source)) > most);
  const start = isLong ? startOf(source, from, most / 2) : 0;
  const lead = `${start > 0 ? '…' : ''}${printable(source.slice(start, from))}`;
  // The ellipsis at the end takes a column too, where columns are counted.
  const end = Number.isFinite(columns) ? 1 : 0;
  const room = isLong ? Math.max(most - widthOf(lead) - end, most / 4) : Number.POSITIVE_INFINITY;
  const fault = fitting(source.slice(from, to), room);
  const rest = fitting(source.slice(to), room - widthOf(fault.text));
  const tail = fault.isCut || rest.isCut ? '…' : '';
  return {
    shown: `${lead}${fault.text}${fault.isCut ? '' : rest.text}${tail}`,
    before: widthOf(lead),
    carets: `^${'~'.repeat(Math.max(widthOf(fault.text) - 1, 0))}`,
  };
}

/** Where to begin, so that what stands before the fault takes so many columns at most. */
function startOf(source: string, from: number, columns: number): number {
  let start = wholeCharacter(source, from - columns);
  while (start < from && widthOf(printable(source.slice(start, from))) > columns)
    start = wholeCharacter(source, start + 1);
  return start;
}

/** As much of a text, printable, as the columns hold. */
function fitting(text: string, columns: number): { readonly text: string; readonly isCut: boolean } {
  let shown = '';
  let left = columns;
  for (const character of text) {
    const next = printableCharacter(character);
    left -= widthOf(next);
    if (left < 0) return { text: shown, isCut: true };
    shown += next;
  }
  return { text: shown, isCut: false };
}

/** The offset, moved forward where it would cut a character in two. */
function wholeCharacter(text: string, offset: number): number {
  const at = Math.max(offset, 0);
  return /[\udc00-\udfff]/.test(text.charAt(at)) ? at + 1 : at;
}
