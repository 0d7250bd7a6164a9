// Real agents by the Agent Client Protocol: gemini, which speaks it, and claude and codex by their bridges, which are told which CLIs
// to use.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/schema/types.gen.ts';
import { events, marked, run, runFolder, start, until } from '../rig/rig.ts';
import { type Cli, type Mode, type Scene, sceneOf } from './scene.ts';

const clis = resolve(import.meta.dirname, 'node_modules/.bin');
const bridges = resolve(import.meta.dirname, 'bridges/node_modules/.bin');

interface Agent {
  readonly cli: Cli;
  readonly argv: readonly string[];
  /** Variables that it gets from the caller. */
  readonly env: readonly string[];
  readonly secrets: readonly string[];
  /** The model's answer that wants something that edit does not cover; undefined where the agent itself keeps it back. */
  readonly refused: Mode | undefined;
}

const agents: readonly Agent[] = [
  {
    cli: 'gemini',
    argv: ['gemini', '--acp', '-m', 'gemini-2.5-flash'],
    env: ['GOOGLE_GEMINI_BASE_URL', 'GEMINI_CLI_NO_RELAUNCH', 'GEMINI_CLI_TRUST_WORKSPACE'],
    secrets: ['GEMINI_API_KEY'],
    refused: 'toolbash',
  },
  {
    cli: 'claude',
    argv: [join(bridges, 'claude-agent-acp')],
    env: [
      'ANTHROPIC_BASE_URL',
      'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC',
      'CLAUDE_CODE_EXECUTABLE',
      'CLAUDE_CODE_MAX_RETRIES',
    ],
    secrets: ['ANTHROPIC_API_KEY'],
    refused: 'toolbash',
  },
  {
    cli: 'codex',
    argv: [join(bridges, 'codex-acp')],
    env: ['CODEX_HOME', 'CODEX_PATH'],
    secrets: ['CODEX_DUMMY_KEY'],
    refused: undefined,
  },
];

let scene: Scene | undefined;
afterEach(() => {
  if (scene === undefined) return;
  expect(marked(`SUPER_RUN_DIR=${join(scene.cwd, 'orchestra_workspaces')}`)).toEqual([]);
  scene = undefined;
});

async function sceneFor({ cli, argv, env, secrets }: Agent, mode: Mode, more: object = {}, task: object = {}) {
  const agent = { adapter: 'acp', argv, env, secrets, model: undefined, args: undefined, ...more };
  const set = await sceneOf(cli, mode, { agent, task });
  const own = {
    GEMINI_CLI_NO_RELAUNCH: 'true',
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
    CLAUDE_CODE_EXECUTABLE: join(clis, 'claude'),
    CODEX_PATH: join(clis, 'codex'),
  };
  scene = { ...set, env: { ...set.env, ...own } };
  return scene;
}

function endOf(cwd: string): RunEvent | undefined {
  return events(cwd).find(({ type }) => type === 'task.succeeded' || type === 'task.failed');
}

function transcript(cwd: string): string {
  return readFileSync(join(runFolder(cwd), 'attempts/one/1/transcript.jsonl'), 'utf8');
}

for (const agent of agents) {
  describe(`${agent.cli} by the protocol`, () => {
    test('an answer, with its usage, and its key in no file', async () => {
      const { cwd, ...place } = await sceneFor(agent, 'ok');
      const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd, ...place });
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout.trim()).toBe('Hello from the stand-in.');
      expect(endOf(cwd)).toMatchObject({ type: 'task.succeeded', usage: { input_tokens: 12, output_tokens: 7 } });
      expect(transcript(cwd)).not.toContain(`dummy-of-${agent.cli}`);
    });

    test('a tool that makes a file', async () => {
      const { made, ...place } = await sceneFor(agent, 'tool');
      const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], place);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).toContain('Done: the file was handled.');
      expect(readFileSync(made, 'utf8')).toBe('hello\n');
    });

    test('permissions: plan makes none', async () => {
      const { made, ...place } = await sceneFor(agent, 'tool', { permissions: 'plan' });
      await run(['orchestra', 'run', 'o.yaml'], place);
      expect(existsSync(made)).toBe(false);
    });

    const { refused } = agent;
    if (refused !== undefined)
      test('a command is refused with edit, and told', async () => {
        const { cwd, ...place } = await sceneFor(agent, refused);
        const { stderr } = await run(['orchestra', 'run', 'o.yaml'], { cwd, ...place });
        expect(existsSync(join(cwd, 'work/made-by-bash.txt'))).toBe(false);
        expect(stderr).toMatch(/was not allowed: .*echo hi/);
      });

    test('status 401 is a failure', async () => {
      const { cwd, ...place } = await sceneFor(agent, '401');
      expect((await run(['orchestra', 'run', 'o.yaml'], { cwd, ...place })).code).toBe(1);
      expect(endOf(cwd)).toMatchObject({
        type: 'task.failed',
        reason: 'agent-exit',
        message: expect.stringMatching(/401|Authentication required/),
      });
    });

    test('a model that is silent ends with the time of its task, and a stop ends the agent', async () => {
      const hung = await sceneFor(agent, 'hang', {}, { timeout_seconds: 5 });
      expect((await run(['orchestra', 'run', 'o.yaml'], hung)).code).toBe(1);
      expect(endOf(hung.cwd)).toMatchObject({ type: 'task.failed', reason: 'timeout' });
      const stopped = await sceneFor(agent, 'slow');
      const started = start(['orchestra', 'run', 'o.yaml'], stopped);
      await until(() => stopped.asked().length > 0);
      started.child.kill('SIGTERM');
      expect((await started.ended).code).toBe(143);
    });
  });
}
