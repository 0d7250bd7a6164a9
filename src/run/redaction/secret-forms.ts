// The forms in which the value of a secret may turn up in what agents write: as it is, and as tools write it down.

/** Forms of one value. */
export interface SecretForms {
  /** To be found as they are. */
  readonly texts: readonly string[];
  /** UTF-16, of both orders: to be found as they are. */
  readonly wide: readonly Uint8Array[];
  /** Base64 and hexadecimal: to be found with line ends in between, too. */
  readonly wrapped: readonly string[];
}

/** Fewest characters of a value that can be found without finding half the language. */
export const shortestSecret = 4;

/** Most characters of what is looked for byte by byte: nobody spells out a longer one, and its forms would be many times as long. */
const longestSpelled = 4096;

/** Fewest characters of a line that counts as a secret itself. */
const shortestLine = 8;

/** Every form of a value, and of each of its lines where it has several. */
export function formsOf(value: string): SecretForms {
  const texts = new Set<string>();
  const wide: Uint8Array[] = [];
  const wrapped = new Set<string>();
  for (const part of partsOf(value.toWellFormed())) {
    const bytes = utf8(part);
    for (const form of [part, ...jsonForms(part), ...percentForms(part), ...shellForms(part)]) texts.add(form);
    for (const form of base64Forms(bytes)) wrapped.add(form);
    if (part.length > longestSpelled) continue;
    for (const form of [...htmlForms(part), ...wideJsonForms(part), ...byteLists(bytes)]) texts.add(form);
    for (const form of hexForms(bytes)) wrapped.add(form);
    wide.push(...wideForms(part));
  }
  return { texts: [...texts], wide, wrapped: [...wrapped] };
}

/** The value, without the blanks around it too, and its lines. */
function partsOf(value: string): ReadonlySet<string> {
  const lines = value.split(/\r\n|\r|\n/);
  const longLines = lines.length === 1 ? [] : lines.flatMap((line) => [line, line.trim()]);
  const trimmed = value.trim();
  return new Set([
    value,
    ...(trimmed.length >= shortestSecret ? [trimmed] : []),
    ...longLines.filter((line) => line.length >= shortestLine),
  ]);
}

