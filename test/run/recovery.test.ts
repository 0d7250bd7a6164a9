// Whole runs of agents whose failures have known causes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold } from '../../src/run/fold.ts';
import { workerOf } from '../../src/run/launch.ts';
import type { AttemptOrder, FailureSigns } from '../../src/run/ports.ts';
import { keptSuccesses } from '../../src/run/unchanged.ts';
import type { Plan, PlanAgent, RunEvent, TaskName } from '../../src/schema/types.gen.ts';
import { type Behaviour, planOf, rig, type Sketch } from './rig.ts';

type Parts = Omit<Partial<PlanAgent>, 'name' | 'fallback_agents'> & {
  readonly name: string;
  readonly fallback_agents?: readonly string[];
};

function planWith(agents: readonly Parts[], task: Partial<Sketch> = {}, over: Partial<Plan> = {}): Plan {
  const plan = planOf([{ name: 't', agent: agents[0]?.name ?? '', ...task }]);
  const [any] = plan.agents;
  return {
    ...plan,
    agents: agents.map((parts) => ({ ...any, adapter: 'claude', ...parts })) as unknown as Plan['agents'],
    ...over,
  };
}

/** What the attempts of a run were launched with. */
const launches = (orders: readonly AttemptOrder[]) =>
  orders.map(({ agent }) =>
    [agent.name, ...(agent.model === undefined ? [] : [agent.model]), ...(agent.args ?? [])].join(' '),
  );

const fails = (signs: FailureSigns, more: Behaviour = {}): Behaviour => ({ fails: 'no', signs, ...more });

const told = (events: readonly RunEvent[]) =>
  events.flatMap((event) => {
    if (event.type === 'recovery.applied') return [`${event.rule}: ${event.action}`];
    if (event.type === 'task.progressed') return [`${event.kind}: ${event.text}`];
    return event.type === 'task.retry-scheduled' || event.type === 'task.failed' ? [event.type] : [];
  });

const unauthorized: FailureSigns = { status: 401 };
const busy: FailureSigns = { status: 529 };
const untrusted: FailureSigns = { exitCode: 1, stderr: 'Not inside a trusted directory' };

