import { expect, test } from 'vitest';
import { type LocalBackendOptions, localBackend } from '../../src/backends/local.ts';
import type { AgentAdapter, AgentEnd, AttemptOrder } from '../../src/run/ports.ts';
import type { OutputSchema, PlanTask } from '../../src/schema/types.gen.ts';

/** A backend in memory whose agent, of the adapter claude, ends as it is told. The clock is moved by hand. */
function stage(answer = '', over: Partial<LocalBackendOptions> = {}, adapter: Partial<AgentAdapter> = {}) {
  let now = 0;
  let pending: { at: number; callback: () => void } | undefined;
  let end: (how: AgentEnd) => void = () => {};
  const recorded: string[] = [];
  const output = { path: 'x', bytes: answer.length, sha256: '' };
  const claude: AgentAdapter = {
    check: async () => undefined,
    start: () => ({
      ended: new Promise((resolve) => {
        end = resolve;
      }),
      stop: () =>
        end({ type: 'failed', reason: 'agent-exit', message: 'stopped', usage: { input_tokens: 1, output_tokens: 2 } }),
    }),
    ...adapter,
  };
  const backend = localBackend({
    root: '/',
    adapters: { claude } as LocalBackendOptions['adapters'],
    clock: {
      now: () => now,
      after(milliseconds, callback) {
        pending = { at: now + milliseconds, callback };
        return () => {
          pending = undefined;
        };
      },
    },
    runFolder: '/run',
    intermediate: '/run/i',
    env: {},
    store: {
      prepare: async () => ({ files: {} as never, description: '', prompt: '' }),
      seal: async () => {},
      gather: async (_task, _files, limit) => ({ output, ...(limit > 0 && { text: answer }) }),
      recordFailure: (_task, _files, message) => void recorded.push(message),
    },
    evidence: { begin: async () => ({ type: 'ready', lacks: async () => undefined }) },
    watch: () => ({ silence: () => now, written: () => 0, close: async () => {} }),
    ...over,
  });
  return {
    recorded,
    start(task: Partial<PlanTask>) {
      const plan = { name: 'one', stall_seconds: null, ...task };
      const order = { run: 'r', goal: '', task: plan, attempt: 1, context: [], durable: undefined, report() {} };
      const agent = { adapter: 'claude', cwd: '.', env: { pass: [], set: {} }, secrets: [] };
      return backend.start({ ...order, agent } as unknown as AttemptOrder);
    },
    end: (how: AgentEnd) => end(how),
    /** Time passes in steps, with room for what follows from them. */
    async pass(milliseconds: number, step: number) {
      for (const until = now + milliseconds; now < until; ) {
        now += step;
        await new Promise(setImmediate);
        if (pending === undefined || pending.at > now) continue;
        const { callback } = pending;
        pending = undefined;
        callback();
      }
    },
  };
}

const done: AgentEnd = { type: 'done', noOutputFails: true };

test('an adapter says how long its agents may be silent, where the task does not', async () => {
  const { start, pass, recorded } = stage('', {}, { stallSeconds: 1800 });
  const attempt = start({});
  await pass(1_799_000, 1000);
  expect(recorded).toEqual([]);
  await pass(3000, 1000);
  expect(await attempt.ended).toEqual({
    type: 'failed',
    reason: 'stalled',
    message: 'wrote nothing for 1800 s',
    usage: { input_tokens: 1, output_tokens: 2 },
  });
  const another = stage('', {}, { stallSeconds: 1800 });
  const shorter = another.start({ stall_seconds: 5 });
  await another.pass(6000, 250);
  expect(await shorter.ended).toMatchObject({ reason: 'stalled', message: 'wrote nothing for 5 s' });
});

test('what a task expects is looked for before its agent starts and when it is done, and is told when it is not there', async () => {
  const asked: string[] = [];
  const lacks = async () => {
    asked.push('after');
    return 'a.txt is missing';
  };
  const begin = async () => {
    asked.push('before');
    return { type: 'ready' as const, lacks };
  };
  const { start, end, pass, recorded } = stage('fine', { evidence: { begin } });
  const attempt = start({ expects: { files: ['a.txt'] } });
  await pass(10, 1);
  expect(asked).toEqual(['before']);
  end(done);
  expect(await attempt.ended).toEqual({ type: 'failed', reason: 'no-output', message: 'a.txt is missing' });
  expect([asked, recorded]).toEqual([['before', 'after'], ['a.txt is missing']]);
});

test('what can never be found keeps the agent from being started', async () => {
  const begin = async () => ({ type: 'hopeless' as const, why: 'no repository' });
  const start = () => {
    throw new Error('started');
  };
  const { start: begun } = stage('', { evidence: { begin } }, { start });
  expect(await begun({ expects: { changes: true } }).ended).toEqual({
    type: 'failed',
    reason: 'adapter',
    message: 'no repository',
  });
});

test.each<[string, OutputSchema | undefined, object]>([
  ['{"a": 1}', { required: ['a'] }, { type: 'succeeded', text: '{"a": 1}' }],
  ['{"b": 1}', { required: ['a'] }, { faults: ["the whole: must have required property 'a'"] }],
  ['fine', undefined, { type: 'succeeded' }],
])('%s is measured by the schema of its task', async (answer, output_schema, expected) => {
  const { start, end, pass } = stage(answer);
  const attempt = start(output_schema === undefined ? {} : { output_schema });
  await pass(10, 1);
  end(done);
  expect(await attempt.ended).toMatchObject(expected);
});
