import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lastLine, watchLogs } from '../../src/process/cap.ts';
import { pause, until } from './lab.ts';

let folder: string;
let log: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'super-cap-'));
  log = join(folder, 'log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const limits = { cap: 1024, interval: 5 };
const mark = /\n\[\.\.\. (\d+) bytes cut here \.\.\.\]\n/;

/** Numbered lines of 10 bytes each. */
function lines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, n) => `${String(from + n).padStart(9, '0')}\n`).join('');
}

/** Checks that a log is head, mark and tail of this text, and that the mark tells the truth. */
function expectCut(text: string, cap: number): void {
  const left = readFileSync(log, 'utf8');
  expect(left.length).toBeLessThanOrEqual(cap);
  const [head = '', missing, tail = ''] = left.split(mark);
  expect(head).toBe(text.slice(0, cap / 2));
  expect(text.endsWith(tail)).toBe(true);
  expect(tail.length).toBeGreaterThan(cap / 2 - 100);
  expect(Number(missing)).toBe(text.length - head.length - tail.length);
  expect(existsSync(`${log}.tail`)).toBe(false);
}

test('a log within its cap stays as it is, and one that never was is no fault', async () => {
  const watch = watchLogs([log, join(folder, 'none')], limits);
  writeFileSync(log, 'x'.repeat(1024));
  await pause(20);
  await watch.close();
  expect(readFileSync(log, 'utf8')).toBe('x'.repeat(1024));
});

test('what was cut out counts as written', async () => {
  const other = join(folder, 'other');
  writeFileSync(other, 'x'.repeat(77));
  const watch = watchLogs([log, other], limits);
  let text = '';
  for (let n = 0; n < 20; n++) {
    const more = lines(n * 40, n * 40 + 40);
    appendFileSync(log, more);
    text += more;
    await pause(10);
    expect(watch.written()).toBe(text.length + 77);
  }
  expect(statSync(log).size).toBeLessThan(text.length);
  await watch.close();
});

test.each([103, 110, 160, 1000])(
  'a log of %i lines, written before the first look, is cut at the end',
  async (count) => {
    const watch = watchLogs([log], { cap: 1024, interval: 60_000 });
    writeFileSync(log, lines(0, count));
    await watch.close();
    expectCut(lines(0, count), 1024);
  },
);

test.each([[150], [150, 10], [150, 60, 1], [120, 80, 300, 0, 40]])(
  'a log that grows by %i, ... lines is kept small all the time',
  async (...steps) => {
    const watch = watchLogs([log], limits);
    let written = 0;
    for (const step of steps) {
      appendFileSync(log, lines(written, written + step));
      written += step;
      await until(() => statSync(log).size <= 1024);
      await pause(20);
    }
    await watch.close();
    expectCut(lines(0, written), 1024);
  },
);

test.each([
  [1000, 300],
  [1000, 1024],
  [120, 600],
  [60, 400],
  [40, 400],
])('a log of %i lines is cut to %i bytes when it may not be longer', async (count, together) => {
  const watch = watchLogs([log], limits);
  writeFileSync(log, lines(0, count / 2));
  await pause(20);
  appendFileSync(log, lines(count / 2, count));
  await pause(20);
  await watch.close(together);
  if (count * 10 <= together) expect(readFileSync(log, 'utf8')).toBe(lines(0, count));
  else expectCut(lines(0, count), together);
});

test('logs that may have so many bytes together: short ones stay whole', async () => {
  const [short, long] = [join(folder, 'short'), join(folder, 'long')];
  const watch = watchLogs([long, short, log, join(folder, 'none')], limits);
  writeFileSync(short, lines(0, 10));
  writeFileSync(long, lines(0, 80));
  writeFileSync(log, lines(0, 90));
  await watch.close(1000);
  expect(readFileSync(short, 'utf8')).toBe(lines(0, 10));
  const sizes = [log, long].map((path) => statSync(path).size);
  expect(Math.min(...sizes)).toBeGreaterThan(380);
  expect((sizes[0] ?? 0) + (sizes[1] ?? 0)).toBeLessThanOrEqual(900);
  for (const path of [log, long]) expect(readFileSync(path, 'utf8')).toMatch(mark);
});

test('a program that writes 200 MB is none the wiser, and this process grows no larger', async () => {
  const before = process.memoryUsage.rss();
  const child = spawn('sh', ['-c', 'yes 123456789 | head -c 200000000 >>"$0"; echo the end >>"$0"', log]);
  const watch = watchLogs([log]);
  const code = await new Promise((resolve) => child.on('exit', resolve));
  await watch.close();
  const left = readFileSync(log, 'utf8');
  expect(code).toBe(0);
  expect(left.length).toBeLessThanOrEqual(16 * 1024 * 1024);
  expect(left.length).toBeGreaterThan(15 * 1024 * 1024);
  expect(left.endsWith('123456789\nthe end\n')).toBe(true);
  // What is written between a copy and its cut is lost uncounted: on a busy machine, some of the 183 million.
  expect(Number(mark.exec(left)?.[1])).toBeGreaterThan(120_000_000);
  expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024);
});

test('a link that an agent put in the place of its log is not followed', async () => {
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'v'.repeat(5000));
  symlinkSync(victim, log);
  const watch = watchLogs([log], { ...limits, cap: 2 });
  await expect(watch.close()).rejects.toThrow('cannot shorten a log');
  expect(statSync(victim).size).toBe(5000);
});

test('silence is counted from the last growth', async () => {
  const watch = watchLogs([log], limits);
  await pause(100);
  expect(watch.silence()).toBeGreaterThanOrEqual(80);
  writeFileSync(log, 'x');
  await until(() => watch.silence() < 50);
  await watch.close();
});

test.each([
  ['', undefined],
  ['\n \n', undefined],
  ['one', 'one'],
  ['one\ntwo\n', 'two'],
  ['one\n  two  \n\n\n', 'two'],
  ['10 %\r20 %\r', '20 %'],
  [`${'x'.repeat(9000)}\n${'é'.repeat(300)}\n`, 'é'.repeat(200)],
])('the last line of %j', (text, line) => {
  expect(lastLine(log)).toBeUndefined();
  writeFileSync(log, text);
  expect(lastLine(log)).toBe(line);
});

test('who writes is held while its log is cut, and only then', async () => {
  const said: { readonly held: boolean; readonly size: number }[] = [];
  const watch = watchLogs([log], limits, (held) => said.push({ held, size: statSync(log).size }));
  appendFileSync(log, lines(0, 100));
  await pause(30);
  expect(said).toEqual([]);
  appendFileSync(log, lines(100, 200));
  await pause(30);
  await watch.close();
  expect(said).toEqual([
    { held: true, size: 2000 },
    { held: false, size: 512 },
  ]);
  expectCut(lines(0, 200), 1024);
});

test('who writes goes on where its log cannot be cut', async () => {
  const said: boolean[] = [];
  mkdirSync(`${log}.tail`);
  const watch = watchLogs([log], limits, (held) => said.push(held));
  appendFileSync(log, lines(0, 200));
  await pause(30);
  rmSync(`${log}.tail`, { recursive: true });
  await watch.close();
  expect(said.length).toBeGreaterThan(1);
  expect(said.at(-1)).toBe(false);
});
