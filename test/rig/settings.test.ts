// What is said around an orchestra reaches its agents and its plan; what is said to super does not reach agents.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { orchestra, project, run, runFolder, task } from './rig.ts';

const agents = [
  { name: 'a', run: 'env | sort' },
  { name: 'b', run: 'env | sort', env: { GREETING: 'own' }, limits: { output: '1MB' } },
];
const tasks = [task('one'), task('two', { agent: 'b' })];
const files = {
  ...orchestra({ execution: { strategy: 'parallel' }, agents, tasks }),
  '.super': 'project: shop\ndefaults:\n  grace_seconds: 3\n  env: {GREETING: hello, PLACE: shop}\n',
  '.config/super/config.yaml': 'limits: {free_disk: 1MB}\nenv: {PLACE: home, TONE: kind}\n',
};

test('a run is planned with the settings around it, and its agents get their variables', async () => {
  const cwd = project(files);
  const env = { SUPER_MAX_PARALLEL_TASKS: '3', SUPER_LIMITS_OUTPUT: '2MB' };
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml', '--goal', 'it'], { cwd, env });
  expect(code, stderr).toBe(0);
  const folder = runFolder(cwd);
  const plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'));
  expect(plan).toMatchObject({
    max_parallel_tasks: 3,
    grace_seconds: 3,
    limits: { free_disk_bytes: 1_000_000 },
    agents: [{ limits: { output_bytes: 2_000_000 } }, { limits: { output_bytes: 1_000_000 } }],
  });
  const environment = (name: string) => readFileSync(join(folder, 'task_outputs', `${name}_output.txt`), 'utf8');
  expect(environment('one')).toMatch(/^GREETING=hello$/m);
  expect(environment('one')).toMatch(/^PLACE=shop$/m);
  expect(environment('one')).toMatch(/^TONE=kind$/m);
  expect(environment('two')).toMatch(/^GREETING=own$/m);
  expect(environment('one')).not.toMatch(/SUPER_(MAX|LIMITS)/);
});

test('a file of settings that is wrong starts nothing', async () => {
  const cwd = project({ ...files, '.super': 'defaults: {grace_second: 3}\n' });
  const ended = await run(['orchestra', 'run', 'o.yaml', '--goal', 'it'], { cwd });
  expect(ended).toMatchObject({ code: 3, stdout: '' });
  expect(ended.stderr).toContain('.super:1:12: error: unknown key "grace_second" [unknown-key]');
  expect(() => runFolder(cwd)).toThrow();
});
