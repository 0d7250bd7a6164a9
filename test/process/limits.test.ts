// Limits of attempts, with real processes.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LaunchEnd, Program, TreeLimits } from '../../src/process/order.ts';
import { type Lab, lives, marked, openLab, pause, script, until } from './lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = openLab(2000);
});
afterEach(() => lab.close());

const MiB = 1024 * 1024;

function start(name: string, program: Program, limits: TreeLimits) {
  return lab.launchers.launch({
    program,
    cwd: lab.folder,
    env: { SUPER_TASK: name, SUPER_ATTEMPT: '1' },
    stdin: undefined,
    stdout: join(lab.folder, `${name}.out`),
    stderr: join(lab.folder, `${name}.err`),
    limits,
  });
}

/** A perl program that takes memory in pieces, waiting so many seconds after each, then sleeps. */
function hog(name: string, pieces: number, mebibytes: number, seconds: number, first = ''): string {
  const grow = `for (1..${pieces}) { vec($a[$_], ${mebibytes} << 20, 8) = 1; select undef, undef, undef, ${seconds} }`;
  return `perl -e '${first} ${grow} open F, ">", "${name}.done"; sleep 100'`;
}

/** Command line of a process; nothing when it is gone. */
function commandOf(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

describe('memory', () => {
  const limits = { memoryBytes: 150 * MiB };
  const exceeded = (end: LaunchEnd) => {
    expect(end).toMatchObject({ type: 'exceeded' });
    if (end.type !== 'exceeded') throw new Error('unreachable');
    const figures =
      /^used (\d+) MiB of memory, the limit is 150 MiB \((\d+) process(?:es)?; measured by sampling\)$/.exec(
        end.message,
      );
    expect(end.message).toMatch(figures === null ? /^used with figures/ : /./);
    return { mebibytes: Number(figures?.[1]), processes: Number(figures?.[2]) };
  };

  test.each([
    ['slow', script(hog('slow', 40, 10, 0.05))],
    ['fast', script(hog('fast', 1, 600, 0))],
    ['deaf', script(hog('deaf', 40, 10, 0.02, '$SIG{TERM} = "IGNORE";'))],
    ['program', { type: 'argv', argv: ['perl', '-e', 'vec($a, 400 << 20, 8) = 1; sleep 100'] } as const],
  ])('a hog is ended: %s', async (name, program) => {
    const began = Date.now();
    const { mebibytes } = exceeded(await start(name, program, limits).ended);
    expect(mebibytes).toBeGreaterThan(150);
    expect(Date.now() - began).toBeLessThan(8000);
    expect(marked(`SUPER_TASK=${name}`, `SUPER_RUN_ID=${lab.run}`)).toEqual([]);
  });

  test('children count together, in sessions of their own and with an emptied environment, too', async () => {
    const child = (name: string) => hog(name, 1, 60, 0);
    const text = `${child('one')} & setsid ${child('two')} & setsid env -i PATH="$PATH" ${child('three')} & wait`;
    const { mebibytes, processes } = exceeded(await start('tree', script(text), limits).ended);
    expect(mebibytes).toBeLessThan(260);
    expect(processes).toBeGreaterThanOrEqual(3);
    await until(() => !readdirSync('/proc').some((pid) => commandOf(pid).includes('three.done')));
  });

  test('whoever hides with all means counts: another session, no parent, an emptied environment', async () => {
    const text = `setsid -f env -i PATH="$PATH" ${hog('hidden', 1, 200, 0)}; sleep 100`;
    exceeded(await start('hidden', script(text), limits).ended);
    await until(() => !readdirSync('/proc').some((pid) => commandOf(pid).includes('hidden.done')));
  });

  test('memory that processes share counts once', async () => {
    // Five processes show 90 MiB each, which is one and the same.
    const text = `perl -e 'vec($a, 90 << 20, 8) = 1; for (1..4) { last unless fork } sleep 2'`;
    expect(await start('forks', script(text), limits).ended).toEqual({ type: 'exited', code: 0 });
  });

  test('whoever stays below is left alone', async () => {
    const text = `perl -e 'vec($a, 60 << 20, 8) = 1; sleep 1'`;
    expect(await start('small', script(text), limits).ended).toEqual({ type: 'exited', code: 0 });
  });

  test('the next attempt of the same launcher begins at nothing', async () => {
    for (const name of ['first', 'second', 'third']) {
      const text = `perl -e 'vec($a, 100 << 20, 8) = 1; sleep 0.3'`;
      expect(await start(name, script(text), limits).ended).toEqual({ type: 'exited', code: 0 });
    }
  });
});

describe('processor time', () => {
  /** Busy for so many seconds in two processes; each then writes the processor time that it had. */
  const busy = (seconds: number, prefix = '') =>
    `${prefix} perl -e 'fork; use Time::HiRes "time"; $t = time; 1 while time - $t < ${seconds}; ($u, $s) = times; print $u + $s, "\\n"'`;
  const spent = (name: string) =>
    lab
      .read(`${name}.out`)
      .trim()
      .split('\n')
      .reduce((sum, line) => sum + Number(line), 0);

  test.each([
    [0.5, ''],
    [0.2, ''],
    [0.5, 'setsid -w'],
  ])('a share of %d is kept within a quarter %s', { retry: 2 }, async (cpus, prefix) => {
    const began = Date.now();
    const before = idleTime();
    // The last words are written by two processes, one of which may end before the other.
    const end = await start('busy', script(`${busy(3, prefix)}; sleep 0.5`), { cpus }).ended;
    expect(end).toEqual({ type: 'exited', code: 0 });
    expect(Date.now() - began).toBeLessThan(8000);
    // Where the machine has no time left, nobody gets their share.
    if (idleTime() - before > 1) expect(spent('busy') / 3).toBeGreaterThan(cpus * 0.75);
    expect(spent('busy') / 3).toBeLessThan(cpus * 1.25 + 0.25 / 3);
  });

  test('short-lived children count, too', { retry: 2 }, async () => {
    const text =
      'i=0; while [ $i -lt 100000 ]; do (i=1; while [ $i -lt 3000 ]; do i=$((i + 1)); done); i=$((i + 1)); done';
    const work = start('many', { type: 'argv', argv: ['sh', '-c', text] }, { cpus: 0.3 });
    const [before, idle] = [await childTime('many'), idleTime()];
    await pause(4000);
    const share = ((await childTime('many')) - before) / 4;
    const idled = idleTime() - idle;
    work.stop(true);
    await work.ended;
    if (idled > 1) expect(share).toBeGreaterThan(0.3 * 0.6);
    expect(share).toBeLessThan(0.3 * 1.4);
  });

  test('what is slowed down hears at once that it is to end, and time that it was held is known', async () => {
    const work = start('slow', script(`exec perl -e '$SIG{TERM} = sub { print "heard"; exit 3 }; 1 while 1'`), {
      cpus: 0.05,
    });
    await pause(1500);
    expect(work.held()).toBeGreaterThan(700);
    const began = Date.now();
    work.stop(false);
    expect(await work.ended).toEqual({ type: 'exited', code: 3 });
    expect(Date.now() - began).toBeLessThan(1000);
    expect(lab.read('slow.out')).toBe('heard');
  });

  test('a pause outlasts the turns of what is slowed down', async () => {
    const text = `exec perl -e '$| = 1; use Time::HiRes "time"; while (1) { $t = time; 1 while time - $t < 0.02; print "." }'`;
    const work = start('paused', script(text), { cpus: 0.3 });
    await until(() => existsSync(join(lab.folder, 'paused.out')) && lab.read('paused.out').length > 3);
    work.freeze(true);
    await pause(100);
    const size = lab.read('paused.out').length;
    await pause(1000);
    expect(lab.read('paused.out').length).toBe(size);
    work.freeze(false);
    await until(() => lab.read('paused.out').length > size + 3);
    work.stop(true);
    await work.ended;
  });
});

test('what is frozen before it began is held when it begins', async () => {
  const other = openLab(300);
  const work = other.start('early', script('echo begun; sleep 0.2; echo over'));
  work.freeze(true);
  await pause(700);
  expect(work.held()).toBeGreaterThan(100);
  work.freeze(false);
  expect(await work.ended).toEqual({ type: 'exited', code: 0 });
  expect(other.read('early.out')).toBe('begun\nover\n');
  await other.close();
});

/** Processor time in seconds of the first process of a task, its ended children included. */
async function childTime(task: string): Promise<number> {
  await until(() => marked(`SUPER_TASK=${task}`, `SUPER_RUN_ID=${lab.run}`).some(lives));
  const [pid] = marked(`SUPER_TASK=${task}`, `SUPER_RUN_ID=${lab.run}`);
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
}

/** Time in seconds that the processors of this machine had nothing to do. */
function idleTime(): number {
  return Number(readFileSync('/proc/stat', 'latin1').split(/\s+/)[4]) / 100;
}
