// Outputs that are kept in a workspace and taken again: found by their keys, checked, bounded.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LookOrder, Reuse } from '../../src/run/ports.ts';
import type { PlanTask, RunId, TaskName } from '../../src/schema/types.gen.ts';
import { sha256 } from '../../src/workspace/digest.ts';
import { createRun, layoutOf, outputPath, type RunLayout } from '../../src/workspace/layout.ts';
import { reuseHere } from '../../src/workspace/reuse.ts';
import { folderWith } from '../cli/harness.ts';
import { planOf } from '../run/rig.ts';

const runId = (n: number) => `20261120-000000-${String(n).padStart(3, '0')}-aaaa` as RunId;

interface World {
  readonly root: string;
  readonly workspace: string;
  readonly reuse: Reuse;
  readonly layout: RunLayout;
}

let runs = 0;

/** A new run in the workspace of a project. */
function nextRun(root: string, bytes = 1_000_000, env = {}, program?: string): World {
  const workspace = join(root, 'ws');
  const layout = layoutOf(workspace, runId(++runs));
  createRun(layout, '', [], '');
  return { root, workspace, layout, reuse: reuseHere({ root, layout, env, bytes, programOf: () => program }) };
}

function orderOf(name = 'work', more: Partial<PlanTask> = {}, over: Partial<LookOrder> = {}): LookOrder {
  const plan = planOf([{ name, cache: { files: [] } }]);
  const [task] = plan.tasks;
  const [agent] = plan.agents;
  if (task === undefined || agent === undefined) throw new Error('no plan');
  return { run: runId(runs), goal: 'g', task: { ...task, ...more }, agent, context: [], ...over };
}

/** Makes an output in a run and keeps it under the key of the look; gives why it was not, if so. */
async function make({ reuse, layout }: World, order: LookOrder, text = 'made', meanwhile = () => {}) {
  const { key } = await reuse.look(order);
  const path = outputPath(order.task.name);
  writeFileSync(join(layout.folder, path), text);
  meanwhile();
  const output = { path, bytes: Buffer.byteLength(text), sha256: sha256(Buffer.from(text)) };
  return reuse.keep(order, { key: key ?? '', output, saved: { duration_ms: 12 } });
}

const cacheFiles = (root: string, name = 'work') => {
  const folder = join(root, 'ws/cache', name);
  return readdirSync(folder).map((file) => join(folder, file));
};

test('what one run made the next one takes', async () => {
  const root = folderWith();
  const first = nextRun(root);
  expect(await first.reuse.look(orderOf())).toMatchObject({ type: 'missed', because: ['no output of it is recorded'] });
  expect(await make(first, orderOf(), 'the text')).toBeUndefined();
  const second = nextRun(root);
  const found = await second.reuse.look(orderOf());
  expect(found).toEqual({
    type: 'found',
    key: expect.stringMatching(/^[0-9a-f]{64}$/),
    run: runId(runs - 1),
    output: { path: 'task_outputs/work_output.txt', bytes: 8, sha256: sha256(Buffer.from('the text')) },
    saved: { duration_ms: 12 },
    because: ['the description', 'the goal', 'agent worker (command)'],
  });
  expect(readFileSync(join(second.layout.outputs, 'work_output.txt'), 'utf8')).toBe('the text');
  expect(await second.reuse.look(orderOf('other'))).toMatchObject({ type: 'missed' });
});

test.each([0, 65_536, 65_537, 900_000])('an output of %i bytes', async (bytes) => {
  const root = folderWith();
  expect(await make(nextRun(root), orderOf(), 'x'.repeat(bytes))).toBeUndefined();
  const { reuse, layout } = nextRun(root);
  expect(await reuse.look(orderOf())).toMatchObject({ type: 'found', output: { bytes } });
  expect(statSync(join(layout.outputs, 'work_output.txt')).size).toBe(bytes);
  expect(readdirSync(layout.outputs)).toHaveLength(1);
});

test('a small text is one file with its record; what is none, and what is large, stands beside it', async () => {
  const root = folderWith();
  await make(nextRun(root), orderOf(), 'a "text"\nü');
  expect(cacheFiles(root)).toEqual([expect.stringMatching(/\.jsonl$/)]);
  const latin = Buffer.from('\xfc', 'latin1');
  const world = nextRun(root);
  const { key = '' } = await world.reuse.look(orderOf('binary'));
  const path = outputPath('binary' as TaskName);
  writeFileSync(join(world.layout.folder, path), latin);
  const output = { path, bytes: 1, sha256: sha256(latin) };
  await world.reuse.keep(orderOf('binary'), { key, output, saved: { duration_ms: 1 } });
  expect(cacheFiles(root, 'binary')).toHaveLength(2);
  const next = nextRun(root);
  expect(await next.reuse.look(orderOf('binary'))).toMatchObject({ type: 'found' });
  expect(readFileSync(join(next.layout.folder, path))).toEqual(latin);
});

