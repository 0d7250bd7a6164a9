// What runs when: agents are held by the test, so that nothing depends on time.
import { expect, test } from 'vitest';
import { driver, events, orchestra, project, run, start, task } from './rig.ts';

test('parallel: as many at once as -p says, and the next as soon as one has ended', async () => {
  const drive = await driver();
  const cwd = project(
    orchestra({
      execution: { strategy: 'parallel' },
      agents: [drive.agent],
      tasks: ['a1', 'b1', 'c1', 'd1'].map((name) => task(name)),
    }),
  );
  const started = start(['orchestra', 'run', 'o.yaml', '-p', '2'], { cwd });
  const [first, second] = await Promise.all([drive.begun('a1'), drive.begun('b1')]);
  expect(drive.seen.toSorted()).toEqual(['a1', 'b1']);
  second.tell({ exit: 0 });
  (await drive.begun('c1')).tell({ exit: 0 });
  (await drive.begun('d1')).tell({ exit: 0 });
  first.tell({ exit: 0 });
  expect((await started.ended).code).toBe(0);
  const log = events(cwd).flatMap((event) => ('task' in event ? [`${event.type} ${event.task}`] : []));
  expect(log.indexOf('task.started c1')).toBeGreaterThan(log.indexOf('task.succeeded b1'));
  expect(log.indexOf('task.succeeded a1')).toBeGreaterThan(log.indexOf('task.started d1'));
});

test('a task starts the moment its own needs are met, not when a level is done', async () => {
  const drive = await driver();
  const tasks = [
    task('slow'),
    task('quick'),
    task('after_quick', { context: ['quick'] }),
    task('last', { context: ['slow', 'after_quick'] }),
  ];
  const cwd = project(orchestra({ execution: { strategy: 'parallel' }, agents: [drive.agent], tasks }));
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const slow = await drive.begun('slow');
  (await drive.begun('quick')).tell({ say: 'q', exit: 0 });
  (await drive.begun('after_quick')).tell({ say: 'a', exit: 0 });
  slow.tell({ say: 's', exit: 0 });
  const last = await drive.begun('last');
  expect(last.prompt).toMatch(/output of slow -----\ns\n[\s\S]*output of after_quick -----\na\n/);
  last.tell({ exit: 0 });
  expect((await started.ended).code).toBe(0);
});

test('--strategy: the same file in a chain', async () => {
  const drive = await driver();
  const cwd = project(
    orchestra({ execution: { strategy: 'parallel' }, agents: [drive.agent], tasks: [task('one'), task('two')] }),
  );
  const started = start(['orchestra', 'run', 'o.yaml', '--strategy', 'sequential'], { cwd });
  const one = await drive.begun('one');
  expect(drive.seen).toEqual(['one']);
  one.tell({ say: 'from one', exit: 0 });
  const two = await drive.begun('two');
  expect(two.prompt).toContain('from one');
  two.tell({ exit: 0 });
  expect((await started.ended).code).toBe(0);
});

test('--on-failure: stop lets running tasks end and starts nothing; continue skips only what needs the failed one', async () => {
  const tasks = [
    task('bad'),
    task('needs_bad', { context: ['bad'] }),
    task('running'),
    task('later', { context: ['running'] }),
  ];
  for (const [what, expected] of [
    ['stop', { running: 'task.succeeded', needs_bad: 'task.skipped', later: 'task.skipped' }],
    ['continue', { running: 'task.succeeded', needs_bad: 'task.skipped', later: 'task.succeeded' }],
  ] as const) {
    const drive = await driver();
    const cwd = project(orchestra({ execution: { strategy: 'parallel' }, agents: [drive.agent], tasks }));
    const started = start(['orchestra', 'run', 'o.yaml', '--on-failure', what, '--json'], { cwd });
    const running = await drive.begun('running');
    const failed = new Promise<void>((done) =>
      started.child.stdout?.on('data', (text: string) => text.includes('task.skipped') && done()),
    );
    (await drive.begun('bad')).tell({ exit: 1 });
    await failed;
    running.tell({ exit: 0 });
    if (what === 'continue') (await drive.begun('later')).tell({ exit: 0 });
    expect((await started.ended).code, what).toBe(1);
    const ends = Object.fromEntries(
      events(cwd).flatMap((event) =>
        'task' in event && event.type !== 'task.started' ? [[event.task, event.type]] : [],
      ),
    );
    expect(ends, what).toEqual({ bad: 'task.failed', ...expected });
  }
});

