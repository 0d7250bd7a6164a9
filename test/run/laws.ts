// What must hold of every run of every plan: laws, and random plans to try them on. Used by tests, and by npm run chaos.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { apply, fold, initialState } from '../../src/run/fold.ts';
import { tasksToRedo } from '../../src/run/resumption.ts';
import type { RunState } from '../../src/run/state.ts';
import type { RunEvent, TaskName } from '../../src/schema/types.gen.ts';
import { type Case, cases, type Move, moves, perform, start } from './cases.ts';

/** How each task ended. */
const ends = (state: RunState) => Object.fromEntries(state.inOrder.map(({ task, status }) => [task.name, status]));

/** A state as plain data, queues left out: they are a way of finding what the rest says. */
const plain = ({ ready: _, ...state }: RunState) =>
  JSON.stringify(state, (_key, value) => {
    if (value instanceof Map) return [...value].map(([key, each]) => [key.task?.name ?? key, each?.task?.name ?? each]);
    if (value instanceof Set) return [...value].map((each) => each.task?.name ?? each);
    return value;
  });

/** The state as the fold has it, at once and event by event. */
function refold(each: Case, events: readonly RunEvent[], live: RunState): void {
  assert.equal(plain(fold(each.plan, events)), plain(live));
  const state = initialState(each.plan);
  for (const event of events) apply(state, event);
  assert.equal(plain(state), plain(live));
}

function checkNeeds(state: RunState, name: TaskName): void {
  const entry = state.tasks.get(name);
  assert.equal(entry?.status, 'pending', `${name} starts or is reused`);
  for (const need of entry.task.needs) {
    const status = state.tasks.get(need.task)?.status ?? 'unknown';
    const met = need.until === 'end' ? status !== 'pending' && status !== 'running' : /succeeded|reused/.test(status);
    assert.ok(met, `${name} starts or is reused, and ${need.task} is ${status}`);
  }
}

/** No start before its needs, none above a limit, none in a pause; attempts count up; every task ends, and ends once. */
function checkHistory({ plan }: Case, events: readonly RunEvent[]): void {
  const state = initialState(plan);
  const attempts = new Map<TaskName, number>();
  for (const event of events) {
    if (event.type === 'task.started' || event.type === 'task.reused') checkNeeds(state, event.task);
    if (event.type === 'task.started') {
      const { task, attempt } = event;
      const entry = state.tasks.get(task);
      assert.equal(entry?.status, 'pending', `${task} starts`);
      assert.equal(attempt, (attempts.get(task) ?? 0) + 1, `attempts of ${task}`);
      attempts.set(task, attempt);
      const running = [...state.tasks.values()].filter(({ status }) => status === 'running');
      assert.ok(
        running.length < (state.parallel ?? plan.max_parallel_tasks),
        `${running.length} run, and ${task} starts`,
      );
      for (const { name, max_concurrency } of plan.groups) {
        if (name !== entry.task.group || max_concurrency === null) continue;
        assert.ok(running.filter((each) => each.task.group === name).length < max_concurrency, `${name} is full`);
      }
      assert.equal(state.status, 'running', `${task} starts`);
    }
    if ('task' in event && /^task\.(succeeded|failed|skipped|cancelled|reused)$/.test(event.type)) {
      assert.equal(state.tasks.get(event.task)?.endedAt, undefined, `${event.task} ends twice`);
    }
    apply(state, event); // which throws at whatever cannot follow
  }
  if (state.status !== 'finished') return;
  for (const task of state.inOrder) assert.notEqual(task.endedAt, undefined, `${task.task.name} has no end`);
}

/** Success stays: nothing that has succeeded starts again unless a resume names it. */
function checkSuccesses(events: readonly RunEvent[], plan: Case['plan']): void {
  const state = initialState(plan);
  for (const event of events) {
    if (event.type === 'task.started') assert.notEqual(state.tasks.get(event.task)?.status, 'succeeded');
    if (event.type === 'run.resumed') {
      const before = new Map([...state.tasks].filter(([, { status }]) => status === 'succeeded'));
      apply(state, event);
      for (const [name] of before) {
        const kept = state.tasks.get(name)?.status;
        if (!event.again?.includes(name) && kept !== undefined) assert.equal(kept, 'succeeded', `${name} is kept`);
      }
    } else apply(state, event);
  }
}

/** Which tasks a failure under `stop` skips depends on what was under way: ends are compared under `continue`. */
const goingOn = (each: Case): Case => ({ ...each, plan: { ...each.plan, on_failure: 'continue' } });

const cutOf = (share: number, events: readonly RunEvent[], least = 1) =>
  Math.min(events.length, Math.max(least, Math.ceil(share * events.length)));

const share = fc.double({ min: 0, max: 1, noNaN: true });

