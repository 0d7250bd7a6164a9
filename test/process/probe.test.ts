import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask, findPrograms } from '../../src/process/probe.ts';

const env = { PATH: process.env.PATH };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'super-probe-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function program(path: string, text: string): string {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

test('programs are found in the order of the PATH; folders, plain files and relative entries are not programs', () => {
  const [first, second, third] = [folder(), folder(), folder()];
  program(join(first, 'tool'), '');
  program(join(third, 'tool'), '');
  writeFileSync(join(second, 'tool'), '');
  expect(findPrograms('tool', `.:${third}:${second}::${first}:${third}`)).toEqual([
    join(third, 'tool'),
    join(first, 'tool'),
  ]);
  expect(findPrograms('tool', undefined)).toEqual([]);
});

test('the first line that is said, on either stream', async () => {
  const question = { file: '/bin/sh', env, limit: 5000 };
  expect(await ask({ ...question, args: ['-c', 'echo; echo 1.2.3; echo more'] })).toEqual({
    type: 'said',
    line: '1.2.3',
  });
  expect(await ask({ ...question, args: ['-c', 'echo 1.2.3 >&2'] })).toEqual({ type: 'said', line: '1.2.3' });
  expect(await ask({ ...question, args: ['-c', 'exit 7'] })).toEqual({ type: 'silent', why: 'ended with exit code 7' });
});

test('a warning on standard error is no answer where there is one on standard output', async () => {
  const file = program(
    join(folder(), 'wary'),
    '#!/bin/sh\necho "WARNING: odd" >&2; sleep 0.1; echo 1.2.3; echo more >&2\n',
  );
  expect(await ask({ file, args: [], env, limit: 5000 })).toEqual({ type: 'said', line: '1.2.3' });
});

test('a program that cannot be started is silent, with the reason', async () => {
  expect(await ask({ file: '/nowhere/tool', args: [], env, limit: 5000 })).toMatchObject({
    type: 'silent',
    why: expect.stringContaining('ENOENT'),
  });
});

test('one that does not answer is ended with all that it started', async () => {
  const pidFile = join(folder(), 'pid');
  const script = `sleep 600 & echo $! > ${pidFile}.tmp && mv ${pidFile}.tmp ${pidFile}; wait`;
  const answer = await ask({ file: '/bin/sh', args: ['-c', script], env, limit: 300 });
  expect(answer).toEqual({ type: 'silent', why: 'did not answer within 0.3 s' });
  const { existsSync, readFileSync } = await import('node:fs');
  const pid = readFileSync(pidFile, 'utf8').trim();
  await expect
    .poll(() => existsSync(`/proc/${pid}`) && !/^\d+ \(sleep\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
    .toBe(false);
});
