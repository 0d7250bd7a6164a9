// Who holds a workspace, and whether it lives.
import { hostname } from 'node:os';
import { type Identity, identify, type Verdict, verdict } from '../process/identity.ts';
import type { RunId } from '../schema/types.gen.ts';
import { type LockRecord, readLock } from '../workspace/lock.ts';

/** The record by which others know this process as the holder of a run. */
export function recordOf(run: RunId): LockRecord {
  const identity = identify(process.pid);
  return {
    pid: process.pid,
    start_time: identity?.began ?? '',
    boot_id: identity?.boot ?? '',
    host: hostname(),
    run,
  };
}

/** The process of a holder on this host. */
export function identityOf(holder: LockRecord): Identity {
  return { pid: holder.pid, began: holder.start_time, boot: holder.boot_id };
}

/** What is known of a holder: `elsewhere` is on another host, where nothing can be known. */
export function verdictOf(holder: LockRecord): Verdict | 'elsewhere' {
  return holder.host === hostname() ? verdict(identityOf(holder)) : 'elsewhere';
}

/** A holder on another host, or one about which nothing can be known, counts as alive. */
export function mayBeAlive(holder: LockRecord): boolean {
  const found = verdictOf(holder);
  return found === 'ours' || found === 'unknown' || found === 'elsewhere';
}

/** Who holds a workspace right now, as far as can be told; undefined when nobody does. */
export function liveLock(workspace: string): LockRecord | undefined {
  const holder = readLock(workspace);
  return holder !== undefined && mayBeAlive(holder) ? holder : undefined;
}

/** Who runs this run right now, as far as its workspace tells; undefined when nobody does. */
export function liveHolder(workspace: string, run: RunId): LockRecord | undefined {
  const holder = liveLock(workspace);
  return holder?.run === run ? holder : undefined;
}
