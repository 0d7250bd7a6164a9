// What real CLIs say when they fail, and what is done about it.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { events, orchestra, run, runFolder, task } from '../rig/rig.ts';
import { sceneOf, sceneWith } from './scene.ts';

const recoveries = (cwd: string) =>
  events(cwd).flatMap((event) => (event.type === 'recovery.applied' ? [`${event.rule}: ${event.action}`] : []));

test('claude, whose key is refused, is not left to try for a minute; codex takes over', async () => {
  const agents = [
    { name: 'a', adapter: 'claude', cwd: 'work', fallback_agents: ['b'] },
    { name: 'b', adapter: 'codex', cwd: 'work', args: ['--skip-git-repo-check'] },
  ];
  // As often as it tries where nobody says how often.
  const files = orchestra({ agents, tasks: [task('one', { agent: 'a', description: 'Say hello.' })] });
  const scene = await sceneWith(files, '401', { retries: 10 });
  const config = join(scene.env.CODEX_HOME ?? '', 'config.toml');
  writeFileSync(config, readFileSync(config, 'utf8').replace('/m/401/', '/m/ok/'));
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain('Hello from the stand-in.');
  expect(recoveries(scene.cwd)).toEqual(['authentication: hands over to agent b']);
  const [first, second] = events(scene.cwd).filter(({ type }) => type === 'task.started');
  expect(Date.parse(second?.ts ?? '') - Date.parse(first?.ts ?? '')).toBeLessThan(20_000);
});

test.each(['codex', 'gemini'] as const)('%s, whose key is refused, asks a person', async (cli) => {
  const scene = await sceneOf(cli, '401', { task: { retry_count: 3 } });
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
  expect(code).toBe(1);
  expect(stderr).toMatch(/blocker: one: (choose how to )?log in with "/);
  expect(events(scene.cwd).filter(({ type }) => type === 'task.started')).toHaveLength(1);
});

test('claude with another model when its own is overloaded', async () => {
  const scene = await sceneOf('claude', '500', { agent: { model: 'one', fallback_models: ['two'] } });
  expect((await run(['orchestra', 'run', 'o.yaml'], scene)).code).toBe(1);
  expect(recoveries(scene.cwd)).toEqual(['overloaded: takes model two']);
  expect(scene.sent()).toMatch(/"model":"one".*"model":"two"/s);
});

test('gemini may write into the folder that tasks share', async () => {
  const scene = await sceneOf('gemini', 'tool', { agent: { cwd: 'other' } });
  mkdirSync(join(scene.cwd, 'other'));
  rmSync(join(scene.cwd, 'work'), { recursive: true });
  symlinkSync(join(scene.cwd, 'orchestra_workspaces/o/intermediate'), join(scene.cwd, 'work'));
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(existsSync(join(runFolder(scene.cwd), 'intermediate/made-by-agent.txt'))).toBe(true);
});

test('gemini that wants to write elsewhere in the project is launched again with the folder of that', async () => {
  const scene = await sceneOf('gemini', 'tool', {
    agent: { cwd: 'other' },
    task: { expects: { files: [join('..', 'work', 'made-by-agent.txt')] } },
  });
  mkdirSync(join(scene.cwd, 'other'));
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml'], scene);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).toContain('finding: one: write_file was not allowed: ');
  expect(stderr).toContain('recovery: one: gemini-directories: adds --include-directories=..');
});
