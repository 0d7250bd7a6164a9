import { expect, test } from 'vitest';
import { plainReporter } from '../../src/reporters/plain.ts';
import type { Found, LookOrder, Missed } from '../../src/run/ports.ts';
import type { RunEvent, RunId } from '../../src/schema/types.gen.ts';
import { expectGolden } from '../golden/golden.ts';
import { brief, planOf, rig } from '../run/rig.ts';
import { chainWithFault, eventsOf, play, remembering, type Stage, stageOf } from './stage.ts';

async function told(stage: Stage, events: readonly RunEvent[]): Promise<string> {
  await play(plainReporter(stage), stage.plan, events);
  expect(stage.stdout.writes).toEqual([]);
  return stage.stderr.writes.join('');
}

test('a run that succeeds after a retry', async () => {
  const { plan, behave } = chainWithFault(2);
  expectGolden('reporters/plain-success.txt', await told(stageOf(plan), await eventsOf(plan, behave)));
});

test('a delay is told as it was configured, though a moment passes before it is recorded', async () => {
  const { plan, behave } = chainWithFault(2);
  const events = (await eventsOf(plan, behave)).map((event) =>
    event.type === 'task.retry-scheduled' ? { ...event, at: new Date(Date.parse(event.ts) + 99).toISOString() } : event,
  );
  expect(await told(stageOf(plan), events)).toContain('; again in 100ms\n');
});

test('a run that fails', async () => {
  const { plan, behave } = chainWithFault(1);
  expectGolden('reporters/plain-failure.txt', await told(stageOf(plan), await eventsOf(plan, behave)));
});

test('a run that succeeds, at length, with what agents said and used', async () => {
  const plan = planOf([{ name: 'a' }, { name: 'b', agent: 'writer' }, { name: 'c', context: ['a', 'b'] }]);
  const rehearsed = { ...plan, agents: plan.agents.map((agent) => ({ ...agent, adapter: 'rehearsal' as const })) };
  const events = await eventsOf(rehearsed, ({ task, report }) => {
    if (task.name === 'b') report({ kind: 'milestone', text: 'half of it\nis \x1b[1mdone', percent: 50 });
    return { after: task.name === 'b' ? 90_000 : 400 };
  });
  const usage = { input_tokens: 12_345, output_tokens: 678, cached_tokens: 4000, cost_usd: 0.0421 };
  const used = events.map((event) => (event.type === 'task.succeeded' ? { ...event, usage } : event));
  expectGolden('reporters/plain-verbose.txt', await told(stageOf(rehearsed, { verbose: true }), used));
});

test('a run that takes a recorded output, with what that saved', async () => {
  const plan = planOf([
    { name: 'a', cache: { files: [] } },
    { name: 'b', cache: { files: [] }, context: ['a'] },
  ]);
  const usage = { input_tokens: 12_345, output_tokens: 678, cost_usd: 0.0421 };
  const found: Found = {
    type: 'found',
    key: 'a'.repeat(64),
    run: '20261119-024512-123-k3f9' as RunId,
    output: { path: 'task_outputs/a_output.txt', bytes: 0, sha256: 'b'.repeat(64) },
    saved: { duration_ms: 184_000, usage },
    because: ['the description'],
  };
  const missed: Missed = { type: 'missed', because: ['agent writer: model a -> b', 'src/main.ts changed'] };
  const look = async ({ task }: LookOrder) => (task.name === 'a' ? found : missed);
  const played = rig(plan, undefined, undefined, [], undefined, [], undefined, () => ({ look }));
  await played.finish();
  expectGolden('reporters/plain-reused.txt', await told(stageOf(plan), played.events));
});

test('on a narrow terminal names are cut in the middle, and what is to be copied stays whole', async () => {
  const plan = planOf([
    { name: 'gather_everything_first' },
    { name: 'compile_the_big_server', context: ['gather_everything_first'] },
  ]);
  const events = await eventsOf(plan, ({ task }) => (task.name.startsWith('compile') ? { fails: 'exit code 1' } : {}));
  const text = await told(stageOf(plan, { stderr: remembering({ columns: 42, rows: 24 }) }), events);
  expectGolden('reporters/plain-narrow.txt', text);
});

test('how much faster it was is said where it was, and not of a run that was stopped', async () => {
  const plan = planOf([{ name: 'a' }, { name: 'b' }]);
  const beside = await told(stageOf(plan), await eventsOf(plan, () => ({ after: 2000 })));
  expect(beside).toContain('\ntime    took 2.0s; the tasks together 4.0s (2.0 times faster than one by one)\n');
  const played = rig(plan, () => ({ hangs: true }));
  await played.crank(3000);
  played.run.stop('signal', 'stopped by Ctrl-C');
  await played.finish();
  expect(await told(stageOf(plan), played.events)).not.toContain('\ntime ');
});

