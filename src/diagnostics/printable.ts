// What a terminal does with a character: how wide it is, and whether it may be sent there at all.

/** Text that does nothing to a terminal but show: controls and direction marks become visible signs, tabs spaces. */
export function printable(text: string): string {
  let shown = '';
  for (const character of text) shown += printableCharacter(character);
  return shown;
}

/** Several lines, each printable. One that a CI runner would take for a command, because it starts with ::, stands behind a bar. */
export function printableLines(text: string): string {
  return text
    .split('\n')
    .map((line) => (/^\s*::/.test(line) ? `| ${printable(line)}` : printable(line)))
    .join('\n');
}

/** One character as it may be shown. A tab is two spaces: its width may not depend on where it stands. */
export function printableCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x09) return '  ';
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(character) && code !== 0xad && code !== 0x200d ? '\ufffd' : character;
}

/** A value as JSON that does nothing to a terminal but show. JSON itself escapes no controls from 7F on and no direction marks. */
export function printableJson(value: unknown, indent?: number): string {
  const unseen = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
  return JSON.stringify(value, null, indent).replace(
    unseen,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Columns that a text of printable characters takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** East Asian wide and emoji take two columns, marks that join the character before them none. */
function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/[\p{Mn}\p{Me}]/u.test(character) || code === 0x200d || (code >= 0xfe00 && code <= 0xfe0f)) return 0;
  return wide.some(([from, to]) => code >= from && code <= to) || /\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
}

/** Blocks of Unicode whose characters are wide. */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1b000, 0x1b2ff],
  [0x20000, 0x3fffd],
];
