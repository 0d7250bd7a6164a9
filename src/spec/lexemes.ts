// What can be said of a file while it is cut into lexemes: before anything is built of it, so that a hostile one costs little.
import type { CST, Parser } from 'yaml';
import type { Code } from '../diagnostics/catalogue.ts';
import { crowdFaults } from './crowds.ts';
import { maxAliases, maxBlanks, maxDepth, maxMarks, maxOddities, maxParts, maxText } from './limits.ts';
import type { Range } from './lines.ts';
import { wordingOf } from './syntax.ts';
import { aliasHint, depthHint, depthMessage, type PlacedFault } from './walk.ts';

/** Says what is wrong for good with each lexeme of `text`, in order, before `parser` takes it. */
export function lexemeFaults(parser: Parser, text: string): (lexeme: string) => PlacedFault | undefined {
  const crowdFault = crowdFaults(parser, text);
  const counts = { parts: 0, aliases: 0, anchors: 0, tags: 0, blanks: 0 };
  let isText = false;
  let grew = false;
  let atNewLine = true;
  const tooMany = (what: Counted, lexeme: string): PlacedFault | undefined =>
    ++counts[what] > limits[what].most ? overLimit(what, rangeOf(parser, lexeme)) : undefined;

  return (lexeme) => {
    // A document and a scalar stand on the stack besides maps and lists; the exact depth is counted later.
    if (parser.stack.length > maxDepth + 2)
      return { code: 'yaml-depth', message: depthMessage, hint: depthHint, range: rangeOf(parser, ' ') };
    const crowd = grew ? crowdFault() : undefined;
    if (crowd !== undefined) return crowd;
    grew = false;
    if (isText) {
      isText = false;
      return longText(lexeme, parser) ?? strayValue(parser);
    }
    // By number: this is done some fifty times for each task.
    const sign = lexeme.charCodeAt(0);
    if (sign === space || sign === tab) return undefined;
    const isEmptyLine = atNewLine;
    atNewLine = sign === lineFeed || sign === carriageReturn;
    if (atNewLine) return isEmptyLine ? tooMany('blanks', lexeme) : undefined;
    isText = sign === textFollows;
    if (isText) return tooMany('parts', lexeme);
    grew = structureSigns.has(sign);
    if (grew) return tooMany('parts', lexeme);
    if (sign === doubleQuote || sign === singleQuote) return tooMany('parts', lexeme) ?? quoteFault(lexeme, parser);
    if (sign === lessIndented) return openBracket(parser);
    const what = marks.get(sign);
    return what === undefined ? undefined : tooMany(what, lexeme);
  };
}

const [space, tab, lineFeed, carriageReturn, doubleQuote, singleQuote] = [0x20, 0x09, 0x0a, 0x0d, 0x22, 0x27];
/** The lexer's sign that the next lexeme is text, whatever it holds. */
const textFollows = 0x1f;
/** The lexer's sign that a line is indented less than the brackets that are still open. */
const lessIndented = 0x18;
/** How lexemes begin without which no map and no list grows. */
const structureSigns: ReadonlySet<number> = new Set([...'[{,-?:'].map((sign) => sign.charCodeAt(0)));

type Counted = 'parts' | 'aliases' | 'anchors' | 'tags' | 'blanks';

/** What else is counted, by how its lexemes begin. */
const marks: ReadonlyMap<number, Counted> = new Map(
  (
    [
      ['*', 'aliases'],
      ['&', 'anchors'],
      ['!', 'tags'],
      ['#', 'blanks'],
    ] as const
  ).map(([sign, what]) => [sign.charCodeAt(0), what]),
);

/** What a whole file may have only so many of. Of a text its sign is counted. */
const limits: Readonly<
  Record<Counted, { readonly most: number; readonly noun: string; readonly code: Code; readonly hint: string }>
> = {
  parts: { most: maxParts, noun: 'keys, values and list items', code: 'file-size', hint: 'split it' },
  aliases: { most: maxAliases, noun: 'aliases', code: 'yaml-aliases', hint: aliasHint },
  anchors: { most: maxMarks, noun: 'anchors', code: 'yaml-aliases', hint: 'delete those that no alias uses' },
  tags: { most: maxMarks, noun: 'tags', code: 'yaml-tag', hint: 'delete them' },
  blanks: { most: maxBlanks, noun: 'blank lines and comments', code: 'file-size', hint: 'delete them' },
};

function overLimit(what: Counted, range: Range): PlacedFault {
  const { most, noun, code, hint } = limits[what];
  return { code, message: `the file has more than ${most.toLocaleString('en-US')} ${noun}`, hint, range };
}

function rangeOf({ offset }: Parser, lexeme: string): Range {
  return [offset, offset + lexeme.length];
}

function longText(lexeme: string, parser: Parser): PlacedFault | undefined {
  if (lexeme.length <= maxText) return undefined;
  const message = `this text has more than ${maxText.toLocaleString('en-US')} characters`;
  const hint = 'put it into a file that the agents read';
  return { code: 'file-size', message, hint, range: rangeOf(parser, lexeme) };
}

/** Values after a value that has ended: one may be a slip and is told with what else there is, a thousand are none. */
function strayValue({ stack }: Parser): PlacedFault | undefined {
  const top = stack.at(-1);
  if (top === undefined || !('end' in top) || top.end === undefined || top.end.length <= maxOddities) return undefined;
  const stray = top.end.find(({ type }) => !blankTokens.has(type));
  if (stray === undefined) return undefined;
  const range: Range = [stray.offset, stray.offset + stray.source.length];
  return { code: 'yaml-syntax', ...wordingOf('UNEXPECTED_TOKEN', 'Unexpected text at node end'), range };
}

const blankTokens: ReadonlySet<CST.Token['type']> = new Set(['space', 'comment', 'newline'] as const);

function quoteFault(lexeme: string, parser: Parser): PlacedFault | undefined {
  return openQuote(lexeme, lexeme[0] === '"' ? '"' : "'", parser) ?? longText(lexeme, parser) ?? strayValue(parser);
}

function openQuote(lexeme: string, quote: '"' | "'", parser: Parser): PlacedFault | undefined {
  if (isClosed(lexeme, quote)) return undefined;
  const hint = `add ${quote} at the end of the text; its other lines must be indented`;
  return { code: 'yaml-syntax', message: 'this quote is never closed', hint, range: rangeOf(parser, lexeme) };
}

function isClosed(lexeme: string, quote: '"' | "'"): boolean {
  // Quotes inside single quotes come in pairs.
  if (quote === "'") return lexeme.split("'").length % 2 === 1;
  let slashes = 0;
  while (lexeme[lexeme.length - 2 - slashes] === '\\') slashes++;
  return lexeme.length > 1 && lexeme.endsWith(quote) && slashes % 2 === 0;
}

/** The innermost bracket that is still open, as a fault; undefined where there is none. */
export function openBracket({ stack }: Parser): PlacedFault | undefined {
  const open = stack.findLast((each) => each.type === 'flow-collection' && each.end.length === 0);
  if (open?.type !== 'flow-collection') return undefined;
  const bracket = open.start.source;
  return {
    code: 'yaml-syntax',
    message: `this ${bracket} is never closed`,
    hint: `add ${bracket === '[' ? ']' : '}'}; a text that starts with ${bracket} needs quotes`,
    range: [open.offset, open.offset + 1],
  };
}