/** What stands between the quotes of JSON: as JavaScript, Python, PHP, Go and Java write it, and JSON within JSON. */
function jsonForms(value: string): readonly string[] {
  const usual = jsonOf(value);
  const ascii = usual.replace(/[\u007f-\uffff]/g, unicodeEscape);
  const upper = usual.replace(/[\u007f-\uffff]/g, (unit) => unicodeEscape(unit).toUpperCase().replace('U', 'u'));
  const html = usual.replace(/[<>&\u2028\u2029]/g, unicodeEscape);
  const forms = [usual, ascii, upper, html, html.replace(/['=]/g, unicodeEscape)];
  return [...forms, ...forms.map((form) => form.replaceAll('/', String.raw`\/`)), jsonOf(usual), jsonOf(ascii)];
}

function jsonOf(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function unicodeEscape(unit: string): string {
  return String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What percent encoding leaves as it is, by whom it is done: components, RFC 3986, forms, paths, whole addresses; nothing at all. */
const unreserved = [/[\w\-.!~*'()]/, /[\w\-.~]/, /[\w\-.*]/, /[\w\-.~/]/, /[\w\-.!~*'();,/?:@&=+$#]/, /^$/];

function percentForms(value: string): readonly string[] {
  const characters = Array.from(utf8(value), (byte) => String.fromCharCode(byte));
  return unreserved.flatMap((kept) =>
    [true, false].flatMap((upper) =>
      ['%20', '+'].map((space) =>
        characters
          .map((character) => {
            if (character === ' ') return space;
            if (kept.test(character)) return character;
            const hex = character.charCodeAt(0).toString(16).padStart(2, '0');
            return `%${upper ? hex.toUpperCase() : hex}`;
          })
          .join(''),
      ),
    ),
  );
}

/** Within single quotes, in two ways; within double quotes; with backslashes; and as $'...' has it. */
function shellForms(value: string): readonly string[] {
  return [
    value.replaceAll("'", String.raw`'\''`),
    value.replace(/'+/g, (quotes) => `'"${quotes}"'`),
    value.replaceAll("'", `'"'"'`),
    value.replace(/[\\"$`]/g, String.raw`\$&`),
    value.replace(/[^\w@%+=:,./\-\u0080-\uffff]/g, String.raw`\$&`),
    value.replace(/[\\'\n\r\t]/g, (character) => ansi[character] ?? character),
  ];
}

const ansi: Readonly<Record<string, string>> = {
  '\\': String.raw`\\`,
  "'": String.raw`\'`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

/** What stands for a character in HTML and XML, by its number. */
const numbered: readonly ((code: number) => string)[] = [
  (code) => `&#${code};`,
  (code) => `&#x${code.toString(16)};`,
  (code) => `&#x${code.toString(16).toUpperCase()};`,
];

/** What is escaped by its number: what templates fear, all but letters and digits, everything; or what is not ASCII. */
const escapes: readonly RegExp[] = [/[/`=]/, /[^A-Za-z0-9]/, /[\s\S]/, /[^\0-\x7f]/];

/** As HTML and XML have it: with the names of the few characters that have to be escaped, and with numbers for what may be. */
function htmlForms(value: string): readonly string[] {
  const characters = Array.from(value);
  const written = (quote: string, apostrophe: string, others?: (character: string) => string | undefined) => {
    const names: Readonly<Record<string, string>> = {
      '&': '&amp;',
      '<': '&lt;',
      '>': '&gt;',
      '"': quote,
      "'": apostrophe,
    };
    return characters.map((character) => others?.(character) ?? names[character] ?? character).join('');
  };
  const quotes = ['"', '&quot;', '&#34;'].flatMap((quote) =>
    ["'", '&#39;', '&#039;', '&#x27;', '&apos;'].map((apostrophe) => [quote, apostrophe] as const),
  );
  const named = quotes.map(([quote, apostrophe]) => written(quote, apostrophe));
  const byNumber = numbered.flatMap((number) =>
    escapes.flatMap((escaped) =>
      ['&#39;', '&#x27;'].map((apostrophe) =>
        written('&quot;', apostrophe, (character) =>
          escaped.test(character) ? number(character.codePointAt(0) ?? 0) : undefined,
        ),
      ),
    ),
  );
  return [...named, ...byNumber];
}

/** UTF-16 as JSON has it, where that is ASCII: with every other character a NUL. */
function wideJsonForms(value: string): readonly string[] {
  if (/[^\0-\x7f]/.test(value)) return [];
  const characters = Array.from(value, jsonOf);
  const nul = String.raw`\u0000`;
  return [characters.map((each) => each + nul).join(''), characters.map((each) => nul + each).join('')];
}

function wideForms(value: string): readonly Uint8Array[] {
  const units = Array.from({ length: value.length }, (_, at) => value.charCodeAt(at));
  const little = new Uint8Array(units.flatMap((unit) => [unit & 0xff, unit >> 8]));
  return [little, new Uint8Array(units.flatMap((unit) => [unit >> 8, unit & 0xff]))];
}

/** What stands before, and between, the bytes of a text in hexadecimal: as dumps, tools and languages write them. */
const hexStyles = [
  ['', ''],
  ['', ' '],
  ['', ':'],
  [String.raw`\x`, ''],
  ['0x', ', '],
] as const;

function hexForms(bytes: Uint8Array): readonly string[] {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  return hexStyles.flatMap(([before, between]) =>
    [digits, digits.map((each) => each.toUpperCase())].map((each) => each.map((pair) => before + pair).join(between)),
  );
}

/** The numbers of bytes in a list, as JSON and Python have it; of a few bytes it could stand for anything. */
function byteLists(bytes: Uint8Array): readonly string[] {
  return bytes.length < shortestLine ? [] : [bytes.join(','), bytes.join(', ')];
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Base64 of bytes that stand in a longer text: which characters they become depends on how many bytes stand before them. The
 * first and the last may depend on neighbours, too, and are left out; but not the last where the text ends with the value.
 */
function base64Forms(bytes: Uint8Array): readonly string[] {
  const forms = [0, 1, 2].flatMap((before) => {
    const bits = (before + bytes.length) * 8;
    const characters = base64Of(new Uint8Array([...new Uint8Array(before), ...bytes]));
    const first = Math.ceil((before * 8) / 6);
    const last = characters.slice(first);
    const padding = '='.repeat((4 - (characters.length % 4)) % 4);
    return [characters.slice(first, Math.floor(bits / 6)), last, `${last}${padding}`];
  });
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** Without padding. */
function base64Of(bytes: Uint8Array): string {
  const characters: string[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit += 6) {
    const at = bit >> 3;
    const pair = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    characters.push(alphabet[(pair >> (10 - (bit & 7))) & 63] ?? '');
  }
  return characters.join('');
}

/** Text as UTF-8. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    let code = text.charCodeAt(at);
    if (code >= 0xd800 && code <= 0xdfff) {
      // Half a pair on its own stands for nothing.
      code = text.codePointAt(at) ?? code;
      if (code > 0xffff) at += 1;
      else code = 0xfffd;
    }
    if (code < 0x80) bytes[length++] = code;
    else {
      if (code < 0x800) bytes[length++] = 0xc0 | (code >> 6);
      else {
        if (code < 0x10000) bytes[length++] = 0xe0 | (code >> 12);
        else {
          bytes[length++] = 0xf0 | (code >> 18);
          bytes[length++] = 0x80 | ((code >> 12) & 63);
        }
        bytes[length++] = 0x80 | ((code >> 6) & 63);
      }
      bytes[length++] = 0x80 | (code & 63);
    }
  }
  return bytes.slice(0, length);
}
