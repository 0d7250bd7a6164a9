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

test('what templates make of a value is among its forms', () => {
  const { texts } = formsOf(`a/b='c' & "d" <é>`);
  expect(texts).toEqual(
    expect.arrayContaining([
      `a/b='c' &amp; "d" &lt;é&gt;`, // text of a page
      'a/b=&#39;c&#39; &amp; &quot;d&quot; &lt;é&gt;', // lodash
      'a/b=&#39;c&#39; &amp; &#34;d&#34; &lt;é&gt;', // Go
      'a/b=&#x27;c&#x27; &amp; &quot;d&quot; &lt;é&gt;', // Python
      'a/b=&#039;c&#039; &amp; &quot;d&quot; &lt;é&gt;', // PHP
      'a/b=&apos;c&apos; &amp; &quot;d&quot; &lt;é&gt;', // XML
      'a&#x2F;b&#x3D;&#39;c&#39; &amp; &quot;d&quot; &lt;é&gt;', // Mustache
      'a/b=&#39;c&#39; &amp; &quot;d&quot; &lt;&#233;&gt;', // in ASCII
      'a&#x2f;b&#x3d;&#x27;c&#x27;&#x20;&#x26;&#x20;&#x22;d&#x22;&#x20;&#x3c;&#xe9;&#x3e;', // OWASP
      '&#97;&#47;&#98;&#61;&#39;&#99;&#39;&#32;&#38;&#32;&#34;&#100;&#34;&#32;&#60;&#233;&#62;', // all of it
    ]),
  );
});

test('UTF-16, hexadecimal and lists of bytes', () => {
  const value = 'päss/4711';
  const { texts, wide, wrapped } = formsOf(value);
  const bytes = Buffer.from(value);
  const little = Buffer.from(value, 'utf16le');
  expect(wide.map((form) => Buffer.from(form))).toEqual([little, Buffer.from(little).swap16()]);
  const dump = bytes.toString('hex').replaceAll(/..(?!$)/g, '$& '); // as od and hexdump print it
  for (const form of [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), dump])
    expect(wrapped).toContain(form);
  expect(wrapped).toContain(Array.from(bytes, (byte) => `\\x${byte.toString(16)}`).join(''));
  expect(texts).toContain(JSON.stringify(bytes).slice('{"type":"Buffer","data":['.length, -2));
  expect(texts).toContain('%70%c3%a4%73%73%2f%34%37%31%31');
  const ascii = JSON.stringify(Buffer.from('pass/4711', 'utf16le').toString('latin1')).slice(1, -1);
  expect(formsOf('pass/4711').texts).toContain(ascii);
  expect(formsOf('1234').texts).not.toContain('49,50,51,52');
});

test('base64 is found wherever the value stands in the encoded bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 20 });
  const value = fc.string({ minLength: 4, maxLength: 40, unit: 'grapheme' });
  fc.assert(
    fc.property(bytes, value, bytes, (before, text, after) => {
      const whole = Buffer.concat([before, Buffer.from(text.toWellFormed()), after]);
      const { wrapped } = formsOf(text);
      for (const encoding of ['base64', 'base64url'] as const) {
        const encoded = whole.toString(encoding);
        expect(wrapped.some((form) => encoded.includes(form))).toBe(true);
      }
      const alone = Buffer.from(text.toWellFormed());
      expect(wrapped).toContain(alone.toString('base64'));
      expect(wrapped).toContain(alone.toString('base64url'));
    }),
  );
});

test('each long line of a value is a secret of its own, and so is the value without the blanks around it', () => {
  const { texts, wrapped } = formsOf('\n  first line \r\nshort\nthird line\n');
  expect(texts).toEqual(expect.arrayContaining(['first line', 'third line', 'first line \r\nshort\nthird line']));
  expect(texts).not.toContain('short');
  expect(wrapped).toContain(Buffer.from('third line').toString('base64'));
});

test('UTF-8 as everybody writes it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(Buffer.from(utf8(text))).toEqual(Buffer.from(text));
    }),
  );
});
