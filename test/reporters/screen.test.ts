import fc from 'fast-check';
import { expect, test } from 'vitest';
import { screen, type View } from '../../src/reporters/screen.ts';
import { widthOf } from '../../src/reporters/terminal.ts';
import { paint } from '../../src/reporters/words.ts';
import { apply, initialState } from '../../src/run/fold.ts';
import type { RunState, TaskState } from '../../src/run/state.ts';
import type { Plan, RunEvent } from '../../src/schema/types.gen.ts';
import { expectGolden } from '../golden/golden.ts';
import { planOf, type Sketch } from '../run/rig.ts';
import { chainWithFault, eventsOf } from './stage.ts';

function viewOf(state: RunState, now: number, over: Partial<View> = {}): View {
  return {
    columns: 80,
    rows: 24,
    now,
    since: state.startedAt ?? now,
    recent: state.inOrder.filter(({ endedAt }) => endedAt !== undefined),
    note: undefined,
    paint: paint(false),
    lastLine: ({ task }: TaskState) => `reads \x1b[31m${task.name}\x1b[0m and 日本語 at length, again and again`,
    ...over,
  };
}

/** The screens of a run, one after each event, a second later. */
function screensOf(plan: Plan, events: readonly RunEvent[], over: Partial<View> = {}): string[] {
  const state = initialState(plan);
  return events.map((event) => {
    apply(state, event);
    return screen(state, viewOf(state, Date.parse(event.ts) + 1000, over)).join('\n');
  });
}

test('what stands there while a task is tried again and fails', async () => {
  const { plan, behave } = chainWithFault(2);
  const faulty = (order: Parameters<typeof behave>[0]) => behave({ ...order, attempt: 1 });
  const screens = screensOf(plan, await eventsOf(plan, faulty), {
    note: 'stopping; once more ends the agents at once',
  });
  expectGolden('reporters/screens.txt', `${screens.join('\n\n')}\n`);
});

test('a paused run stands still, says how it goes on, and marks whose agents are held', async () => {
  const plan = planOf([{ name: 'a' }, { name: 'b', context: ['a'] }]);
  const begun = (await eventsOf(plan)).slice(0, 2);
  const paused = (frozen: boolean) => [
    ...begun,
    { ...begun[1], type: 'run.paused', seq: 3, frozen } as unknown as RunEvent,
  ];
  const at = (events: readonly RunEvent[], later: number) => {
    const state = initialState(plan);
    for (const event of events) apply(state, event);
    return screen(state, viewOf(state, Date.parse(begun[1]?.ts ?? '') + later));
  };
  expect(at(paused(false), 1000).at(-1)).toBe('‖ paused: super runs unpause · 0/2 done, 1 running · 1s');
  expect(at(paused(false), 1000)[0]).toMatch(/^▸ a .* reads /);
  expect(at(paused(true), 1000)[0]).toMatch(/^‖ a .* held$/);
  const signs = (events: readonly RunEvent[]) => new Set([0, 250, 500].map((later) => at(events, later).at(-1)?.[0]));
  expect([signs(begun).size, signs(paused(false)).size]).toEqual([3, 1]);
});

const manySketches: Sketch[] = Array.from({ length: 60 }, (_, at) => ({
  name: `${['design', 'implement_the_feature', 'review'][at % 3]}_${at}`,
  ...(at >= 8 && { needs: [`${['design', 'implement_the_feature', 'review'][(at - 8) % 3]}_${at - 8}`] }),
}));

test('a small terminal shows what runs and what ended last', async () => {
  const plan = planOf(manySketches, { max_parallel_tasks: 4 });
  const events = await eventsOf(plan, ({ task }) => ({ after: task.name.length * 100 }));
  const screens = screensOf(plan, events, { columns: 40, rows: 12 });
  expectGolden('reporters/screen-small.txt', `${screens[Math.floor(screens.length / 2)]}\n`);
});

test('it fits every terminal at every moment', async () => {
  const plan = planOf(manySketches, { max_parallel_tasks: 7, on_failure: 'stop' });
  const events = await eventsOf(plan, ({ task }) => ({
    after: task.name.length * 100,
    ...(task.name === 'review_29' && { fails: 'exit code 1' }),
  }));
  const state = initialState(plan);
  for (const event of events) {
    apply(state, event);
    const sizes = fc.sample(
      fc.record({ columns: fc.integer({ min: 20, max: 200 }), rows: fc.integer({ min: 5, max: 80 }) }),
      4,
    );
    for (const { columns, rows } of sizes) {
      const lines = screen(state, viewOf(state, Date.parse(event.ts), { columns, rows, note: 'a note' }));
      expect(lines.length).toBeLessThan(rows);
      for (const line of lines) expect(widthOf(line)).toBeLessThan(columns);
      // Running tasks come before all others.
      const shown = lines.filter((line) => line.startsWith('▸')).length;
      expect(shown).toBe(Math.min(state.running.size, rows - 4));
    }
  }
});
