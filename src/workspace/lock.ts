// run.lock: one run per workspace. A lock whose holder is dead is taken over; nobody has to remove one by hand.
import { linkSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StorageFailure } from '../run/ports.ts';
import type { RunId } from '../schema/types.gen.ts';
import { readSome } from './ordinary.ts';

/** Who holds a workspace. */
export interface LockRecord {
  readonly pid: number;
  /** Start time of the process, in the kernel's ticks; tells a reused pid from the holder. */
  readonly start_time: string;
  readonly boot_id: string;
  readonly host: string;
  readonly run: RunId;
}

export type Lock =
  /** `former`: the dead holder whose lock was taken over. */
  | { readonly type: 'held'; readonly former: LockRecord | undefined; release(): void }
  | { readonly type: 'refused'; readonly holder: LockRecord | undefined };

/** Takes the lock of a workspace for `record`, unless a live process holds it. `isAlive` must say true when it cannot know. Throws StorageFailure. */
export function takeLock(workspace: string, record: LockRecord, isAlive: (holder: LockRecord) => boolean): Lock {
  const path = join(workspace, 'run.lock');
  const text = `${JSON.stringify(record)}\n`;
  // Two processes may want to go on with the same run: the name is this one's alone.
  const mine = `${path}.${record.run}.${record.pid}.${record.start_time}`;
  try {
    makeFolder(workspace);
    writeFileSync(mine, text, { flag: 'wx' });
  } catch (error) {
    throw new StorageFailure(`${workspace}: ${(error as Error).message}`);
  }
  try {
    let former: LockRecord | undefined;
    for (let attempt = 0; attempt < 100; attempt++) {
      if (tryLink(mine, path)) {
        removeLeft(workspace, record, isAlive);
        return { type: 'held', former, release: () => release(path, text) };
      }
      const found = read(path);
      if (found === undefined) {
        refuseStranger(path);
        continue;
      }
      // What nobody can read was left by a crash of the whole machine: a lock appears with its content, or not at all.
      const holder = parse(found);
      if (holder !== undefined && isAlive(holder)) return { type: 'refused', holder };
      former = holder;
      removeStale(path, found, mine, isAlive);
    }
    return { type: 'refused', holder: undefined };
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Nobody ever lets go of a folder, a link or a FIFO in place of the lock. Throws StorageFailure. */
function refuseStranger(path: string): void {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (facts?.isFile() === false)
    throw new StorageFailure(`${path} is no lock of a run: it must be moved out of the way`);
}

/**
 * Makes a folder and those above it. Node's own recursive mkdir never returns where a file system knows no new folders, as in
 * /proc and below automounts.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** link() makes the lock appear with its content, or fails when there is one. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a dead holder's lock under a second lock, so that of several takers none removes the lock of another. */
function removeStale(path: string, stale: string, mine: string, isAlive: (holder: LockRecord) => boolean): void {
  const guard = `${path}.takeover`;
  if (!tryLink(mine, guard)) {
    const left = read(guard);
    const taker = left === undefined ? undefined : parse(left);
    if (left !== undefined && (taker === undefined || !isAlive(taker))) rmSync(guard, { force: true });
    return;
  }
  try {
    if (read(path) === stale) unlinkSync(path);
  } finally {
    rmSync(guard, { force: true });
  }
}

/** Takes away what processes left that were killed while they wanted the lock. */
function removeLeft(workspace: string, record: LockRecord, isAlive: (holder: LockRecord) => boolean): void {
  for (const name of readdirSync(workspace)) {
    const [, pid, start_time] = /^run\.lock\.(?:.+\.(\d+)\.(\d+)|takeover)$/.exec(name) ?? [];
    if (pid === undefined && name !== 'run.lock.takeover') continue;
    if (Number(pid) === record.pid && start_time === record.start_time) continue;
    const path = join(workspace, name);
    // Killed before it wrote its record, its name still says who it was.
    const named = pid === undefined ? undefined : { ...record, pid: Number(pid), start_time: start_time ?? '' };
    const taker = parse(read(path) ?? '') ?? named;
    if (taker !== undefined && !isAlive(taker)) rmSync(path, { force: true });
  }
}

/** A lock that cannot be removed any more is taken over by the next run: its holder will be dead. */
function release(path: string, text: string): void {
  try {
    if (read(path) === text) unlinkSync(path);
  } catch {
    // Its folder was closed to us, or is gone.
  }
}

function read(path: string): string | undefined {
  try {
    return readSome(path, 0, longestRecord).toString('utf8');
  } catch {
    return undefined;
  }
}

const longestRecord = 4096;

/** Who holds a workspace, dead or alive; undefined where nobody does, or where the record cannot be read. */
export function readLock(workspace: string): LockRecord | undefined {
  const found = read(join(workspace, 'run.lock'));
  return found === undefined ? undefined : parse(found);
}

function parse(text: string): LockRecord | undefined {
  try {
    const value = JSON.parse(text);
    const whole = ['start_time', 'boot_id', 'host', 'run'].every((key) => typeof value?.[key] === 'string');
    return whole && Number.isInteger(value.pid) ? value : undefined;
  } catch {
    return undefined;
  }
}
