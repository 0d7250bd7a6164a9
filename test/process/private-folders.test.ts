import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { removePrivateFolders } from '../../src/process/private-folders.ts';

test('folders of the run go, those of others stay, links are not followed', () => {
  const run = `20261120-000000-000-${Math.random().toString(36).slice(2, 6)}`;
  const elsewhere = mkdtempSync(join(tmpdir(), 'super-elsewhere-'));
  const own = join(tmpdir(), `super-${run}-abc`);
  const link = join(tmpdir(), `super-${run}-link`);
  const other = join(tmpdir(), `super-${run}x-abc`);
  onTestFinished(() => {
    for (const path of [elsewhere, own, link, other]) rmSync(path, { recursive: true, force: true });
  });
  for (const folder of [own, other]) mkdirSync(folder);
  writeFileSync(join(own, '1'), 'a message');
  symlinkSync(elsewhere, link);
  removePrivateFolders(run);
  expect([own, other, link, elsewhere].map((path) => existsSync(path))).toEqual([false, true, true, true]);
});
