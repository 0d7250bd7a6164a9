// What a search reads of processes that are none of its own: as little as can be.
import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { findProcesses } from '../../src/process/census.ts';
import { type Family, familyFinder } from '../../src/process/family.ts';
import { monotonic } from '../../src/process/monotonic.ts';
import { breathless } from '../../src/process/pace.ts';
import { marked, until } from './lab.ts';

/** How often something was read, by process id. */
const reads = vi.hoisted(() => ({
  stamp: new Map<number, number>(),
  environment: new Map<number, number>(),
  stat: new Map<number, number>(),
}));
const now = vi.hoisted(() => ({ ahead: 0 }));

function counted<T>(counts: Map<number, number>, read: (pid: number) => T) {
  return (pid: number) => {
    counts.set(pid, (counts.get(pid) ?? 0) + 1);
    return read(pid);
  };
}

vi.mock('../../src/process/stamp.ts', async (original) => {
  const module = await original<typeof import('../../src/process/stamp.ts')>();
  return { ...module, stampNumber: counted(reads.stamp, module.stampNumber) };
});
vi.mock('../../src/process/census.ts', async (original) => {
  const module = await original<typeof import('../../src/process/census.ts')>();
  return { ...module, environmentOf: counted(reads.environment, module.environmentOf) };
});
vi.mock('../../src/process/usage.ts', async (original) => {
  const module = await original<typeof import('../../src/process/usage.ts')>();
  return { ...module, processUsage: counted(reads.stat, module.processUsage) };
});
vi.mock('../../src/process/monotonic.ts', () => ({ monotonic: () => process.uptime() * 1000 + now.ahead }));

let crowd: ChildProcess;
const many = 60;
const mark = `CROWD=${process.pid}`;
let pids: readonly number[];
beforeAll(async () => {
  const text = `i=0; while [ $i -lt ${many} ]; do sleep 60 & i=$((i + 1)); done; wait`;
  crowd = spawn('sh', ['-c', text], {
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, CROWD: String(process.pid) },
  });
  await until(() => marked(mark).length === many + 1);
  pids = marked(mark);
});
afterAll(() => void process.kill(-(crowd.pid ?? 0), 'SIGKILL'));
beforeEach(() => {
  for (const counts of Object.values(reads)) counts.clear();
});

/** Families that none of the crowd belongs to, though each asks for another badge. */
function families(): readonly Family[] {
  return Array.from({ length: 6 }, (_, at) => ({
    leader: -1 - at,
    marks: ['CROWD=none', `SUPER_TASK=${at}`],
    stamps: [`77777777777${at}`],
    members: new Map(),
  }));
}

const readsOf = (counts: ReadonlyMap<number, number>) => new Set(pids.map((pid) => counts.get(pid) ?? 0));

test('badges are read once in the life of a process, for all families; a stranger is not read at all any more', async () => {
  const find = familyFinder({ since: undefined, except: ({ pid }) => pid === process.pid });
  for (let look = 0; look < 4; look += 1) await find(families(), breathless);
  expect(readsOf(reads.stamp)).toEqual(new Set([1]));
  expect(readsOf(reads.environment)).toEqual(new Set([1]));
  expect(readsOf(reads.stat)).toEqual(new Set([4]));
  now.ahead = 5000;
  for (let look = 0; look < 4; look += 1) await find(families(), breathless);
  expect(readsOf(reads.stat)).toEqual(new Set([4]));
  expect(monotonic()).toBeGreaterThan(5000);
});

test('of what began before, badges are not read', async () => {
  const find = familyFinder({ since: Number.MAX_SAFE_INTEGER, except: () => false });
  for (let look = 0; look < 4; look += 1) await find(families(), breathless);
  expect([reads.stamp.size, reads.environment.size]).toEqual([0, 0]);
  expect(readsOf(reads.stat)).toEqual(new Set([1]));
});

test('there is a chance to rest after every process that is read', async () => {
  const find = familyFinder({ since: undefined, except: ({ pid }) => pid === process.pid });
  let breaths = 0;
  const breathe = () => {
    breaths += 1;
    return breaths % 10 === 0 ? Promise.resolve() : undefined;
  };
  await find(families(), { breathe });
  const read = [...reads.stat.values()].reduce((sum, count) => sum + count, 0);
  expect(read).toBeGreaterThan(many);
  expect(breaths).toBe(read);
});

test('a search that ends early is taken up where it was, and reads nobody again', async () => {
  const find = familyFinder({ since: 0, except: ({ pid }) => pid === process.pid });
  for (let rounds = 0, done = false; !done; rounds += 1) {
    let steps = 0;
    const breathe = () => {
      steps += 1;
      return steps % 10 === 0 ? Promise.resolve() : undefined;
    };
    now.ahead += 5000;
    await find(families(), { breathe, isOutdated: () => true });
    done = steps < 10;
    expect(rounds).toBeLessThan(1000);
  }
  expect(readsOf(reads.stamp)).toEqual(new Set([1]));
  expect(readsOf(reads.stat)).toEqual(new Set([1]));
});

test('attempts that end together share a look at each process, and who asks during one has the next', async () => {
  const [some = 0, other = 0] = pids;
  const census = (wanted: number) => ({
    groups: new Set<number>(),
    marks: [mark],
    stamps: ['777777777777'],
    except: ({ pid }: { readonly pid: number }) => pid !== wanted,
  });
  const early = findProcesses(census(some));
  const late = Array.from({ length: 40 }, (_, at) => findProcesses(census(at % 2 === 0 ? some : other)));
  expect((await early).map(({ pid }) => pid)).toEqual([some]);
  const found = await Promise.all(late);
  expect(found.map((list) => list.map(({ pid }) => pid))).toEqual(
    Array.from({ length: 40 }, (_, at) => [at % 2 === 0 ? some : other]),
  );
  expect([reads.stamp.get(some), reads.stamp.get(other)]).toEqual([2, 1]);
});
