import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeRedactor, type Redactor, type Secret } from '../../../src/run/redaction/redact.ts';
import { formsOf } from '../../../src/run/redaction/secret-forms.ts';

/** What comes out when a text goes in, cut into pieces that end at these offsets. */
function streamed(redactor: Redactor, text: Buffer, cuts: readonly number[]): string {
  const stream = redactor.open();
  const out: Buffer[] = [];
  let from = 0;
  for (const to of [...cuts.toSorted((one, other) => one - other), text.length]) {
    const chunk = Buffer.from(text.subarray(from, to));
    out.push(Buffer.from(stream.push(chunk)));
    chunk.fill('#'); // whoever reads a stream uses his buffer again
    from = to;
  }
  out.push(Buffer.from(stream.end()));
  return Buffer.concat(out).toString('latin1');
}

/** All forms of a value, as bytes. */
function bytesOf(value: string): Buffer[] {
  const { texts, wide, wrapped } = formsOf(value);
  return [...texts, ...wide, ...wrapped].map((form) => Buffer.from(form));
}

/** The same, said again in the simplest way: every byte of every form is covered. */
function expected(secrets: readonly Secret[], text: Buffer): string {
  const haystack = text.toString('latin1');
  const places: { start: number; end: number; length: number; name: string }[] = [];
  for (const { name, value } of secrets) {
    const { texts, wide, wrapped } = formsOf(value);
    for (const form of [...texts, ...wide].map((each) => Buffer.from(each).toString('latin1'))) {
      const { length } = form;
      for (let start = haystack.indexOf(form); start >= 0; start = haystack.indexOf(form, start + 1)) {
        places.push({ start, end: start + length, length, name });
      }
    }
    const unwrapped = haystack.replaceAll(/[\r\n]/g, '');
    for (const form of wrapped.filter((each) => unwrapped.includes(each))) {
      const { length } = form;
      const pattern = Array.from(form).map(escaped).join('(?:\\r\\n|\\r|\\n)?');
      for (const match of haystack.matchAll(new RegExp(`(?=(${pattern}))`, 'g'))) {
        places.push({ start: match.index, end: match.index + (match[1]?.length ?? 0), length, name });
      }
    }
  }
  places.sort((one, other) => one.start - other.start);
  let out = '';
  let at = 0;
  for (let n = 0; n < places.length; ) {
    let { start, end, length, name } = places[n]!;
    for (n += 1; n < places.length && places[n]!.start < end; n += 1) {
      const next = places[n]!;
      if (next.length > length) ({ length, name } = next);
      end = Math.max(end, next.end);
    }
    out += `${haystack.slice(at, start)}[${name}]`;
    at = end;
  }
  return out + haystack.slice(at);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const token = { name: 'TOKEN', value: 'tok-en/+5 é' };

test('a value in any form, cut anywhere, leaves its name', () => {
  const redactor = makeRedactor([token]);
  for (const form of bytesOf(token.value)) {
    const text = Buffer.concat([Buffer.from('before '), form, Buffer.from(' after')]);
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(streamed(redactor, text, [cut])).toBe('before [redacted:TOKEN] after');
    }
    const bytes = Array.from({ length: text.length }, (_, at) => at);
    expect(streamed(redactor, text, bytes)).toBe('before [redacted:TOKEN] after');
  }
});

test('base64 is found when it is broken into lines', () => {
  const redactor = makeRedactor([{ name: 'KEY', value: 'k'.repeat(100) }]);
  const encoded = Buffer.from(`user:${'k'.repeat(100)}`).toString('base64');
  for (const [width, end] of [
    [76, '\n'],
    [64, '\r\n'],
    [1, '\n'],
  ] as const) {
    const wrapped = encoded.replaceAll(new RegExp(`.{${width}}`, 'g'), `$&${end}`);
    expect(redactor.text(wrapped)).toMatch(/^d\s?X\s?N\s?l\s?c\s?j\s?p\s*\[redacted:KEY\]/);
    expect(redactor.text(wrapped)).not.toContain('a2tr');
  }
  expect(redactor.text(encoded.replaceAll(/.{10}/g, '$&\n\n'))).toContain('a2tr');
});

