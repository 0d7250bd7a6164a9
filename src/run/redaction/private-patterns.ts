// What gives itself away by its form: keys of known services, addresses of people, their folders. Only forms that hardly
// anything else has: what is replaced is lost for whoever looks for a fault. Blanks are those of ASCII: \s is half of some letters, too.
import { latin1, type Pattern } from './scanners.ts';
import { utf8 } from './secret-forms.ts';

/** What a pattern finds, as people are told. */
export type PrivateKind = 'key' | 'e-mail address' | 'folder' | 'name' | 'torn word';

/** What takes the place of a key. */
const insteadOfKey = '[redacted:key]';

/** Where a word can begin: behind no other one, but behind an escape of JSON, of an address or of a terminal. */
const begin = String.raw`(?:(?<![\w\\-])|(?<=\\[nrtbfv])|(?<=\\u[0-9a-fA-F]{4})|(?<=%[0-9a-fA-F]{2})|(?<=\[[0-9;]{0,12}m))`;

/** Keys that begin with a word of their service. */
const marked: readonly string[] = [
  String.raw`sk-ant-[\w-]{8,4096}`,
  String.raw`sk-(?=[\w-]{0,200}[0-9A-Z])[\w-]{16,4096}`,
  String.raw`[prs]k_(?:live|test)_\w{8,4096}`,
  String.raw`whsec_[\w+/=]{16,4096}`,
  String.raw`gh[pousr]_\w{16,4096}`,
  String.raw`github_pat_\w{16,4096}`,
  String.raw`gl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent|oas)-[\w.-]{16,4096}`,
  'A(?:KIA|SIA|BIA|CCA|GPA|IDA|ROA)[A-Z0-9]{16}(?![A-Za-z0-9])',
  String.raw`AIza[\w-]{30,4096}`,
  String.raw`GOCSPX-[\w-]{16,4096}`,
  String.raw`ya29\.[\w-]{16,4096}`,
  String.raw`xox[abeoprs](?:\.xox[bp])?-[\w-]{8,4096}`,
  String.raw`xapp-[\w-]{16,4096}`,
  String.raw`npm_\w{16,4096}`,
  String.raw`pypi-[\w-]{32,4096}`,
  String.raw`hf_\w{20,4096}`,
  String.raw`(?:gsk|r8|pplx|tvly|fw)[_-]\w{24,4096}`,
  String.raw`xai-\w{24,4096}`,
  'do[opr]_v1_[a-f0-9]{32,4096}',
  String.raw`SG\.[\w-]{16,128}\.[\w-]{16,128}`,
  String.raw`dckr_(?:pat|oat)_[\w-]{16,4096}`,
  '(?:shpat|shpca|shppa|shpss)_[a-fA-F0-9]{32}',
  String.raw`lin_api_\w{24,4096}`,
  String.raw`sntry[su]_[\w+/=]{24,4096}`,
  String.raw`(?:hvs|hvb)\.[\w-]{24,4096}`,
  String.raw`eyJ[\w-]{8,16384}\.[\w-]{8,16384}\.[\w-]{0,16384}`,
  'AGE-SECRET-KEY-1[A-Z0-9]{16,4096}',
];

/** The same pattern for UTF-16: behind each letter, but the last one of a text, stands a NUL. */
function widened(source: string): string {
  return source.replace(/(\{[\d,]+\}|\(\?<?[:=!])|\\.|\[(?:\\.|[^\]])*\]|[\w-]/g, (part, structure?: string) =>
    structure === undefined ? String.raw`(?:${part}\0)` : part,
  );
}

/** No longer than patterns may find. */
const wideMarked = widened(marked.join('|').replaceAll('16384', '4096'));

/** A private key: to its end, or as far as it looks like one where its end is missing. */
const block = (() => {
  const dashes = '-{5}';
  const body = String.raw`(?:[\s\S]{0,32768}?${dashes}END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?${dashes}|[\w+/=:,.\\\t-\r -]{0,32768})`;
  return `${dashes}BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?${dashes}${body}`;
})();

/** The end of one whose beginning was cut off. What is rare comes first, and what stands before it is looked at then. */
const blockEnd = (() => {
  const line = (least: number) =>
    String.raw`(?:(?<![\w+/=\\-])|(?<=\\n))[\w+/=-]{${least},128}(?:\r?\n|(?:\\{1,4}r)?\\{1,4}n)`;
  const end = '-{5}END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-{5}';
  return `${end}(?<=((?:${line(1)})?(?:${line(32)}){0,110}(?:${line(1)})?${end}))`;
})();

/** Between the name of something and its value: in a header, in JSON, in JSON within JSON. */
const is = String.raw`["'\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4}`;
const credential = String.raw`[\w.~+/=%-]`;

/**
 * Where this program leaves something out of a text that it hands on, there may be one half of a key: the word before goes, and the
 * rest of the line behind. The end of a log may be all of it: its first word goes only where it looks like a key.
 */
const torn = (() => {
  const line = String.raw`(?:\n|\\{1,4}n)`;
  const mark = String.raw`\[\.\.\. \d{1,15} bytes (?:left out|cut here) \.\.\.\]`;
  const word = String.raw`[^\t-\r "'<>\\]{4,4096}`;
  const likeKey = String.raw`(?=[^\t-\r "'<>\\]{0,128}[\d_+/=]|[^\t-\r "'<>\\]{12})`;
  return [
    String.raw`${mark}(?<=(?:(?<=\\[nrtbfv])|(?<![^\t-\r "'<>]))(${word})${line}${mark})`,
    String.raw`${mark}${line}([^\n"\\]{1,4096})`,
    `--- end of std(?:out|err) ---${line}(${likeKey}${word})`,
  ];
})();

