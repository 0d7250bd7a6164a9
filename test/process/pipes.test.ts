import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Launched, LaunchOrder, Program, Sink } from '../../src/process/order.ts';
import { type Lab, lives, openLab, script, until } from './lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = openLab();
});
afterEach(() => lab.close());

interface Collected extends Sink {
  readonly text: () => string;
  readonly length: () => number;
  readonly ends: () => number;
}

/** Keeps what it is given: the first million bytes of it. */
function collector(onWrite: (chunk: Uint8Array) => void = () => {}): Collected {
  const chunks: Buffer[] = [];
  let length = 0;
  let ends = 0;
  return {
    write(chunk) {
      if (length < 1_000_000) chunks.push(Buffer.from(chunk));
      length += chunk.length;
      onWrite(chunk);
    },
    end() {
      ends += 1;
    },
    text: () => Buffer.concat(chunks).toString(),
    length: () => length,
    ends: () => ends,
  };
}

let launches = 0;

function launch(program: Program, to: Pick<LaunchOrder, 'stdout' | 'stderr' | 'reports'>): Launched {
  launches += 1;
  return lab.launchers.launch({
    program,
    cwd: lab.folder,
    // What bears the marks of an attempt ends with it.
    env: { SUPER_TASK: `t${launches}`, SUPER_ATTEMPT: '1' },
    stdin: undefined,
    ...to,
  });
}

const file = (name: string) => join(lab.folder, name);
const folderOfPipes = () => {
  const own = readdirSync(tmpdir()).find((name) => name.startsWith(`super-${lab.run}-`));
  return join(tmpdir(), own ?? '');
};

test('all that is written arrives, in order, before the end is told', async () => {
  const stdout = collector();
  const stderr = collector();
  const text = 'n=0; while [ $n -lt 3000 ]; do echo "line $n"; echo "fault $n" >&2; n=$((n + 1)); done; exit 3';
  for (const program of [script(text), { type: 'argv', argv: ['sh', '-c', text] } as const]) {
    const [one, two] = [collector(), collector()];
    expect(await launch(program, { stdout: one, stderr: two }).ended).toEqual({ type: 'exited', code: 3 });
    expect(one.text()).toBe(Array.from({ length: 3000 }, (_, n) => `line ${n}\n`).join(''));
    expect(two.text()).toBe(Array.from({ length: 3000 }, (_, n) => `fault ${n}\n`).join(''));
    expect([one.ends(), two.ends()]).toEqual([1, 1]);
  }
  expect(await launch(script('true'), { stdout, stderr }).ended).toEqual({ type: 'exited', code: 0 });
  expect([stdout.text(), stdout.ends(), stderr.ends()]).toEqual(['', 1, 1]);
  expect(readdirSync(folderOfPipes())).toEqual([]);
});

test('one stream may come to us and the other go to a file; a third is there when it is asked for', async () => {
  const stdout = collector();
  const reports = collector();
  const text = 'echo out; echo err >&2; echo report >&3';
  await launch(script(text), { stdout, stderr: file('err'), reports }).ended;
  expect([stdout.text(), readFileSync(file('err'), 'utf8'), reports.text()]).toEqual(['out\n', 'err\n', 'report\n']);
  const without = await launch(script('echo report >&3'), { stdout: file('o'), stderr: file('e') }).ended;
  expect(without).not.toEqual({ type: 'exited', code: 0 });
});

test('what is written arrives while it runs', async () => {
  const stdout = collector();
  const launched = launch(script('echo begun; while [ ! -e go ]; do sleep 0.02; done; echo done'), {
    stdout,
    stderr: file('err'),
  });
  await until(() => stdout.text() === 'begun\n');
  await lab.finish('go', script('touch go'));
  await launched.ended;
  expect(stdout.text()).toBe('begun\ndone\n');
});

test('who writes faster than it is taken waits, and memory does not grow', async () => {
  const before = process.memoryUsage().rss;
  let most = 0;
  const stdout = collector(() => {
    most = Math.max(most, process.memoryUsage().rss);
  });
  await launch(script('head -c 300000000 /dev/zero'), { stdout, stderr: file('err') }).ended;
  expect(stdout.length()).toBe(300_000_000);
  expect(most - before).toBeLessThan(100_000_000);
});

test('many at once are read without a thread each', async () => {
  const sinks = Array.from({ length: 40 }, () => collector());
  const all = sinks.map((stdout, n) =>
    launch(script(`echo ${n}; while [ ! -e all ]; do sleep 0.05; done; echo ${n}`), { stdout, stderr: file(`e${n}`) }),
  );
  await until(() => sinks.every((sink, n) => sink.text() === `${n}\n`));
  await lab.finish('all', script('touch all'));
  const endings = await Promise.all(all.map(({ ended }) => ended));
  expect(endings).toEqual(all.map(() => ({ type: 'exited', code: 0 })));
  expect(sinks.map((sink) => sink.text())).toEqual(sinks.map((_, n) => `${n}\n${n}\n`));
});

test('children that keep the stream open are ended with the attempt, and nothing waits for them', async () => {
  const stdout = collector();
  const text = 'setsid sleep 100 & sleep 100 & echo left; exit 0';
  expect(await launch(script(text), { stdout, stderr: file('err') }).ended).toEqual({ type: 'exited', code: 0 });
  expect([stdout.text(), stdout.ends()]).toEqual(['left\n', 1]);
});

test('what is stopped while it writes, or before its pipes are there, ends; its sinks are ended once', async () => {
  const flood = collector();
  const launched = launch(script('yes'), { stdout: flood, stderr: file('err') });
  await until(() => flood.length() > 1_000_000);
  launched.stop(false);
  expect((await launched.ended).type).toBe('exited');
  expect(flood.ends()).toBe(1);
  const early = collector();
  const stopped = launch(script('echo never'), { stdout: early, stderr: file('err2') });
  stopped.stop(false);
  expect(await stopped.ended).toEqual({ type: 'exited', code: 143 });
  expect([early.text(), early.ends()]).toEqual(['', 1]);
});

test('at the close and after it, sinks are ended, too', async () => {
  const [waiting, late] = [collector(), collector()];
  const launched = launch(script('sleep 100'), { stdout: waiting, stderr: file('err') });
  const closed = lab.launchers.close();
  expect((await launched.ended).type).toMatch(/lost|exited/);
  expect(await launch(script('true'), { stdout: late, stderr: file('err') }).ended).toMatchObject({ type: 'lost' });
  await closed;
  expect([waiting.ends(), late.ends()]).toEqual([1, 1]);
});

test('after KILL of the orchestrator nothing that was piped is on the disk, and nobody hangs', async () => {
  const driver = fileURLToPath(new URL('pipes-driver.ts', import.meta.url));
  const child = spawn(process.execPath, [driver, lab.folder], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const run = await new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
  });
  const isPrivate = (name: string) => name.startsWith(`super-${run}-`);
  await until(() => existsSync(file('pid')) && readFileSync(file('pid'), 'utf8').endsWith('\n'));
  const pid = Number(readFileSync(file('pid'), 'utf8'));
  expect(lives(pid)).toBe(true);
  expect(readdirSync(tmpdir()).filter(isPrivate)).toHaveLength(1);
  const killed = performance.now();
  child.kill('SIGKILL');
  await until(() => !lives(pid));
  expect(performance.now() - killed).toBeLessThan(5000);
  await until(() => !readdirSync(tmpdir()).some(isPrivate));
  const left = readdirSync(lab.folder).filter((name) => readFileSync(file(name), 'utf8').includes('hush'));
  expect(left).toEqual([]);
});
