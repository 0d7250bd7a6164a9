// Limits as people set them, enforced by the real program.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { events, marked, orchestra, project, run, runFolder, start, task, until } from './rig.ts';

const sh = (name: string, script: string, limits?: object) => ({ name, run: script, ...(limits && { limits }) });

/** What became of each task. */
function ends(cwd: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    events(cwd).flatMap((event) =>
      event.type === 'task.failed' || event.type === 'task.cancelled' || event.type === 'task.succeeded'
        ? [[event.task, 'reason' in event ? `${event.reason}: ${event.message}` : event.type]]
        : [],
    ),
  );
}

test('an attempt that takes too much memory or writes too much fails for that; others are not touched', async () => {
  const agents = [
    sh('hog', `perl -e 'for (0..30) { vec($a[$_], 10 << 20, 8) = 1; select undef, undef, undef, 0.02 } sleep 100'`),
    sh('flood', 'yes', { output: '100kB', memory: '1GiB' }),
    sh('file', 'head -c 300000 /dev/zero >"$SUPER_OUTPUT"', { output: '200kB' }),
    sh('a', 'echo fine'),
  ];
  const tasks = ['hog', 'flood', 'file', 'a'].map((name) => task(name, { agent: name }));
  const execution = { strategy: 'parallel', limits: { memory: '100MiB' } };
  const cwd = project(orchestra({ execution, agents, tasks }));
  const ended = await run(['orchestra', 'run', 'o.yaml', '--goal', 'g'], { cwd });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('limits     an attempt of hog, a: at most 100MiB of memory\n');
  expect(ended.stderr).toContain('           memory and processors are measured by sampling\n');
  expect(ends(cwd)).toEqual({
    hog: expect.stringMatching(
      /^resource-limit: used \d+ MiB of memory, the limit is 100 MiB \(\d process(es)?; measured by sampling\)$/,
    ),
    flood: expect.stringMatching(/^resource-limit: wrote [\d.]+ [kMG]B to its outputs, the limit is 100 kB$/),
    file: 'resource-limit: wrote 300 kB to its outputs, the limit is 200 kB',
    a: 'task.succeeded',
  });
  const kept = readFileSync(join(runFolder(cwd), 'attempts/flood/1/stdout.log'), 'latin1');
  expect(kept.length).toBeLessThanOrEqual(100_000);
  const [head = '', tail = ''] = kept.split(/\n\[\.\.\. \d+ bytes cut here \.\.\.\]\n/);
  expect(Math.min(head.length, tail.length)).toBeGreaterThan(49_000);
  const word = readFileSync(join(runFolder(cwd), 'task_outputs/hog_output.txt'), 'utf8');
  expect(word).toMatch(/^hog failed: used \d+ MiB of memory/);
  expect(marked(cwd)).toEqual([]);
});

test('an attempt that used too much is tried again like any other', async () => {
  const script = `if [ "$SUPER_ATTEMPT" = 1 ]; then yes; fi; echo modest`;
  const execution = { retry_strategy: 'simple', limits: { output: '10kB' } };
  const cwd = project(orchestra({ execution, agents: [sh('a', script)], tasks: [task('one', { retry_count: 1 })] }));
  expect((await run(['orchestra', 'run', 'o.yaml'], { cwd })).code).toBe(0);
  expect(events(cwd).find(({ type }) => type === 'task.retry-scheduled')).toMatchObject({ reason: 'resource-limit' });
});

