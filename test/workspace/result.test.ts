import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fold } from '../../src/run/fold.ts';
import type { RunState } from '../../src/run/state.ts';
import type { Plan, RunEvent, RunId } from '../../src/schema/types.gen.ts';
import { createRun, layoutOf } from '../../src/workspace/layout.ts';
import { writeResult } from '../../src/workspace/result.ts';
import { statusFile } from '../../src/workspace/status.ts';
import { folderWith } from '../cli/harness.ts';
import { planOf, rig, type Sketch } from '../run/rig.ts';

/** What a run of these tasks leaves as its result, and its last state. */
async function ran(strategy: Plan['strategy'], sketches: readonly Sketch[], outputs: Readonly<Record<string, string>>) {
  const plan = planOf(sketches, { strategy });
  const { finish } = rig(plan, ({ task }) => (task.name in outputs ? {} : { fails: 'no' }));
  const state = await finish();
  const layout = layoutOf(folderWith(), 'r' as RunId);
  createRun(layout, '', [], '');
  for (const [name, text] of Object.entries(outputs)) writeFileSync(join(layout.outputs, `${name}_output.txt`), text);
  writeResult(layout, state);
  return { layout, state, plan, result: readFileSync(layout.result, 'utf8') };
}

describe('the result', () => {
  test('sequential: the last task of the chain', async () => {
    const { result } = await ran('sequential', [{ name: 'z' }, { name: 'a', context: ['z'] }], { z: 'zzz', a: 'aaa' });
    expect(result).toBe('aaa');
  });

  test('sequential: nothing, where the last one failed', async () => {
    const { result } = await ran('sequential', [{ name: 'z' }, { name: 'a', context: ['z'] }], { z: 'zzz' });
    expect(result).toBe('');
  });

  test('hierarchical: the synthesis', async () => {
    const sketches: Sketch[] = [
      { name: 'm_brief', role: 'brief' },
      { name: 't', context: ['m_brief'] },
      { name: 'm_synthesis', role: 'synthesis', context: ['m_brief', 't'] },
    ];
    const { result } = await ran('hierarchical', sketches, { m_brief: 'b', t: 't', m_synthesis: 'whole\n' });
    expect(result).toBe('whole\n');
  });

  test.each(['parallel', 'mixed'] as const)(
    '%s: every task that nothing waits for, under its name, in file order',
    async (strategy) => {
      const sketches: Sketch[] = [{ name: 'b' }, { name: 'a' }, { name: 'c', context: ['a'] }, { name: 'bad' }];
      const { result } = await ran(strategy, sketches, { a: 'A', b: 'B\n', c: 'C' });
      expect(result).toBe('## b\n\nB\n\n## c\n\nC\n');
    },
  );

  test('one that stands alone and is empty has its heading, too', async () => {
    expect((await ran('parallel', [{ name: 'b' }], { b: '' })).result).toBe('## b\n\n');
  });

  test('bytes that are no text stay as they are', async () => {
    const { layout, state } = await ran('sequential', [{ name: 'z' }], { z: '' });
    const odd = Buffer.from([0, 255, 254, 128, 10]);
    writeFileSync(join(layout.outputs, 'z_output.txt'), odd);
    writeResult(layout, state);
    expect(readFileSync(layout.result)).toEqual(odd);
  });
});

describe('status.json', () => {
  test('is a fold of the journal, and at most one a second', async () => {
    const plan = planOf([{ name: 'a' }, { name: 'b', context: ['a'] }]);
    const { events, finish } = rig(plan, ({ task }) => (task.name === 'b' ? { fails: 'no luck' } : {}));
    await finish();
    const layout = layoutOf(folderWith(), 'r' as RunId);
    createRun(layout, '', [], '');
    const status = statusFile(layout, { pid: 7, start_time: '1', boot_id: 'b', host: 'h', run: 'r' as RunId });
    const at = (count: number): RunState => fold(plan, events.slice(0, count) as RunEvent[]);
    const read = () => JSON.parse(readFileSync(layout.status, 'utf8'));
    status.offer(at(2), 5000);
    expect(read()).toMatchObject({
      run: 'r',
      state: 'running',
      seq: 2,
      process: { pid: 7, start_time: '1', boot_id: 'b', host: 'h' },
      max_parallel_tasks: 4,
      frozen: false,
      finished_at: null,
      tasks: [{ name: 'a', state: 'running' }, { state: 'pending' }],
    });
    status.offer(at(3), 5999);
    expect(read().seq).toBe(2);
    status.offer(at(3), 6000);
    expect(read().seq).toBe(3);
    status.write(at(events.length));
    expect(read()).toMatchObject({
      state: 'failed',
      counts: { succeeded: 1, failed: 1 },
      tasks: [{ state: 'succeeded' }, { state: 'failed', reason: 'agent-exit', message: 'no luck', attempt: 1 }],
    });
    expect(existsSync(`${layout.status}.tmp`)).toBe(false);
  });
});
