import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunId } from '../../src/schema/types.gen.ts';
import { createRun, layoutOf, linkLatest } from '../../src/workspace/layout.ts';
import { writeWhole } from '../../src/workspace/ordinary.ts';
import { folderWith } from '../cli/harness.ts';

const id = (text: string) => text as RunId;

test('a run keeps what it runs, byte for byte', () => {
  const layout = layoutOf(folderWith(), id('r1'));
  const odd = 'a: "\u00e9\\u0000"\r\n# end without line break';
  createRun(layout, odd, [{ name: 'x_playbook.yaml', text: odd }], '{"plan":1}\n');
  expect(readFileSync(layout.orchestra, 'utf8')).toBe(odd);
  expect(readFileSync(join(layout.agents, 'x_playbook.yaml'), 'utf8')).toBe(odd);
  expect(readFileSync(layout.plan, 'utf8')).toBe('{"plan":1}\n');
  expect(existsSync(join(layout.intermediate, 'artifacts'))).toBe(true);
  expect(() => createRun(layout, '', [], '')).toThrow('EEXIST');
});

test('a run has all its folders, whether or not there is something to put into them', () => {
  const layout = layoutOf(folderWith(), id('r1'));
  createRun(layout, '', [], '');
  expect(readdirSync(layout.folder).sort()).toEqual([
    ...['agents', 'attempts', 'final_results', 'intermediate', 'orchestra.yaml', 'plan.json', 'task_outputs'],
  ]);
});

test('links are relative, lead to the latest run, and are swapped', () => {
  const workspace = folderWith();
  for (const run of ['r1', 'r2']) {
    const layout = layoutOf(workspace, id(run));
    createRun(layout, '', [], '');
    linkLatest(layout, id(run));
    for (const name of ['task_outputs', 'intermediate', 'final_results']) {
      expect(readlinkSync(join(workspace, name))).toBe(`runs/${run}/${name}`);
    }
  }
  expect(readdirSync(workspace).sort()).toEqual(['final_results', 'intermediate', 'runs', 'task_outputs']);
});

test('a folder of that name that somebody else made is left alone; a link that leads nowhere is not', () => {
  const workspace = folderWith({ 'task_outputs/mine.txt': 'mine' });
  symlinkSync('nowhere', join(workspace, 'final_results'));
  const layout = layoutOf(workspace, id('r1'));
  createRun(layout, '', [], '');
  linkLatest(layout, id('r1'));
  expect(readFileSync(join(workspace, 'task_outputs/mine.txt'), 'utf8')).toBe('mine');
  expect(lstatSync(join(workspace, 'task_outputs')).isDirectory()).toBe(true);
  expect(readlinkSync(join(workspace, 'final_results'))).toBe('runs/r1/final_results');
});

test('a file is replaced whole, and nothing is left beside it', () => {
  const folder = folderWith({ state: 'old' });
  writeWhole(join(folder, 'state'), 'new');
  expect(readFileSync(join(folder, 'state'), 'utf8')).toBe('new');
  expect(readdirSync(folder)).toEqual(['state']);
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub/x'), '');
  expect(() => writeWhole(join(folder, 'sub'), 'x')).toThrow();
  expect(readFileSync(join(folder, 'sub/x'), 'utf8')).toBe('');
});

test('what somebody else put where a link would be is left alone', () => {
  const workspace = folderWith({ task_outputs: 'mine' });
  const layout = layoutOf(workspace, id('r1'));
  createRun(layout, '', [], '{}');
  linkLatest(layout, id('r1'));
  expect(readFileSync(join(workspace, 'task_outputs'), 'utf8')).toBe('mine');
  expect(readlinkSync(join(workspace, 'final_results'))).toBe('runs/r1/final_results');
});

test('a link that a killed process of the same run had only begun to swap is no obstacle', () => {
  const workspace = folderWith();
  const layout = layoutOf(workspace, id('r1'));
  createRun(layout, '', [], '');
  symlinkSync('nowhere', join(workspace, 'intermediate.r1'));
  linkLatest(layout, id('r1'));
  expect(readlinkSync(join(workspace, 'intermediate'))).toBe('runs/r1/intermediate');
  expect(readdirSync(workspace).sort()).toEqual(['final_results', 'intermediate', 'runs', 'task_outputs']);
});
