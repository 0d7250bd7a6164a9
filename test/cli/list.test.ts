import { describe, expect, test } from 'vitest';
import { expectGolden } from '../golden/golden.ts';
import { commandOrchestra, commandPlaybook, folderWith, runCli } from './harness.ts';

const started = '{"v":1,"seq":1,"ts":"2026-01-02T00:00:00.000Z","type":"run.started","orchestra":"good"}\n';
const finished = '{"v":1,"seq":2,"ts":"2026-01-02T00:00:01.000Z","type":"run.finished","outcome":"failed"}\n';
const project = {
  'orchestras/good_orchestra.yaml': commandOrchestra('good', ['one', 'two one']),
  'orchestras/broken_orchestra.yaml': 'orchestra: [\n',
  'orchestras/faulty.yaml':
    'orchestra: {id: faulty}\nagents: [ghost]\ntasks:\n  - {name: one, agent: ghost, description: x}\n',
  'orchestra_workspaces/good/runs/20260101-000000-000-aaaa/events.jsonl':
    started + finished.replace('failed', 'succeeded'),
  'orchestra_workspaces/good/runs/20260102-000000-000-aaaa/events.jsonl': started + finished,
  'agents/tester_playbook.yaml': commandPlaybook('echo', '  tasks: [{name: test_it}, {name: test_more}]\n'),
  'agents/deep/model_playbook.yaml':
    'spec:\n  language_model: {provider: openai, model: big}\n  persona: {role: thinker}\n',
  'agents/broken_playbook.yaml': 'spec: [\n',
};

describe('orchestra list', () => {
  test('says how the newest run ended; a broken file hides no other', async () => {
    const { code, stdout } = await runCli(['orchestra', 'list'], { cwd: folderWith(project) });
    expect(code).toBe(0);
    expectGolden('cli/list/orchestras.txt', stdout);
  });

  test('--json', async () => {
    const { stdout } = await runCli(['orchestra', 'list', '--json'], { cwd: folderWith(project) });
    const { orchestras } = JSON.parse(stdout);
    expect(orchestras).toHaveLength(3);
    expect(orchestras[2]).toEqual({
      id: 'good',
      name: 'The good',
      file: 'orchestras/good_orchestra.yaml',
      strategy: 'sequential',
      agents: ['shell'],
      tasks: ['one', 'two'],
      last_run: { id: '20260102-000000-000-aaaa', state: 'failed' },
    });
    expect(orchestras[0]).toMatchObject({ id: 'broken', name: null, last_run: null });
    expect(orchestras[0].error).toMatch(/^orchestras\/broken_orchestra.yaml:\d+:\d+: /);
    expect(orchestras[1]).toMatchObject({ id: 'faulty', error: expect.stringContaining('ghost') });
  });

  test.each([
    ['a run that is cut off is interrupted', '{"type":"task.started"}\n', 'interrupted'],
    ['a resume whose first line is torn has not happened', `${finished}{"type":"run.resu`, 'failed'],
    ['a run that was paused when it was cut off is interrupted', '{"type":"run.paused"}\n', 'interrupted'],
    ['only the ends of a long journal are read', `${'{"type":"task.started"}\n'.repeat(2000)}${finished}`, 'failed'],
  ])('%s', async (_, journal, state) => {
    const cwd = folderWith({
      'orchestras/good.yaml': commandOrchestra('good', ['one']),
      'orchestra_workspaces/good/runs/20260102-000000-000-aaaa/events.jsonl': started + journal,
    });
    const { orchestras } = JSON.parse((await runCli(['orchestra', 'list', '--json'], { cwd })).stdout);
    expect(orchestras[0].last_run.state).toBe(state);
  });

  test('a journal that has not begun is no run', async () => {
    const cwd = folderWith({
      'orchestras/good.yaml': commandOrchestra('good', ['one']),
      'orchestra_workspaces/good/runs/20260102-000000-000-aaaa/events.jsonl': started.slice(0, 20),
    });
    const { orchestras } = JSON.parse((await runCli(['orchestra', 'list', '--json'], { cwd })).stdout);
    expect(orchestras[0].last_run).toBe(null);
  });

  test('an empty project says what comes next', async () => {
    const { code, stdout } = await runCli(['orchestra', 'list'], { cwd: folderWith() });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'there are no orchestras here\nwrite one: super orchestra create <id>\n',
    });
  });
});

describe('agent list', () => {
  test('names, adapters, tasks and files', async () => {
    const { code, stdout } = await runCli(['agent', 'list'], { cwd: folderWith(project) });
    expect(code).toBe(0);
    expectGolden('cli/list/agents.txt', stdout);
  });

  test('--json', async () => {
    const { agents } = JSON.parse((await runCli(['agent', 'list', '--json'], { cwd: folderWith(project) })).stdout);
    expect(agents).toEqual([
      { name: 'broken', file: 'agents/broken_playbook.yaml', adapter: null, tasks: [], error: expect.any(String) },
      { name: 'model', file: 'agents/deep/model_playbook.yaml', adapter: 'llm', tasks: [] },
      { name: 'tester', file: 'agents/tester_playbook.yaml', adapter: 'command', tasks: ['test_it', 'test_more'] },
    ]);
  });
});
