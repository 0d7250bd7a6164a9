import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRedactedLog } from '../../src/process/redacted-log.ts';
import { StorageFailure } from '../../src/run/ports.ts';
import { makeRedactor } from '../../src/run/redaction/redact.ts';

const redactor = makeRedactor([{ name: 'TOKEN', value: 'tok-0123456789' }]);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'super-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('at no moment a value, or the beginning of one, is in the file', () => {
  const path = join(folder, 'log');
  writeFileSync(path, 'before\n');
  const log = openRedactedLog(path, redactor.open());
  const seen: string[] = [];
  for (const byte of Buffer.from('a tok-0123456789 and tok-01')) {
    log.write(Buffer.of(byte));
    seen.push(readFileSync(path, 'utf8'));
  }
  expect(seen.filter((text) => text.includes('tok'))).toEqual([]);
  expect(seen.at(-1)).toBe('before\na [redacted:TOKEN] and ');
  log.end();
  log.check();
  expect(readFileSync(path, 'utf8')).toBe('before\na [redacted:TOKEN] and tok-01');
});

test('a disk that refuses is told in the end, and keeps nobody from writing on', () => {
  const log = openRedactedLog('/dev/full', redactor.open());
  for (let count = 0; count < 3; count += 1) log.write(Buffer.from('text'));
  log.end();
  expect(() => log.check()).toThrow(StorageFailure);
  expect(() => log.check()).toThrow(/^cannot write a log: ENOSPC/);
});

test('a link is not followed', () => {
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'log'));
  expect(() => openRedactedLog(join(folder, 'log'), redactor.open())).toThrow(/ELOOP/);
});
