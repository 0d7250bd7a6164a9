// What agents wrote themselves in attempts that nobody has ended.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRedactor } from '../../src/run/redaction/redact.ts';
import type { RunId, TaskName } from '../../src/schema/types.gen.ts';
import { openJournal } from '../../src/workspace/journal.ts';
import { layoutOf } from '../../src/workspace/layout.ts';
import { sealLeft } from '../../src/workspace/seal-left.ts';
import { folderWith } from '../cli/harness.ts';

const redactor = makeRedactor([{ name: 'TOKEN', value: 'tok-0123456789' }]);
const said = 'mine is tok-0123456789';

test('is cleaned, in every attempt but those that have ended; no link is followed', async () => {
  const layout = layoutOf(folderWith(), '20261120-024512-123-k3f9' as RunId);
  const write = (...names: readonly string[]) => {
    mkdirSync(join(layout.attempts, ...names), { recursive: true });
    writeFileSync(join(layout.attempts, ...names, 'output.txt'), said);
  };
  for (const attempt of ['1', '2', '3', '3.x1y2.tmp']) write('a', attempt);
  const answer = join(layout.attempts, 'a', '3', 'answer.txt');
  writeFileSync(answer, said);
  const elsewhere = folderWith({ 'output.txt': said });
  symlinkSync(elsewhere, join(layout.attempts, 'a', '4'));
  mkdirSync(join(layout.attempts, 'a', '5'));
  symlinkSync(join(elsewhere, 'output.txt'), join(layout.attempts, 'a', '5', 'output.txt'));
  const journal = openJournal(layout.journal, 'r' as RunId, () => 0);
  const task = 'a' as TaskName;
  journal.append({ type: 'task.failed', task, attempt: 2, reason: 'agent-exit', message: 'no' });
  journal.write();
  journal.close();
  await sealLeft(layout, redactor);
  const now = (...names: readonly string[]) => readFileSync(join(layout.attempts, 'a', ...names, 'output.txt'), 'utf8');
  expect(['1', '3', '3.x1y2.tmp'].map((attempt) => now(attempt))).toEqual(Array(3).fill('mine is [redacted:TOKEN]'));
  expect(readFileSync(answer, 'utf8')).toBe('mine is [redacted:TOKEN]');
  expect(['2', '4', '5'].map((attempt) => now(attempt))).toEqual(Array(3).fill(said));
});

test('where there is no run, or no secret, there is nothing to do', async () => {
  const layout = layoutOf(folderWith(), '20261120-024512-123-k3f9' as RunId);
  await sealLeft(layout, redactor);
  mkdirSync(join(layout.attempts, 'a', '1'), { recursive: true });
  writeFileSync(join(layout.attempts, 'a', '1', 'output.txt'), said);
  await sealLeft(layout, undefined);
  expect(readFileSync(join(layout.attempts, 'a', '1', 'output.txt'), 'utf8')).toBe(said);
  await sealLeft(layout, redactor);
  expect(readFileSync(join(layout.attempts, 'a', '1', 'output.txt'), 'utf8')).toBe('mine is [redacted:TOKEN]');
});
