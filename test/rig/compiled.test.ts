// What V8 made of the program is kept beside it, and only makes it faster.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { program, project } from './rig.ts';

/** A copy of the built program in a folder of its own; `call` runs it, `kept` is what it kept. */
function installed() {
  const folder = project({});
  for (const name of ['super.cjs', 'program.cjs']) cpSync(join(dirname(program), name), join(folder, name));
  const cache = join(folder, 'cache');
  const call = (...words: string[]) =>
    execFileSync(process.execPath, [join(folder, 'super.cjs'), ...words], { cwd: folder, encoding: 'utf8' });
  const kept = () => {
    const names = readdirSync(cache);
    expect(names).toHaveLength(1);
    const path = join(cache, names[0] ?? '');
    const bytes = readFileSync(path);
    const uses = JSON.parse(bytes.toString('utf8', bytes.lastIndexOf('\n'))) as string[];
    return { path, bytes, uses, written: statSync(path, { bigint: true }).mtimeNs };
  };
  return { cache, call, kept };
}

test('code is kept once for every use that is new', () => {
  const { call, kept } = installed();
  const help = call('--help');
  const first = kept();
  expect(first.uses).toHaveLength(1);
  expect(call('--help')).toBe(help);
  expect(kept().written).toBe(first.written);
  const list = call('orchestra', 'list', '--json');
  const second = kept();
  expect(second.uses).toEqual([...first.uses, 'orchestra list json 0']);
  expect(second.bytes.length).toBeGreaterThan(first.bytes.length);
  expect([call('--help'), call('orchestra', 'list', '--json')]).toEqual([help, list]);
  expect(kept().written).toBe(second.written);
});

test.each([
  ['a changed byte', (bytes: Buffer) => bytes.with(bytes.length >> 2, (bytes[bytes.length >> 2] ?? 0) ^ 0xff)],
  ['an end that is missing', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
  ['nothing at all', () => Buffer.alloc(0)],
  [
    'the code of another V8',
    (bytes: Buffer) => Buffer.concat([wrong(bytes), wrong(bytes), Buffer.from('\n["", "x 0"]')]),
  ],
])('what was kept does no harm with %s, and is replaced', (_, spoil) => {
  const { call, kept } = installed();
  const help = call('--help');
  const { path, bytes, uses } = kept();
  writeFileSync(path, spoil(bytes));
  expect(call('--help')).toBe(help);
  expect(kept().uses).toEqual(uses);
  expect(kept().bytes.length).toBeGreaterThan(bytes.length * 0.9);
});

/** One copy of the code, with another version in its head. */
function wrong(bytes: Buffer): Buffer {
  const code = Buffer.from(bytes.subarray(0, bytes.lastIndexOf('\n') / 2));
  code.writeUInt32LE(1, 4);
  return code;
}

test('where nothing can be kept, the program works all the same', () => {
  const { cache, call } = installed();
  writeFileSync(cache, 'a file where the folder would be');
  expect(call('--help')).toContain('Usage: super');
});

test('a folder that stands where the code would be is left alone', () => {
  const { call, kept } = installed();
  call('--help');
  const { path } = kept();
  const other = installed();
  mkdirSync(join(other.cache, path.slice(path.lastIndexOf('/') + 1)), { recursive: true });
  expect(other.call('--help')).toContain('Usage: super');
  expect(readdirSync(other.cache)).toHaveLength(1);
});
