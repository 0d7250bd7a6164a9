import { describe, expect, test } from 'vitest';
import type { AttemptOrder } from '../../src/run/ports.ts';
import { type Behaviour, brief, planOf, rig } from './rig.ts';

const started = (events: readonly string[]) =>
  events.filter((event) => event.startsWith('task.started')).map((event) => event.split(' ')[1]);

describe('order of starts', () => {
  test('a task starts the moment its own needs are met, with no barrier between levels', async () => {
    const plan = planOf([
      { name: 'slow' },
      { name: 'quick' },
      { name: 'after_quick', needs: ['quick'] },
      { name: 'last', needs: ['slow'] },
    ]);
    const run = rig(plan, ({ task }) => ({ after: task.name === 'slow' ? 100 : 1 }));
    await run.finish();
    const events = brief(run.events);
    expect(events.indexOf('task.started after_quick 1')).toBeLessThan(events.indexOf('task.succeeded slow 1'));
  });

  test('of ready tasks: priority, then longest remaining path, then file order', async () => {
    const plan = planOf(
      [
        { name: 'low', priority: 'low' },
        { name: 'first' },
        { name: 'head' },
        { name: 'tail', needs: ['head'] },
        { name: 'critical', priority: 'critical' },
        { name: 'second' },
      ],
      { max_parallel_tasks: 1 },
    );
    const run = rig(plan);
    await run.finish();
    expect(started(brief(run.events))).toEqual(['critical', 'head', 'first', 'tail', 'second', 'low']);
  });

  test('never more at once than max_parallel_tasks, nor than a group allows', async () => {
    const plan = planOf(
      [
        ...Array.from({ length: 6 }, (_, n) => ({ name: `g${n}`, group: 'g' })),
        ...Array.from({ length: 6 }, (_, n) => ({ name: `f${n}` })),
      ],
      { max_parallel_tasks: 3, groups: [{ name: 'g', max_concurrency: 2 }] },
    );
    const run = rig(plan, ({ task }) => ({ after: task.group === 'g' ? 50 : 10 }));
    const seen: number[] = [];
    const inGroup = new Set<string>();
    const state = await run.finish();
    for (const event of run.events) {
      if (event.type === 'task.started' && event.task.startsWith('g')) inGroup.add(event.task);
      if (event.type === 'task.succeeded') inGroup.delete(event.task);
      seen.push(inGroup.size);
    }
    expect(Math.max(...seen)).toBe(2);
    expect(run.most()).toBe(3);
    expect(state.outcome).toBe('succeeded');
  });

  test('a start, and what it builds upon, is synced before its attempt begins', async () => {
    const plan = planOf([{ name: 'a' }, { name: 'b', needs: ['a'] }]);
    const covered: number[] = [];
    const run = rig(plan, () => {
      covered.push(run.synced());
      return {};
    });
    await run.finish();
    const starts = run.events.filter((event) => event.type === 'task.started').map((event) => event.seq);
    expect(covered).toEqual(starts);
    expect(run.synced()).toBe(run.events.length);
  });

  test('of starts in quick succession only those wait for the disk that build upon something new', async () => {
    const tasks = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
    const plan = planOf(tasks, { max_parallel_tasks: 1 });
    const isOnDisk: boolean[] = [];
    const run = rig(plan, ({ task }) => {
      isOnDisk.push(run.synced() === run.events.length);
      return { after: task.name === 'b' ? 60 : 10 };
    });
    await run.finish();
    // b and d come 10 ms after a start that waited; c comes 60 ms after b.
    expect(isOnDisk).toEqual([true, false, true, false]);
  });
});

test('what has ended is written at once, though nothing starts and another attempt goes on', async () => {
  const run = rig(planOf([{ name: 'quick' }, { name: 'slow' }]), ({ task }) =>
    task.name === 'slow' ? { hangs: true } : {},
  );
  await run.crank(10);
  expect(brief(run.events).at(-1)).toBe('task.succeeded quick 1');
  expect(run.written()).toBe(run.events.length);
});

