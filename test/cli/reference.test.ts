// Commands that print what super knows by itself: schemas, codes, completion.
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { schemaNames } from '../../src/cli/schema.ts';
import { commands } from '../../src/cli/table.ts';
import { catalogue } from '../../src/diagnostics/catalogue.ts';
import { choices } from '../../src/schema/terms.gen.ts';
import { commandOrchestra, folderWith, runCli } from './harness.ts';

describe('schema', () => {
  test.each(schemaNames)('%s stands alone', async (name) => {
    const { code, stdout } = await runCli(['schema', name]);
    expect(code).toBe(0);
    const schema = JSON.parse(stdout);
    const references = [...stdout.matchAll(/"\$ref": "([^"]*)"/g)].map(([, reference]) => reference);
    for (const reference of references) expect(reference).toMatch(/^#\/\$defs\//);
    expect(() => new Ajv2020({ strict: false }).compile(schema)).not.toThrow();
  });

  test('it accepts and refuses what the program does', async () => {
    const schema = JSON.parse((await runCli(['schema', 'orchestra'])).stdout);
    const validate = new Ajv2020({ strict: false }).compile(schema);
    const good = { orchestra: { id: 'x' }, tasks: [{ name: 'one', agent: 'a', description: 'x' }] };
    expect(validate(good)).toBe(true);
    expect(validate({ ...good, tasks: [{ name: '../one', agent: 'a' }] })).toBe(false);
  });
});

describe('explain', () => {
  test('without a code, every code and every failure reason with what it says', async () => {
    const { code, stdout } = await runCli(['explain']);
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual([...Object.keys(catalogue), ...choices.failureReason]);
    const { codes, failure_reasons } = JSON.parse((await runCli(['explain', '--json'])).stdout);
    expect(codes).toHaveLength(Object.keys(catalogue).length);
    expect(failure_reasons.map(({ reason }: { reason: string }) => reason)).toEqual(choices.failureReason);
  });

  test('no word means a diagnostic and a failure', () => {
    expect(choices.failureReason.filter((reason) => Object.hasOwn(catalogue, reason))).toEqual([]);
  });

  test.each(choices.failureReason)('%s: what it means and what to do', async (reason) => {
    const { code, stdout } = await runCli(['explain', reason]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^${reason} \\(failure\\): [A-Z].*\\.\\n\\n.{40,}\\n\\nWhat to do:\\n\\n(  - [A-Z].*\\.\\n)+$`),
    );
    expect(JSON.parse((await runCli(['explain', reason, '--json'])).stdout)).toMatchObject({ reason });
  });

  test('a near miss of a reason', async () => {
    expect(await runCli(['explain', 'time-out'])).toMatchObject({
      code: 2,
      stderr: 'super: nothing is called "time-out" here\ndid you mean "timeout"?\n',
    });
  });

  test('a code, with wrong and right', async () => {
    const { code, stdout } = await runCli(['explain', 'unknown-agent']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^unknown-agent \(error\): /);
    expect(stdout).toContain('Right:');
    expect(JSON.parse((await runCli(['explain', 'cycle', '--json'])).stdout)).toMatchObject({
      code: 'cycle',
      severity: 'error',
    });
  });
});

describe('completion', () => {
  /** What bash would offer after these words, with a `super` on the PATH that answers as this one would. */
  async function offered(...words: string[]): Promise<string[]> {
    const script = (await runCli(['completion', 'bash'])).stdout;
    const bin = folderWith({
      super: '#!/bin/sh\ncase "$2" in orchestras) echo hello; echo help_me;; agents) echo tester;; esac\n',
    });
    chmodSync(join(bin, 'super'), 0o755);
    const call = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _super; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = execFileSync('bash', ['--norc', '-c', `${script}\n${call}`, 'bash', 'super', ...words], {
      cwd: folderWith({ 'a_file.txt': '' }),
      env: { PATH: `${bin}:${process.env.PATH}` },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return out.split('\n').filter((line) => line !== '');
  }

  test('bash: commands, options, choices, ids and files', async () => {
    expect(await offered('orch')).toEqual(['orchestra']);
    expect(await offered('orch', 'va')).toEqual(['validate']);
    expect(await offered('orchestra', 'show', 'he')).toEqual(['hello', 'help_me']);
    expect(await offered('orchestra', 'show', 'a')).toEqual(['a_file.txt']);
    expect(await offered('orchestra', 'show', 'hello', '--f')).toEqual(['--format']);
    expect(await offered('orchestra', 'show', 'hello', '--format', '')).toEqual(['tree', 'mermaid', 'dot', 'json']);
    expect(await offered('orchestra', 'run', 'hello', '--goal', '')).toEqual([]);
    expect(await offered('orchestra', 'run', 'hello', '--goal-file', '')).toEqual(['a_file.txt']);
    expect(await offered('agent', 'show', '')).toEqual(['tester']);
    expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  test('every command and option of the table is in each script', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, stdout } = await runCli(['completion', shell]);
      expect(code).toBe(0);
      for (const { path, options = [] } of commands) {
        expect(stdout).toContain(path.at(-1));
        for (const { flags, hidden } of options) {
          const long = /--([\w-]+)/.exec(flags)?.[1] ?? '';
          expect(stdout.includes(shell === 'fish' ? `-l ${long} ` : `--${long}`), flags).toBe(hidden !== true);
        }
      }
    }
  });

  test('names that the shell would evaluate are not offered', async () => {
    const cwd = folderWith({
      'agents/$(touch owned)_playbook.yaml': '',
      'agents/fine_playbook.yaml': '',
      'orchestras/`id`.yaml': '',
      'orchestras/declared.yaml': 'orchestra: {id: $(touch owned)}\n',
      'orchestras/fine.yaml': commandOrchestra('fine', ['one']),
    });
    expect((await runCli(['completion', 'agents'], { cwd })).stdout).toBe('fine\n');
    expect((await runCli(['completion', 'orchestras'], { cwd })).stdout).toBe('id\nfine\n');
  });
});
