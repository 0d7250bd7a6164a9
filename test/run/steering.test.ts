// A run is paused, let go on, and robbed of single tasks while it goes on.
import { describe, expect, test } from 'vitest';
import type { TaskName } from '../../src/schema/types.gen.ts';
import { brief, planOf, rig } from './rig.ts';

const name = (text: string) => text as TaskName;

describe('pause', () => {
  test('nothing new starts, what runs ends, and unpause goes on', async () => {
    const { run, events, crank, finish } = rig(planOf([{ name: 'a' }, { name: 'b', needs: ['a'] }]), () => ({
      after: 1000,
    }));
    await crank(500);
    expect(run.pause(false)).toBe(undefined);
    await crank(60_000);
    expect(brief(events).slice(1)).toEqual(['task.started a 1', 'run.paused', 'task.succeeded a 1']);
    expect(run.unpause()).toBe(undefined);
    expect((await finish()).outcome).toBe('succeeded');
    expect(brief(events).slice(4)).toEqual([
      'run.unpaused',
      'task.started b 1',
      'task.succeeded b 1',
      'run.finished succeeded',
    ]);
  });

  test('a second one, and one of a run that ends, say why not', async () => {
    const { run, crank, finish } = rig(planOf([{ name: 'a' }]), () => ({ after: 1000 }));
    await crank(10);
    expect(run.unpause()).toBe('the run is not paused');
    run.pause(false);
    expect(run.pause(false)).toBe('the run is paused already');
    run.unpause();
    await finish();
    expect(run.pause(false)).toBe('the run is ending');
  });

  test('frozen, the timeouts of tasks and run do not count', async () => {
    const { run, events, crank, finish } = rig(
      planOf([{ name: 'a', timeout: 10 }], { run_timeout_seconds: 20 }),
      () => ({ hangs: true }),
    );
    await crank(9000);
    run.pause(true);
    await crank(100_000);
    expect(events.at(-1)).toMatchObject({ type: 'run.paused', frozen: true });
    run.unpause();
    await crank(900);
    expect(events.at(-1)?.type).toBe('run.unpaused');
    expect((await finish()).tasks.get(name('a'))?.reason).toBe('timeout');
  });

  test('stopped, a paused run ends', async () => {
    const { run, crank, finish } = rig(planOf([{ name: 'a' }, { name: 'b', needs: ['a'] }]), () => ({ hangs: true }));
    await crank(10);
    run.pause(true);
    run.stop('signal', 'SIGINT');
    expect((await finish()).outcome).toBe('cancelled');
  });
});

describe('cancel', () => {
  test('a running task ends as cancelled, and what needs it is skipped', async () => {
    const { run, crank, finish } = rig(
      planOf([{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c' }]),
      ({ task }) => (task.name === 'a' ? { hangs: true } : { after: 50 }),
    );
    await crank(10);
    expect(run.cancel(name('a'), 'not wanted')).toBe(undefined);
    const state = await finish();
    expect([...state.tasks.values()].map(({ status, message }) => [status, message])).toEqual([
      ['cancelled', 'not wanted'],
      ['skipped', 'needs a, which was cancelled'],
      ['succeeded', undefined],
    ]);
    expect(state.tasks.get(name('a'))?.requested).toBe(true);
    expect(state.outcome).toBe('cancelled');
  });

  test('a task that waits never starts', async () => {
    const { run, orders, crank, finish } = rig(planOf([{ name: 'a' }, { name: 'b', needs: ['a'] }]), () => ({
      after: 50,
    }));
    await crank(10);
    run.cancel(name('b'), 'not wanted');
    expect((await finish()).counts).toMatchObject({ succeeded: 1, cancelled: 1 });
    expect(orders.map(({ task }) => task.name)).toEqual(['a']);
  });

  test('says why not', async () => {
    const { run, crank, finish } = rig(planOf([{ name: 'a' }]), () => ({ after: 50 }));
    await crank(10);
    expect(run.cancel(name('x'), '')).toBe('there is no task "x" in this run');
    await finish();
    expect(run.cancel(name('a'), '')).toBe('a has already ended: succeeded');
  });
});