test('what an agent reports is written at once', async () => {
  const run = rig(planOf([{ name: 'slow' }]), () => ({ hangs: true }));
  await run.crank(10);
  run.orders[0]?.report({ kind: 'milestone', text: 'half' });
  expect(run.events.at(-1)?.type).toBe('task.progressed');
  expect(run.written()).toBe(run.events.length);
});

test('on_failure stop: a faulty delegation is not handed back either', async () => {
  const plan = planOf([{ name: 'boss_brief', agent: 'boss', role: 'brief' }, { name: 'bad' }], {
    on_failure: 'stop',
    delegation: { max_depth: 1, max_delegated_tasks: 3, timeout_seconds: null, max_attempts: 1 },
  });
  const run = rig(plan, ({ task }) =>
    task.name === 'bad' ? { fails: 'no' } : { says: '{"delegate": [1]}', after: 50 },
  );
  await run.finish();
  expect(brief(run.events)).toContain('task.failed boss_brief 1');
});

describe('failure', () => {
  const diamond = [
    { name: 'a' },
    { name: 'b', needs: ['a'] },
    { name: 'c' },
    { name: 'd', needs: ['c', 'b!'] },
    { name: 'e', needs: ['b'] },
  ];

  test('continue: only what needs the failed task is skipped, each with its reason', async () => {
    const run = rig(planOf(diamond), ({ task }) => (task.name === 'a' ? { fails: 'exit code 1' } : {}));
    const state = await run.finish();
    expect(state.outcome).toBe('failed');
    expect([...state.tasks.values()].map((task) => [task.task.name, task.status, task.message])).toEqual([
      ['a', 'failed', 'exit code 1'],
      ['b', 'skipped', 'needs a, which failed'],
      ['c', 'succeeded', undefined],
      ['d', 'succeeded', undefined],
      ['e', 'skipped', 'needs b, which was skipped'],
    ]);
  });

  test('stop: nothing new starts, running tasks finish, the rest is skipped', async () => {
    const plan = planOf([{ name: 'bad' }, { name: 'running' }, { name: 'waiting' }], {
      on_failure: 'stop',
      max_parallel_tasks: 2,
    });
    const run = rig(plan, ({ task }) => (task.name === 'bad' ? { fails: 'no' } : { after: 50 }));
    const state = await run.finish();
    expect(brief(run.events)).toEqual([
      'run.started',
      'task.started bad 1',
      'task.started running 1',
      'task.failed bad 1',
      'task.skipped waiting (stopped because bad failed)',
      'task.succeeded running 1',
      'run.finished failed',
    ]);
    expect(state.outcome).toBe('failed');
  });

  test('stop: a running task that fails later is not tried again', async () => {
    const plan = planOf([{ name: 'bad' }, { name: 'other', attempts: 3 }], { on_failure: 'stop' });
    const run = rig(plan, ({ task }) => ({ fails: 'no', after: task.name === 'bad' ? 1 : 10 }));
    await run.finish();
    expect(brief(run.events)).not.toContain('task.retry-scheduled other 1');
  });
});