test('what takes the place of a large output leaves nothing of it', async () => {
  const root = folderWith();
  const anew = orderOf('work', {}, { anew: '--no-cache' });
  await make(nextRun(root), anew, 'x'.repeat(65_537));
  expect(cacheFiles(root)).toHaveLength(2);
  await make(nextRun(root), anew, 'small');
  expect(cacheFiles(root)).toHaveLength(1);
});

test('a miss says what has changed since the latest that was kept or taken', async () => {
  const root = folderWith({ 'src/a.ts': 'a', 'src/b.ts': 'b' });
  const cached = { cache: { files: ['src/*.ts'] } };
  await make(nextRun(root), orderOf('work', cached));
  writeFileSync(join(root, 'src/a.ts'), 'other');
  rmSync(join(root, 'src/b.ts'));
  writeFileSync(join(root, 'src/c.ts'), 'c');
  const { reuse } = nextRun(root);
  expect(await reuse.look(orderOf('work', cached, { goal: 'h' }))).toMatchObject({
    type: 'missed',
    because: ['the goal changed', 'src/a.ts changed', 'src/b.ts is gone', 'src/c.ts is new'],
  });
});

test('what a script is told by a variable counts, by its digest only', async () => {
  const root = folderWith();
  const [agent] = planOf([{ name: 'work' }]).agents;
  const order = orderOf('work', {}, { agent: { ...agent, env: { pass: ['MODE'], set: {} } } as LookOrder['agent'] });
  await make(nextRun(root, 1e6, { MODE: 'a certain value' }), order);
  expect(await nextRun(root, 1e6, { MODE: 'a certain value' }).reuse.look(order)).toMatchObject({ type: 'found' });
  const other = await nextRun(root, 1e6, { MODE: 'another' }).reuse.look(order);
  expect(other.because).toEqual(['agent worker: the variable MODE changed']);
  for (const file of cacheFiles(root)) expect(readFileSync(file, 'utf8')).not.toContain('a certain value');
});

test('the text of a module is part of its agent', async () => {
  const root = folderWith({ 'agent.mjs': 'export default () => 1' });
  const order = orderOf();
  const agent = { ...order.agent, adapter: 'module', module: 'agent.mjs' } as LookOrder['agent'];
  await make(nextRun(root), { ...order, agent });
  expect(await nextRun(root).reuse.look({ ...order, agent })).toMatchObject({ type: 'found' });
  writeFileSync(join(root, 'agent.mjs'), 'export default () => 2');
  expect((await nextRun(root).reuse.look({ ...order, agent })).because).toEqual(['the text of the module changed']);
});

test('the version of its program is part of an agent', async () => {
  const root = folderWith();
  await make(nextRun(root, 1e6, {}, '2.1.197'), orderOf());
  expect(await nextRun(root, 1e6, {}, '2.1.197').reuse.look(orderOf())).toMatchObject({ type: 'found' });
  const { because } = await nextRun(root, 1e6, {}, '2.1.328').reuse.look(orderOf());
  expect(because).toEqual(['agent worker: the version of its program 2.1.197 -> 2.1.328']);
});

test('what is to be done again is not taken, and takes the place of what was kept', async () => {
  const root = folderWith();
  await make(nextRun(root), orderOf(), 'old');
  const anew = orderOf('work', {}, { anew: '--no-cache' });
  const second = nextRun(root);
  expect(await second.reuse.look(anew)).toMatchObject({ type: 'missed', because: ['--no-cache'] });
  expect(await make(second, anew, 'new')).toBeUndefined();
  const third = nextRun(root);
  await third.reuse.look(orderOf());
  expect(readFileSync(join(third.layout.outputs, 'work_output.txt'), 'utf8')).toBe('new');
});

test('an output is not kept where something that it depends on changed meanwhile', async () => {
  const root = folderWith({ 'a.txt': 'a' });
  const order = orderOf('work', { cache: { files: ['a.txt'] } });
  const why = await make(nextRun(root), order, 'made', () => writeFileSync(join(root, 'a.txt'), 'b'));
  expect(why).toBe('a.txt changed while it worked');
  expect(existsSync(join(root, 'ws/cache/work'))).toBe(false);
});

test('nor where its file is not what it was', async () => {
  const world = nextRun(folderWith());
  const why = await make(world, orderOf(), 'made', () =>
    writeFileSync(join(world.layout.outputs, 'work_output.txt'), 'spoilt'),
  );
  expect(why).toBe('its file was changed since');
});