test('a result that is not printed is named', async () => {
  const plan = planOf([{ name: 'a' }]);
  const text = await told(stageOf(plan, { printsResult: false }), await eventsOf(plan));
  expect(text.split('\n').at(-2)).toBe(
    'next    cat orchestra_workspaces/test/runs/r/final_results/orchestra_output.txt',
  );
});

test('a run that is stopped', async () => {
  const plan = planOf([{ name: 'a' }, { name: 'b', context: ['a'] }]);
  const played = rig(plan, () => ({ hangs: true }));
  await played.crank(3000);
  played.run.stop('signal', 'stopped by Ctrl-C');
  await played.finish();
  expectGolden('reporters/plain-stopped.txt', await told(stageOf(plan), played.events));
});

test('a run that is resumed counts only its own time', async () => {
  const { plan, behave } = chainWithFault(2);
  const before = await eventsOf(plan, behave);
  const at = before.findIndex((event) => event.type === 'task.succeeded') + 1;
  const played = rig(
    plan,
    () => ({ after: 2500 }),
    () => 0,
    before.slice(0, at),
  );
  await played.finish();
  const later = (ts: string) => new Date(Date.parse(ts) + 60_000).toISOString();
  const stage = stageOf(plan);
  const reporter = plainReporter(stage);
  await play(
    { ...reporter, onEvent: (event, state) => event.seq > at && reporter.onEvent(event, state) },
    plan,
    played.events.map((event) => (event.seq > at ? { ...event, ts: later(event.ts) } : event)),
  );
  expectGolden('reporters/plain-resumed.txt', stage.stderr.writes.join(''));
});

test('a run of very many tasks is told in steps, in few writes, and what fails by name', async () => {
  const plan = planOf(
    Array.from({ length: 3000 }, (_, at) => ({ name: `t${at}`, ...(at > 2900 && { needs: ['t7'] }) })),
    { max_parallel_tasks: 100 },
  );
  const events = await eventsOf(plan, ({ task }) =>
    ['t7', 't8'].includes(task.name) ? { fails: 'exit code 3' } : { after: 50 },
  );
  const stage = stageOf(plan);
  const text = await told(stage, events);
  expect(stage.stderr.writes.length).toBe(1);
  expectGolden('reporters/plain-many.txt', text);
});

test('a run whose every task fails does not drown in logs', async () => {
  const plan = planOf(Array.from({ length: 300 }, (_, at) => ({ name: `t${at}` })));
  const text = await told(stageOf(plan), await eventsOf(plan, () => ({ fails: 'exit code 1' })));
  expect(text.match(/s {2}failed {5}t/g)).toHaveLength(300);
  expect(text.match(/\| line 12/g)).toHaveLength(20);
});

test('every event of a delegating run is told', async () => {
  const plan = planOf(
    [
      { name: 'm_brief', agent: 'm', role: 'brief' },
      { name: 'm_synthesis', agent: 'm', role: 'synthesis', context: ['m_brief'] },
    ],
    { delegation: { max_depth: 1, max_delegated_tasks: 5, timeout_seconds: null, max_attempts: 1 } },
  );
  const says = JSON.stringify({ delegate: [{ name: 'extra', agent: 'worker', description: 'x' }] });
  const events = await eventsOf(plan, ({ task }) => (task.role === 'brief' ? { says } : {}));
  expect(brief(events)).toContain('plan.extended m_brief extra');
  expect(await told(stageOf(plan), events)).toMatch(/delegated {2}m_brief {6}1 task: extra\n/);
});

test('what limits a run stands in its head, agents with the same limits together', async () => {
  const plan = planOf([{ name: 'a' }, { name: 'b', agent: 'writer' }, { name: 'c', agent: 'tester' }]);
  const small = { memory_bytes: 1024 ** 3, cpus: 1 };
  const limits = { worker: small, writer: small, tester: { output_bytes: 1_000_000 } };
  const agents = plan.agents.map((agent) => ({ ...agent, limits: limits[agent.name as keyof typeof limits] }));
  const limited = { ...plan, agents, limits: { disk_bytes: 20e9 } };
  const head = (await told(stageOf(limited), await eventsOf(limited))).split('\n\n')[0]?.split('\n');
  expect(head?.slice(4)).toEqual([
    'limits     an attempt of worker, writer: at most 1GiB of memory, 1 processor',
    '           an attempt of tester: at most 1MB of output',
    '           the run: at most 20GB on disk',
    '           memory and processors are measured by sampling',
  ]);
  const alike = { ...plan, agents: plan.agents.map((agent) => ({ ...agent, limits: { output_bytes: 4096 } })) };
  expect(await told(stageOf(alike), await eventsOf(alike))).toContain(
    'limits     every attempt: at most 4KiB of output\n\n',
  );
});

test('a run that never began leaves no summary', async () => {
  const stage = stageOf(planOf([{ name: 'a' }]));
  const reporter = plainReporter(stage);
  reporter.note('stopping\x1b[2J');
  await reporter.close(undefined);
  expect(stage.stderr.writes).toEqual(['super: stopping\n']);
});