describe('another launch', () => {
  test('with the argument that was missing, which stays for later attempts', async () => {
    const plan = planWith([{ name: 'a', adapter: 'codex', args: ['--x'] }], { attempts: 2 });
    const run = rig(plan, ({ attempt }) =>
      attempt === 1 ? fails(untrusted) : attempt === 2 ? { fails: 'flaky' } : {},
    );
    const state = await run.finish();
    expect(state.outcome).toBe('succeeded');
    expect(launches(run.orders)).toEqual(['a --x', 'a --x --skip-git-repo-check', 'a --x --skip-git-repo-check']);
    expect(told(run.events)).toEqual([
      'codex-trust: adds --skip-git-repo-check',
      'task.retry-scheduled',
      'task.retry-scheduled',
    ]);
    expect(state.tasks.get('t' as TaskName)).toMatchObject({ attempt: 3, failures: 1 });
  });

  test('of gemini with the folder of the project, where it worked in one below, or would not even begin', async () => {
    const refused: FailureSigns = { exitCode: 1, stderr: 'Path must be within one of the workspace directories' };
    const outside: FailureSigns = { denied: ['read_file'], outside: true };
    const launchesOf = async (cwd: string, signs: FailureSigns) => {
      const run = rig(planWith([{ name: 'a', adapter: 'gemini', cwd }]), ({ attempt }) =>
        attempt === 1 ? fails(signs) : {},
      );
      await run.finish();
      return launches(run.orders).slice(1);
    };
    expect(await launchesOf('.', refused)).toEqual(['a --include-directories=.']);
    expect(await launchesOf('packages/app', refused)).toEqual(['a --include-directories=../..']);
    expect(await launchesOf('./app/', outside)).toEqual(['a --include-directories=..']);
    for (const cwd of ['.', './', '/elsewhere', '../next']) expect(await launchesOf(cwd, outside)).toEqual([]);
  });

  test('is not made where the argument was there', async () => {
    const run = rig(planWith([{ name: 'a', adapter: 'codex', args: ['--skip-git-repo-check'] }]), () =>
      fails(untrusted),
    );
    expect((await run.finish()).outcome).toBe('failed');
    expect(told(run.events)).toEqual([
      'blocker: let it work in a git repository, or give the agent args: [--skip-git-repo-check]',
      'task.failed',
    ]);
  });

  test('with the next models, each at its own price, then with the next agents, at most three times', async () => {
    const price = { input: 1_000_000, output: 0 };
    const plan = planWith([
      {
        name: 'a',
        model: 'm',
        fallback_models: [{ model: 'm' }, { model: 'n', price }],
        fallback_agents: ['b', 'c', 'd'],
      },
      ...['b', 'c', 'd'].map((name) => ({ name })),
    ]);
    const run = rig(plan, () => fails(busy, { usage: { input_tokens: 2, output_tokens: 0 } }));
    const state = await run.finish();
    expect(launches(run.orders)).toEqual(['a m', 'a n', 'b', 'c']);
    expect(told(run.events).filter((each) => each !== 'task.retry-scheduled')).toEqual([
      'overloaded: takes model n',
      'overloaded: hands over to agent b',
      'overloaded: hands over to agent c',
      'blocker: try again later, or name others under fallback_models: or fallback_agents:; tried before: takes model n; hands over to agent b; hands over to agent c',
      'task.failed',
    ]);
    expect(run.events.flatMap((event) => (event.type === 'task.started' ? [event.agent] : []))).toEqual([
      'a',
      'a',
      'b',
      'c',
    ]);
    // Only of one model is it known what it costs.
    expect(state.usage).toMatchObject({ input_tokens: 8, cost_usd: 2 });
    expect([...state.spending.agents.values()].map(({ spent }) => spent.tokens)).toEqual([4, 2, 2, 0]);
    expect(workerOf(state.tasks.get('t' as TaskName) as never)).toBe('c');
  });

  test('passes over agents that cannot run here, and those whose budget is used up', async () => {
    const agents = [
      { name: 'a', fallback_agents: ['b', 'c', 'd'] },
      { name: 'b' },
      { name: 'c', budget: { max_tokens: 0 } },
      { name: 'd' },
    ];
    const run = rig(
      planWith(agents),
      ({ agent }) => (agent.name === 'a' ? fails(unauthorized) : {}),
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      ['b'],
    );
    expect((await run.finish()).outcome).toBe('succeeded');
    expect(launches(run.orders)).toEqual(['a', 'd']);
  });

  test('says of whom it passed over why, and does not ask for their fallbacks', async () => {
    const agents = [
      { name: 'a', fallback_agents: ['b', 'c'] },
      { name: 'b', fallback_agents: ['d'] },
      { name: 'c', budget: { max_tokens: 0 } },
      { name: 'd' },
    ];
    const none = undefined;
    const run = rig(planWith(agents), () => fails(unauthorized), none, none, none, none, none, none, ['b']);
    await run.finish();
    expect(launches(run.orders)).toEqual(['a']);
    const why = 'b (program not found: x), c (the budget of agent c: 0 tokens of 0 tokens used)';
    expect(told(run.events)).toEqual([
      `blocker: log in with "claude", or set ANTHROPIC_API_KEY; passed over: ${why}`,
      'task.failed',
    ]);
  });

  test('after the wait that was asked for, once before something else is tried', async () => {
    const plan = planWith([{ name: 'a', fallback_agents: ['b'] }, { name: 'b' }]);
    const run = rig(plan, ({ agent }) => (agent.name === 'a' ? fails({ status: 429, retryAfterMs: 30_000 }) : {}));
    await run.crank(20_000);
    expect(run.orders).toHaveLength(1);
    await run.finish();
    expect(told(run.events).filter((each) => each.startsWith('rate'))).toEqual([
      'rate-limit: waits 30 s, as it was asked to',
      'rate-limit: hands over to agent b',
    ]);
    expect(launches(run.orders)).toEqual(['a', 'a', 'b']);
  });

  test('a long wait is the last thing that is tried', async () => {
    const long = fails({ status: 429, retryAfterMs: 2 * 3600_000 });
    const plan = planWith([{ name: 'a', fallback_models: [{ model: 'n' }] }]);
    const run = rig(plan, ({ attempt }) => (attempt < 3 ? long : {}));
    await run.finish();
    expect(told(run.events).filter((each) => each.startsWith('rate'))).toEqual([
      'rate-limit: takes model n',
      'rate-limit: waits 2 h 0 min, as it was asked to',
    ]);
    expect(run.now() - Date.UTC(2026, 10, 20)).toBeGreaterThan(2 * 3600_000);
  });

  test('a fallback of the agent that took over', async () => {
    const plan = planWith([
      { name: 'a', fallback_agents: ['b'] },
      { name: 'b', fallback_agents: ['a', 'c'] },
      { name: 'c' },
    ]);
    const run = rig(plan, () => fails(unauthorized));
    await run.finish();
    expect(launches(run.orders)).toEqual(['a', 'b', 'c']);
  });
});