test('mixed: a group starts when every task of the one before has ended', async () => {
  const drive = await driver();
  const task_groups = [
    { name: 'g1', tasks: ['a1', 'a2'], execution_strategy: 'parallel' },
    { name: 'g2', tasks: ['b1', 'b2'], execution_strategy: 'sequential' },
  ];
  const cwd = project(
    orchestra({
      execution: { strategy: 'mixed', task_groups },
      agents: [drive.agent],
      tasks: ['a1', 'a2', 'b1', 'b2'].map((name) => task(name)),
    }),
  );
  const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
  const [one, two] = await Promise.all([drive.begun('a1'), drive.begun('a2')]);
  one.tell({ exit: 0 });
  two.tell({ exit: 0 });
  (await drive.begun('b1')).tell({ say: 'b1 says', exit: 0 });
  const last = await drive.begun('b2');
  expect(last.prompt).toContain('b1 says');
  last.tell({ say: 'end', exit: 0 });
  expect(await started.ended).toMatchObject({ code: 0, stdout: '## b2\n\nend\n' });
  const log = events(cwd).flatMap((event) => ('task' in event ? [`${event.type} ${event.task}`] : []));
  expect(log.indexOf('task.started b1')).toBeGreaterThan(
    Math.max(log.indexOf('task.succeeded a1'), log.indexOf('task.succeeded a2')),
  );
});

test('hierarchical: a manager that is a command delegates, and joins what came of it', async () => {
  const drive = await driver();
  const worker = { name: 'w', argv: drive.agent.argv, env: drive.agent.env };
  const cwd = project(
    orchestra({
      execution: { strategy: 'hierarchical', manager: 'a' },
      agents: [drive.agent, worker],
      tasks: [task('known', { agent: 'w' })],
    }),
  );
  const started = start(['orchestra', 'run', 'o.yaml', '--goal', 'g'], { cwd });
  const brief = await drive.begun('a_brief');
  expect(brief.prompt).toContain('"delegate"');
  brief.tell({ say: '{"delegate": [{"name": "x", "agent": "nobody", "description": "d"}]}', exit: 0 });
  const again = await drive.begun('a_brief', 2);
  expect(again.prompt).toContain('no agent "nobody"');
  const delegate = [{ name: 'dug_up', agent: 'w', description: 'dig for {goal}' }];
  again.tell({ say: `So:\n\`\`\`json\n${JSON.stringify({ delegate })}\n\`\`\`\n`, exit: 0 });
  const dug = await drive.begun('dug_up');
  expect(dug.prompt).toContain('dig for g');
  dug.tell({ say: 'gold', exit: 0 });
  (await drive.begun('known')).tell({ say: 'silver', exit: 0 });
  const synthesis = await drive.begun('a_synthesis');
  expect(synthesis.prompt).toMatch(/silver[\s\S]*gold/);
  synthesis.tell({ say: 'all of it\n', exit: 0 });
  expect(await started.ended).toMatchObject({ code: 0, stdout: 'all of it\n' });
});

test('--only runs a task and what it needs', async () => {
  const agents = [{ name: 'a', run: 'echo "$SUPER_TASK"' }];
  const tasks = [task('one'), task('two', { context: ['one'] }), task('three')];
  const cwd = project(orchestra({ execution: { strategy: 'parallel' }, agents, tasks }));
  expect(await run(['orchestra', 'run', 'o.yaml', '--only', 'two', '-q'], { cwd })).toEqual({
    code: 0,
    stdout: '## two\n\ntwo\n',
    stderr: '',
  });
  expect(events(cwd)[0]).toMatchObject({ only: ['two'] });
  expect(events(cwd).flatMap((event) => (event.type === 'task.started' ? [event.task] : []))).toEqual(['one', 'two']);
  const wrong = await run(['orchestra', 'run', 'o.yaml', '--only', 'tow'], { cwd });
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "two"?') });
});
