// Options of `run` that change what is printed, written or started.
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectGolden } from '../golden/golden.ts';
import { orchestra, project, run, runFolder, settled, task } from './rig.ts';

const agents = [{ name: 'a', run: 'echo "$SUPER_TASK" | tee -a started' }];
const tasks = [task('one', { description: 'Do {goal}' }), task('two')];

/** Every path below a folder with its size and time of change. */
function tree(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => `${path} ${statSync(join(root, path)).size} ${statSync(join(root, path)).mtimeMs}`);
}

test('--json prints the journal, line by line without its checksums, and nothing else', async () => {
  const cwd = project(orchestra({ agents, tasks }));
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml', '--goal', 'it', '--json'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const journal = readFileSync(join(runFolder(cwd), 'events.jsonl'), 'utf8');
  expect(stdout).toBe(journal.replaceAll(/,"crc":"[0-9a-f]{8}"\}$/gm, '}'));
});

test('--quiet prints the result alone; of a failure also which, why and where', async () => {
  const cwd = project(
    orchestra({
      agents: [...agents, { name: 'bad', run: 'exit 4' }],
      tasks: [...tasks, task('three', { agent: 'bad', context: [] })],
    }),
  );
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml', '--goal', 'it', '-q'], { cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(settled(stderr, cwd)).toBe(
    'three failed: agent-exit: exit code 4\n  log: empty; other files of the attempt: orchestra_workspaces/o/runs/<run>/attempts/three/1\n',
  );
});

test('--quiet tells warnings of the file in a line each, but none of mere form', async () => {
  const files = orchestra({
    agents: ['writer', { name: 'a', run: 'echo done', cwd: 'nowhere' }, { name: 'idle', run: 'true' }],
    tasks: [task('one', { agent: 'writer', cache: { files: ['*.none'] } })],
  });
  const playbook = 'spec: {adapter: command, run: "echo done", level: sage}';
  const cwd = project({ ...files, 'agents/writer_playbook.yaml': playbook });
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml', '-q'], { cwd });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
  expect(stderr.split('\n').map((line) => line.replace(/^o\.yaml:[\d:]+ /, ''))).toEqual([
    'warning: no task uses agent "a" [unused-agent]',
    expect.stringMatching(/\[missing-file\]$/),
    expect.stringMatching(/\[unused-agent\]$/),
    expect.stringMatching(/\[cache-unmatched\]$/),
    '',
  ]);
});

test('--verbose adds the order of execution and every output', async () => {
  const cwd = project(orchestra({ agents, tasks }));
  const { stderr } = await run(['orchestra', 'run', 'o.yaml', '--goal', 'it', '-v'], { cwd });
  expect(settled(stderr, cwd)).toContain(
    'order of execution, and outputs:\n   1. one: orchestra_workspaces/o/runs/<run>/task_outputs/one_output.txt\n   2. two: ',
  );
});

test('--verbose names the file of a failed task, which says why', async () => {
  const cwd = project(
    orchestra({ agents: [{ name: 'a', run: 'echo wrong >&2; exit 3' }], tasks: [task('one', { agent: 'a' })] }),
  );
  const { stderr } = await run(['orchestra', 'run', 'o.yaml', '-v'], { cwd });
  const path = /^ {3}1\. one: (\S+) \(why it failed\)$/m.exec(stderr)?.[1] ?? 'none';
  expect(readFileSync(join(cwd, path), 'utf8')).toMatch(/exit code 3[\s\S]*wrong/);
});

test('--dry-run writes nothing, starts nothing, and says what would happen', async () => {
  const cwd = project(orchestra({ agents, tasks }));
  const before = tree(cwd);
  const shown = await run(['orchestra', 'run', 'o.yaml', '--goal', 'it', '--dry-run'], { cwd });
  const json = await run(['orchestra', 'run', 'o.yaml', '--goal', 'it', '--dry-run', '--json'], { cwd });
  expect(tree(cwd)).toEqual(before);
  expect([shown.code, shown.stderr, json.code, json.stderr]).toEqual([0, '', 0, '']);
  expectGolden('rig/dry-run.txt', shown.stdout);
  expectGolden('rig/dry-run.json', json.stdout);
});

