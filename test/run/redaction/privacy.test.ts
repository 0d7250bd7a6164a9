// The record of a run without what is private: still a record, whatever the private words are.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold } from '../../../src/run/fold.ts';
import type { EventBody } from '../../../src/run/ports.ts';
import { makePrivacy, type PrivateFacts } from '../../../src/run/redaction/privacy.ts';
import { validate as validEvent } from '../../../src/schema/event.gen.js';
import { validate as validPlan } from '../../../src/schema/plan.gen.js';
import type { Plan, RunEvent } from '../../../src/schema/types.gen.ts';
import { readJournal } from '../../../src/workspace/journal.ts';
import { goldenNames, goldenRoot } from '../../golden/golden.ts';
import { planOf } from '../rig.ts';

const nothing: PrivateFacts = { folders: [], tops: [], names: [] };
const named = (...names: readonly string[]): PrivateFacts => ({
  ...nothing,
  names: names.map((name) => ({ name, instead: 'user' })),
});

describe.each(goldenNames('journals'))('%s', (name) => {
  const folder = join(goldenRoot, 'journals', name);
  const plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as Plan;
  const { events } = readJournal(join(folder, 'events.jsonl'));
  const shape = (of: Plan, list: readonly RunEvent[]) => {
    const state = fold(of, list);
    return [state.status, state.counts, state.inOrder.map(({ status, attempt, busy }) => [status, attempt, busy])];
  };

  test('nothing private: nothing changes', () => {
    const privacy = makePrivacy(nothing, plan);
    expect(privacy.plan(plan)).toEqual(plan);
    expect(events.map((event) => privacy.event(event as EventBody))).toEqual(events);
    expect([...privacy.counts]).toEqual([]);
  });

  test('whatever words are private, plan and events are valid, and come to the same', () => {
    const words = [...new Set(JSON.stringify([plan, events]).match(/[A-Za-z]{3,}/g))];
    fc.assert(
      fc.property(fc.subarray(words, { maxLength: 8 }), (names) => {
        const privacy = makePrivacy(named(...names), plan);
        const clean = privacy.plan(plan);
        const list = events.map((event) => privacy.event(event as EventBody) as RunEvent);
        expect(validPlan(clean)).toBe(true);
        for (const event of list) expect(validEvent(event) ? [] : validEvent.errors).toEqual([]);
        expect(shape(clean, list)).toEqual(shape(plan, events));
      }),
      { numRuns: 60 },
    );
  });
});

test('names that hold something private get others, alike wherever they stand, and no two the same', () => {
  const key = `ghp_${'a1'.repeat(18)}`;
  const plan = planOf([
    { name: 'alice-build', agent: 'alice' },
    { name: 'user-build', context: ['alice-build'], group: 'alice' },
    { name: 'bob-build', needs: ['user-build!'] },
    { name: key },
  ]);
  const clean = makePrivacy(named('alice', 'bob'), { ...plan, groups: [{ name: 'alice', max_concurrency: 1 }] }).plan(
    plan,
  );
  expect(clean.tasks.map(({ name, agent, group }) => [name, agent, group])).toEqual([
    ['user-build-2', 'user', null],
    ['user-build', 'worker', 'user'],
    ['user-build-3', 'worker', null],
    ['redacted-key', 'worker', null],
  ]);
  expect(clean.tasks.map(({ needs }) => needs.map(({ task }) => task))).toEqual([
    [],
    ['user-build-2'],
    ['user-build'],
    [],
  ]);
  expect(clean.order).toEqual(
    plan.order.map(
      (name) => ({ 'alice-build': 'user-build-2', 'bob-build': 'user-build-3', [key]: 'redacted-key' })[name] ?? name,
    ),
  );
});

test('values that agents set go: long ones wherever they stand, short ones where they are set', () => {
  const plan = planOf([{ name: 'one' }]);
  const [agent] = plan.agents;
  const set = { LONG: 'something-long', SHORT: 'abc' };
  const with_ = {
    ...plan,
    description: 'something-long abc',
    agents: [{ ...agent, env: { pass: ['HOME'], set } }],
  } as Plan;
  const privacy = makePrivacy(nothing, with_);
  const clean = privacy.plan(with_);
  expect(clean.agents[0]?.env).toEqual({ pass: ['HOME'], set: { LONG: '[redacted:LONG]', SHORT: '[redacted:SHORT]' } });
  expect(clean.description).toBe('[redacted:LONG] abc');
  expect([...privacy.counts]).toEqual([['value under env:', 3]]);
});

test('what people made is looked through with its keys: options, and schemas of outputs', () => {
  const plan = planOf([{ name: 'one' }]);
  const [agent] = plan.agents;
  const [task] = plan.tasks;
  const own = {
    ...plan,
    agents: [{ ...agent, run: 'cd /home/alice/x', options: { alice: ['type', { type: 'alice' }] } }],
    tasks: [{ ...task, output_schema: { properties: { alice: { type: 'string' } } }, cache: { files: ['alice/*'] } }],
  } as unknown as Plan;
  const clean = makePrivacy(named('alice'), own).plan(own);
  expect(JSON.stringify(clean)).not.toContain('alice');
  expect(clean.tasks[0]?.output_schema).toEqual({ properties: { user: { type: 'string' } } });
});
