// Which files patterns stand for, and when their digests count as known.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { countMatches, matchesAny, openFileReader } from '../../src/workspace/declared-files.ts';
import { sha256 } from '../../src/workspace/digest.ts';

const root = mkdtempSync(join(tmpdir(), 'super-declared-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const files = [
  'package.json',
  'a[1].txt',
  '.env',
  'src/main.ts',
  'src/main.js',
  'src/x.ts',
  'src/deep/down/far.ts',
  'src/.hidden/secret.ts',
  'src/.rc.ts',
  'node_modules/pkg/index.ts',
  'src/node_modules/pkg/index.ts',
  '.git/HEAD',
  '.github/ci.yml',
  'orchestra_workspaces/o/runs/1/out.ts',
  'lib/util.ts',
];
for (const file of files) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), `content of ${file}`);
}
mkdirSync(join(root, 'empty'));
symlinkSync('main.ts', join(root, 'src/link.ts'));
symlinkSync('nowhere', join(root, 'src/broken.ts'));
symlinkSync('../lib', join(root, 'src/linked'));
symlinkSync('loop', join(root, 'loop'));

const apart = new Set([join(root, 'orchestra_workspaces')]);
const read = async (patterns: readonly string[], folder = root) => [
  ...(await openFileReader().read({ root, folder, patterns, apart })).digests.keys(),
];

test.each<[string, readonly string[]]>([
  ['package.json', ['package.json']],
  ['./package.json', ['package.json']],
  ['a[1].txt', ['a[1].txt']],
  ['src/*.ts', ['src/link.ts', 'src/main.ts', 'src/x.ts']],
  ['src/main.?s', ['src/main.js', 'src/main.ts']],
  ['src/*a*n*', ['src/main.js', 'src/main.ts']],
  ['**/*.ts', ['lib/util.ts', 'src/deep/down/far.ts', 'src/link.ts', 'src/main.ts', 'src/x.ts']],
  ['**/**/far.ts', ['src/deep/down/far.ts']],
  ['src/**', ['src/deep/down/far.ts', 'src/link.ts', 'src/main.js', 'src/main.ts', 'src/x.ts']],
  ['src', ['src/deep/down/far.ts', 'src/link.ts', 'src/main.js', 'src/main.ts', 'src/x.ts']],
  ['src/deep/', ['src/deep/down/far.ts']],
  ['src/*', ['src/link.ts', 'src/main.js', 'src/main.ts', 'src/x.ts']],
  ['src/linked/*.ts', ['src/linked/util.ts']],
  ['src/*/*.ts', []],
  ['.env', ['.env']],
  ['.*', ['.env']],
  ['.*/*', ['.github/ci.yml']],
  ['.git/HEAD', ['.git/HEAD']],
  ['src/.*.ts', ['src/.rc.ts']],
  ['src/.hidden/*', ['src/.hidden/secret.ts']],
  ['node_modules/*/*.ts', ['node_modules/pkg/index.ts']],
  ['**/node_modules/pkg/*.ts', ['node_modules/pkg/index.ts', 'src/node_modules/pkg/index.ts']],
  ['orchestra_workspaces/o/runs/*/out.ts', ['orchestra_workspaces/o/runs/1/out.ts']],
  ['*/o/**', []],
  ['empty', []],
  ['loop', []],
  ['loop/*', []],
  ['package.json/x', []],
  ['none/**/*.ts', []],
])('%s', async (pattern, expected) => {
  expect(await read([pattern])).toEqual(expected);
  expect((await countMatches({ root, folder: root, patterns: [pattern], apart })).get(pattern)).toBe(expected.length);
  expect(matchesAny(root, pattern, apart)).toBe(expected.length > 0);
});

test('patterns that nothing matches are told, each by itself', async () => {
  const patterns = ['scr/**', 'src/**', '**/far.ts', 'far.ts'];
  const { unmatched } = await openFileReader().read({ root, folder: root, patterns, apart });
  expect(unmatched).toEqual(['scr/**', 'far.ts']);
});

test('patterns together, from a folder of the project: each file once, by its name in the project', async () => {
  expect(await read(['*.ts', 'main.ts', '../lib/*.ts', '**/far.ts'], join(root, 'src'))).toEqual([
    'lib/util.ts',
    'src/deep/down/far.ts',
    'src/link.ts',
    'src/main.ts',
    'src/x.ts',
  ]);
});

test('a digest is that of the content, of small files and of large ones', async () => {
  const large = Buffer.alloc(3_000_000, 'x');
  writeFileSync(join(root, 'large.bin'), large);
  const { digests: found } = await openFileReader().read({ root, folder: root, patterns: ['large.bin', 'lib'], apart });
  expect(Object.fromEntries(found)).toEqual({
    'large.bin': sha256(large),
    'lib/util.ts': sha256(Buffer.from('content of lib/util.ts')),
  });
});

test('what was changed is read again: by its size, by its times, and at once where it is young', async () => {
  const reader = openFileReader();
  const path = join(root, 'changing.txt');
  const digest = async () => [
    ...(await reader.read({ root, folder: root, patterns: ['changing.txt'], apart })).digests.values(),
  ];
  for (const content of ['one', 'two', 'three', 'three']) {
    writeFileSync(path, content);
    // Its time says that it has not changed for long.
    utimesSync(path, new Date(0), new Date(0));
    expect(await digest()).toEqual([sha256(Buffer.from(content))]);
  }
});

test('a pattern with many stars does not take long', async () => {
  writeFileSync(join(root, 'a'.repeat(200)), '');
  const started = performance.now();
  expect(await read([`${'*a'.repeat(60)}*b`])).toEqual([]);
  expect(performance.now() - started).toBeLessThan(1000);
});

test('a reader that is closed reads no further', async () => {
  const reader = openFileReader();
  reader.close();
  await expect(reader.read({ root, folder: root, patterns: ['src'], apart })).rejects.toThrow('the run is ending');
});

test('10,000 files hold the program up for moments only', { timeout: 60_000 }, async () => {
  for (let folder = 0; folder < 100; folder++) {
    mkdirSync(join(root, `many/${folder}`), { recursive: true });
    for (let file = 0; file < 100; file++) writeFileSync(join(root, `many/${folder}/${file}`), `${folder}/${file}`);
  }
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const started = performance.now();
  expect(await read(['many/**'])).toHaveLength(10_000);
  clearInterval(timer);
  console.info(
    `10,000 files: ${Math.round(performance.now() - started)} ms, held up for ${Math.round(longest)} ms at most`,
  );
  expect(longest).toBeLessThan(500);
});
