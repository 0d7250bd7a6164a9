import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { namePattern, privatePatterns, topPattern, topsPattern } from '../../../src/run/redaction/private-patterns.ts';
import { makeRedactor } from '../../../src/run/redaction/redact.ts';

const patterns = [
  ...privatePatterns,
  topPattern('/app', '/project'),
  topsPattern(['data', 'srv'], ['/srv/project']),
  namePattern('alice', 'user'),
  namePattern('Zoë', 'user'),
];
const redactor = makeRedactor([{ name: 'folder', value: '/srv/project', instead: '/project' }], {
  patterns,
  counted: () => {},
});

/** Keys as services make them: none of them is one. They are put together here so that nobody takes them for some. */
const keys = [
  ['sk-ant-', 'api03-AbCdEf_gh-0123456789'],
  ['sk-proj-', 'AbCdEf0123456789AbCdEf'],
  ['sk-', 'AbCdEf0123456789AbCdEf'],
  ['sk_live_', '4eC39HqLyjWDarjtT1zdp7dc'],
  ['ghp_', '16C7e42F292c6912E7710c838347Ae178B4a'],
  ['gho_', '16C7e42F292c6912E7710c838347Ae178B4a'],
  ['github_pat_', '11ABCDEFG0abcdefghijkl_mnopqrstuv'],
  ['glpat-', 'AbCdEf0123456789-_Ab'],
  ['AKIA', 'IOSFODNN7EXAMPLE'],
  ['AIza', 'SyA1234567890abcdefghijklmnopqrstuv'],
  ['xoxb-', '123456789012-abcdefABCDEF'],
  ['xoxp-', '123456789012-abcdefABCDEF'],
  ['npm_', 'AbCdEf0123456789AbCdEf0123456789AbCd'],
  ['hf_', 'AbCdEfGhIjKlMnOpQrStUvWxYz'],
  ['eyJ', 'hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P'],
].map(([one, other]) => `${one}${other}`);

describe('keys', () => {
  test.each(keys)('%s', (key) => {
    const secret = key.slice(-12);
    for (const [before, after] of [
      ['', ''],
      ['key: ', '\n'],
      ['"', '"'],
      ['{"text":"so\\n', '\\nthen"}'],
      [String.raw`{"text":"{\"key\":\"`, String.raw`\"}"}`],
      ['https://x.example/?key=', '&b=1'],
      ['%22', '%22'],
      ['\u001b[31m', '\u001b[0m'],
      [String.raw`"\u001b[31m`, String.raw`\u001b[0m"`],
    ] as const) {
      const clean = redactor.text(`${before}${key}${after}`);
      expect(clean).not.toContain(secret);
      expect(clean.startsWith(before)).toBe(true);
      expect(clean.endsWith(after)).toBe(true);
    }
  });

  test.each(keys)('%s in UTF-16', (key) => {
    const whole = `key: ${key}\nand ü`;
    const little = Buffer.from(whole, 'utf16le');
    for (const bytes of [little, Buffer.from(little).swap16()]) {
      const stream = redactor.open();
      const clean = Buffer.concat([stream.push(bytes), stream.end()]);
      expect(clean.toString('latin1').replaceAll('\0', '')).toBe('key: [redacted:key]\nand ü');
    }
  });

  test.each([
    ['Authorization: Bearer abcdefghijklmnop', 'Authorization: Bearer [redacted:key]'],
    ['{"authorization":"Basic YWxhZGRpbjpvcGVu"}', '{"authorization":"Basic [redacted:key]"}'],
    ['{"password": "correct-horse"}', '{"password": "[redacted:key]"}'],
    [String.raw`{\"refresh_token\":\"rt_0123456789\"}`, String.raw`{\"refresh_token\":\"[redacted:key]\"}`],
    [`{'clientSecret': 'abcdefgh'}`, `{'clientSecret': '[redacted:key]'}`],
    ['Bearer 0123456789abcdef0123', 'Bearer [redacted:key]'],
    ["-H 'x-api-key: 0123456789abcdef'", "-H 'x-api-key: [redacted:key]'"],
    [String.raw`{\"x-api-key\":\"0123456789abcdef\"}`, String.raw`{\"x-api-key\":\"[redacted:key]\"}`],
    ['postgres://me:hunter2@db/x', 'postgres://me:[redacted:key]@db/x'],
    ['DB_PASSWORD=hunter2-and-more', 'DB_PASSWORD=[redacted:key]'],
    ['https://hooks.slack.com/services/T0/B0/abcdefghijkl', 'https://hooks.slack.com/services/[redacted:key]'],
  ])('%s', (text, clean) => {
    expect(redactor.text(text)).toBe(clean);
  });

  const body = 'MIIEpAIBAAKCAQEA0123456789\nabcdefghijklmnop+/==\n';
  test.each([
    [`-----BEGIN RSA PRIVATE KEY-----\n${body}-----END RSA PRIVATE KEY-----\nand on`, '[redacted:key]\nand on'],
    [`"-----BEGIN PRIVATE KEY-----\\nMIIEpAIB\\nAAKC\\n-----END PRIVATE KEY-----\\n"`, '"[redacted:key]\\n"'],
    [`-----BEGIN OPENSSH PRIVATE KEY-----\n${body}`, '[redacted:key]'],
    [`no key\nAKCAQEA\n${body}-----END RSA PRIVATE KEY-----\nand on`, 'no key\nAKCAQEA\n[redacted:key]\nand on'],
    [`-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${body}-----END PGP PRIVATE KEY BLOCK-----`, '[redacted:key]'],
  ])('a block %#', (text, clean) => {
    expect(redactor.text(text)).toBe(clean);
  });
});