describe('the word of a person', () => {
  test('at once where it gets no better by itself, whatever retry_count says', async () => {
    const run = rig(planWith([{ name: 'a' }], { attempts: 5 }), () => fails(unauthorized));
    await run.finish();
    expect(run.orders).toHaveLength(1);
    expect(told(run.events)).toEqual(['blocker: log in with "claude", or set ANTHROPIC_API_KEY', 'task.failed']);
  });

  test('after the attempts that the task has where it may pass', async () => {
    const run = rig(planWith([{ name: 'a' }], { attempts: 3 }), () => fails(busy));
    await run.finish();
    expect(told(run.events)).toEqual([
      ...['task.retry-scheduled', 'task.retry-scheduled'],
      ...['blocker: try again later, or name others under fallback_models: or fallback_agents:', 'task.failed'],
    ]);
  });

  test.each([
    ['what may pass', busy, {}, [1000, 2000, 4000]],
    [
      'what may pass, where the strategy gives more',
      busy,
      { strategy: 'fixed', initial_delay_seconds: 3 },
      [3000, 3000, 4000],
    ],
    ['what nobody knows', { exitCode: 3 }, {}, [0, 0, 0]],
    ['too many turns', { code: 'error_max_turns' }, {}, [0, 0, 0]],
  ] as const)('%s is tried again after a while', async (_, signs, more, pauses) => {
    const plan = planWith([{ name: 'a' }], { attempts: 4 });
    const retry = { ...plan.retry, strategy: 'simple', ...more } as Plan['retry'];
    const run = rig({ ...plan, retry }, () => fails(signs));
    await run.finish();
    const waits = run.events.flatMap((event) =>
      event.type === 'task.retry-scheduled'
        ? [Math.round((Date.parse(event.at) - Date.parse(event.ts)) / 10) * 10]
        : [],
    );
    expect(waits).toEqual(pauses);
  });

  test('with the time, where the wait would be too long', async () => {
    const run = rig(planWith([{ name: 'a' }], { attempts: 3 }), () =>
      fails({ status: 429, retryAfterMs: 24 * 3600_000 }),
    );
    await run.finish();
    expect(run.orders).toHaveLength(1);
    expect(told(run.events)[0]).toContain('; it asks to wait until 2026-11-21T00:00:00.001Z');
  });

  test('whatever time it asks for', async () => {
    for (const retryAfterMs of [8.64e25, Number.POSITIVE_INFINITY]) {
      const run = rig(planWith([{ name: 'a' }]), () => fails({ status: 429, retryAfterMs }));
      await run.finish();
      expect(told(run.events)[0]).toContain('; it asks to wait until +275760-09-13T00:00:00.000Z');
    }
  });

  test('names the tools that were not allowed', async () => {
    const run = rig(planWith([{ name: 'a' }], { attempts: 3 }), () => fails({ denied: ['Bash', 'Write'] }));
    await run.finish();
    expect(told(run.events)[0]).toBe(
      'blocker: it was not allowed to use Bash, Write: permissions: and allowed_tools: say what it may',
    );
  });
});

describe('nothing of it', () => {
  test('for agents without a model, and where the cause is not known', async () => {
    for (const [adapter, signs] of [
      ['command', unauthorized],
      ['module', unauthorized],
      ['claude', { status: 400 }],
    ] as const) {
      const run = rig(planWith([{ name: 'a', adapter, fallback_agents: ['b'] }, { name: 'b' }]), () => fails(signs));
      await run.finish();
      expect(told(run.events)).toEqual(['task.failed']);
    }
  });

  test('while the run stops, and when its budget is used up', async () => {
    const agents = [{ name: 'a', fallback_agents: ['b'] }, { name: 'b' }];
    const plan = planWith(agents, {}, { budget: { max_tokens: 5 } });
    const paid = rig(plan, () => fails(unauthorized, { usage: { input_tokens: 10, output_tokens: 0 } }));
    expect(await paid.finish()).toMatchObject({ because: 'budget' });
    const stopped = rig(planWith(agents), () => fails(unauthorized, { after: 10 }));
    await stopped.crank(5);
    stopped.run.stop('signal', 'stopped');
    expect((await stopped.finish()).outcome).toBe('cancelled');
    expect([paid, stopped].map(({ orders }) => launches(orders))).toEqual([['a'], ['a']]);
  });
});

