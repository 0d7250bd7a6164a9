// Sentences for what the YAML library finds. Its codes cover several causes, so that some rows look at its message too.
import type { ErrorCode } from 'yaml';
import { lineInQuotes, unquotedPlaceholder, type Wording } from './unquoted.ts';

const quote = 'put the value between quotes';
const listStart = 'start it on a line of its own below the key, or write [a, b]';

/** The library complains of the value above; the fault is the line below it. */
export const tooFar = 'this line is indented too far';

/**
 * Code; what its message, the rest of the line from the fault on, and the whole line look like, a line each; sentence; hint.
 * The first row that fits counts.
 */
const wordings: readonly (readonly [ErrorCode, RegExp, string, string])[] = [
  ['TAB_AS_INDENT', /./, 'tabs may not indent', 'use spaces'],
  ['BAD_INDENT', /sequence/, 'this list item does not line up with the ones before it', 'indent it as far as they are'],
  ['BAD_INDENT', /mapping items/, 'this line does not line up with the keys before it', 'indent it as far as they are'],
  ['BAD_INDENT', /scalar/i, 'this text is indented less than its block', 'indent every line of the block alike'],
  ['BLOCK_AS_IMPLICIT_KEY', /\n *-[A-Za-z].*$/, 'a dash needs a space after it', 'write "- key: value"'],
  ['BLOCK_AS_IMPLICIT_KEY', /Nested.*\n(?!.*:\s)/, tooFar, 'line it up with the key above'],
  ['BLOCK_AS_IMPLICIT_KEY', /Nested/, 'a value may not hold ": " without quotes', quote],
  ['BLOCK_AS_IMPLICIT_KEY', /./, 'a list may not start here', listStart],
  [
    'MISSING_CHAR',
    /Implicit map keys/,
    'expected "key: value" here',
    'a colon is missing, or the line is a text that is not indented',
  ],
  [
    'MISSING_CHAR',
    /Sequence item without/,
    'a list item must start with "- "',
    'indent it under its item, or add "- "',
  ],
  ['MISSING_CHAR', /Missing ,/, 'expected a comma here', 'separate the items with commas'],
  ['MISSING_CHAR', /space after :/, 'a colon must be followed by a space here', 'write "key: value"'],
  ['MISSING_CHAR', /Comments must/, 'a comment needs a space before its #', quote],
  ['MISSING_CHAR', /Tags and anchors/, 'an anchor or a tag needs a space after it', quote],
  [
    'MISSING_CHAR',
    /directives-end/,
    'directives must be followed by a line "---"',
    'delete the line that starts with %',
  ],
  ['MULTILINE_IMPLICIT_KEY', /\n *(?:- )*[\w-]+:[^\s:].*$/, 'a colon needs a space after it', 'write "key: value"'],
  ['MULTILINE_IMPLICIT_KEY', /./, 'expected "key: value" on this line', 'a colon or a quote is missing'],
  ['KEY_OVER_1024_CHARS', /./, 'a key may not be longer than 1,024 characters', 'a quote is missing nearby'],
  ['BAD_SCALAR_START', /./, 'a value may not start with this character', quote],
  ['BAD_DQ_ESCAPE', /./, 'there is no such escape in double quotes', 'use single quotes, or write the backslash twice'],
  ['BLOCK_IN_FLOW', /./, 'a block may not stand inside brackets', 'use commas inside [ ] and { }'],
  ['MULTIPLE_ANCHORS', /./, 'a value may have one anchor', quote],
  ['MULTIPLE_TAGS', /./, 'a value may have one tag', quote],
  ['BAD_ALIAS', /./, 'an anchor (&) or an alias (*) needs a name', quote],
  ['ALIAS_PROPS', /./, 'an alias may have neither tag nor anchor', 'delete them'],
  ['BAD_PROP_ORDER', /./, 'anchors and tags stand after the dash, the question mark or the colon', 'move it there'],
  ['BAD_DIRECTIVE', /./, 'there is no such directive', 'delete the line that starts with %'],
  ['TAG_RESOLVE_FAILED', /./, 'this tag cannot be read', quote],
  ['UNEXPECTED_TOKEN', /Unexpected ,|empty item/, 'a comma without an item before it', 'delete it'],
  [
    'UNEXPECTED_TOKEN',
    /Block scalar header|Not a YAML token/,
    'nothing may follow | or > on its line',
    'start the text on the next line',
  ],
  ['UNEXPECTED_TOKEN', /block-seq-ind on same line/, 'a list may not start here', listStart],
  [
    'UNEXPECTED_TOKEN',
    /flow-(seq|map)-end/,
    'this bracket closes nothing',
    'delete it, or put the value between quotes',
  ],
  [
    'UNEXPECTED_TOKEN',
    /at node end[\s\S]*'\w.*$/,
    'the quote before this ends the text',
    "inside single quotes write '' for ', or use double quotes",
  ],
  [
    'UNEXPECTED_TOKEN',
    /at node end/,
    'nothing may follow this value',
    'put quotes around all of it, or indent the line alike',
  ],
];

/** Our sentence for an error of the library, on a line of the text, of which `rest` is what stands from the fault on. */
export function wordingOf(code: ErrorCode, message: string, rest = '', line = ''): Wording {
  const unquoted = unquotedPlaceholder(line, line.length - rest.length);
  if (unquoted !== undefined) return unquoted;
  for (const [each, pattern, sentence, hint] of wordings) {
    if (each !== code || !pattern.test(`${message}\n${rest}\n${line}`)) continue;
    const right = hint === quote ? lineInQuotes(line) : undefined;
    return { message: sentence, hint: right === undefined ? hint : `${hint}: ${right}` };
  }
  return { message: 'this cannot stand here', hint: 'a quote, a colon, a comma or a bracket is missing nearby' };
}
