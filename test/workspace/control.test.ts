import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { RunId, TaskName } from '../../src/schema/types.gen.ts';
import { announceStop, askRun, type Controlled, watchControl } from '../../src/workspace/control.ts';
import { layoutOf, type RunLayout } from '../../src/workspace/layout.ts';

function controlled(answers: Partial<Controlled> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'super-control-'));
  const layout = layoutOf(folder, '20261120-024512-123-aaaa' as RunId);
  mkdirSync(layout.folder, { recursive: true });
  const asked: unknown[] = [];
  const run: Controlled = {
    pause: (freeze) => void asked.push(['pause', freeze]),
    unpause: () => void asked.push(['unpause']),
    cancel: (task) => void asked.push(['cancel', task]),
    ...answers,
  };
  const control = watchControl(layout, run);
  onTestFinished(() => {
    control.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { layout, asked, close: () => control.close() };
}

test('what is asked is done once, and leaves nothing behind', async () => {
  const { layout, asked } = controlled();
  expect(await askRun(layout, { type: 'pause', freeze: true }, 2000)).toEqual({});
  expect(await askRun(layout, { type: 'unpause' }, 2000)).toEqual({});
  expect(await askRun(layout, { type: 'cancel', task: 'one' as TaskName }, 2000)).toEqual({});
  expect(asked).toEqual([['pause', true], ['unpause'], ['cancel', 'one']]);
  expect(existsSync(layout.control)).toBe(false);
});

test('several ask at once', async () => {
  const { layout, asked } = controlled({ pause: () => 'the run is paused already' });
  const answers = await Promise.all([
    askRun(layout, { type: 'pause', freeze: false }, 2000),
    askRun(layout, { type: 'unpause' }, 2000),
    askRun(layout, { type: 'unpause' }, 2000),
  ]);
  expect(answers).toEqual([{ refused: 'the run is paused already' }, {}, {}]);
  expect(asked).toEqual([['unpause'], ['unpause']]);
});

test('whoever asks while the run ends is told so; afterwards nobody answers', async () => {
  const { layout, close } = controlled();
  const answer = askRun(layout, { type: 'unpause' }, 2000);
  close();
  expect(await answer).toEqual({ refused: 'the run has just ended' });
  expect(await askRun(layout, { type: 'unpause' }, 50)).toBeUndefined();
  expect(existsSync(layout.control)).toBe(false);
});

function put(layout: RunLayout, name: string, text: string): void {
  mkdirSync(layout.control, { recursive: true });
  writeFileSync(join(layout.control, name), text);
}

test('what is no request does no harm, whoever wrote it', async () => {
  const { layout, asked } = controlled();
  const noText = '{"toString":1,"valueOf":1}';
  [
    ...['null', '1', '[]', '"pause"', '{', '', '{"type":"explode"}', '{"type":"cancel"}', '\0'.repeat(100_000)],
    ...[`{"type":${noText}}`, `{"type":"cancel","task":${noText}}`, '{"type":["unpause"]}'],
  ].forEach((text, at) => {
    put(layout, `${Date.now()}-${at}.request`, text);
  });
  mkdirSync(join(layout.control, 'folder.request'));
  symlinkSync('/etc/passwd', join(layout.control, 'link.request'));
  await sleep(500);
  expect(await askRun(layout, { type: 'unpause' }, 2000)).toEqual({});
  expect(asked).toEqual([['unpause']]);
  expect(readdirSync(layout.control).filter((name) => name.endsWith('.request'))).toEqual([
    'folder.request',
    'link.request',
  ]);
});

test('what was asked long ago is not done, and goes with its answer', async () => {
  const { layout, asked } = controlled();
  for (const name of ['1700000000000-aaaa', `${Date.now() - 60_000}-bbbb`]) {
    put(layout, `${name}.request`, '{"type":"pause","freeze":true}');
    put(layout, `${name}.answer`, '{}');
  }
  await sleep(500);
  expect(asked).toEqual([]);
  expect(readdirSync(layout.control)).toEqual([]);
});

test('a folder that an agent put there under that name stays as it is, and so does what is not ours', async () => {
  const { layout } = controlled();
  const other = mkdtempSync(join(tmpdir(), 'super-other-'));
  onTestFinished(() => rmSync(other, { recursive: true, force: true }));
  const names = ['letter.txt', '1700000000000-aaaa.request', '2024-report.txt', 'my.request'];
  for (const name of names) writeFileSync(join(other, name), '{"type":"unpause"}');
  symlinkSync(other, layout.control);
  await sleep(500);
  expect(readdirSync(other).sort()).toEqual(names.toSorted());
  rmSync(layout.control);
  for (const name of ['letter.txt', '2024-report.txt', 'my.request']) put(layout, name, '{"type":"unpause"}');
  await sleep(500);
  expect(readdirSync(layout.control).sort()).toEqual(['2024-report.txt', 'letter.txt', 'my.request']);
});

test('nothing is written through a link in place of the folder', async () => {
  const { layout } = controlled();
  const elsewhere = mkdtempSync(join(tmpdir(), 'super-elsewhere-'));
  onTestFinished(() => rmSync(elsewhere, { recursive: true, force: true }));
  symlinkSync(elsewhere, layout.control);
  announceStop(layout)();
  await expect(askRun(layout, { type: 'unpause' }, 50)).rejects.toThrow(/EEXIST/);
  expect(readdirSync(elsewhere)).toEqual([]);
});
