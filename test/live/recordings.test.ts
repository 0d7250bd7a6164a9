// Runs of the real CLIs are replayed without them. With SUPER_LIVE_RECORD=1 they are kept, in test/fixtures/runs: what the suite
// replays there tells when an adapter does not read any more what these CLIs say.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { orchestra, run, task } from '../rig/rig.ts';
import { agentOf, type Cli, type Mode, sceneWith } from './scene.ts';

const clis: readonly Cli[] = ['claude', 'codex', 'gemini'];
const kept = resolve(import.meta.dirname, '../fixtures/runs');

test.each([
  ['tools', 'tool', 0, { expects: { files: ['made-by-agent.txt'] } }],
  ['refused', '401', 1, {}],
  ['flaky', 'flaky', 0, {}],
] as const)('%s: replayed as it was', async (name, mode: Mode, code, more) => {
  const files = orchestra({
    execution: { strategy: 'parallel' },
    agents: clis.map((cli) => ({ ...agentOf(cli), name: cli })),
    tasks: clis.map((cli) => task(`by_${cli}`, { agent: cli, description: 'Do what is to be done.', ...more })),
  });
  const scene = await sceneWith(files, mode, { retries: 4 });
  const real = await run(['orchestra', 'run', 'o.yaml'], scene);
  expect(real).toMatchObject({ code });
  const recorded = readdirSync(join(scene.cwd, 'orchestra_workspaces/o/runs'))[0] ?? '';
  const apart = { cwd: scene.cwd, env: { PATH: join(scene.cwd, 'nowhere') } };
  const replayed = await run(['orchestra', 'replay'], apart);
  expect(replayed).toMatchObject({ code, stdout: real.stdout });
  expect(replayed.stderr).toContain('3 tasks ended as recorded');
  if (process.env.SUPER_LIVE_RECORD === undefined) return;
  const words = ['runs', 'export', recorded, '--redacted', '-o', join(kept, `${name}.json`)];
  expect((await run(words, scene)).code).toBe(0);
});