test('nor where it is larger than all that may be kept', async () => {
  expect(await make(nextRun(folderWith(), 1000), orderOf(), 'x'.repeat(1001))).toMatch(
    /larger than all that may be kept/,
  );
});

describe('files that a task leaves besides', () => {
  const order = orderOf('work', { expects: { files: ['out/report.md'] } });
  const left = (root: string, text: string) => {
    mkdirSync(join(root, 'out'), { recursive: true });
    writeFileSync(join(root, 'out/report.md'), text);
  };

  test.each([
    ['changed', (root: string) => left(root, 'other')],
    ['is gone', (root: string) => rmSync(join(root, 'out/report.md'))],
  ])('one that %s is a miss', async (how, spoil) => {
    const root = folderWith();
    await make(nextRun(root), order, 'made', () => left(root, 'report'));
    expect(await nextRun(root).reuse.look(order)).toMatchObject({ type: 'found' });
    spoil(root);
    expect(await nextRun(root).reuse.look(order)).toMatchObject({
      type: 'missed',
      because: [`out/report.md, which it had made, ${how}`],
    });
  });

  test('by a pattern, too; what came beside them is of no account', async () => {
    const root = folderWith();
    const wild = orderOf('work', { expects: { files: ['out/*.md'] } });
    await make(nextRun(root), wild, 'made', () => left(root, 'report'));
    writeFileSync(join(root, 'out/another.md'), 'of another task');
    expect(await nextRun(root).reuse.look(wild)).toMatchObject({ type: 'found' });
    rmSync(join(root, 'out/report.md'));
    expect(await nextRun(root).reuse.look(wild)).toMatchObject({
      type: 'missed',
      because: ['out/report.md, which it had made, is gone'],
    });
  });
});

describe('a record that is', () => {
  const ofKind = (root: string, ending: string) => cacheFiles(root).find((file) => file.endsWith(ending)) ?? '';
  const rewrite = (change: (head: Record<string, unknown>) => unknown) => (root: string) => {
    const file = ofKind(root, '.jsonl');
    const [head = '', parts] = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, `${JSON.stringify(change(JSON.parse(head)))}\n${parts}\n"made"\n`);
  };
  const large = 'x'.repeat(65_537);
  test.each<[string, (root: string) => void]>([
    ['spoilt', (root) => writeFileSync(ofKind(root, '.txt'), large.replace('x', 'y'))],
    ['too short', (root) => writeFileSync(ofKind(root, '.txt'), 'x')],
    ['without its output', (root) => rmSync(ofKind(root, '.txt'))],
  ])('%s in a file of its own is a miss, is removed, and is made anew', async (_, spoil) => {
    const root = folderWith();
    await make(nextRun(root), orderOf(), large);
    spoil(root);
    const world = nextRun(root);
    expect(await world.reuse.look(orderOf())).toMatchObject({
      type: 'missed',
      because: ['what was recorded is damaged'],
    });
    expect(cacheFiles(root)).toEqual([]);
    expect(await make(world, orderOf(), large)).toBeUndefined();
    expect(await nextRun(root).reuse.look(orderOf())).toMatchObject({ type: 'found' });
  });

  const spoilt = (change: (record: string) => string) => (root: string) => {
    const file = ofKind(root, '.jsonl');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
  test.each<[string, (root: string) => void]>([
    ['spoilt', spoilt((record) => record.replace('"made"', '"MADE"'))],
    ['too short', spoilt((record) => record.replace('"made"', '"mad"'))],
    ['without its output', spoilt((record) => record.replace('"made"\n', ''))],
    ['torn in its output', spoilt((record) => record.slice(0, -3))],
    ['torn', (root) => writeFileSync(ofKind(root, '.jsonl'), readFileSync(ofKind(root, '.jsonl')).subarray(0, 40))],
    ['empty', (root) => writeFileSync(ofKind(root, '.jsonl'), '')],
    ['not JSON', (root) => writeFileSync(ofKind(root, '.jsonl'), '\0\0\0\n')],
    ['of another form', rewrite(() => ({ v: 2 }))],
    ['of no object', rewrite(() => null)],
    ['of another key', rewrite((head) => ({ ...head, key: '0'.repeat(64) }))],
    ['of no run', rewrite((head) => ({ ...head, run: '../../x' }))],
    ['with figures that are none', rewrite((head) => ({ ...head, saved: { duration_ms: 'long' } }))],
    ['with a usage that is none', rewrite((head) => ({ ...head, saved: { duration_ms: 1, usage: { tokens: 1 } } }))],
    ['with files that are none', rewrite((head) => ({ ...head, files: null }))],
  ])('%s is a miss, is removed, and is made anew', async (_, spoil) => {
    const root = folderWith();
    await make(nextRun(root), orderOf());
    spoil(root);
    const world = nextRun(root);
    expect(await world.reuse.look(orderOf())).toMatchObject({ type: 'missed', key: expect.any(String) });
    expect(cacheFiles(root)).toEqual([]);
    expect(await make(world, orderOf())).toBeUndefined();
    expect(await nextRun(root).reuse.look(orderOf())).toMatchObject({ type: 'found' });
  });

  test.each(['.txt', '.jsonl'])('a link in place of its %s is not followed', async (ending) => {
    const root = folderWith();
    await make(nextRun(root), orderOf(), large);
    const file = ofKind(root, ending);
    renameSync(file, join(root, 'elsewhere'));
    symlinkSync(join(root, 'elsewhere'), file);
    expect(await nextRun(root).reuse.look(orderOf())).toMatchObject({ type: 'missed' });
    expect(existsSync(join(root, 'elsewhere'))).toBe(true);
  });

  test.each(['ws/cache', 'ws/cache/work'])(
    'reached over a link at %s is not taken, nor is anything written there',
    async (path) => {
      const root = folderWith();
      await make(nextRun(root), orderOf());
      renameSync(join(root, path), join(root, 'elsewhere'));
      symlinkSync(join(root, 'elsewhere'), join(root, path));
      const names = readdirSync(join(root, 'elsewhere'), { recursive: true });
      const world = nextRun(root);
      expect(await world.reuse.look(orderOf())).toMatchObject({ type: 'missed' });
      expect(await make(world, orderOf(), 'again')).toMatch(
        /^not a folder of the run: .*; no other output of this run is$/,
      );
      expect(readdirSync(join(root, 'elsewhere'), { recursive: true })).toEqual(names);
    },
  );
});

