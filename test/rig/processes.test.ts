// A few of the trials that `npm run chaos:processes` does by the hundred: agents that do not want to end, runs within runs, forged
// records, races for a workspace, a flood of output.
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { flood } from '../chaos/flood.ts';
import { ends, isNursery, misfits, patience, remaining, type Trial } from '../chaos/misfits.ts';
import { tryAll } from '../chaos/processes.ts';
import { race } from '../chaos/races.ts';
import { killedRun, startInnocents, tryForgery } from '../chaos/records.ts';
import { orchestra, program, project, run, start, task, until } from './rig.ts';

function stage(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'super-wild-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  return root;
}

test('nothing of an agent stays, whatever it does and however its run ends', { timeout: 90_000 }, async () => {
  const trials = Object.keys(misfits).map((misfit, at): Trial => ({ misfit, end: ends[at % ends.length] ?? 'kill' }));
  const verdicts = await tryAll(trials, 4, program, stage());
  expect(verdicts.flatMap(({ misfit, end, faults }) => faults.map((fault) => `${misfit}, ${end}: ${fault}`))).toEqual(
    [],
  );
});

test('no signal goes to a process that has nothing to do with it, whatever locks and records say', async () => {
  const root = stage();
  const template = await killedRun(program, root);
  const innocents = await startInnocents(root, 3);
  onTestFinished(innocents.end);
  for (let n = 0; n < 21; n += 1) expect(await tryForgery(program, template, root, n * 13, innocents)).toBe('');
  expect(innocents.harm()).toEqual([]);
});

test.each([
  ['run', 'run', 'run'],
  ['resume', 'resume', 'resume'],
  ['run', 'resume', 'run', 'resume'],
] as const)('of several at the same moment one gets the workspace of a dead one: %s %s %s', async (...racers) => {
  expect((await race(program, stage(), racers)).faults).toEqual([]);
});

test('a flood without a line end needs no memory, and its log keeps head and tail', async () => {
  expect((await flood(program, stage(), 300 * 1024 ** 2)).faults).toEqual([]);
});

describe('a run within an agent of another run', () => {
  const deaf = `trap "" TERM INT HUP; env >env; while :; do sleep 0.1; done`;
  const inner = { name: 'a', run: `setsid sh -c '${deaf}' & ${deaf}` };
  const files = (outer: string) => ({
    ...orchestra({
      execution: { grace_seconds: 1, strategy: 'parallel' },
      agents: [
        { name: 'a', run: outer },
        { name: 'b', run: 'while [ ! -e go ]; do sleep 0.05; done; echo still here' },
      ],
      tasks: [task('one'), task('two', { agent: 'b' })],
    }),
    'inner.yaml': JSON.stringify({ orchestra: { id: 'inner' }, agents: [inner], tasks: [task('within')] }),
    'brief.yaml': JSON.stringify({
      orchestra: { id: 'brief' },
      agents: [{ name: 'a', run: 'setsid sleep 1000 & echo done' }],
      tasks: [task('within')],
    }),
  });
  const call = (file: string) => `'${process.execPath}' '${program}' orchestra run ${file}`;
  const begun = async (cwd: string) => {
    const text = () => readText(join(cwd, 'env'));
    await until(() => text().includes('SUPER_WITHIN='));
    return Object.fromEntries(
      text()
        .split('\n')
        .map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
    );
  };

  test('has marks of its own and those of the attempt around it, and ends with it within the grace', async () => {
    const cwd = project(files(call('inner.yaml')));
    const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
    const env = await begun(cwd);
    const [outer, name, attempt] = env.SUPER_WITHIN?.split('/') ?? [];
    expect([name, attempt, env.SUPER_TASK]).toEqual(['one', '1', 'within']);
    expect(env.SUPER_RUN_ID).not.toBe(outer);
    const told = performance.now();
    started.child.kill('SIGTERM');
    expect((await started.ended).code).toBe(143);
    expect(remaining(cwd)).toEqual([]);
    // One second of grace; the inner run alone would take ten.
    expect(performance.now() - told).toBeLessThan(6000);
  });

  test('is gone five seconds after a kill -9 of the outer one', async () => {
    const cwd = project(files(call('inner.yaml')));
    const started = start(['orchestra', 'run', 'o.yaml'], { cwd });
    await begun(cwd);
    started.child.kill('SIGKILL');
    const killed = performance.now();
    await until(() => remaining(cwd).every(isNursery));
    expect(performance.now() - killed).toBeLessThan(patience);
  });

  test('takes nothing of the outer one along when it ends', async () => {
    const cwd = project(files(`${call('brief.yaml')} && touch go`));
    expect(await run(['orchestra', 'run', 'o.yaml', '-q'], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('still here'),
    });
    expect(remaining(cwd)).toEqual([]);
  });
});

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
