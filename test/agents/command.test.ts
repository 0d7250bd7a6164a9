import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitMessage } from '../../src/agents/command.ts';
import { makeRedactor } from '../../src/run/redaction/redact.ts';
import type { PlanAgent } from '../../src/schema/types.gen.ts';
import { type Bench, openBench } from './call.ts';

let bench: Bench;
beforeAll(() => {
  bench = openBench();
  bench.write('tool', '#!/bin/sh\n');
  chmodSync(bench.write('ready', '#!/bin/sh\n'), 0o755);
});
afterAll(() => bench.close());

describe('check', () => {
  test.each<[Partial<PlanAgent>, string | undefined]>([
    [{ run: 'true' }, undefined],
    [{ run: 'echo hello | wc' }, undefined],
    [{ run: 'export A=1' }, undefined],
    [{ run: 'no_such_tool --now "x" $HOME\n' }, 'command not found: no_such_tool'],
    [{ run: 'A=1 no_such_tool' }, undefined],
    [{ run: 'f() { no_such_tool; }' }, undefined],
    [{ run: 'no_such_tool || true' }, undefined],
    [{ run: 'set -e\nno_such_tool' }, undefined],
    [{ run: 'no_such_tool', shell: 'perl -w' }, undefined],
    [{ run: 'ready', env: { pass: [], set: { PATH: `.:${process.env.PATH}` } } }, undefined],
    [{ run: 'x', shell: 'no_such_shell -e' }, 'shell not found: no_such_shell'],
    [{ argv: ['printf', 'x'] }, undefined],
    [{ argv: ['no_such_tool'] }, 'program not found: no_such_tool'],
    [{ argv: ['./ready'] }, undefined],
    [{ argv: ['./tool'] }, 'program not found: ./tool'],
    [{ argv: ['/etc'] }, 'program not found: /etc'],
  ])('%j: %s', async (parts, wanted) => {
    expect(await bench.adapters.command.check(bench.agent(parts))).toBe(wanted);
  });

  test('a folder that does not exist', async () => {
    const found = await bench.adapters.command.check(bench.agent({ run: 'true', cwd: 'nowhere' }));
    expect(found).toBe(`its working folder does not exist: ${bench.root}/nowhere`);
  });
});

test('a script gets the prompt and its variables, and its output is kept', async () => {
  const agent = bench.agent({ run: 'cat; echo; echo "$SUPER_TASK $SUPER_GOAL"; echo aside >&2' });
  expect(await bench.adapters.command.start(bench.call(agent)).ended).toEqual({ type: 'done', noOutputFails: false });
  expect(bench.read('stdout.log')).toBe('Do it well.\nbuild Ship it\n');
  expect(bench.read('stderr.log')).toBe('aside\n');
});

test.each([
  ['exit 3', 3, 'exit code 3'],
  ['no_such_tool', 127, 'command not found (exit code 127)'],
  ['kill -KILL $$', 137, 'ended by signal KILL (exit code 137)'],
])('%s fails with code %i: %s', async (run, exit_code, message) => {
  const end = await bench.adapters.command.start(bench.call(bench.agent({ run }))).ended;
  expect(end).toEqual({ type: 'failed', reason: 'agent-exit', message, exit_code });
});

test('a program without a shell, and a stop', async () => {
  const one = bench.adapters.command.start(bench.call(bench.agent({ argv: ['sleep', '100'] })));
  one.stop(false);
  expect(await one.ended).toMatchObject({ type: 'failed', reason: 'agent-exit', exit_code: 143 });
});

test('what cannot be given to a process is a fault of the adapter', async () => {
  const end = await bench.adapters.command.start(bench.call(bench.agent({ run: 'echo \0' }))).ended;
  expect(end).toMatchObject({ type: 'failed', reason: 'adapter' });
});

test('exit codes in words', () => {
  expect([1, 126, 130, 143, 255].map(exitMessage)).toEqual([
    'exit code 1',
    'command cannot be executed (exit code 126)',
    'ended by signal INT (exit code 130)',
    'ended by signal TERM (exit code 143)',
    'exit code 255',
  ]);
});

test('with secrets a log that cannot be written is a failure of the storage, and the agent ends all the same', async () => {
  const redactor = makeRedactor([{ name: 'TOKEN', value: 'tok-0123456789' }]);
  const adapter = bench.withRedactor(redactor).command;
  const call = bench.call(bench.agent({ run: 'echo tok-0123456789; echo tok-0123456789 >&2; echo over >done' }));
  const started = adapter.start({
    ...call,
    files: { ...call.files, stdout: '/dev/full', stderr: `${bench.root}/own.log` },
  });
  await expect(started.ended).rejects.toThrow(/^cannot write a log: ENOSPC/);
  expect([bench.read('own.log'), bench.read('done')]).toEqual(['[redacted:TOKEN]\n', 'over\n']);
});
