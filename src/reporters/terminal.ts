// Text of agents and files on its way to a terminal. Nothing that they say may move the cursor, change a colour, set a
// title, fill the clipboard or turn the reading direction.

// Control strings (OSC, DCS, APC, PM, SOS) end at BEL or ST; an unterminated one is taken to end with its line, so that
// a stray byte cannot swallow everything after it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const controlString = /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\r\n]*(?:\x07|\x1b\\|\x9c)?/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const sequence = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b[ -/]*[0-~]?/g;
const blank = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/** The text as one line of visible characters: tabs and line ends become spaces, escape sequences and invisible characters go. */
export function clean(text: string): string {
  if (isPlain(text)) return text;
  // Control characters; direction marks and overrides; characters without any appearance. Here, and not above, because to
  // look up properties of characters takes longer than most texts do.
  const invisible =
    /[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
  return text
    .toWellFormed()
    .replace(controlString, '')
    .replace(sequence, '')
    .replace(blank, ' ')
    .replace(invisible, '');
}

const plain = /^[ -~]*$/;
let graphemes: Intl.Segmenter | undefined;

function isPlain(text: string): boolean {
  return plain.test(text);
}

// Terminals disagree about joined emoji; the widest reading is taken, because a line that is too long wraps.
function widthOfParts(text: string): number {
  const wide =
    /[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
  const zero = /\p{Mn}|\p{Me}|\u200c|\u200d|[\ufe00-\ufe0e]/u;
  let width = 0;
  for (const character of text)
    width += character === '\ufe0f' ? 1 : zero.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** Most columns that clean text takes on a terminal. */
export function widthOf(text: string): number {
  if (isPlain(text)) return text.length;
  return widthOfParts(text);
}

/** Clean text in at most `width` columns; what is cut ends in an ellipsis. */
export function cut(text: string, width: number): string {
  if (width <= 0) return '';
  // A line of a megabyte costs no more than what can be seen of it: no grapheme in use is longer than this.
  const start = text.length > width * 32 ? text.slice(0, width * 32).toWellFormed() : text;
  if (start === text && widthOf(text) <= width) return text;
  if (isPlain(start)) return `${start.slice(0, width - 1)}…`;
  let result = '';
  let used = 0;
  // Made when first needed: loading the data of all scripts takes six milliseconds.
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(start)) {
    used += widthOfParts(segment);
    if (used > width - 1) break;
    result += segment;
  }
  return `${result}…`;
}

/** Clean text in at most `width` columns; what is cut out of its middle is an ellipsis: names differ at their ends, too. */
export function cutMiddle(text: string, width: number): string {
  if (!isPlain(text) || text.length <= width || width < 3) return cut(text, width);
  const end = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}

/** Clean text in exactly `width` columns, cut in its middle or filled up with spaces. */
export function padMiddle(text: string, width: number): string {
  return pad(cutMiddle(text, width), width);
}

/** Clean text in exactly `width` columns, filled up with spaces. */
export function pad(text: string, width: number): string {
  const shown = cut(text, width);
  return shown + ' '.repeat(Math.max(0, width - widthOf(shown)));
}
