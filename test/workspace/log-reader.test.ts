import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { watchLogs } from '../../src/process/cap.ts';
import { type LogReader, readLog } from '../../src/workspace/log-reader.ts';

function newLog(): string {
  const folder = mkdtempSync(join(tmpdir(), 'super-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'stdout.log');
}

/** Everything that there is to read now; a cut is marked. */
function drain(reader: LogReader): string {
  let text = '';
  for (let part = reader.next(); part !== undefined; part = reader.next()) {
    text += `${part.cut ? '<cut>' : ''}${Buffer.from(part.bytes).toString('latin1')}`;
  }
  return text;
}

test('a log that does not exist yet, then grows', () => {
  const path = newLog();
  const reader = readLog(path);
  expect(drain(reader)).toBe('');
  writeFileSync(path, 'one\n');
  expect(drain(reader)).toBe('one\n');
  expect(drain(reader)).toBe('');
  appendFileSync(path, 'tw');
  appendFileSync(path, 'o\n');
  expect(drain(reader)).toBe('two\n');
});

test('more than one stretch is read to its end', () => {
  const path = newLog();
  const text = 'x'.repeat(600_000);
  writeFileSync(path, text);
  expect(drain(readLog(path))).toBe(text);
});

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `line ${from + at}\n`).join('');
const linesOf = (text: string) => [...text.matchAll(/^line \d+$/gm)].map(([line]) => line);

describe('a log that is kept small while it is read', () => {
  test('no line comes twice, the last one comes, and what is missing is marked', async () => {
    const path = newLog();
    const watch = watchLogs([path], { cap: 4096, interval: 5 });
    const reader = readLog(path);
    let text = '';
    for (let at = 0; at < 2000; at += 50) {
      appendFileSync(path, numbered(at, at + 50));
      if (at % 100 === 0) text += drain(reader);
      await sleep(3);
    }
    await watch.close();
    text += drain(reader);
    const lines = linesOf(text);
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.at(-1)).toBe('line 1999');
    if (lines.length < 2000) expect(text).toMatch(/<cut>|bytes cut here/);
  });

  test('one that was cut and put together between two looks goes on behind what was read', async () => {
    const path = newLog();
    const reader = readLog(path);
    writeFileSync(path, numbered(0, 400));
    expect(linesOf(drain(reader))).toHaveLength(400);
    appendFileSync(path, numbered(400, 420));
    await watchLogs([path], { cap: 4096, interval: 60_000 }).close();
    expect(drain(reader)).toBe(numbered(400, 420));
  });

  test('of one whose end has rolled over what was read, all that is left comes, behind the mark', async () => {
    const path = newLog();
    const reader = readLog(path);
    writeFileSync(path, numbered(0, 300));
    drain(reader);
    appendFileSync(path, numbered(300, 3000));
    await watchLogs([path], { cap: 4096, interval: 60_000 }).close();
    const text = drain(reader);
    expect(text).toMatch(/^\n\[\.\.\. \d+ bytes cut here \.\.\.\]\n/);
    expect(linesOf(text).at(-1)).toBe('line 2999');
  });

  test('one that is cut right now goes on where it is written', () => {
    const path = newLog();
    const reader = readLog(path);
    writeFileSync(path, numbered(0, 400));
    drain(reader);
    writeFileSync(`${path}.tail`, numbered(200, 400));
    writeFileSync(path, numbered(0, 100));
    expect(drain(reader)).toBe('');
    appendFileSync(path, 'after\n');
    expect(drain(reader)).toBe('<cut>after\n');
  });

  test('one that is put together anew after it was cut right now brings nothing twice', () => {
    const path = newLog();
    const reader = readLog(path);
    writeFileSync(path, numbered(0, 400));
    drain(reader);
    writeFileSync(`${path}.tail`, numbered(300, 410));
    writeFileSync(path, numbered(0, 100));
    expect(drain(reader)).toBe('');
    rmSync(`${path}.tail`);
    appendFileSync(path, `\n[... 999 bytes cut here ...]\n${numbered(300, 410)}`);
    expect(drain(reader)).toBe(numbered(400, 410));
  });

  test('one that is just being put together is waited for', () => {
    const path = newLog();
    const reader = readLog(path);
    writeFileSync(path, numbered(0, 400));
    drain(reader);
    writeFileSync(`${path}.tail`, numbered(300, 410));
    const [marked, all] = ['\n[... 999 bytes cut here ...]\n', numbered(300, 410)];
    for (const part of ['', marked, `${marked}${all.slice(0, 200)}`, `${marked}${all}`]) {
      writeFileSync(path, numbered(0, 100) + part);
      expect(drain(reader)).toBe('');
    }
    rmSync(`${path}.tail`);
    expect(drain(reader)).toBe(numbered(400, 410));
  });
});
