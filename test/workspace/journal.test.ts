import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { EventBody } from '../../src/run/ports.ts';
import type { RunId, TaskName } from '../../src/schema/types.gen.ts';
import { LostJournal, openJournal, readJournal } from '../../src/workspace/journal.ts';
import { folderWith } from '../cli/harness.ts';

const run = 'r' as RunId;
const now = () => Date.UTC(2026, 10, 20);
const said = (text: string): EventBody => ({ type: 'task.progressed', task: 'a' as TaskName, kind: 'progress', text });

function journalIn(folder: string, seq = 0) {
  const path = join(folder, 'events.jsonl');
  return { path, journal: openJournal(path, run, now, seq) };
}

test('events get their place and time, and stand in the file once they are written', async () => {
  const { path, journal } = journalIn(folderWith());
  expect(journal.append(said('one'))).toMatchObject({ v: 1, seq: 1, run: 'r', ts: '2026-11-20T00:00:00.000Z' });
  expect(readFileSync(path, 'utf8')).toBe('');
  journal.write();
  expect(readJournal(path).events).toMatchObject([{ seq: 1, text: 'one' }]);
  journal.append(said('line\nbreak \u2028 "quoted" \u0000'));
  await journal.sync();
  journal.close();
  const { events, wholeBytes } = readJournal(path);
  expect(events).toMatchObject([{ text: 'one' }, { seq: 2, text: 'line\nbreak \u2028 "quoted" \u0000' }]);
  expect(wholeBytes).toBe(readFileSync(path).length);
});

test('whoever asks while a sync is under way shares the next one, which covers what was appended since', async () => {
  const { path, journal } = journalIn(folderWith());
  journal.append(said('1'));
  const first = journal.sync();
  journal.append(said('2'));
  const second = journal.sync();
  journal.append(said('3'));
  expect(journal.sync()).toBe(second);
  await first;
  expect(readJournal(path).events.length).toBeGreaterThanOrEqual(1);
  await second;
  expect(readJournal(path).events).toHaveLength(3);
  await journal.sync();
  journal.close();
});

test('a resumed journal goes on where the old one ended', async () => {
  const folder = folderWith();
  const { path, journal } = journalIn(folder);
  journal.append(said('1'));
  await journal.sync();
  journal.close();
  writeFileSync(path, `${readFileSync(path, 'utf8')}{"v":1,"se`);
  const { events, wholeBytes } = readJournal(path);
  truncateSync(path, wholeBytes);
  const next = journalIn(folder, events.length).journal;
  next.append(said('2'));
  await next.sync();
  next.close();
  expect(readJournal(path).events.map(({ seq }) => seq)).toEqual([1, 2]);
});

describe('a damaged journal', () => {
  const lines = ['a', 'bé', 'c漢', 'd'].map((text, index) =>
    JSON.stringify({ v: 1, seq: index + 1, ts: '2026-11-20T00:00:00.000Z', run, ...said(text) }),
  );
  const whole = Buffer.from(`${lines.join('\n')}\n`);
  const parsed = lines.map((line) => JSON.parse(line));

  test('cut at any byte, it gives the events before the cut', () => {
    const path = join(folderWith(), 'events.jsonl');
    for (let cut = 0; cut <= whole.length; cut++) {
      const part = whole.subarray(0, cut);
      writeFileSync(path, part);
      const complete = part.toString('latin1').split('\n').length - 1;
      const { events, wholeBytes } = readJournal(path);
      expect(events).toEqual(parsed.slice(0, complete));
      expect(wholeBytes).toBe(part.lastIndexOf(10) + 1);
    }
  });

  test('with any bit flipped, it gives at least the events before the damage, and never throws', () => {
    const path = join(folderWith(), 'events.jsonl');
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(7), (at, bit) => {
        const broken = Buffer.from(whole);
        broken[at] = (broken[at] as number) ^ (1 << bit);
        writeFileSync(path, broken);
        const before = whole.subarray(0, at).toString('latin1').split('\n').length - 1;
        const { events } = readJournal(path);
        expect(events.slice(0, before)).toEqual(parsed.slice(0, before));
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      }),
      { numRuns: 1500 },
    );
  });

  test('whatever it holds, reading does not throw', () => {
    const path = join(folderWith(), 'events.jsonl');
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.json(), fc.string(), fc.constantFrom('null', '1', '[]', '{"seq":1}'))),
        (texts) => {
          writeFileSync(path, texts.join('\n'));
          expect(readJournal(path).wholeBytes).toBeLessThanOrEqual(Buffer.byteLength(texts.join('\n')));
        },
      ),
      { numRuns: 200 },
    );
  });
});

test.skipIf(process.getuid?.() !== 0)(
  'a full disk: StorageFailure, again and again, and the journal stays whole (needs root, for a small disk)',
  async () => {
    const disk = folderWith();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
    onTestFinished(() => void execFileSync('umount', ['-l', disk]));
    const { path, journal } = journalIn(disk);
    let durable = 0;
    const fill = async () => {
      for (let count = 1; ; count++) {
        journal.append(said('x'.repeat(10_000)));
        await journal.sync();
        durable = count;
      }
    };
    await expect(fill()).rejects.toMatchObject({ name: 'StorageFailure', message: expect.stringContaining('ENOSPC') });
    expect(durable).toBeGreaterThan(10);
    expect(() => journal.append(said('more'))).toThrow('ENOSPC');
    expect(() => journal.write()).toThrow('ENOSPC');
    await expect(journal.sync()).rejects.toMatchObject({ name: 'StorageFailure' });
    journal.close();
    const { events, wholeBytes } = readJournal(path);
    expect(events).toHaveLength(durable);
    expect(wholeBytes).toBe(readFileSync(path).length);
    expect(readdirSync(disk)).toEqual(['events.jsonl']);
  },
);

test.each([
  ['removed', (path: string) => rmSync(path)],
  ['shortened', (path: string) => truncateSync(path)],
])('a journal that was %s under the hands of its run is told, and nothing is promised any more', async (how, harm) => {
  const { path, journal } = journalIn(folderWith());
  journal.append(said('one'));
  await journal.sync();
  harm(path);
  journal.append(said('two'));
  await expect(journal.sync()).rejects.toThrow(`was ${how} while the run wrote to it`);
  expect(() => journal.append(said('three'))).toThrow(LostJournal);
  journal.close();
});
