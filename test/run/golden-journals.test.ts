// Journals of released versions: they fold to the state that they had, for ever. A case is added, never changed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fold } from '../../src/run/fold.ts';
import type { RunState } from '../../src/run/state.ts';
import { validate as validEvent } from '../../src/schema/event.gen.js';
import { validate as validPlan } from '../../src/schema/plan.gen.js';
import type { Plan, RunEvent } from '../../src/schema/types.gen.ts';
import { readJournal } from '../../src/workspace/journal.ts';
import { goldenNames, goldenRoot } from '../golden/golden.ts';

/** What of a state is kept: what people and later code rely on. */
function shown(state: RunState): unknown {
  const { status, outcome, because, seq, counts, startedAt, finishedAt, usage, firstFailed, budget, exceeded } = state;
  const tasks = state.inOrder.map(({ task, output, ...entry }) => ({
    name: task.name,
    status: entry.status,
    attempt: entry.attempt,
    failures: entry.failures,
    repairs: entry.repairs,
    busy: entry.busy,
    startedAt: entry.startedAt,
    endedAt: entry.endedAt,
    reason: entry.reason,
    message: entry.message,
    exitCode: entry.exitCode,
    output: output?.path,
    // Journals before there was recovery have none.
    worker: entry.worker,
    recovery: entry.recovery,
    needs: task.needs.map((need) => need.task),
  }));
  return {
    status,
    outcome,
    because,
    seq,
    counts,
    startedAt,
    finishedAt,
    usage,
    firstFailed: firstFailed?.task.name,
    // Journals before there were budgets have none.
    ...(Object.keys(budget).length > 0 && { budget, exceeded: exceeded?.budget ?? null }),
    tasks,
  };
}

const names = goldenNames('journals');

test('there is a journal of each kind of run', () => {
  expect(names).toEqual(
    expect.arrayContaining([
      ...['cancelled', 'delegation', 'failure', 'failure-stop', 'retry', 'success'],
      ...['stopped-resumed', 'failed-resumed-from', 'killed-extension-discarded', 'continued-reused'],
      ...['paused-frozen', 'cancelled-requested', 'throttled'],
      ...['budget-raised', 'budget-own', 'recovered', 'reused-by-key'],
    ]),
  );
});

describe.each(names)('%s', (name) => {
  const folder = join(goldenRoot, 'journals', name);
  const plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as Plan;
  const { events, wholeBytes } = readJournal(join(folder, 'events.jsonl'));

  test('is whole, and in the form of its schema', () => {
    expect(wholeBytes).toBe(readFileSync(join(folder, 'events.jsonl')).length);
    expect(validPlan(plan), JSON.stringify(validPlan.errors)).toBe(true);
    for (const event of events) expect(validEvent(event), JSON.stringify(event)).toBe(true);
  });

  test('folds to the state that it had', () => {
    const expected = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'));
    expect(JSON.parse(JSON.stringify(shown(fold(plan, events))))).toEqual(expected);
  });

  test('can be folded from any beginning of it', () => {
    for (let count = 0; count <= events.length; count++) {
      const state = fold(plan, events.slice(0, count) as RunEvent[]);
      const sum = Object.values(state.counts).reduce((a, b) => a + b, 0);
      expect(sum).toBe(state.inOrder.length);
      expect(state.running.size).toBe(state.counts.running);
    }
  });
});