describe('retries', () => {
  const delays = async (retry: object, random = () => 0) => {
    const base = planOf([{ name: 'a', attempts: 4 }]);
    const run = rig({ ...base, retry: { ...base.retry, ...retry } }, () => ({ fails: 'no' }), random);
    await run.finish();
    const waits = run.events.flatMap((event) =>
      event.type === 'task.retry-scheduled' ? [Date.parse(event.at) - Date.parse(event.ts)] : [],
    );
    const starts = run.events.filter((event) => event.type === 'task.started');
    for (const [at, event] of run.events.filter((each) => each.type === 'task.retry-scheduled').entries()) {
      expect(Date.parse(starts[at + 1]?.ts ?? '')).toBeGreaterThanOrEqual(Date.parse(event.at));
    }
    return waits;
  };

  test.each([
    ['simple', { strategy: 'simple' }, [0, 0, 0]],
    ['fixed', { strategy: 'fixed', initial_delay_seconds: 2 }, [2000, 2000, 2000]],
    ['linear', { strategy: 'linear', initial_delay_seconds: 2 }, [2000, 4000, 6000]],
    ['exponential_backoff', { strategy: 'exponential_backoff' }, [1000, 2000, 4000]],
    ['the longest wait', { strategy: 'exponential_backoff', max_delay_seconds: 3 }, [1000, 2000, 3000]],
  ] as const)('%s', async (_, retry, expected) => {
    expect(await delays(retry)).toEqual(expected);
  });

  test('jitter draws a share of the wait', async () => {
    expect(await delays({ strategy: 'fixed', initial_delay_seconds: 2, jitter: 0.5 }, () => 0.5)).toEqual([
      1500, 1500, 1500,
    ]);
  });

  test('a task that succeeds at its last attempt is green', async () => {
    const run = rig(
      planOf([{ name: 'a', attempts: 3 }]),
      ({ attempt }): Behaviour => (attempt < 3 ? { fails: 'no' } : {}),
    );
    const state = await run.finish();
    expect(state.outcome).toBe('succeeded');
    expect(brief(run.events).filter((event) => event.startsWith('task.'))).toEqual([
      'task.started a 1',
      'task.retry-scheduled a 1',
      'task.started a 2',
      'task.retry-scheduled a 2',
      'task.started a 3',
      'task.succeeded a 3',
    ]);
  });
});

describe('time and signals', () => {
  test('a task timeout fails the attempt with reason timeout, and is tried again', async () => {
    const run = rig(planOf([{ name: 'a', timeout: 5, attempts: 2 }]), () => ({ hangs: true }));
    const state = await run.finish();
    expect(state.tasks.get('a' as never)?.reason).toBe('timeout');
    expect(run.now() - Date.UTC(2026, 10, 20)).toBe(10_000);
  });

  test('the run timeout cancels everything and the run has failed', async () => {
    const plan = planOf([{ name: 'a' }, { name: 'b', needs: ['a'] }], { run_timeout_seconds: 3 });
    const state = await rig(plan, () => ({ hangs: true })).finish();
    expect([state.outcome, state.because]).toEqual(['failed', 'timeout']);
    expect([...state.tasks.values()].map((task) => task.status)).toEqual(['cancelled', 'cancelled']);
  });

  test('a stop cancels running and pending tasks', async () => {
    const run = rig(planOf([{ name: 'a' }, { name: 'b', needs: ['a'] }]), () => ({ hangs: true }));
    await run.crank(10);
    run.run.stop('signal', 'SIGINT');
    const state = await run.finish();
    expect(brief(run.events).slice(-3)).toEqual([
      'task.cancelled a 1 (SIGINT)',
      'task.cancelled b (SIGINT)',
      'run.finished (signal) cancelled',
    ]);
    expect(state.outcome).toBe('cancelled');
  });
});

