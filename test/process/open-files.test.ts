import { closeSync, linkSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hasOpen } from '../../src/process/open-files.ts';

test('a file that a process has open is known by every name it has', () => {
  const folder = mkdtempSync(join(tmpdir(), 'super-open-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [one, other, second] = ['one', 'other', 'second'].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(one, '');
  writeFileSync(second, '');
  linkSync(one, other);
  const fd = openSync(one, 'a');
  expect([one, other, second, join(folder, 'none')].map((path) => hasOpen(process.pid, path))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  closeSync(fd);
  expect(hasOpen(process.pid, one)).toBe(false);
  expect(hasOpen(2 ** 22 + 1, second)).toBe(false);
});
