// Policies and the real CLIs: what their own rules refuse, and that what they run all the same ends them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { events, marked, run } from '../rig/rig.ts';
import { type Cli, type Scene, sceneOf } from './scene.ts';

let scene: Scene | undefined;
afterEach(() => {
  if (scene === undefined) return;
  expect(marked(`SUPER_RUN_DIR=${join(scene.cwd, 'orchestra_workspaces')}`)).toEqual([]);
  scene = undefined;
});

/** Claude does not take full permissions as root. */
function mayRunAll(cli: Cli): object {
  return cli === 'claude' ? { allowed_tools: ['Bash'] } : { permissions: 'full' };
}

/** Runs an agent whose model wants this command; what came of it, and whether the file was made that the command makes. */
async function outcome(cli: Cli, command: string, policy: object, more: object = {}) {
  scene = await sceneOf(cli, 'toolrun', { command, agent: { ...mayRunAll(cli), policy, ...more } });
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
  const told = events(scene.cwd).flatMap((event) =>
    event.type === 'task.progressed' ? [`${event.kind}: ${event.text}`] : [],
  );
  const failure = events(scene.cwd).flatMap((event) => (event.type === 'task.failed' ? [event.message] : []))[0];
  return { code, stderr, told, failure, made: existsSync(join(scene.cwd, 'work/made')) };
}

const policy = { deny: ['touch *'], watch: ['mkdir *'] };

describe.each<Cli>(['claude', 'gemini'])('%s refuses by its own rules', (cli) => {
  test.each([
    ['touch made', 'touch made'],
    ['cd . && touch made', 'touch made'],
    ['/usr/bin/touch made', '/usr/bin/touch made'],
    ['A=1 touch made', 'A=1 touch made'],
    ['echo "$(touch made)"', 'touch made'],
    ['if true; then touch made; fi', 'touch made'],
    ['timeout 5 touch made', 'timeout 5 touch made'],
  ])('%j', async (command, seen) => {
    const { code, told, made, stderr } = await outcome(cli, command, policy);
    expect({ code, made, told, stderr }).toMatchObject({
      code: 0,
      made: false,
      told: [`finding: "${seen}" was refused: policy denies "touch *"`],
    });
  });

  test('confirm, as a blocker', async () => {
    const { code, told, made } = await outcome(cli, 'touch made', { confirm: ['touch *'] });
    expect({ code, made }).toEqual({ code: 0, made: false });
    expect(told).toEqual([expect.stringMatching(/^blocker: "touch made" was refused: policy asks a person/)]);
  });

  test('with all permissions', async () => {
    const more = { permissions: 'full', env: { IS_SANDBOX: '1' } };
    expect(await outcome(cli, 'touch made', policy, more)).toMatchObject({ code: 0, made: false });
  });

  test.each(['eval touch made', 'bash <<< "touch made"', 'env A=1 B=2 sh -c "touch made"'])(
    'and is ended for what they miss: %j',
    async (command) => {
      const { code, failure, told } = await outcome(cli, command, policy);
      expect({ code, failure }).toEqual({ code: 1, failure: 'ran "touch made", which policy denies ("touch *")' });
      expect(told).toEqual([expect.stringMatching(/^blocker: the agent ran "touch made"/)]);
    },
  );

  test('a pipeline ends it at once', async () => {
    const all = { permissions: 'full', env: { IS_SANDBOX: '1' } };
    const piped = { deny: ['sleep * | sh *'] };
    const { code, made, failure } = await outcome(cli, 'sleep 3 | sh; touch made', piped, all);
    expect({ code, made, failure }).toEqual({
      code: 1,
      made: false,
      failure: 'ran "sleep 3 | sh", which policy denies ("sleep * | sh *")',
    });
  });
});

describe.each<Cli>(['claude', 'codex', 'gemini'])('%s', (cli) => {
  test('goes on with what only looks like it, and what is watched is told', async () => {
    const command = 'echo "touch made"; mkdir made # touch made';
    const { code, told, made, stderr } = await outcome(cli, command, policy);
    expect({ code, told, made, stderr }).toMatchObject({ code: 0, told: ['finding: ran: mkdir made'], made: true });
  });
});

test('claude with all permissions is ended at once for what its rules miss', async () => {
  const all = { permissions: 'full', env: { IS_SANDBOX: '1' } };
  const { code, made, failure } = await outcome('claude', 'bash -c "sleep 3; touch made"', policy, all);
  expect({ code, made, failure }).toEqual({
    code: 1,
    made: false,
    failure: 'ran "touch made", which policy denies ("touch *")',
  });
});

test('codex is ended when the command begins', async () => {
  const { code, made, failure, stderr } = await outcome('codex', 'sleep 3; touch made', policy);
  expect({ code, made, failure, stderr }).toMatchObject({
    code: 1,
    made: false,
    failure: 'ran "touch made", which policy denies ("touch *")',
    stderr: expect.stringContaining('codex takes no rules for one run'),
  });
});

test('gemini by the Agent Client Protocol is refused, whatever its permissions', async () => {
  const argv = ['gemini', '--acp', '-m', 'gemini-2.5-flash'];
  const env = ['GEMINI_CLI_NO_RELAUNCH', 'GEMINI_CLI_TRUST_WORKSPACE', 'GOOGLE_GEMINI_BASE_URL'];
  const more = { adapter: 'acp', argv, env, secrets: ['GEMINI_API_KEY'], model: undefined, args: undefined };
  scene = await sceneOf('gemini', 'toolrun', {
    command: 'cd . && touch made',
    agent: { ...more, permissions: 'edit', policy },
  });
  const trusting = { ...scene.env, GEMINI_CLI_NO_RELAUNCH: 'true', GEMINI_CLI_TRUST_WORKSPACE: 'true' };
  const { stderr } = await run(['orchestra', 'run', 'o.yaml'], { ...scene, env: trusting });
  expect(stderr).toContain('"touch made" was refused: policy denies "touch *"');
  expect(existsSync(join(scene.cwd, 'work/made'))).toBe(false);
});
