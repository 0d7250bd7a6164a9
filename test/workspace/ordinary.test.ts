import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isTemporary, temporaryName, writeWhole } from '../../src/workspace/ordinary.ts';
import { folderWith } from '../cli/harness.ts';

test('a file is written whole, and nothing stands beside it', () => {
  const folder = folderWith({ file: 'old' });
  writeWhole(join(folder, 'file'), 'new');
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('new');
  expect(readdirSync(folder)).toEqual(['file']);
});

test('what cannot get its name leaves nothing', () => {
  const folder = folderWith();
  mkdirSync(join(folder, 'taken'));
  expect(() => writeWhole(join(folder, 'taken'), 'new')).toThrow();
  expect(readdirSync(folder)).toEqual(['taken']);
});

test('temporary names are known as such, others are not', () => {
  for (const path of ['a.txt', 'status.json', '/x/orchestra_output.txt'])
    expect(isTemporary(temporaryName(path))).toBe(true);
  for (const name of ['a_output.txt', 'status.json', '.tmp', 'events.jsonl']) expect(isTemporary(name)).toBe(false);
});
