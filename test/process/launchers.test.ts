import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Lab, lives, marked, openLab, pause, script, until } from './lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = openLab();
});
afterEach(() => lab.close());

/** A process that does not care for TERM, and how to find it. */
const deaf = `perl -e '$SIG{TERM} = "IGNORE"; open F, ">", $ARGV[0]; print F $$; close F; sleep 100' `;

async function pidIn(name: string): Promise<number> {
  const file = join(lab.folder, name);
  await until(() => existsSync(file) && /^\d+\n?$/.test(readFileSync(file, 'utf8')));
  return Number(readFileSync(file, 'utf8'));
}

test('is ready where everything is there, and says what is missing', async () => {
  expect(await lab.launchers.ready).toBeUndefined();
  const bare = openLab(300, { PATH: lab.folder });
  expect(await bare.launchers.ready).toMatch(/^agents cannot be started here: /);
  const end = await bare.start('a', script('true')).ended;
  expect(end).toMatchObject({ type: 'lost' });
  await bare.close();
});

describe('what a process is given', () => {
  test('five variables of the caller, two of the run, and those of the order', async () => {
    const caller = { PATH: process.env.PATH, HOME: '/root', LANG: 'C', SECRET: 'no' };
    const other = openLab(300, caller);
    const { stdout } = await other.finish('env', { type: 'argv', argv: ['env'] }, { MINE: "it's" });
    expect(
      stdout
        .split('\n')
        .filter((line) => !/^(PATH|PWD|_|SHLVL)=/.test(line))
        .sort(),
    ).toEqual(
      [
        '',
        'HOME=/root',
        'LANG=C',
        "MINE=it's",
        "SUPER_GOAL=it's a goal",
        `SUPER_RUN_ID=${other.run}`,
        'SUPER_ATTEMPT=1',
        'SUPER_TASK=env',
      ].sort(),
    );
    await other.close();
  });

  test('any text, byte for byte, as a variable and as an argument', async () => {
    let count = 0;
    const text = fc.string({ unit: 'binary', maxLength: 200 }).map((value) => value.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(text, text, async (one, two) => {
        count += 1;
        const inShell = await lab.finish(`a${count}`, script('printf %s "$ONE|$TWO"'), { ONE: one, TWO: two });
        expect(inShell.stdout).toBe(`${one}|${two}`);
        const argv = await lab.finish(`b${count}`, { type: 'argv', argv: ['printf', '%s|%s', one, two] });
        expect(argv.stdout).toBe(`${one}|${two}`);
      }),
      { numRuns: 60 },
    );
  });

  test('names with a meaning for the shell', async () => {
    const { stdout } = await lab.finish('odd', { type: 'argv', argv: ['env'] }, { IFS: 'x', PPID: '1', 'a.b': "c'd" });
    expect(stdout).toMatch(/^IFS=x$/m);
    expect(stdout).toMatch(/^PPID=1$/m);
    expect(stdout).toMatch(/^a\.b=c'd$/m);
    const { stdout: words } = await lab.finish('ifs', script('x="a b"; for w in $x; do echo $w; done'), { IFS: 'q' });
    expect(words).toBe('a\nb\n');
  });

  test('not a NUL, and no name that is none', async () => {
    expect(await lab.start('nul', script('true'), { A: 'x\0y' }).ended).toMatchObject({ type: 'refused' });
    expect(await lab.start('name', script('true'), { 'A=B': 'x' }).ended).toMatchObject({ type: 'refused' });
  });

  test('its input', async () => {
    writeFileSync(join(lab.folder, 'prompt'), 'read me');
    const { stdout } = await lab.finish('in', script('cat'), {}, join(lab.folder, 'prompt'));
    expect(stdout).toBe('read me');
  });

  test.each([20_000, 200_000])('a script of %i lines and a variable that is nearly too long', async (lines) => {
    const text = `n=0\n${"n=$((n + 1)) # it's long\n".repeat(lines)}`;
    const value = 'v'.repeat(100_000);
    const plain = await lab.finish('plain', script(`${text}echo $n \${#VALUE}`), { VALUE: value });
    expect(plain.stdout).toBe(`${lines} 100000\n`);
    const real = await lab.finish('real', script(`${text}[ -n "$$" ] && echo $n`));
    expect(real.stdout).toBe(`${lines}\n`);
  });
});

test('one process runs any number of plain scripts, one after the other', async () => {
  const parents = new Set<string>();
  for (let n = 0; n < 50; n += 1) {
    const { stdout } = await lab.finish(`n${n}`, script("awk '{print $4, $5}' /proc/self/stat"));
    parents.add(stdout.split(' ')[1] ?? '');
  }
  expect(parents.size).toBe(1);
});

test('as many run at once as are started', async () => {
  const all = Array.from({ length: 12 }, (_, n) =>
    lab.start(`n${n}`, script(`touch here${n}; while [ ! -e go ]; do sleep 0.02; done`)),
  );
  await until(() => all.every((_, n) => existsSync(join(lab.folder, `here${n}`))));
  writeFileSync(join(lab.folder, 'go'), '');
  expect(await Promise.all(all.map(({ ended }) => ended))).toEqual(all.map(() => ({ type: 'exited', code: 0 })));
});

describe('a stop', () => {
  test('is TERM to everything of the attempt', async () => {
    const one = lab.start('one', script('sleep 100 | sleep 100'));
    await until(() => marked(`SUPER_RUN_ID=${lab.run}`, 'SUPER_TASK=one').length >= 2);
    one.stop(false);
    expect(await one.ended).toEqual({ type: 'exited', code: 143 });
    expect(marked(`SUPER_RUN_ID=${lab.run}`, 'SUPER_TASK=one')).toEqual([]);
    expect(await lab.finish('two', script('echo next'))).toMatchObject({ end: { code: 0 }, stdout: 'next\n' });
  });

  test('lets a script clean up', async () => {
    const one = lab.start(
      'one',
      script(`trap 'sleep 0.1; echo cleaned; exit 5' TERM; echo up; while :; do sleep 0.02; done`),
    );
    await until(() => existsSync(join(lab.folder, 'one.out')) && lab.read('one.out') !== '');
    one.stop(false);
    expect(await one.ended).toEqual({ type: 'exited', code: 5 });
    expect(lab.read('one.out')).toBe('up\ncleaned\n');
  });

  test('is KILL after the grace, for a grandchild that ignores TERM', async () => {
    const one = lab.start('one', script(`(${deaf} pid) ; true`));
    const pid = await pidIn('pid');
    one.stop(false);
    expect(await one.ended).toMatchObject({ type: 'exited' });
    expect(lives(pid)).toBe(false);
  });

  test('by force does not wait for the grace', async () => {
    const patient = openLab(3_600_000);
    const one = patient.start('one', script(`${deaf} pid`));
    await until(() => existsSync(join(patient.folder, 'pid')) && patient.read('pid') !== '');
    one.stop(false);
    await pause(50);
    one.stop(true);
    expect(await one.ended).toMatchObject({ type: 'exited' });
    expect(lives(Number(patient.read('pid')))).toBe(false);
    await patient.close();
  });

  test('finds what has left the group', async () => {
    const one = lab.start('one', script('setsid sleep 100 & sleep 100'));
    await until(() => marked(`SUPER_RUN_ID=${lab.run}`, 'SUPER_TASK=one').length >= 2);
    one.stop(false);
    await one.ended;
    expect(marked(`SUPER_RUN_ID=${lab.run}`, 'SUPER_TASK=one')).toEqual([]);
  });

  test.each([0, 1, 3, 10, 30])('%i ms after the start ends it as well', async (delay) => {
    await lab.finish('warm', script('true'));
    const patient = Array.from({ length: 4 }, (_, n) => lab.start(`n${n}`, script('sleep 100')));
    if (delay > 0) await pause(delay);
    for (const one of patient) one.stop(false);
    const codes = await Promise.all(patient.map(({ ended }) => ended));
    for (const end of codes) expect(end).toMatchObject({ type: 'exited', code: expect.toBeOneOf([143, 137]) });
  });
});

describe('what is left behind', () => {
  test.each(['sleep 100 & echo done', 'nohup sleep 100 >/dev/null 2>&1 & echo done', `setsid ${deaf} pid & echo done`])(
    'does not outlive the attempt: %s',
    async (text) => {
      const { end, stdout } = await lab.finish('one', script(text));
      expect({ end, stdout }).toEqual({ end: { type: 'exited', code: 0 }, stdout: 'done\n' });
      expect(marked(`SUPER_RUN_ID=${lab.run}`, 'SUPER_TASK=one')).toEqual([]);
    },
  );

  test('by two forks and without the mark ends with the group, with the mark at the end of the run', async () => {
    const daemon = `perl -MPOSIX -e 'exit if fork; POSIX::setsid(); exit if fork; open F, ">", $ARGV[0]; print F $$; close F; sleep 100'`;
    writeFileSync(join(lab.folder, 'daemon.sh'), `${daemon} pid\nwhile [ ! -s pid ]; do sleep 0.01; done\n`);
    // Nothing in the text of this script tells that something stays behind.
    await lab.finish('one', script('sh ./daemon.sh'));
    const pid = await pidIn('pid');
    await lab.launchers.close();
    expect(lives(pid)).toBe(false);
    expect(marked(`SUPER_RUN_ID=${lab.run}`)).toEqual([]);
  });
});

describe('when something is ended from outside', () => {
  const leader = async (name: string) => {
    await until(() => existsSync(join(lab.folder, `${name}.out`)) && lab.read(`${name}.out`).endsWith('\n'));
    return Number(lab.read(`${name}.out`));
  };
  const group = "awk '{print $5}' /proc/self/stat; sleep 100";

  test('a launcher: its attempt is lost, nothing of it stays, the next one runs', async () => {
    const one = lab.start('one', script(group));
    process.kill(await leader('one'), 'SIGKILL');
    expect(await one.ended).toEqual({ type: 'lost', message: 'its shell was ended from outside' });
    expect(marked(`SUPER_RUN_ID=${lab.run}`, 'SUPER_TASK=one')).toEqual([]);
    expect(await lab.finish('two', script('true'))).toMatchObject({ end: { code: 0 } });
  });

  test('the nursery: attempts are lost, closing still finds all', async () => {
    const one = lab.start('one', script(group));
    const pid = await leader('one');
    const monitor = parentOf(pid);
    process.kill(parentOf(monitor), 'SIGKILL');
    expect(await one.ended).toMatchObject({
      type: 'lost',
      message: expect.stringMatching(/^the process that starts all others was lost/),
    });
    expect(await lab.start('two', script('true')).ended).toMatchObject({ type: 'lost' });
    await lab.launchers.close();
    expect(marked(`SUPER_RUN_ID=${lab.run}`)).toEqual([]);
  });

  test('this process, by KILL: all is gone within 5 seconds', async () => {
    const driver = spawn(process.execPath, [fileURLToPath(new URL('./driver.ts', import.meta.url)), lab.folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const run = await new Promise<string>((resolve) =>
      driver.stdout.once('data', (text) => resolve(String(text).trim())),
    );
    const daemon = await pidIn('daemon');
    const markless = await pidIn('markless');
    await until(() => marked(`SUPER_RUN_ID=${run}`).length > 5);
    driver.kill('SIGKILL');
    const killed = performance.now();
    await until(() => marked(`SUPER_RUN_ID=${run}`).length === 0);
    expect(performance.now() - killed).toBeLessThan(5000);
    expect([daemon, markless].map(lives)).toEqual([false, false]);
  });
});

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

test('a large process starts others through a small one: only the nursery is its child', async () => {
  const ballast = Buffer.alloc(1024 * 1024 * 1024, 1);
  const before = childrenOfThis();
  const ends = await Promise.all(Array.from({ length: 200 }, (_, n) => lab.finish(`n${n % 20}-${n}`, script('true'))));
  expect(ends.every(({ end }) => end.type === 'exited' && end.code === 0)).toBe(true);
  expect(childrenOfThis()).toEqual(before);
  expect(ballast.length).toBe(1024 ** 3);
});

function childrenOfThis(): string {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
}

test.each([0, 1, 2, 5, 10, 20, 40])(
  'closing %i ms after the opening takes no longer than starting does',
  async (delay) => {
    const brief = openLab();
    if (delay > 0) await pause(delay);
    const began = performance.now();
    await brief.close();
    expect(performance.now() - began).toBeLessThan(800);
    expect(marked(`SUPER_RUN_ID=${brief.run}`)).toEqual([]);
  },
);
