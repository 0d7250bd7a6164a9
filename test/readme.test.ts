// The README, run: its orchestras are compiled, its commands executed in order, its programs type-checked, its output compared.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../package.json' with { type: 'json' };
import { compile } from '../src/api.ts';
import { exit } from '../src/cli/command.ts';
import { commands } from '../src/cli/table.ts';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** A fenced block. `network`: marked as one that needs a registry. */
interface Block {
  readonly language: string;
  readonly text: string;
  readonly network: boolean;
}

const blocks: readonly Block[] = [...readme.matchAll(/(<!-- network -->\n)?^```(\w*)\n([\s\S]*?)^```$/gm)].map(
  ([, mark, language = '', text = '']) => ({ language, text, network: mark !== undefined }),
);

function blocksOf(language: string): readonly Block[] {
  return blocks.filter((block) => block.language === language);
}

/** The file that a block is to be, named by its first line. */
function fileOf({ text }: Block): string | undefined {
  return /^(?:#|\/\/) (\S+\/?\S*\.(?:ya?ml|ts))\n/.exec(text)?.[1];
}

let project = '';
let cwd = '';

/** A small repository with two authors, and what stands in this one beside it; `npx super` is the program in src. */
beforeAll(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'super-readme-')));
  cwd = join(project, 'repository');
  mkdirSync(join(project, 'bin'));
  const program = `exec '${process.execPath}' '${join(root, 'src/bin.ts')}' "$@"\n`;
  writeFileSync(join(project, 'bin/npx'), `#!/bin/sh\n[ "$1" = super ] || exit 99\nshift\n${program}`, { mode: 0o755 });
  writeFileSync(join(project, 'bin/node'), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 });
  mkdirSync(cwd);
  writeFileSync(join(project, 'package.json'), '{"type": "module"}');
  for (const folder of ['orchestras', 'agents', 'test/fixtures/runs']) {
    cpSync(join(root, folder), join(cwd, folder), { recursive: true });
  }
  const git = (author: string, ...args: string[]) =>
    execFileSync('git', ['-c', `user.name=${author}`, '-c', 'user.email=nobody@example.org', ...args], { cwd });
  git('Ada', 'init', '--quiet');
  for (const [author, files] of [
    ['Ada', ['parser.c', 'README']],
    ['Ada', ['parser.c', 'lexer.c']],
    ['Grace', ['parser.c', 'lexer.c']],
  ] as const) {
    for (const file of files) writeFileSync(join(cwd, file), `${author}\n`, { flag: 'a' });
    git(author, 'add', ...files);
    git(author, 'commit', '--quiet', '--message', 'work');
  }
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

/** What a command line prints, on both streams, in the order in which it came. */
function shell(command: string): { readonly text: string; readonly code: number | null } {
  const { stdout, status } = spawnSync('sh', ['-c', `{ ${command}\n} 2>&1`], {
    cwd,
    encoding: 'utf8',
    env: { PATH: `${join(project, 'bin')}:${process.env.PATH}`, HOME: project, LANG: 'C.UTF-8', TERM: 'dumb' },
  });
  return { text: stdout, code: status };
}

/** Output without what differs from run to run. Lines of progress that follow each other stand in the order of the alphabet. */
function settled(text: string): string {
  const lines = text
    .replaceAll(/^time {4}took .*\n/gm, '')
    .replaceAll(/\b[0-9]{8}-[0-9]{6}-[0-9]{3}-[a-z0-9]{4}\b/g, '<run>')
    .replaceAll(/ *\b[0-9]+(\.[0-9]+s|ms)\b/g, ' <time>')
    .split('\n')
    .map((line) => line.trimEnd());
  const isProgress = (line: string | undefined) => line !== undefined && /^ <time> {2}/.test(line);
  const result: string[] = [];
  for (let at = 0; at < lines.length; ) {
    let end = at + 1;
    if (isProgress(lines[at])) while (isProgress(lines[end])) end += 1;
    result.push(...lines.slice(at, end).sort());
    at = end;
  }
  return result.join('\n').trim();
}

/** Fails unless the text is the expected one; a line "..." stands for any lines, or none. */
function expectText(actual: string, expected: string): void {
  const [found, wanted] = [settled(actual), settled(expected)];
  const pattern = wanted
    .split('\n')
    .map((line) => (line === '...' ? '(?:[^\\n]*\\n)*?' : `${line.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\n`));
  if (!new RegExp(`^${pattern.join('')}$`).test(`${found}\n`)) expect(found).toBe(wanted);
}

