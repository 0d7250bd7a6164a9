// Each real CLI through whole orchestras: what its model's answers, faults and silences come to, and that nothing is left of it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/schema/types.gen.ts';
import { events, marked, run, runFolder, start, until } from '../rig/rig.ts';
import { type Cli, running, type Scene, sceneOf } from './scene.ts';

const clis: readonly Cli[] = ['claude', 'codex', 'gemini'];

let scene: Scene | undefined;
afterEach(() => {
  if (scene === undefined) return;
  expect(marked(`SUPER_RUN_DIR=${join(scene.cwd, 'orchestra_workspaces')}`)).toEqual([]);
  scene = undefined;
});

function endOf(cwd: string): Extract<RunEvent, { type: 'task.succeeded' | 'task.failed' }> {
  const end = events(cwd).find(({ type }) => type === 'task.succeeded' || type === 'task.failed');
  if (end?.type !== 'task.succeeded' && end?.type !== 'task.failed') throw new Error('the task did not end');
  return end;
}

function file(cwd: string, name: string): string {
  return readFileSync(join(runFolder(cwd), 'attempts/one/1', name), 'utf8');
}

describe.each(clis)('%s', (cli) => {
  test('an answer, with its usage', async () => {
    scene = await sceneOf(cli, 'ok');
    const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout.trim()).toMatch(/^(## one\n\n)?Hello from the stand-in\.$/);
    expect(endOf(scene.cwd)).toMatchObject({ type: 'task.succeeded', usage: { input_tokens: 12, output_tokens: 7 } });
    expect(file(scene.cwd, 'transcript.jsonl').trim().split('\n').length).toBeGreaterThan(2);
    expect(file(scene.cwd, 'stdout.log')).toContain('Hello from the stand-in.');
    expect(JSON.stringify(scene.asked())).toContain(`dummy-of-${cli}`);
    expect(scene.sent()).toContain('You are a careful tester.');
    expect(scene.sent()).toContain('Say hello.');
    expect(file(scene.cwd, 'transcript.jsonl')).not.toContain(`dummy-of-${cli}`);
  });

  test('a tool that writes a file', async () => {
    scene = await sceneOf(cli, 'tool');
    const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('Done: the file was handled.');
    expect(readFileSync(scene.made, 'utf8')).toBe('hello\n');
    expect(file(scene.cwd, 'stdout.log')).toContain('made-by-agent.txt');
  });

  // codex answers its model and says nothing of it in its events.
  test(`permissions: plan writes nothing, ${cli === 'codex' ? 'without a word' : 'and says so'}`, async () => {
    scene = await sceneOf(cli, 'tool', { agent: { permissions: 'plan' } });
    const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(existsSync(scene.made)).toBe(false);
    if (cli !== 'codex') expect(stderr).toMatch(/finding: one: \w+ was not allowed: \S+made-by-agent\.txt/);
  });

  test.each(['401', '429', '500'] as const)('status %s is a failure that names it', async (mode) => {
    scene = await sceneOf(cli, mode);
    const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
    expect(code).toBe(1);
    const end = endOf(scene.cwd);
    expect(end).toMatchObject({ type: 'task.failed', reason: 'agent-exit' });
    if (end.type !== 'task.failed') return;
    // codex puts words of its own in the place of some faults.
    expect(end.message).toMatch(cli === 'codex' && mode !== '401' ? /\S/ : new RegExp(mode));
    expect(stderr).toContain(end.message.split('\n')[0]?.slice(0, 60));
  });

  test('500 and then an answer is a success', async () => {
    scene = await sceneOf(cli, 'flaky', { retries: 4 });
    const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('Hello from the stand-in.');
  });

  test('429 with a retry-after is waited for, and then an answer is a success', async () => {
    scene = await sceneOf(cli, 'busy', { retries: 4 });
    const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
    const [refused, answered] = scene.asked().filter(({ method }) => method === 'POST');
    expect((answered?.t ?? 0) - (refused?.t ?? 0)).toBeGreaterThan(2900);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('Hello from the stand-in.');
  });

  test('a model that never answers is ended by stall_seconds', async () => {
    scene = await sceneOf(cli, 'hang', { task: { stall_seconds: 6 } });
    const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('stalled: wrote nothing for 6 s'),
    });
  });

  test('TERM to super ends it, while a tool of its runs; no command line held its prompts', async () => {
    scene = await sceneOf(cli, 'toolsleep', { agent: mayRunCommands(cli) });
    const before = running('tail -f /dev/null');
    const started = start(['orchestra', 'run', 'o.yaml'], scene);
    await until(() => running('tail -f /dev/null').length > before.length);
    expect([...running('careful tester'), ...running('Say hello.')]).toEqual([]);
    started.child.kill('SIGTERM');
    expect((await started.ended).code).toBe(143);
    expect(running('tail -f /dev/null')).toEqual(before);
  });

  test('kill -9 of the CLI while a tool of its runs is a failure that leaves nothing', async () => {
    scene = await sceneOf(cli, 'toolsleep', { agent: mayRunCommands(cli) });
    const before = running('tail -f /dev/null');
    const started = start(['orchestra', 'run', 'o.yaml'], scene);
    await until(() => running('tail -f /dev/null').length > before.length);
    // The first of them is what super started; codex has its program as a child of that.
    const words = {
      claude: '--output-format stream-json',
      codex: 'exec --json',
      gemini: '--output-format stream-json',
    };
    const own = marked(`SUPER_RUN_DIR=${runFolder(scene.cwd)}`);
    const wrapper = Math.min(...running(words[cli]).filter((pid) => own.includes(pid)));
    process.kill(wrapper, 'SIGKILL');
    expect((await started.ended).code).toBe(1);
    expect(endOf(scene.cwd)).toMatchObject({ type: 'task.failed', exit_code: 137 });
    expect(running('tail -f /dev/null')).toEqual(before);
  });
});

