// Files and folders that agents name: whether they are here, and where they are looked for.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, runCli } from './harness.ts';

const orchestra = (agent: string) =>
  `orchestra: {id: x}\nagents:\n  - {name: worker, ${agent}}\ntasks:\n  - {name: one, agent: worker, description: Work.}\n`;
const atRoot = (agent: string, files = {}) =>
  folderWith({ '.super': '', 'orchestras/x.yaml': orchestra(agent), ...files });

/** What a run of the project's only orchestra would be refused for, and what is told of its file. */
async function dryRun(cwd: string, file: string) {
  const { code, stdout } = await runCli(['orchestra', 'run', file, '--dry-run', '--json'], { cwd });
  const { diagnostics, refused } = JSON.parse(stdout);
  return {
    code,
    told: diagnostics.map(
      ({ line, column, severity, code }: Record<string, unknown>) => `${line}:${column} ${severity} ${code}`,
    ),
    refused: refused.length,
  };
}

describe('what is missing here is told with its place, and a run of it is refused', () => {
  test.each([
    ['cwd: sub, run: make', '3:25'],
    ['argv: [./tools/build]', '3:27'],
    ['argv: [/no/such/program]', '3:27'],
    ['module: ./agent.mjs', '3:28'],
  ])('%s', async (agent, place) => {
    const cwd = atRoot(agent);
    const told = [`${place} warning missing-file`];
    expect(await dryRun(cwd, 'x')).toEqual({ code: 0, told, refused: 1 });
    expect(await runCli(['orchestra', 'validate'], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`:${place}: warning: `),
    });
    const run = await runCli(['orchestra', 'run', 'x', '--goal', 'g'], { cwd });
    expect(run.code).toBe(4);
    expect(run.stderr).toContain(`orchestras/x.yaml:${place}: warning: `);
  });

  test('of a playbook in its own file, by agent lint too', async () => {
    const cwd = folderWith({
      '.super': '',
      'agents/worker_playbook.yaml': 'metadata: {description: x}\nspec:\n  module: ./agent.mjs\n',
    });
    const { stdout } = await runCli(['agent', 'lint'], { cwd });
    expect(stdout).toContain(
      'agents/worker_playbook.yaml:3:11: warning: the module of this agent is not here [missing-file]',
    );
  });
});

describe('a pattern of files that matches nothing is told with its place, and nothing is refused for it', () => {
  const cached = (agent: string, ...patterns: readonly string[]) =>
    folderWith({
      '.super': '',
      'src/a.ts': '',
      'sub/b.ts': '',
      'orchestras/x.yaml': `${orchestra(agent).trimEnd().replace(/\}$/, '')}, cache: {files: ${JSON.stringify(patterns)}}}\n`,
    });

  test('by validate, dry runs and runs', async () => {
    const cwd = cached('run: "true"', 'src/**', 'scr/**');
    const place = '5:77';
    expect(await dryRun(cwd, 'x')).toEqual({ code: 0, told: [`${place} warning cache-unmatched`], refused: 0 });
    const text = `orchestras/x.yaml:${place}: warning: no file matches scr/**: no change of a file is noticed by it`;
    const validated = await runCli(['orchestra', 'validate'], { cwd });
    expect(validated).toMatchObject({ code: 0, stdout: expect.stringContaining(text) });
    expect(validated.stdout).toContain('looked in .; leave it as it is where an earlier task makes the files');
    const run = await runCli(['orchestra', 'run', 'x', '--goal', 'g'], { cwd });
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining(text) });
  });

  test('seen from the folder of the agent; a folder that is missing is told by itself', async () => {
    expect((await dryRun(cached('run: "true", cwd: sub', 'b.ts', 'src/a.ts'), 'x')).told).toEqual([
      '5:75 warning cache-unmatched',
    ]);
    expect((await dryRun(cached('run: "true", cwd: gone', 'b.ts'), 'x')).told).toEqual(['3:38 warning missing-file']);
  });
});

describe('what is here is found from anywhere in the project', () => {
  test.each([
    ['cwd: orchestras, run: "true"', {}],
    ['cwd: orchestras, argv: [./tool]', { 'orchestras/tool': '#!/bin/sh\n' }],
    ['module: ./agent.mjs', { 'orchestras/agent.mjs': 'export default { run: () => "" }\n' }],
    ['module: ../lib/agent.mjs', { 'lib/agent.mjs': 'export default { run: () => "" }\n' }],
  ])('%s', async (agent, files: Record<string, string>) => {
    const root = atRoot(agent, files);
    if ('orchestras/tool' in files) chmodSync(join(root, 'orchestras/tool'), 0o755);
    const fine = { code: 0, told: [], refused: 0 };
    expect(await dryRun(root, 'x')).toEqual(fine);
    expect(await dryRun(join(root, 'orchestras'), 'x.yaml')).toEqual(fine);
  });

  test('the module of a playbook', async () => {
    const root = folderWith({
      '.super': '',
      'orchestras/x.yaml':
        'orchestra: {id: x}\nagents: [worker]\ntasks: [{name: one, agent: worker, description: Work.}]\n',
      'agents/worker_playbook.yaml':
        'apiVersion: agent/v1\nkind: AgentSpec\nmetadata: {name: w, description: x}\nspec: {module: ../lib/agent.mjs}\n',
      'lib/agent.mjs': 'export default { run: () => "" }\n',
    });
    for (const folder of ['orchestras', 'agents', 'lib', '.']) {
      expect(await dryRun(join(root, folder), 'x')).toEqual({ code: 0, told: [], refused: 0 });
    }
  });
});