interface Step {
  readonly command: string;
  readonly expected: string;
}

/** The commands of a console block, each with what stands below it. */
function stepsOf({ text }: Block): readonly Step[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => ({
      command: part.slice(0, part.indexOf('\n')),
      expected: part.slice(part.indexOf('\n') + 1),
    }));
}

/** Files are written before the commands that follow them. Programs import the package by the place of its source. */
function writeBlock(block: Block): void {
  const file = fileOf(block);
  if (file === undefined) return;
  mkdirSync(dirname(join(cwd, file)), { recursive: true });
  writeFileSync(join(cwd, file), block.text.replaceAll("'super-orchestra'", `'${join(root, 'src/api.ts')}'`));
}

test('the first command runs the main job, the second the tests', () => {
  const [first, second] = blocksOf('sh').map(({ text }) => text.trim());
  expect(first).toBe(
    'npm ci && npx super orchestra run repo_report --goal "What is this repository, and where does it hurt?"',
  );
  expect(second).toBe('npm ci && npm test');
});

describe('block after block', () => {
  blocks.forEach((block, at) => {
    const title = `${at + 1}: ${block.language} ${block.text.split('\n')[0]}`;
    if (block.language === 'console') test(title, () => runConsole(block), 20_000);
    else if (block.language === 'sh') test(title, () => runShell(block), 20_000);
    else if (block.language === 'yaml') test(title, () => readYaml(block));
    else if (block.language === 'ts') test(title, () => checkTypes(block), 20_000);
    else test(title, () => expect(['', 'text']).toContain(block.language));
  });
});

function runConsole(block: Block): void {
  const steps = stepsOf(block);
  expect(steps.length).toBeGreaterThan(0);
  for (const { command, expected } of steps) {
    if (command.startsWith('cd ')) cwd = resolve(cwd, command.slice(3));
    else expectText(shell(command).text, expected);
  }
}

/** What a registry is needed for is taken for granted; the rest of the line must exist, and run unless it is an npm script. */
function runShell({ text, network }: Block): void {
  for (const line of text.trim().split('\n')) {
    const command = network ? line.replace(/^npm ci && /, '') : line;
    if (command.startsWith('npm ')) {
      expect(Object.keys(packageJson.scripts)).toContain(command.replace(/^npm (run )?/, '').split(' ')[0]);
      continue;
    }
    expect(command.split(' ').slice(0, 2)).toEqual(['npx', Object.keys(packageJson.bin)[0]]);
    expect(shell(command).code).toBe(0);
  }
}

async function readYaml(block: Block): Promise<void> {
  writeBlock(block);
  const document = parse(block.text);
  if (document.tasks === undefined) return;
  const { value: plan, diagnostics } = await compile(block.text, { file: fileOf(block) ?? 'orchestra.yaml' });
  expect(diagnostics).toEqual([]);
  expect(plan?.order).toHaveLength(document.tasks.length);
}

function checkTypes(block: Block): void {
  writeBlock(block);
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { typeRoots: [join(root, 'node_modules/@types')], rewriteRelativeImportExtensions: false },
    include: [],
    files: [join(cwd, fileOf(block) ?? '')],
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
  const { stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
}

test('every command is named', () => {
  const rows = readme.split('\n').filter((line) => line.startsWith('| `super '));
  for (const { path } of commands) {
    const row = rows.find((line) => line.includes(`\`super ${path[0]}`)) ?? '';
    expect(row, path.join(' ')).toMatch(new RegExp(`\\b${path.at(-1)}\\b`));
  }
});

test('every exit code that is named exists', () => {
  const table = readme.slice(readme.indexOf('| exit code |'), readme.indexOf('## From a program'));
  const named = [...table.matchAll(/^\| ([0-9, ]+) \|/gm)].flatMap(([, codes = '']) => codes.split(', ').map(Number));
  expect(named.length).toBeGreaterThan(9);
  for (const code of named) expect(Object.values(exit)).toContain(code);
});

test('links lead to files and headings', () => {
  const anchors = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  const targets = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
  expect(targets.length).toBeGreaterThan(2);
  for (const target of targets) {
    if (target.startsWith('#')) expect(anchors).toContain(target.slice(1));
    else expect(() => readFileSync(join(root, target)), target).not.toThrow();
  }
});
