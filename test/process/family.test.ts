// What processes use, and whose they are.
import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { dutyOf } from '../../src/process/duty.ts';
import { type Family, familyFinder, type Members, refresh, spentBetween } from '../../src/process/family.ts';
import { breathless } from '../../src/process/pace.ts';
import { fairBytes, type ProcessUsage, processUsage } from '../../src/process/usage.ts';
import { pause } from './lab.ts';

const MiB = 1024 * 1024;

/** Starts a shell in a group of its own; what it leaves behind is killed in the end. */
function shell(text: string, env: NodeJS.ProcessEnv = {}): number {
  const child = spawn('sh', ['-c', text], { detached: true, stdio: 'ignore', env: { PATH: process.env.PATH, ...env } });
  const { pid = 0 } = child;
  onTestFinished(() => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  });
  return pid;
}

test('what this process uses is what it says of itself', () => {
  const own = processUsage(process.pid);
  const { user, system } = process.cpuUsage();
  expect(own?.parent).toBe(process.ppid);
  expect(Math.abs((own?.cpuMs ?? 0) - (user + system) / 1000)).toBeLessThan(200);
  expect((own?.residentBytes ?? 0) / process.memoryUsage.rss()).toBeGreaterThan(0.8);
  expect((own?.residentBytes ?? 0) / process.memoryUsage.rss()).toBeLessThan(1.25);
  expect(fairBytes(process.pid)).toBeGreaterThan(10 * MiB);
  expect(fairBytes(process.pid)).toBeLessThan((own?.residentBytes ?? 0) * 1.1);
});

test('of a process that does not exist nothing is said', () => {
  expect(processUsage(2 ** 30)).toBeUndefined();
  expect(fairBytes(2 ** 30)).toBe(0);
});

test('children, those in groups of their own, and those known by a mark alone belong to the family', async () => {
  const mark = `FAMILY=${process.pid}`;
  const leader = shell('sleep 9 & setsid sh -c "sleep 8 & wait" & wait', {});
  // Nobody's child: its parent has ended before anybody looked.
  const other = shell('setsid -f sleep 7; sleep 6', { FAMILY: String(process.pid) });
  const stranger = shell('sleep 5');
  await pause(300);
  const family: Family = { leader, marks: [], members: new Map() };
  const marked: Family = { leader: -1, marks: [mark], members: new Map() };
  const find = familyFinder({ since: undefined, except: ({ pid }) => pid === process.pid });
  await find([family, marked], breathless);
  expect(family.members.size).toBe(3);
  expect(family.members.has(leader)).toBe(false);
  expect(marked.members.has(other)).toBe(true);
  expect(marked.members.size).toBe(3);
  for (const { members } of [family, marked]) expect(members.has(stranger)).toBe(false);
  const strays = [...family.members.values(), ...marked.members.values()].filter(({ group }) => group !== leader);
  process.kill(-leader, 'SIGKILL');
  for (;;) {
    await refresh([family, marked], breathless);
    await find([family, marked], breathless);
    if (family.members.size === 2) break;
    await pause(10);
  }
  // Their group is gone and so is their parent: they are known because they were known.
  expect([...family.members.values()].every(({ group }) => group !== leader)).toBe(true);
  for (const { pid } of strays) process.kill(pid, 'SIGKILL');
});

/** Members by process id, parent and processor time. */
function members(...list: readonly (readonly [pid: number, parent: number, cpuMs: number])[]): Members {
  return new Map(
    list.map(([pid, parent, cpuMs]) => [
      pid,
      { pid, parent, cpuMs, state: 'R', group: 1, began: `${pid}`, residentBytes: 0 } satisfies ProcessUsage,
    ]),
  );
}

test.each<[string, Members, Members, number]>([
  ['what grew and what is new', members([2, 1, 100]), members([2, 1, 150], [3, 2, 30]), 80],
  ['a child that was waited for counts once', members([2, 1, 100], [3, 2, 400]), members([2, 1, 520]), 20],
  ['a chain that ended from below counts once', members([2, 1, 0], [3, 2, 10], [4, 3, 400]), members([2, 1, 420]), 10],
  [
    'what nobody of the family waited for keeps what was counted',
    members([2, 1, 100], [3, 9, 400]),
    members([2, 1, 130]),
    30,
  ],
  ['a child that nobody waited for takes nothing back', members([2, 1, 100], [3, 2, 400]), members([2, 1, 110]), 0],
  [
    'a number that was given again is another process',
    members([2, 1, 500]),
    new Map([[2, { ...(members([2, 1, 40]).get(2) as ProcessUsage), began: 'x' }]]),
    40,
  ],
])('processor time between two looks: %s', (_, before, after, spent) => {
  expect(spentBetween(before, after)).toBe(spent);
});

test.each([
  [0.5, 2],
  [0.1, 1],
  [0.05, 8],
  [1.5, 2],
])('a share of %d is kept by who takes %i', (cpus, taken) => {
  const duty = dutyOf(cpus, 0);
  let now = 0;
  let used = 0;
  while (now < 60_000) {
    now += 20;
    used += 20 * taken;
    for (let pause = duty.spend(20 * taken, now); pause > 0; pause = duty.spend(0, now)) now += pause;
  }
  expect(used / now / cpus).toBeGreaterThan(0.95);
  expect(used / now / cpus).toBeLessThan(1.05);
});

test('who stays below its share is never held, and long idleness buys little', () => {
  const duty = dutyOf(0.5, 0);
  for (let now = 50; now < 100_000; now += 50) expect(duty.spend(24, now)).toBe(0);
  expect(duty.spend(0, 1_000_000)).toBe(0);
  expect(duty.spend(400, 1_000_400)).toBeGreaterThan(100);
});