test('--rehearse starts nothing, and every text of it says so', async () => {
  const llm = { name: 'model', adapter: 'llm', provider: 'anthropic', model: 'm', instructions: 'think' };
  const cwd = project(orchestra({ agents: [...agents, llm], tasks: [...tasks, task('three', { agent: 'model' })] }));
  const { code, stdout, stderr } = await run(['orchestra', 'run', 'o.yaml', '--goal', 'it', '--rehearse'], { cwd });
  expect(code).toBe(0);
  expect(existsSync(join(cwd, 'started'))).toBe(false);
  expect(stdout).toMatch(/^\[rehearsal\] three: a stand-in, no agent was run\n/);
  expect(stderr.match(/REHEARSAL: no agent works; outputs are stand-ins/g)).toHaveLength(2);
  const [first = ''] = readFileSync(join(runFolder(cwd), 'events.jsonl'), 'utf8').split('\n');
  expect(JSON.parse(first)).toMatchObject({ type: 'run.started', rehearsal: true });
  const again = await run(['orchestra', 'run', 'o.yaml', '--goal', 'it', '--rehearse'], { cwd });
  expect(again.stdout).toBe(stdout);
});

test('--workspace-path: everything is written there, and links lead to the latest run', async () => {
  const cwd = project(orchestra({ agents, tasks }));
  const first = await run(['orchestra', 'run', 'o.yaml', '--goal', 'it', '-q', '--workspace-path', 'else/where'], {
    cwd,
  });
  expect(first.code).toBe(0);
  expect(existsSync(join(cwd, 'orchestra_workspaces'))).toBe(false);
  const [id = ''] = readdirSync(join(cwd, 'else/where/runs'));
  expect(readlinkSync(join(cwd, 'else/where/task_outputs'))).toBe(`runs/${id}/task_outputs`);
  expect(readFileSync(join(cwd, 'else/where/final_results/orchestra_output.txt'), 'utf8')).toBe('two\n');
  expect(readdirSync(join(cwd, 'else/where')).sort()).toEqual([
    'final_results',
    'intermediate',
    'runs',
    'task_outputs',
  ]);
  expect(readdirSync(join(cwd, 'else/where/runs', id)).sort()).toEqual([
    'agents',
    'attempts',
    'events.jsonl',
    'final_results',
    'intermediate',
    'orchestra.yaml',
    'plan.json',
    'status.json',
    'task_outputs',
  ]);
  expect(readFileSync(join(cwd, 'else/where/runs', id, 'orchestra.yaml'), 'utf8')).toBe(
    readFileSync(join(cwd, 'o.yaml'), 'utf8'),
  );
});

test('--timeout is for tasks without one of their own', async () => {
  const slow = [{ name: 'a', run: 'sleep 20' }];
  const cwd = project(orchestra({ agents: slow, tasks: [task('one')] }));
  const { code, stderr } = await run(['orchestra', 'run', 'o.yaml', '-t', '300ms'], { cwd });
  expect(code).toBe(1);
  expect(stderr).toContain('timeout: took longer than 0.3 s');
});

test('a goal that is missing is asked for, and --tier is a note', async () => {
  const cwd = project(orchestra({ agents, tasks }));
  expect(await run(['orchestra', 'run', 'o.yaml'], { cwd })).toEqual({
    code: 2,
    stdout: '',
    stderr: 'super: a description uses {goal}: give a goal\n--goal "<what the run is for>"\n',
  });
  const tier = await run(['orchestra', 'run', 'o.yaml', '--goal', 'x', '--tier', 'genies', '-q'], { cwd });
  expect(tier).toMatchObject({ code: 0, stderr: 'super: note: --tier is ignored; nothing here depends on a tier\n' });
});