test('a run that takes too much of the disk stops as failed, and goes on when there is room', async () => {
  const agents = [
    sh('a', 'echo fine'),
    sh('fill', '[ -e small ] || { head -c 3000000 /dev/zero >"$SUPER_INTERMEDIATE_DIR/big"; sleep 100; }; echo filled'),
  ];
  const tasks = [task('one'), task('two', { agent: 'fill' }), task('three')];
  const execution = { limits: { disk: '2MB' }, grace_seconds: 1 };
  const cwd = project(orchestra({ execution, agents, tasks }));
  const ended = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect(ended.code).toBe(1);
  const message = expect.stringMatching(/^the run takes 3\.\d MB of disk, the limit is 2 MB$/);
  expect(events(cwd).at(-1)).toMatchObject({ type: 'run.finished', outcome: 'failed', because: 'limit', message });
  expect(events(cwd).find(({ type }) => type === 'task.failed')).toMatchObject({ reason: 'resource-limit', message });
  expect(events(cwd).find(({ type }) => type === 'task.cancelled')).toMatchObject({ task: 'three' });

  rmSync(join(runFolder(cwd), 'intermediate/big'));
  writeFileSync(join(cwd, 'small'), '');
  expect((await run(['orchestra', 'resume'], { cwd })).code).toBe(0);
  expect(events(cwd).filter((event) => event.type === 'task.started' && event.task === 'one')).toHaveLength(1);
});

test('below the free-space floor nothing starts: exit code 10', async () => {
  const orchestraOf = (floor: string) =>
    orchestra({ execution: { limits: { free_disk: floor } }, agents: [sh('a', 'echo fine')], tasks: [task('one')] });
  const cwd = project(orchestraOf('900TB'));
  const ended = await run(['orchestra', 'run', 'o.yaml'], { cwd });
  expect(ended.code).toBe(10);
  expect(ended.stderr).toMatch(
    /super: cannot write: the disk of \S+ has [\d.]+ [MGT]B left, and nothing starts below 900 TB\nfree some space/,
  );
  expect(events(cwd).map(({ type }) => type)).toEqual(['run.started', 'parallelism.changed']);
  // The floor is that of the stored run: resuming it comes no further on this disk, and begins nothing either.
  expect((await run(['orchestra', 'resume'], { cwd })).code).toBe(10);
  expect(events(cwd).map(({ type }) => type)).toEqual([
    'run.started',
    'parallelism.changed',
    'run.resumed',
    'parallelism.changed',
  ]);
});

test('the time between TERM and KILL is that of the orchestra', async () => {
  const deaf = `trap '' TERM; echo "$$" >begun; while :; do sleep 0.1; done`;
  const execution = { grace_seconds: 0.5, task_timeout_seconds: 1 };
  const cwd = project(orchestra({ execution, agents: [sh('a', deaf)], tasks: [task('one')] }));
  const began = Date.now();
  expect((await run(['orchestra', 'run', 'o.yaml'], { cwd })).code).toBe(1);
  expect(Date.now() - began).toBeLessThan(5000);
  expect(ends(cwd)).toEqual({ one: 'timeout: took longer than 1 s' });
});

test('who is slowed down or held is not taken for silent', async () => {
  const slow =
    'i=0; while [ $i -lt 5 ]; do j=0; while [ $j -lt 60000 ]; do j=$((j + 1)); done; i=$((i + 1)); echo $i; done';
  const agents = [sh('a', `exec sh -c '${slow}'`, { cpu: '5%' }), sh('held', 'echo begun; sleep 2; echo over')];
  const tasks = [task('one'), task('two', { agent: 'held' })].map((each) => ({ ...each, stall_seconds: 3 }));
  const cwd = project(orchestra({ execution: { strategy: 'parallel' }, agents, tasks }));
  const running = start(['orchestra', 'run', 'o.yaml'], { cwd });
  await until(() => {
    try {
      return events(cwd).some((event) => event.type === 'task.started' && event.task === 'two');
    } catch {
      return false;
    }
  });
  expect((await run(['runs', 'pause', '@last', '--freeze'], { cwd })).code).toBe(0);
  await new Promise((done) => setTimeout(done, 4500));
  expect((await run(['runs', 'unpause', '@last'], { cwd })).code).toBe(0);
  const ended = await running.ended;
  expect(ends(cwd)).toEqual({ one: 'task.succeeded', two: 'task.succeeded' });
  expect(ended.code).toBe(0);
});