describe('cut off', () => {
  const plan = planWith([{ name: 'a', fallback_agents: ['b'] }, { name: 'b' }]);
  const behave = ({ agent }: AttemptOrder) =>
    agent.name === 'a' ? fails({ status: 429, retryAfterMs: 90_000 }) : fails(busy);

  test('between a recovery and its retry, the next attempt is the changed one', async () => {
    const whole = rig(plan, behave);
    await whole.finish();
    const at = whole.events.findIndex(({ type }) => type === 'recovery.applied');
    const before = whole.events.slice(0, at + 1);
    const resumed = rig(plan, () => ({}), undefined, before);
    expect((await resumed.finish()).outcome).toBe('succeeded');
    expect(launches(resumed.orders)).toEqual(['b']);
    expect(resumed.events.find(({ type, seq }) => type === 'task.started' && seq > at + 1)).toMatchObject({
      attempt: 2,
      agent: 'b',
    });
    // What the first one took is its own agent's.
    const state = fold(plan, resumed.events);
    expect(state.tasks.get('t' as TaskName)?.recovery?.applied).toHaveLength(1);
  });

  test('wherever that is, what an attempt told that it had used counts once', async () => {
    const usage = { input_tokens: 9, output_tokens: 1, cost_usd: 0.5 };
    const dear = (order: AttemptOrder) => ({
      ...(order.agent.name === 'b' ? fails(unauthorized) : behave(order)),
      usage,
    });
    const whole = rig(plan, dear);
    expect((await whole.finish()).usage).toMatchObject({ input_tokens: 18, cost_usd: 1 });
    expect(told(whole.events).map((each) => each.split(':')[0])).toEqual([
      'rate-limit',
      'task.retry-scheduled',
      'blocker',
      'task.failed',
    ]);
    for (let cut = 1; cut < whole.events.length; cut += 1) {
      const before = whole.events.slice(0, cut);
      const ended = before.filter(({ type }, at) => type === 'task.started' && at < cut - 1).length;
      const resumed = rig(plan, () => ({}), undefined, before);
      expect((await resumed.finish()).usage?.input_tokens ?? 0).toBe(9 * ended);
    }
  });

  test('between a wait and its retry, it is waited all the same', async () => {
    const alone = planWith([{ name: 'a' }]);
    const whole = rig(alone, () => fails({ status: 429, retryAfterMs: 50_000 }));
    await whole.crank(10);
    const at = whole.events.findIndex(({ type }) => type === 'recovery.applied');
    const resumed = rig(alone, () => ({}), undefined, whole.events.slice(0, at + 1));
    await resumed.crank(49_000);
    expect(resumed.orders).toHaveLength(0);
    await resumed.finish();
    expect(resumed.orders).toHaveLength(1);
  });

  test('a task that is done again begins as planned, and may be recovered three times more', async () => {
    const whole = rig(plan, behave);
    await whole.finish();
    const again = rig(plan, behave, undefined, whole.events, undefined, ['t' as TaskName]);
    await again.finish();
    expect(launches(again.orders)).toEqual(launches(whole.orders));
  });
});

test('what a fallback has made holds under another plan while that agent is the same', async () => {
  const agents = [{ name: 'a', fallback_agents: ['b'] }, { name: 'b' }];
  const state = await rig(planWith(agents), ({ agent }) => (agent.name === 'a' ? fails(unauthorized) : {})).finish();
  const kept = (now: readonly Parts[]) => keptSuccesses(state, planWith(now), true).length;
  expect(kept(agents)).toBe(1);
  expect(kept([{ name: 'a', fallback_agents: ['b', 'c'] }, { name: 'b' }, { name: 'c' }])).toBe(1);
  expect(
    kept([
      { name: 'a', fallback_agents: ['b'] },
      { name: 'b', system_prompt: 'otherwise' },
    ]),
  ).toBe(0);
  expect(kept([{ name: 'a' }])).toBe(0);
});

