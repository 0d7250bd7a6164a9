// Sentences for what the YAML library finds. Its codes cover several causes, so that some rows look at its message too.
import type { ErrorCode } from 'yaml';

/** What a syntax fault says. */
export interface Wording {
  readonly message: string;
  readonly hint: string;
}

const quote = 'put the value between quotes';

const wordings: readonly (readonly [ErrorCode, RegExp, string, string])[] = [
  ['TAB_AS_INDENT', /./, 'tabs may not indent', 'use spaces'],
  ['BAD_INDENT', /sequence/, 'this list item does not line up with the ones before it', 'indent it as far as they are'],
  [
    'BAD_INDENT',
    /mapping items/,
    'this line does not line up with the keys before it',
    'indent it as far as its neighbours are',
  ],
  ['BAD_INDENT', /scalar/i, 'this text is indented less than its block', 'indent every line of the block alike'],
  ['BLOCK_AS_IMPLICIT_KEY', /Nested mappings/, 'a value may not hold ": " without quotes', quote],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    /./,
    'a list may not start on the line of its key',
    'start it on the next line, or write [a, b]',
  ],
  [
    'MISSING_CHAR',
    /Implicit map keys/,
    'expected "key: value" here',
    'a colon is missing, or the line belongs to the text above and is not indented',
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
  ['MISSING_CHAR', /Tags and anchors/, 'an anchor or a tag needs a space after it', ''],
  [
    'MISSING_CHAR',
    /directives-end/,
    'directives must be followed by a line "---"',
    'delete the line that starts with %',
  ],
  ['MISSING_CHAR', /on same line with/, 'the document must start on the line after "---"', ''],
  ['MULTILINE_IMPLICIT_KEY', /./, 'a key must stand on one line', 'a colon or a quote is missing nearby'],
  ['KEY_OVER_1024_CHARS', /./, 'a key may not be longer than 1,024 characters', 'a quote is missing nearby'],
  ['BAD_SCALAR_START', /./, 'a value may not start with this character', quote],
  [
    'BAD_DQ_ESCAPE',
    /./,
    'no such escape sequence in double quotes',
    'use single quotes, or write the backslash twice: \\\\',
  ],
  ['BLOCK_IN_FLOW', /./, 'a block may not stand inside brackets', 'use commas inside [ ] and { }'],
  ['MULTIPLE_ANCHORS', /./, 'a value may have one anchor', ''],
  ['MULTIPLE_TAGS', /./, 'a value may have one tag', ''],
  ['BAD_ALIAS', /./, 'an anchor (&) or an alias (*) needs a name', quote],
  ['ALIAS_PROPS', /./, 'an alias may have neither tag nor anchor', ''],
  ['BAD_PROP_ORDER', /./, 'anchors and tags stand after the indicator', ''],
  ['BAD_DIRECTIVE', /./, 'no such directive', 'delete the line that starts with %'],
  ['UNEXPECTED_TOKEN', /Unexpected ,|empty item/, 'a comma without an item before it', 'delete it'],
  [
    'UNEXPECTED_TOKEN',
    /Block scalar header/,
    'nothing may follow | or > on its line',
    'start the text on the next line',
  ],
  [
    'UNEXPECTED_TOKEN',
    /block-seq-ind on same line/,
    'a list may not start on the line of its key',
    'start it on the next line, or write [a, b]',
  ],
];

/** Our sentence for an error of the library. */
export function wordingOf(code: ErrorCode, message: string): Wording {
  for (const [each, pattern, sentence, hint] of wordings) {
    if (each === code && pattern.test(message)) return { message: sentence, hint };
  }
  return { message: 'this cannot stand here', hint: 'a quote, a colon, a comma or a bracket is missing nearby' };
}