test('what a task depends on cannot be read: a miss without a key', async () => {
  const root = folderWith({ 'src/a.ts': 'a' });
  const reuse = nextRun(root).reuse;
  await reuse.close();
  const order = orderOf('work', { cache: { files: ['src/*'] } });
  expect(await reuse.look(order)).toEqual({
    type: 'missed',
    because: ['what it depends on could not be read: the run is ending'],
  });
});

test('that nothing can be kept is told once', async () => {
  const root = folderWith();
  const world = nextRun(root);
  writeFileSync(join(root, 'ws/cache'), 'a file');
  expect(await make(world, orderOf('one'))).toMatch(/no other output of this run is$/);
  expect(await make(world, orderOf('two'))).toBeUndefined();
});

describe('bounds', () => {
  const texts = (n: number) => orderOf('work', { description: `nth ${n}` });
  const isThere = async (root: string, n: number, name = 'work') =>
    (await nextRun(root).reuse.look({ ...texts(n), task: { ...texts(n).task, name: name as TaskName } })).type ===
    'found';

  test('twenty outputs of a task; those that were not used for longest go', async () => {
    const root = folderWith();
    const world = nextRun(root);
    for (let n = 0; n < 20; n++) await make(world, texts(n), `${n}`);
    // As if they had been made a while ago, one after the other.
    for (const file of cacheFiles(root)) {
      const n = Number(JSON.parse(readFileSync(file, 'utf8').split('\n')[2] ?? ''));
      utimesSync(file, 1000 + n, 1000 + n);
    }
    expect(await isThere(root, 0)).toBe(true); // which is a use
    await make(nextRun(root), texts(20), '20');
    expect(await Promise.all([0, 1, 2, 20].map((n) => isThere(root, n)))).toEqual([true, false, true, true]);
    expect(cacheFiles(root)).toHaveLength(20);
  });

  test('so many bytes of all tasks together', async () => {
    const root = folderWith();
    for (let n = 0; n < 12; n++) await make(nextRun(root, 10_000), orderOf(`t${n}`), 'x'.repeat(2000));
    const sizes = readdirSync(join(root, 'ws/cache'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThanOrEqual(10_000);
    expect(total).toBeGreaterThan(5000);
    expect(await nextRun(root).reuse.look(orderOf('t11'))).toMatchObject({ type: 'found' });
    expect(await nextRun(root).reuse.look(orderOf('t0'))).toMatchObject({ type: 'missed' });
  });

  test('what a killed run left half written goes; what is not ours stays', async () => {
    const root = folderWith();
    const other = join(root, 'ws/cache/old');
    const key = 'c'.repeat(64);
    for (const name of [`${key}.txt`, `${key}.txt.abc.tmp`, 'notes.md']) {
      mkdirSync(dirname(join(other, name)), { recursive: true });
      writeFileSync(join(other, name), 'x');
    }
    await make(nextRun(root), orderOf());
    expect(readdirSync(other)).toEqual(['notes.md']);
  });
});
