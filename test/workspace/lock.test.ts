import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RunId } from '../../src/schema/types.gen.ts';
import { type LockRecord, takeLock } from '../../src/workspace/lock.ts';
import { folderWith } from '../cli/harness.ts';

const record = (run: string, more: Partial<LockRecord> = {}): LockRecord => ({
  pid: 4711,
  start_time: '1',
  boot_id: 'b',
  host: 'here',
  run: run as RunId,
  ...more,
});
const alive = () => true;
const dead = () => false;

test('one holds it, the next is told who; released, it is free and nothing is left', () => {
  const workspace = join(folderWith(), 'made/as/needed');
  const first = takeLock(workspace, record('r1'), alive);
  expect(first.type).toBe('held');
  expect(JSON.parse(readFileSync(join(workspace, 'run.lock'), 'utf8'))).toEqual(record('r1'));
  expect(takeLock(workspace, record('r2'), alive)).toEqual({ type: 'refused', holder: record('r1') });
  if (first.type === 'held') first.release();
  expect(readdirSync(workspace)).toEqual([]);
  expect(takeLock(workspace, record('r3'), alive).type).toBe('held');
});

test('the lock of a dead holder is taken over', () => {
  const workspace = folderWith({ 'run.lock': `${JSON.stringify(record('old'))}\n` });
  expect(takeLock(workspace, record('new'), dead).type).toBe('held');
  expect(JSON.parse(readFileSync(join(workspace, 'run.lock'), 'utf8'))).toEqual(record('new'));
  expect(readdirSync(workspace)).toEqual(['run.lock']);
});

test.each([
  ['a folder', (path: string) => mkdirSync(path)],
  ['a link', (path: string) => symlinkSync('/nowhere', path)],
])('%s in place of the lock is told: nobody would ever let go of it', (_, make) => {
  const workspace = folderWith();
  make(join(workspace, 'run.lock'));
  expect(() => takeLock(workspace, record('new'), dead)).toThrow(/run\.lock is no lock of a run/);
  expect(readdirSync(workspace)).toEqual(['run.lock']);
});

test('a takeover that died half-way does not keep the next one out', () => {
  const workspace = folderWith({
    'run.lock': `${JSON.stringify(record('old'))}\n`,
    'run.lock.takeover': `${JSON.stringify(record('died'))}\n`,
  });
  expect(takeLock(workspace, record('new'), dead).type).toBe('held');
  expect(readdirSync(workspace)).toEqual(['run.lock']);
});

test('a takeover under way is left to who does it', () => {
  const old = record('old');
  const workspace = folderWith({
    'run.lock': `${JSON.stringify(old)}\n`,
    'run.lock.takeover': `${JSON.stringify(record('taking'))}\n`,
  });
  const taken = takeLock(workspace, record('new'), (holder) => holder.run === 'taking');
  expect(taken.type).toBe('refused');
  expect(JSON.parse(readFileSync(join(workspace, 'run.lock'), 'utf8'))).toEqual(old);
});

test.each(['what is this', '', '{"pid":1}'])('a lock that nobody can read is taken over: %j', (text) => {
  const workspace = folderWith({ 'run.lock': text });
  expect(takeLock(workspace, record('new'), alive).type).toBe('held');
});

test('a takeover that left nothing but an empty guard keeps nobody out', () => {
  const workspace = folderWith({ 'run.lock': '', 'run.lock.takeover': '' });
  expect(takeLock(workspace, record('new'), alive).type).toBe('held');
});

test.each([
  ['with its record', `${JSON.stringify(record('r1', { pid: 5 }))}\n`],
  ['before it wrote its record', ''],
])('a process killed while it wanted the lock, %s, keeps nobody out, not even of the same run', (_, text) => {
  const workspace = folderWith({ 'run.lock.r1.5.1': text });
  expect(takeLock(workspace, record('r1'), ({ pid }) => pid !== 5).type).toBe('held');
  expect(readdirSync(workspace)).toEqual(['run.lock']);
});

test('what a living process is about to take the lock with is left to it', () => {
  const workspace = folderWith({
    'run.lock.r1.5.1': '',
    'run.lock.r2.6.1': `${JSON.stringify(record('r2', { pid: 6 }))}\n`,
  });
  expect(takeLock(workspace, record('r1'), alive).type).toBe('held');
  expect(readdirSync(workspace).sort()).toEqual(['run.lock', 'run.lock.r1.5.1', 'run.lock.r2.6.1']);
});

test('who releases late does not take away the lock of the next one', () => {
  const workspace = folderWith();
  const first = takeLock(workspace, record('r1'), alive);
  writeFileSync(join(workspace, 'run.lock'), `${JSON.stringify(record('r2'))}\n`);
  if (first.type === 'held') first.release();
  expect(existsSync(join(workspace, 'run.lock'))).toBe(true);
});

test('a workspace that cannot be made is a storage failure', () => {
  const folder = folderWith({ file: '' });
  for (const place of [join(folder, 'file'), join(folder, 'file/below/deep'), '/proc/new/folder']) {
    expect(() => takeLock(place, record('r'), alive)).toThrow(
      expect.objectContaining({ name: 'StorageFailure', message: expect.stringContaining(place) }),
    );
  }
});

test('of many processes at the same moment one wins, even over the lock of a dead one', async () => {
  const child = spawn('true');
  await new Promise((done) => child.on('close', done));
  for (const before of [undefined, record('gone', { pid: child.pid ?? 0 })]) {
    const workspace = folderWith(before === undefined ? {} : { 'run.lock': `${JSON.stringify(before)}\n` });
    const at = Date.now() + 700;
    const children: ChildProcess[] = [];
    onTestFinished(() => {
      for (const each of children) each.kill('SIGKILL');
    });
    const said = Array.from({ length: 8 }, (_, index) => {
      const contender = join(import.meta.dirname, 'contender.ts');
      const one = spawn(process.execPath, [contender, workspace, `r${index}`, String(at)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      children.push(one);
      return new Promise<string>((done) => one.stdout.once('data', (data) => done(String(data).trim())));
    });
    const answers = await Promise.all(said);
    expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'refused')).toHaveLength(7);
  }
});
