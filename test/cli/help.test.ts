import { describe, expect, test } from 'vitest';
import { commands, groups } from '../../src/cli/table.ts';
import { widthOf } from '../../src/diagnostics/printable.ts';
import { expectGolden } from '../golden/golden.ts';
import { runCli } from './harness.ts';

const pages = ['', ...groups.map(({ path }) => path), ...commands.map(({ path }) => path.join(' '))];

test.each(pages)('super %s --help', async (page) => {
  const words = page === '' ? [] : page.split(' ');
  const { code, stdout, stderr } = await runCli([...words, '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/\nExample:\n {2}\S/);
  expectGolden(`cli/help/${page === '' ? 'super' : page.replace(' ', '-')}.txt`, stdout);
});

describe.each([42, 60, 80, 100])('on a terminal of %i columns', (columns) => {
  /** Where a text breaks: the width of each of its lines but the last, and the word that would have been next on it. */
  const breaksIn = (shown: string, text: string) => {
    const lines = shown.split('\n').map((line) => line.replace(/ \\$/, ''));
    const words = lines.flatMap((line, at) =>
      line.split(' ').flatMap((word) => (word === '' ? [] : [{ word, at, width: widthOf(line) }])),
    );
    const wanted = text.split(/\s+/);
    const start = words.findIndex((_, from) => wanted.every((word, at) => words[from + at]?.word === word));
    expect(start, text).toBeGreaterThanOrEqual(0);
    const found = words.slice(start, start + wanted.length);
    return found.flatMap(({ at, width }, index) => {
      const next = found[index + 1];
      return next === undefined || next.at === at ? [] : [{ room: columns - width, next: next.word, at }];
    });
  };

  test.each(pages)('every paragraph of super %s --help is filled once', async (page) => {
    const argv = page === '' ? [] : page.split(' ');
    const { stdout } = await runCli([...argv, '--help'], { columns });
    const command = commands.find(({ path }) => path.join(' ') === page);
    const texts = [
      command?.summary ?? [],
      command?.more ?? [],
      (command?.options ?? []).flatMap(({ description, hidden }) => (hidden === true ? [] : [description])),
    ].flat();
    for (const text of texts.flatMap((each) => each.split('\n'))) {
      for (const { room, next, at } of breaksIn(stdout, text)) expect(room, `line ${at}`).toBeLessThan(next.length + 2);
    }
    for (const line of stdout.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(columns);
  });
});

test('every example names a command of the table', () => {
  const known = commands.map(({ path }) => `super ${path.join(' ')}`);
  for (const { example } of [...commands, ...groups]) {
    expect(known.some((command) => `${example} `.includes(`${command} `) || example.includes(`(${command} `))).toBe(
      true,
    );
  }
});

test('without words the help is printed, and that is a usage fault', async () => {
  const { code, stdout } = await runCli([]);
  expect(code).toBe(2);
  expect(stdout).toContain('Usage: super');
});

test('the short form of a group is the group', async () => {
  const { stdout } = await runCli(['orch', 'list', '--help']);
  expect(stdout).toContain('Usage: super orchestra list');
});

test.each([
  ['help'],
  ['help', 'orchestra'],
  ['help', 'orch', 'run'],
  ['help', 'runs', 'nowhere'],
  ['orchestra', 'run', 'x', '--nonsense', '-h'],
])('the word help, and -h behind whatever: %s', async (...words) => {
  const { code, stdout, stderr } = await runCli(words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Usage: super/);
  expect(stdout).toContain('\nExample:\n');
});

test('help of a command that there is not is refused', async () => {
  const { code, stderr } = await runCli(['help', 'orchestrra']);
  expect(code).toBe(2);
  expect(stderr).toContain('did you mean "orchestra"?');
});