/** Keys that stand behind a word which says that they are some. */
const announced: readonly string[] = [
  String.raw`\b(?:authorization${is}(?:bearer|basic|token)|bearer(?=\s{1,4}${credential}{0,512}\d))\s{1,4}(${credential}{12,16384})`,
  String.raw`\b(?:x-api-key|x-goog-api-key|api-key|x-auth-token|private-token)${is}(${credential}{8,4096})`,
  String.raw`(?:password|passwd|secret|api_?key|(?:access|refresh|auth|id)_?token)["'\\]{1,4}\s{0,4}:\s{0,4}["'\\]{1,4}(?!\[redacted:)([^\t-\r "'<>\\]{8,4096})(?=["'\\])`,
  String.raw`://[^\t-\r /:@"'<>\\]{0,128}:([^\t-\r /@"'<>\\]{1,256})@`,
  String.raw`hooks\.slack\.com/(?:services|workflows)/([\w/-]{16,256})`,
];

/** Variables that say of themselves that they hold a key, as a shell prints them. */
const assigned = String.raw`\b[A-Z][A-Z0-9_]{0,64}(?:_KEY|_TOKEN|SECRET|PASSWORD|PASSWD)=["']?([^\t-\r "'$\x60\\<>(){}]{8,4096})`;

const mail = (() => {
  const at = String.raw`(?:@|%40|\\u0040|&#(?:64|x40);|&commat;)`;
  const before = String.raw`(?:(?<=\\[nrtbfv])|(?<=%[0-9a-fA-F]{2})|(?<=\[[0-9;]{0,12}m)|(?<![\w.+\\%-]))`;
  const domain = String.raw`(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])`;
  return String.raw`${at}(?<=(${before}[\w.+-]{1,64}${at}))(${domain})`;
})();

/** What ends the name of a folder in a text. */
const namePart = String.raw`[^\t-\r /\\"'<>|:;,)(\][{}*?&%#\x60=$]{1,128}`;
const slash = String.raw`(?:\\?/|%2[fF]|&#(?:47|x2[fF]);)`;
/** Where an absolute path can begin: behind no other folder of it. */
const pathBegin = String.raw`(?:(?<![\w.~/\\-])|(?<=file:\\?/\\?/)|(?<=\\[nrtbfv"\\])|(?<=\\u[0-9a-fA-F]{4})|(?<=%[0-9a-fA-F]{2})|(?<=\[[0-9;]{0,12}m))`;

const homes = [
  `${pathBegin}${slash}(?:home|Users)${slash}(?!user(?![\\w.-]))${namePart}`,
  String.raw`\b[A-Za-z]:(?:\\{1,4}|/)Users(?:\\{1,4}|/)(?!user(?![\w.-]))${namePart}`,
];

/** Patterns for what has the same form everywhere. */
export const privatePatterns: readonly (Pattern & { readonly kind: PrivateKind })[] = [
  {
    kind: 'key',
    expression: new RegExp(`(?=${marked.join('|')})${begin}(?:${marked.join('|')})`, 'g'),
    instead: insteadOfKey,
  },
  { kind: 'key', expression: new RegExp(`(?<![\\w-]\\0)(?:${wideMarked})`, 'g'), instead: insteadOfKey },
  { kind: 'key', expression: new RegExp(block, 'g'), instead: insteadOfKey },
  { kind: 'key', expression: new RegExp(blockEnd, 'gd'), instead: insteadOfKey },
  ...torn.map(
    (each) => ({ kind: 'torn word', expression: new RegExp(each, 'gd'), instead: '[redacted:torn word]' }) as const,
  ),
  ...announced.map((each) => ({ kind: 'key', expression: new RegExp(each, 'gid'), instead: insteadOfKey }) as const),
  { kind: 'key', expression: new RegExp(assigned, 'gd'), instead: insteadOfKey },
  { kind: 'e-mail address', expression: new RegExp(mail, 'gd'), instead: '[redacted:e-mail]' },
  ...homes.map((each) => ({ kind: 'folder', expression: new RegExp(each, 'g'), instead: '/home/user' }) as const),
];

/** A pattern for paths in folders that people make at the top of a disk; but not for those in the known folders. */
export function topsPattern(tops: readonly string[], known: readonly string[]): Pattern & { kind: PrivateKind } {
  const not = known.map((path) => `(?!${escaped(path)}(?![\\w.-]))`).join('');
  const top = `/(?:${tops.map(escaped).join('|')})(?:/${namePart}){1,64}`;
  return { kind: 'folder', expression: new RegExp(`${pathBegin}${not}${top}`, 'g'), instead: '/elsewhere' };
}

/** A pattern for a folder at the top of the disk, whose name is too short to be looked for everywhere. */
export function topPattern(path: string, instead: string): Pattern & { kind: PrivateKind } {
  return { kind: 'folder', expression: new RegExp(`${pathBegin}${escaped(path)}(?![\\w.-])`, 'g'), instead };
}

/** A pattern for the name of a person or a machine: as a word, in small and capital letters, also at a hump of aLongName. */
export function namePattern(name: string, instead: string): Pattern & { kind: PrivateKind } {
  const letters = Array.from(escaped(name), (letter) =>
    /[A-Za-z]/.test(letter) ? `[${letter.toLowerCase()}${letter.toUpperCase()}]` : letter,
  ).join('');
  const before = String.raw`(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z])|(?<=\\[nrtbfv])|(?<=\\u[0-9a-fA-F]{4})|(?<=%[0-9a-fA-F]{2})|(?<=\[[0-9;]{0,12}m))`;
  return { kind: 'name', expression: new RegExp(`${before}${letters}(?![a-z])`, 'g'), instead };
}

/** A text as patterns see it, letter by letter. */
function escaped(text: string): string {
  return latin1(utf8(text)).replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}
