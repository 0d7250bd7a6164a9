// Which files commands find, and by which names.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandOrchestra, commandPlaybook, folderWith, runCli } from './harness.ts';

const good = commandOrchestra('good', ['one']);

function show(files: Readonly<Record<string, string>>, id: string) {
  return runCli(['orchestra', 'show', id], { cwd: folderWith(files) });
}

describe('an orchestra by its id', () => {
  test.each([
    ['one_orchestra.yaml', 'one_orchestra.yml'],
    ['one_orchestra.yaml', 'one.yaml'],
    ['one.yaml', 'one.yml'],
  ])('%s and %s in one folder are told from each other by their paths only', async (...names) => {
    const files = Object.fromEntries(names.map((name) => [`orchestras/${name}`, good]));
    expect(await show(files, 'one')).toEqual({
      code: 2,
      stdout: '',
      stderr: `super: "one" is the name of 2 orchestras:\n${names.map((name) => `  orchestras/${name}\n`).join('')}name one by its path\n`,
    });
    expect(await show(files, `orchestras/${names[0]}`)).toMatchObject({ code: 0 });
  });

  test('that is declared, in whatever form', async () => {
    for (const text of [
      good.replace('id: good', '"id": "other"'),
      `orchestra:\n  # id: nope\n  name: x\n  id: other # here\n${good.slice(good.indexOf('agents:'))}`,
      `metadata: {id: other}\n${good.replace('id: good, ', '')}`,
    ])
      expect(await show({ 'orchestras/x.yaml': text }, 'other')).toMatchObject({ code: 0 });
  });

  test('what a text says is no id', async () => {
    const text = `orchestra:\n  description: |\n    id: foo\n${good.slice(good.indexOf('agents:'))}`;
    const files = { 'orchestras/x_orchestra.yaml': text };
    expect(await show(files, 'foo')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('orchestras here: x\n'),
    });
  });

  test('a file that cannot be read has that of its name', async () => {
    const { stderr } = await show({ 'orchestras/x_orchestra.yaml': 'orchestra: {id: foo\n' }, 'foo');
    expect(stderr).toContain('orchestras here: x\n');
  });
});

test('playbooks are found once, whatever links lead back, and through links to files', async () => {
  const cwd = folderWith({
    'agents/deep/a_playbook.yaml': commandPlaybook('echo'),
    'else/b.yaml': commandPlaybook('b'),
  });
  mkdirSync(join(cwd, 'agents/more'));
  symlinkSync('..', join(cwd, 'agents/up'));
  symlinkSync('../deep', join(cwd, 'agents/more/beside'));
  symlinkSync('../else/b.yaml', join(cwd, 'agents/b_playbook.yaml'));
  const { agents } = JSON.parse((await runCli(['agent', 'list', '--json'], { cwd })).stdout);
  expect(agents.map(({ file }: { file: string }) => file)).toEqual([
    'agents/b_playbook.yaml',
    'agents/deep/a_playbook.yaml',
  ]);
});