test.each([
  'task-implementation-of-everything-else',
  'the risk-assessment-of-our-own-things',
  'a bearer of good news from everywhere',
  '{"password": {"type": "string"}, "api_key_env": "OPENAI_API_KEY", "input_tokens": 123456789, "secret": "a word of prose"}',
  '{"password": "[redacted:DB_PASSWORD]"}',
  'API_KEY=$FROM_ELSEWHERE and TOKEN_LIMIT=100000',
  'import x from "@scope/package"; left-pad@1.3.0',
  'see src/home/index.ts, ./data/x and https://site.example/home/page',
  '/usr/bin/env, /etc/hosts, /home/user/x, /dev/null',
  'malice, Alicesson',
  'token = parseToken(input)',
  'npm_config_cache',
  'so\n--- end of stderr ---\nTypeError: and on',
])('left alone: %s', (text) => {
  expect(redactor.text(text)).toBe(text);
});

test.each([
  [
    'say sk-an\n[... 12 bytes left out ...]\n3bcD and\non',
    'say [redacted:torn word]\n[... 12 bytes left out ...]\n[redacted:torn word]\non',
  ],
  [
    '"so\\nsk-an\\n[... 12 bytes cut here ...]\\n3bcD\\n"',
    '"so\\n[redacted:torn word]\\n[... 12 bytes cut here ...]\\n[redacted:torn word]\\n"',
  ],
  ['--- end of stderr ---\n1.abCd/x\nmore', '--- end of stderr ---\n[redacted:torn word]\nmore'],
  ['write to a.b+c@mail.example.com, please', 'write to [redacted:e-mail], please'],
  ['"so\\na@mail.example.com"', '"so\\n[redacted:e-mail]"'],
  ['mailto:a%40mail.example.com', 'mailto:[redacted:e-mail]'],
  ['<a href="mailto:a&#64;mail.example.com">', '<a href="mailto:[redacted:e-mail]">'],
  ['in &#x2F;home&#x2F;bob&#x2F;x', 'in /home/user&#x2F;x'],
  ['in /home/bob/x and /Users/bob.', 'in /home/user/x and /home/user'],
  ['"so\\n/home/bob/x"', '"so\\n/home/user/x"'],
  ['file:///home/bob/x', 'file:///home/user/x'],
  ['%2Fhome%2Fbob%2Fx', '/home/user%2Fx'],
  [String.raw`C:\Users\bob\x`, String.raw`/home/user\x`],
  ['cd /data/acme/x; ls', 'cd /elsewhere; ls'],
  ['cd /srv/acme/x; ls /srv/project/x', 'cd /elsewhere; ls /project/x'],
  ['/app/x, src/app/x and /apple', '/project/x, src/app/x and /apple'],
  ['in /home/àlice à/x', 'in /home/user à/x'],
  ['by Zoë and zoë.', 'by user and user.'],
  ['Alice, alice_x, ALICE, aliceAndBob, forAlice, x\\nalice', 'user, user_x, user, userAndBob, foruser, x\\nuser'],
])('%s', (text, clean) => {
  expect(redactor.text(text)).toBe(clean);
});