const signs: fc.Arbitrary<FailureSigns> = fc.oneof(
  fc.constantFrom<FailureSigns>(
    untrusted,
    unauthorized,
    busy,
    { exitCode: 55 },
    { denied: ['x'] },
    { status: 404 },
    { status: 413 },
    {},
  ),
  fc.record({ status: fc.constantFrom(429, 503), retryAfterMs: fc.integer({ min: 0, max: 30_000_000 }) }),
);

test('whatever fails, recovery launches nothing twice, and a task three times at most', async () => {
  const parts = fc.record({
    adapter: fc.constantFrom('claude', 'codex', 'gemini', 'llm', 'acp', 'command'),
    fallback_agents: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 }),
    fallback_models: fc
      .uniqueArray(fc.constantFrom('m', 'n', 'o'), { maxLength: 3 })
      .map((all) => all.map((model) => ({ model }))),
    model: fc.constantFrom('m', 'n'),
  });
  const property = async (all: readonly object[], failures: readonly FailureSigns[], attempts: number, cut: number) => {
    const agents = all.map((each, at) => ({ name: 'abcd'[at] as string, ...each }));
    const plan = planWith(agents, { attempts });
    const behave = ({ attempt }: AttemptOrder) =>
      failures[attempt - 1] === undefined ? {} : fails(failures[attempt - 1] ?? {});
    const first = rig(plan, behave);
    await first.finish();
    const run = rig(plan, behave, undefined, first.events.slice(0, 1 + (cut % first.events.length)));
    await run.finish();
    for (const { events } of [first, run]) {
      const made = events.filter((event) => event.type === 'recovery.applied');
      expect(made.length).toBeLessThanOrEqual(3);
      let launch: readonly unknown[] = ['a', undefined, ''];
      const launched = new Set([JSON.stringify(launch)]);
      for (const { agent, model, arguments: words = [], until } of made) {
        const [same, with_, more] = agent === undefined ? launch : [agent];
        launch = [same, model ?? with_, `${more ?? ''} ${words.join(' ')}`.trim()];
        const key = JSON.stringify([...launch, ...(until === undefined ? [] : [until])]);
        expect(launched).not.toContain(key);
        launched.add(key);
      }
      const state = fold(plan, events);
      expect(state.tasks.get('t' as TaskName)?.failures).toBeLessThanOrEqual(attempts);
      expect(state.counts.succeeded + state.counts.failed).toBe(1);
    }
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(parts, { minLength: 4, maxLength: 4 }),
      fc.array(signs, { maxLength: 10 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(100),
      property as never,
    ),
    { numRuns: 500 },
  );
});

describe('what a task waited for', () => {
  const kindsOf = (state: { readonly tasks: ReturnType<typeof fold>['tasks'] }) => {
    const { notices = [], noticed } = state.tasks.get('t' as TaskName) ?? {};
    return { kinds: notices.map(({ kind, text }) => `${kind}: ${text}`), noticed };
  };

  test('is needed no more when a later attempt has succeeded; what was found stays', async () => {
    const run = rig(planOf([{ name: 't', attempts: 2 }]), ({ attempt, report }) => {
      report({ kind: 'finding', text: `found ${attempt}` });
      report({ kind: 'blocker', text: `blocked ${attempt}` });
      return attempt === 1 ? { fails: 'flaky' } : {};
    });
    const state = await run.finish();
    expect(kindsOf(state)).toEqual({
      kinds: ['finding: found 1', 'finding: found 2', 'blocker: blocked 2'],
      noticed: 3,
    });
  });

  test('is needed no more when a resume does the task again', async () => {
    const plan = planWith([{ name: 'a' }]);
    const run = rig(plan, () => fails(unauthorized));
    const failed = await run.finish();
    expect(kindsOf(failed)).toMatchObject({ noticed: 1 });
    const resumed = { ...run.events[0], type: 'run.resumed', seq: run.events.length + 1, again: ['t'] };
    expect(kindsOf(fold(plan, [...run.events, resumed as unknown as RunEvent]))).toEqual({ kinds: [], noticed: 0 });
  });
});