test('the longer of two values that contain each other gives the name; no end of one is left beside the other', () => {
  const secrets = [
    { name: 'SHORT', value: 'abcdef' },
    { name: 'LONG', value: 'xxabcdefyy' },
    { name: 'NEXT', value: 'efyyzzzz' },
  ];
  const redactor = makeRedactor(secrets);
  expect(redactor.text('-abcdef-')).toBe('-[redacted:SHORT]-');
  expect(redactor.text('-xxabcdefyy-')).toBe('-[redacted:LONG]-');
  expect(redactor.text('-xxabcdefyyzzzz-')).toBe('-[redacted:LONG]-');
  expect(redactor.text('-abcdefabcdef-')).toBe('-[redacted:SHORT][redacted:SHORT]-');
});

test('what is held back is no longer than the longest form, and nothing where nothing begins', () => {
  const stream = makeRedactor([{ name: 'A', value: 'aaaa' }]).open();
  expect(Buffer.from(stream.push(Buffer.from('hello\n'))).toString()).toBe('hello\n');
  expect(Buffer.from(stream.push(Buffer.from('a'.repeat(10_000)))).toString()).toBe('');
  expect(Buffer.from(stream.push(Buffer.from('b'))).toString()).toBe('[redacted:A]b');
  expect(Buffer.from(stream.push(Buffer.from('aaa'))).toString()).toBe('');
  expect(Buffer.from(stream.end()).toString()).toBe('aaa');
});

test('text without a secret is the same text; half a pair stays half a pair', () => {
  const redactor = makeRedactor([token]);
  for (const text of ['', 'plain', '\ufeffmarked', 'half \ud800']) expect(redactor.text(text)).toBe(text);
  expect(redactor.text(`\ufeff${token.value}€`)).toBe('\ufeff[redacted:TOKEN]€');
  expect(redactor.nameIn(`x ${token.value}`)).toBe('TOKEN');
  expect(redactor.nameIn('x')).toBeUndefined();
});

test('streams, cut anywhere, give what the whole text gives', () => {
  // Few letters, so that values meet and overlap all the time.
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', ' ', "'", '\n'), minLength: 4, maxLength: 12 });
  const pieces = (values: readonly string[]) => {
    const forms = values.flatMap((value) => {
      const forms = bytesOf(value).map((form) => form.toString('latin1'));
      return [...forms, value.slice(0, 3), value.slice(2)];
    });
    return fc.array(
      fc.oneof(fc.constantFrom(...forms), fc.string({ unit: fc.constantFrom('a', 'b', 'Y', '\n', '%') })),
      { maxLength: 6 },
    );
  };
  const cases = fc
    .uniqueArray(letters, { minLength: 1, maxLength: 4 })
    .chain((values) => fc.record({ values: fc.constant(values), pieces: pieces(values), seed: fc.array(fc.nat()) }));
  fc.assert(
    fc.property(cases, ({ values, pieces: parts, seed }) => {
      const secrets = values.map((value, at) => ({ name: `S${at}`, value }));
      const text = Buffer.from(parts.join(''), 'latin1');
      const whole = expected(secrets, text).replaceAll(/\[(S\d)\]/g, '[redacted:$1]');
      const redactor = makeRedactor(secrets);
      const cuts = seed.map((each) => each % (text.length + 1));
      const unnamed = (each: string) => each.replaceAll(/\[redacted:S\d\]/g, '[*]');
      expect(unnamed(streamed(redactor, text, cuts))).toBe(unnamed(whole));
      expect(streamed(redactor, text, cuts)).toBe(streamed(redactor, text, []));
    }),
    { numRuns: 500 },
  );
});

test('fifty secrets, every form, cut at every offset: no occurrence is left', () => {
  const secrets = Array.from({ length: 50 }, (_, at) => ({
    name: `SECRET_${at}`,
    value: `s${at}/${(at * 7919 + 13).toString(36)}+${"q'x y"[at % 5]}${String.fromCharCode(0xe0 + at)}-${at * 104729}`,
  }));
  const redactor = makeRedactor(secrets);
  const left: string[] = [];
  for (const { name, value } of secrets) {
    for (const form of bytesOf(value)) {
      for (let cut = 0; cut <= form.length; cut += 1) {
        const out = streamed(redactor, form, [cut]);
        if (out !== `[redacted:${name}]`) left.push(out);
      }
    }
  }
  expect(left).toEqual([]);
});