/** What lets a CLI run the command that waits. */
function mayRunCommands(cli: Cli): object {
  return cli === 'claude' ? { allowed_tools: ['Bash'] } : { permissions: 'full' };
}

test('claude: a command that is not allowed is a finding of a success', async () => {
  scene = await sceneOf('claude', 'toolbash', { agent: { permissions: 'plan' } });
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('finding: one: Bash was not allowed: echo hi > made-by-bash.txt'),
  });
});

test('claude: permissions: edit is for files; other commands are for allowed_tools', async () => {
  scene = await sceneOf('claude', 'toolsleep');
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('finding: one: Bash was not') });
});

test('claude: max_turns', async () => {
  scene = await sceneOf('claude', 'tool', { agent: { max_turns: 1 } });
  const { code } = await run(['orchestra', 'run', 'o.yaml'], scene);
  expect(code).toBe(1);
  expect(endOf(scene.cwd)).toMatchObject({ message: 'Reached maximum number of turns (1)' });
});

test('codex: its sandbox keeps a command out of what is not its folder, and it tells its model and not us', async () => {
  scene = await sceneOf('codex', 'tooldeny');
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(existsSync('/etc/super-denied-probe')).toBe(false);
  expect(scene.sent()).toMatch(/function_call_output.*(denied|Permission|Read-only)/i);
});

test('codex outside of a git repository is called again with the argument that it lacks', async () => {
  scene = await sceneOf('codex', 'ok', { agent: { args: [] } });
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(events(scene.cwd).find(({ type }) => type === 'recovery.applied')).toMatchObject({
    rule: 'codex-trust',
    arguments: ['--skip-git-repo-check'],
  });
});

test('gemini in a folder that it does not trust says what to do', async () => {
  scene = await sceneOf('gemini', 'ok', { agent: { args: [] } });
  await run(['orchestra', 'run', 'o.yaml'], scene);
  expect(endOf(scene.cwd)).toMatchObject({ message: expect.stringContaining('args: [--skip-trust]') });
});