/** The last event that tells of a cancelled task. */
const lastCancel = (events: readonly RunEvent[]) => events.findLast(({ type }) => type === 'task.cancelled')?.seq ?? 1;

async function foldIsDeterministic(each: Case, script: readonly Move[]) {
  const run = start(each);
  const live = await perform(run, script);
  refold(each, run.events, live);
}

async function historyHolds(each: Case, script: readonly Move[]) {
  const run = start(each);
  await perform(run, script);
  checkHistory(each, run.events);
}

async function cutRunsEndAlike(any: Case, script: readonly Move[], shares: readonly number[], later: readonly Move[]) {
  const each = goingOn(any);
  const whole = start(each);
  const expected = ends(await perform(whole, script));
  let events: readonly RunEvent[] = whole.events;
  // What a person cancelled is only known once it is recorded.
  const least = lastCancel(events);
  const quiet = later.filter(({ act }) => act !== 'cancel');
  for (const part of shares) {
    const resumed = start(each, events.slice(0, cutOf(part, events, least)));
    const state = await perform(resumed, quiet);
    assert.deepEqual(ends(state), expected);
    refold(each, resumed.events, state);
    checkHistory(each, resumed.events);
    checkSuccesses(resumed.events, each.plan);
    events = resumed.events;
  }
}

async function chosenTasksRunAgain(
  any: Case,
  script: readonly Move[],
  part: number,
  from: readonly number[],
  retryFailed: boolean,
) {
  const each = goingOn(any);
  const whole = start(each);
  await perform(whole, script);
  const prefix = whole.events.slice(0, cutOf(part, whole.events));
  const before = fold(each.plan, prefix);
  const names = before.inOrder.map(({ task }) => task.name);
  const chosen = [...new Set(from.map((index) => names[index % names.length] as TaskName))];
  const again = tasksToRedo(before, { retryFailed, from: chosen });
  if (again === undefined) {
    assert.equal(before.status, 'finished');
    assert.equal(chosen.length, 0);
    assert.ok(!before.inOrder.some((task) => task.status === 'cancelled' && task.requested !== true));
    return;
  }
  assert.deepEqual(
    again,
    names.filter((name) => again.includes(name)),
    'in file order, each once',
  );
  for (const name of again) assert.notEqual(before.tasks.get(name)?.endedAt, undefined, `${name} has ended`);
  // Now nothing fails any more.
  const resumed = start({ ...each, fails: new Set() }, prefix, again);
  const state = await perform(resumed, []);
  checkHistory(each, resumed.events);
  checkSuccesses(resumed.events, each.plan);
  refold(each, resumed.events, state);
  const started = new Set(
    resumed.events.slice(prefix.length).flatMap((e) => (e.type === 'task.started' ? [e.task] : [])),
  );
  for (const name of chosen) {
    const status = state.tasks.get(name)?.status;
    const succeeded = /succeeded|reused/.test(before.tasks.get(name)?.status ?? '');
    // What had not been made may be taken from elsewhere; what had been is made again.
    const taken = status === 'reused' && !succeeded;
    const done = started.has(name) || taken || status === undefined || status === 'skipped' || status === 'cancelled';
    assert.ok(done, `${name} was asked for and not done again: ${status}`);
  }
  const cancelled = state.inOrder.some(({ requested }) => requested === true);
  const failed = before.inOrder.some(({ status }) => status === 'failed' || status === 'skipped');
  if (!cancelled && (retryFailed || !failed)) assert.equal(state.outcome, 'succeeded');
}

type Parameters = fc.Parameters<unknown>;

const laws = {
  'the fold is deterministic': (parameters: Parameters) =>
    fc.assert(fc.asyncProperty(cases, moves, foldIsDeterministic), parameters as never),
  'needs, limits, pauses, attempt numbers, single ends': (parameters: Parameters) =>
    fc.assert(fc.asyncProperty(cases, moves, historyHolds), parameters as never),
  'cut after any event and resumed, up to three times, a run ends in the same outcomes': (parameters: Parameters) =>
    fc.assert(
      fc.asyncProperty(cases, moves, fc.array(share, { minLength: 1, maxLength: 3 }), moves, cutRunsEndAlike),
      parameters as never,
    ),
  'what is chosen is done again, and no other success': (parameters: Parameters) =>
    fc.assert(
      fc.asyncProperty(cases, moves, share, fc.array(fc.nat(30), { maxLength: 3 }), fc.boolean(), chosenTasksRunAgain),
      parameters as never,
    ),
} as const;

export const lawNames = Object.keys(laws) as readonly (keyof typeof laws)[];

/** Tries a law on random plans; rejects with the smallest that breaks it. */
export async function tryLaw(
  name: keyof typeof laws,
  parameters: { readonly numRuns: number; readonly seed?: number },
) {
  await laws[name](parameters);
}
