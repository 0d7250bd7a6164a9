// The version of an agent's program, as its folder tells it.
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installedVersions } from '../../src/agents/installed.ts';
import type { PlanAgent } from '../../src/schema/types.gen.ts';
import { folderWith } from '../cli/harness.ts';

const agentOf = (more: object) => ({ cwd: '.', env: { pass: [], set: {} }, ...more }) as unknown as PlanAgent;
const claude = agentOf({ adapter: 'claude' });

/** A folder with a program, and `bin/claude` as a link to it. */
function installed(file: string, files: Readonly<Record<string, string>> = {}): string {
  const root = folderWith({ ...files, [file]: '#!/bin/sh' });
  chmodSync(join(root, file), 0o755);
  mkdirSync(join(root, 'bin'), { recursive: true });
  symlinkSync(join(root, file), join(root, 'bin/claude'));
  return root;
}

const versionIn = (root: string, agent = claude) =>
  installedVersions({ env: { PATH: join(root, 'bin') }, root })(agent);

test.each([
  ['a package of npm', 'lib/node_modules/@a/claude/cli.js', '2.1.7'],
  ['a folder with a version', 'Cellar/claude/2.1.8/bin/run', '2.1.8'],
  ['a file with a version', 'share/claude/versions/2.1.9', '2.1.9'],
  ['neither', 'tools/run', undefined],
])('%s', (_, file, expected) => {
  const files = {
    'lib/node_modules/@a/claude/package.json': '{"version":"2.1.7"}',
    'package.json': '{"version":"9.9.9"}',
  };
  expect(versionIn(installed(file, files))).toBe(expected);
});

test('it is looked for once, where the agent would find it', () => {
  const manifest = 'node_modules/claude/package.json';
  const root = installed('node_modules/claude/cli.js', { [manifest]: '{"version":"1.0.0"}' });
  const versionOf = installedVersions({ env: { PATH: '/nowhere' }, root });
  const own = agentOf({ adapter: 'claude', env: { pass: [], set: { PATH: join(root, 'bin') } } });
  expect([versionOf(claude), versionOf(own)]).toEqual([undefined, '1.0.0']);
  expect(versionOf(agentOf({ adapter: 'acp', argv: ['./bin/claude'] }))).toBe('1.0.0');
  writeFileSync(join(root, manifest), '{"version":"1.0.1"}');
  expect(versionOf(own)).toBe('1.0.0');
  expect(versionIn(root)).toBe('1.0.1');
  writeFileSync(join(root, manifest), 'broken');
  expect(versionIn(root)).toBeUndefined();
});

test('scripts and modules have none', () => {
  const root = installed('Cellar/claude/2.1.8/bin/run');
  for (const adapter of ['command', 'module', 'llm', 'rehearsal'])
    expect(versionIn(root, agentOf({ adapter }))).toBeUndefined();
});
