// One of many processes that want the same workspace: takes the lock at a given time, says what came of it, keeps it until told.
import { hostname } from 'node:os';
import { identify, verdict } from '../../src/process/identity.ts';
import type { RunId } from '../../src/schema/types.gen.ts';
import { takeLock } from '../../src/workspace/lock.ts';

const [workspace = '', name = '', at = '0'] = process.argv.slice(2);
while (Date.now() < Number(at));
const me = identify(process.pid);
const lock = takeLock(
  workspace,
  { pid: process.pid, start_time: me?.began ?? '', boot_id: me?.boot ?? '', host: hostname(), run: name as RunId },
  (holder) => {
    const found = verdict({ pid: holder.pid, began: holder.start_time, boot: holder.boot_id });
    return found === 'ours' || found === 'unknown';
  },
);
console.log(lock.type);
// Ends when its input ends, and without giving the lock back.
process.stdin.resume().on('end', () => process.exit(0));
