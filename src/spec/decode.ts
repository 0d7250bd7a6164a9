import type { Code } from '../diagnostics/catalogue.ts';
import { type Checked, severityOf } from '../diagnostics/diagnostic.ts';
import { maxBytes } from './limits.ts';

/** The bytes of a file as text, whose bytes they are; or a diagnostic at the first byte that is not UTF-8 text. */
export function decode(file: string, bytes: Uint8Array): Checked<string> {
  if (bytes.length > maxBytes) return refusal(file, 'file-size', sizeMessage(bytes.length), 'split it', 1, 1);
  const bad = firstBadByte(bytes);
  if (bad === undefined) return { value: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), diagnostics: [] };
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const message = utf16 ? 'the file is UTF-16, not UTF-8' : `byte 0x${hex(bytes[bad])} is not part of UTF-8 text`;
  const lineStart = bytes.lastIndexOf(0x0a, bad - 1) + 1;
  const column = new TextDecoder().decode(bytes.subarray(bad === 0 ? 0 : lineStart, bad)).length + 1;
  return refusal(file, 'file-binary', message, 'save the file as UTF-8 text', lineOf(bytes, bad), column);
}

/** The sentence for a file of this many bytes, which is too many. */
export function sizeMessage(bytes: number): string {
  return `the file has ${Math.ceil(bytes / 1_048_576)} MiB; ${maxBytes / 1_048_576} MiB are the limit`;
}

function refusal(
  file: string,
  code: Code,
  message: string,
  hint: string,
  line: number,
  column: number,
): Checked<string> {
  const at = { file, line, column, end_line: line, end_column: column + 1 };
  return { diagnostics: [{ code, severity: severityOf(code), message, ...at, hint }] };
}

function lineOf(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(0x0a); at !== -1 && at < offset; at = bytes.indexOf(0x0a, at + 1)) line++;
  return line;
}

function hex(byte: number | undefined): string {
  return (byte ?? 0).toString(16).padStart(2, '0');
}

/** Offset of the first NUL byte or of the first byte of an ill-formed sequence (Unicode table 3-7). */
function firstBadByte(bytes: Uint8Array): number | undefined {
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    if (byte === 0) return at;
    const length = byte < 0x80 ? 1 : byte < 0xc2 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0;
    if (length === 0) return at;
    const second = bytes[at + 1] ?? 0;
    const low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    const high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    if (length > 1 && (second < low || second > high)) return at;
    for (let i = 2; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return at;
    at += length;
  }
  return undefined;
}