describe('delegation', () => {
  const manager = (over = {}) =>
    planOf(
      [
        { name: 'declared', context: ['boss_brief'] },
        { name: 'boss_brief', agent: 'boss', role: 'brief' },
        { name: 'boss_synthesis', agent: 'boss', role: 'synthesis', context: ['declared', 'boss_brief'] },
      ],
      {
        strategy: 'hierarchical',
        delegation: { max_depth: 2, max_delegated_tasks: 3, timeout_seconds: 60, max_attempts: 1, ...over },
      },
    );
  const delegate = (...tasks: object[]) => JSON.stringify({ delegate: tasks });
  const one = (name: string, over = {}) => ({ name, agent: 'worker', description: `do ${name}`, ...over });

  test('accepted tasks enter the plan, get the brief, and reach the synthesis', async () => {
    const run = rig(manager(), ({ task }) =>
      task.role === 'brief' ? { says: delegate(one('x'), one('y', { context: ['x'] })) } : {},
    );
    const state = await run.finish();
    expect(brief(run.events)).toContain('plan.extended boss_brief x,y');
    expect(state.outcome).toBe('succeeded');
    const contextOf = (name: string) =>
      run.orders.find((order) => order.task.name === name)?.context.map(({ task }) => task);
    expect(contextOf('x')).toEqual(['boss_brief']);
    expect(contextOf('y')).toEqual(['x']);
    expect(contextOf('boss_synthesis')).toEqual(['declared', 'boss_brief', 'x', 'y']);
  });

  test('a fenced block counts, prose around it too', async () => {
    const says = `Here you are:\n\n\`\`\`json\n${delegate(one('x'))}\n\`\`\`\n`;
    const run = rig(manager(), ({ task }) => (task.role === 'brief' ? { says } : {}));
    await run.finish();
    expect(brief(run.events)).toContain('plan.extended boss_brief x');
  });

  test('a fault is handed back once, then fails the task', async () => {
    const says = delegate({ name: 'x', agent: 'wroker', description: 'd' });
    const run = rig(manager(), ({ task }) => (task.role === 'brief' ? { says } : {}));
    const state = await run.finish();
    expect(run.orders[1]?.feedback).toBe('delegate[0].agent: no agent "wroker"; did you mean "worker"?');
    expect(state.tasks.get('boss_brief' as never)).toMatchObject({
      status: 'failed',
      reason: 'invalid-output',
      attempt: 2,
    });
    expect(state.outcome).toBe('failed');
  });

  test('an agent that cannot run here is not offered, and gets nothing', async () => {
    const says = delegate(one('x', { agent: 'absent' }));
    const plan = manager();
    const absent = { ...plan.agents[0], name: 'absent' } as (typeof plan.agents)[number];
    const behave = ({ task }: AttemptOrder) => (task.role === 'brief' ? { says } : {});
    const whole = { ...plan, agents: [...plan.agents, absent] };
    const run = rig(
      whole,
      behave,
      () => 0,
      [],
      undefined,
      [],
      undefined,
      () => ({}),
      ['absent'],
    );
    expect((await run.finish()).outcome).toBe('failed');
    expect(run.orders[0]?.delegation?.agents.map(({ name }) => name)).not.toContain('absent');
    expect(run.orders[1]?.feedback).toMatch(/^delegate\[0\]\.agent: no agent "absent"/);
  });

  test('a repaired answer is accepted', async () => {
    const run = rig(manager(), ({ task, attempt }) =>
      task.role === 'brief' ? { says: attempt === 1 ? '{"delegate": [}' : delegate(one('x')) } : {},
    );
    expect((await run.finish()).outcome).toBe('succeeded');
  });

  test('delegated tasks may delegate until max_depth, and no more than max_delegated_tasks', async () => {
    const run = rig(manager(), ({ task }) =>
      task.role === 'brief' || task.role === 'delegated' ? { says: delegate(one(`${task.name}_x`)) } : {},
    );
    const state = await run.finish();
    expect(brief(run.events).filter((event) => event.startsWith('plan'))).toEqual([
      'plan.extended boss_brief boss_brief_x',
      'plan.extended boss_brief_x boss_brief_x_x',
    ]);
    expect(state.delegatedBy.size).toBe(2);
    const many = rig(manager(), ({ task }) =>
      task.role === 'brief' ? { says: delegate(...[1, 2, 3, 4].map((n) => one(`t${n}`))) } : {},
    );
    expect((await many.finish()).outcome).toBe('failed');
    expect(many.orders[1]?.feedback).toBe('delegate: 4 tasks, but this run takes 3 more at most');
  });
});

test('a chain of 100,000 skipped tasks ends', async () => {
  const sketches = Array.from({ length: 100_000 }, (_, n) => ({ name: `t${n}`, needs: n === 0 ? [] : [`t${n - 1}`] }));
  const state = await rig(planOf(sketches), () => ({ fails: 'no' })).finish();
  expect(state.counts).toMatchObject({ failed: 1, skipped: 99_999 });
});
