import { expect, test } from 'vitest';
import { commands, groups } from '../../src/cli/table.ts';
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
