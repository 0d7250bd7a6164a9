import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRedactor } from '../../src/run/redaction/redact.ts';
import { redactFile } from '../../src/workspace/redacted-file.ts';
import { folderWith } from '../cli/harness.ts';

const value = 'tok-0123456789';
const redactor = makeRedactor([{ name: 'TOKEN', value }]);

test('a file of any size loses the values, wherever they stand in it', async () => {
  const folder = folderWith();
  const path = join(folder, 'output.txt');
  for (const size of [0, 10, 262_144 - 7, 262_144, 1_000_003]) {
    const filling = '0123456789'.repeat(size / 10);
    writeFileSync(path, `${filling}${value}${filling}${value}`);
    await redactFile(path, redactor);
    expect(readFileSync(path, 'utf8') === `${filling}[redacted:TOKEN]${filling}[redacted:TOKEN]`).toBe(true);
  }
  expect(readdirSync(folder)).toEqual(['output.txt']);
});

test('a file without them stays as it is, bytes that are no text too', async () => {
  const path = join(folderWith(), 'output.txt');
  for (const size of [0, 1000, 600_000]) {
    const bytes = Buffer.from(Array.from({ length: size }, (_, at) => (at * 7919) % 256));
    writeFileSync(path, bytes);
    await redactFile(path, redactor);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  }
});

test('what is no ordinary file is left alone, and a link is not followed', async () => {
  const folder = folderWith();
  const mine = join(folder, 'mine');
  writeFileSync(mine, value);
  symlinkSync(mine, join(folder, 'link'));
  mkdirSync(join(folder, 'folder'));
  for (const name of ['none', 'link', 'folder']) await redactFile(join(folder, name), redactor);
  expect(readFileSync(mine, 'utf8')).toBe(value);
});

test('a file that cannot be cleaned does not stay', async () => {
  const folder = folderWith();
  const path = join(folder, 'output.txt');
  const full = () => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  for (const size of [10, 600_000]) {
    writeFileSync(path, `${'x'.repeat(size)}${value}`);
    const refusing = { ...redactor, open: () => ({ ...redactor.open(), end: full }) };
    await expect(redactFile(path, refusing)).rejects.toThrow('no space left');
    expect(readdirSync(folder)).toEqual([]);
  }
});