const lines = 'MIIEpAIBAAKCAQEA0123456789abcdefghijklmnop+/AAAA\n'.repeat(20);
const privateKey = `-----BEGIN RSA PRIVATE KEY-----\n${lines}AAAA==\n-----END RSA PRIVATE KEY-----\n`;

test('of a key through which a cut of ours went no half is left', () => {
  const text = [...keys, 'Authorization: Bearer AbCdEf0123456789-secret', privateKey].join('\n');
  const wholes = [...keys.map((key) => key.slice(-12)), '89-secret', 'AAAA'];
  for (let at = 0; at < text.length; at += 1) {
    const cuts = [
      `${text.slice(0, at)}\n[... 12 bytes left out ...]\n${text.slice(at)}`,
      JSON.stringify(`${text.slice(0, at)}\n[... 12 bytes cut here ...]\n${text.slice(at)}`),
      `--- end of stdout ---\n${text.slice(at)}`,
    ];
    for (const cut of cuts) {
      const clean = redactor.text(cut);
      // Of a header's value whose name was cut through at the end of a log nobody can tell.
      const told = cut.startsWith('---') ? wholes.filter((whole) => whole !== '89-secret') : wholes;
      expect(told.filter((whole) => clean.includes(whole))).toEqual([]);
    }
  }
});

test('cut anywhere, a stream gives what the whole text gives', () => {
  const words = [
    ...keys,
    'alice',
    '/home/bob/x',
    '/data/a/b',
    'a@mail.example.com',
    'plain',
    '\\n',
    '\n',
    '"',
    ' ',
    'é',
  ];
  const text = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 30 }).map((parts) => parts.join(' '));
  fc.assert(
    fc.property(text, fc.nat(200), fc.boolean(), (small, size, long) => {
      // Longer than what a pattern looks at, so that places are told before the end.
      const whole = long ? `${small} ${'x y '.repeat(20_000)}${small}` : small;
      const bytes = Buffer.from(whole);
      const step = (long ? 5000 : 1) + size;
      const stream = redactor.open();
      const out: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += step) out.push(Buffer.from(stream.push(bytes.subarray(at, at + step))));
      out.push(stream.end());
      expect(Buffer.concat(out).toString()).toBe(redactor.text(whole));
    }),
    { numRuns: 200 },
  );
});

test('what was JSON is JSON still, and JSON within JSON', () => {
  const words = [
    ...keys,
    privateKey,
    'alice',
    'Zoë',
    '/home/bob/x',
    '/srv/project/x',
    '/data/a/b',
    'a@mail.example.com',
    'aB3',
  ];
  const between = [
    '',
    ' ',
    '\n',
    '\t',
    '"',
    "'",
    '\\',
    '/',
    '\\n',
    '\u001b[31m',
    '\u0001',
    '=',
    ': ',
    'Bearer ',
    '\n[... 1 bytes cut here ...]\n',
  ];
  const part = fc.constantFrom(...words, ...between);
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      const once = JSON.parse(redactor.text(JSON.stringify({ text })));
      expect(typeof once.text).toBe('string');
      const twice = JSON.parse(redactor.text(JSON.stringify({ text: JSON.stringify({ text }) })));
      expect(typeof JSON.parse(twice.text).text).toBe('string');
    }),
    { numRuns: 3000 },
  );
});
