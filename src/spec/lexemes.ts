// What can be said of a file while it is cut into lexemes: before anything is built of it, so that a hostile one costs little.
import type { Parser } from 'yaml';
import { maxAliases, maxDepth, maxParts } from './limits.ts';
import type { Range } from './lines.ts';
import { aliasHint, depthHint, depthMessage, type PlacedFault } from './walk.ts';

/** Says what is wrong for good with each lexeme of a text, in order, before `parser` takes it. */
export function lexemeFaults(parser: Parser): (lexeme: string) => PlacedFault | undefined {
  let isText = false;
  let aliases = 0;
  let parts = 0;
  return (lexeme) => {
    // A document and a scalar stand on the stack besides maps and lists; the exact depth is counted later.
    if (parser.stack.length > maxDepth + 2)
      return { code: 'yaml-depth', message: depthMessage, hint: depthHint, range: rangeOf(parser, ' ') };
    if (isText) {
      isText = false;
      return undefined;
    }
    isText = lexeme === textFollows;
    if (partSigns.has(lexeme[0]) && ++parts > maxParts)
      return { code: 'file-size', message: partsMessage(), hint: 'split it', range: rangeOf(parser, lexeme) };
    if (lexeme[0] === '*' && ++aliases > maxAliases)
      return {
        code: 'yaml-aliases',
        message: `more than ${maxAliases} aliases in one file`,
        hint: aliasHint,
        range: rangeOf(parser, lexeme),
      };
    return lexeme === lessIndented ? openBracket(parser) : openQuote(lexeme, parser);
  };
}

/** The lexer's sign that the next lexeme is text, whatever it holds. */
const textFollows = '\x1f';
/** The lexer's sign that a line is indented less than the brackets that are still open. */
const lessIndented = '\x18';
/** How lexemes begin of which each becomes something in memory. */
const partSigns: ReadonlySet<string | undefined> = new Set([textFollows, ...'"\'*[{,-?:']);

function partsMessage(): string {
  return `the file has more than ${maxParts.toLocaleString('en-US')} keys, values and list items`;
}

function rangeOf({ offset }: Parser, lexeme: string): Range {
  return [offset, offset + lexeme.length];
}

function openQuote(lexeme: string, parser: Parser): PlacedFault | undefined {
  const quote = lexeme[0];
  if ((quote !== '"' && quote !== "'") || isClosed(lexeme, quote)) return undefined;
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
