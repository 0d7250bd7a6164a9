import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formsOf, utf8 } from '../../../src/run/redaction/secret-forms.ts';

const awkward = `p@ss "w/rd" it's $5 + <é€😀>\\%`;

test('what others make of a value is among its forms', () => {
  const { texts } = formsOf(awkward);
  const search = new URLSearchParams({ v: awkward }).toString().slice(2);
  for (const form of [
    awkward,
    JSON.stringify(awkward).slice(1, -1),
    JSON.stringify(JSON.stringify(awkward)).slice(3, -3),
    encodeURIComponent(awkward),
    encodeURIComponent(awkward).toLowerCase().replace('%5c', '%5c'),
    encodeURI(awkward),
    search,
    search.replaceAll(/%../g, (code) => code.toLowerCase()),
  ]) {
    expect(texts).toContain(form);
  }
});

test('what shells make of a value is among its forms', () => {
  const value = `it's a "b" $c \\d`;
  const { texts } = formsOf(value);
  const quoted = execFileSync('bash', ['-c', 'printf %q "$1"', 'sh', value], { encoding: 'utf8' });
  expect(texts).toContain(quoted);
  for (const shell of ['sh', 'bash']) {
    const { stderr } = spawnSync(shell, ['-xc', ': "$1"', 'sh', value], { encoding: 'utf8' });
    expect(texts.filter((form) => stderr.includes(form))).not.toEqual([]);
  }
});

test('base64 is found wherever the value stands in the encoded bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 20 });
  const value = fc.string({ minLength: 4, maxLength: 40, unit: 'grapheme' });
  fc.assert(
    fc.property(bytes, value, bytes, (before, text, after) => {
      const whole = Buffer.concat([before, Buffer.from(text.toWellFormed()), after]);
      const { base64 } = formsOf(text);
      for (const encoding of ['base64', 'base64url'] as const) {
        const encoded = whole.toString(encoding);
        expect(base64.some((form) => encoded.includes(form))).toBe(true);
      }
      const alone = Buffer.from(text.toWellFormed());
      expect(base64).toContain(alone.toString('base64'));
      expect(base64).toContain(alone.toString('base64url'));
    }),
  );
});

test('each long line of a value is a secret of its own, and so is the value without the blanks around it', () => {
  const { texts, base64 } = formsOf('\n  first line \r\nshort\nthird line\n');
  expect(texts).toEqual(expect.arrayContaining(['first line', 'third line', 'first line \r\nshort\nthird line']));
  expect(texts).not.toContain('short');
  expect(base64).toContain(Buffer.from('third line').toString('base64'));
});

test('UTF-8 as everybody writes it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(Buffer.from(utf8(text))).toEqual(Buffer.from(text));
    }),
  );
});
