import { expect, test } from 'vitest';
import { decode } from '../../src/spec/decode.ts';

const bytes = (...parts: (string | number)[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)])));

test('UTF-8 becomes text, and a byte order mark belongs to it', () => {
  expect(decode('a.yaml', bytes(0xef, 0xbb, 0xbf, 'a: ä€😀\n'))).toEqual({ value: '\ufeffa: ä€😀\n', diagnostics: [] });
  expect(decode('a.yaml', bytes())).toEqual({ value: '', diagnostics: [] });
});

test.each([
  ['a Latin-1 letter', bytes('a: b\nc: ö', 0xe9, '\n'), 2, 5, 'byte 0xe9'],
  ['a NUL', bytes('a\n\n', 0), 3, 1, 'byte 0x00'],
  ['a lone continuation', bytes('a', 0x80), 1, 2, 'byte 0x80'],
  ['an overlong slash', bytes(0xc0, 0xaf), 1, 1, 'byte 0xc0'],
  ['a surrogate', bytes('😀', 0xed, 0xa0, 0x80), 1, 3, 'byte 0xed'],
  ['beyond Unicode', bytes(0xf4, 0x90, 0x80, 0x80), 1, 1, 'byte 0xf4'],
  ['a cut sequence', bytes('ab', 0xe2, 0x82), 1, 3, 'byte 0xe2'],
  ['UTF-16', bytes(0xff, 0xfe, 'a', 0), 1, 1, 'the file is UTF-16'],
])('%s is refused where it stands', (_name, input, line, column, message) => {
  const { value, diagnostics } = decode('a.yaml', input);
  expect(value).toBeUndefined();
  expect(diagnostics).toMatchObject([{ code: 'file-binary', line, column }]);
  expect(diagnostics[0]?.message).toContain(message);
});
