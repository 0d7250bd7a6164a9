import { closeSync, openSync, read, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { factsIn, type ProcessFacts, readProc, statFields } from './identity.ts';

/** What a process uses. */
export interface ProcessUsage extends ProcessFacts {
  readonly parent: number;
  /** Processor time, in milliseconds: its own, and that of children which it has waited for. */
  readonly cpuMs: number;
  /** Memory that it has, shared or not, in bytes: nothing that it has alone is more than this. */
  readonly residentBytes: number;
}

/** Milliseconds of a clock tick as /proc counts them: 100 a second on every machine that Node runs on. */
const tick = 10;

/** What a process uses now, a zombie's last figures included; undefined when it does not exist. Throws when /proc cannot be read. */
export function processUsage(pid: number): ProcessUsage | undefined {
  const fields = statFields(pid);
  if (fields === undefined) return undefined;
  const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number) as [number, number, number, number];
  return {
    ...factsIn(pid, fields),
    parent: Number(fields[1]),
    cpuMs: (user + system + childUser + childSystem) * tick,
    residentBytes: Number(fields[21]) * pageSize(),
  };
}

/**
 * Memory of a process in which shared pages count in parts (PSS), so that a sum over processes counts each page once; where that
 * may not be read, its memory without all that could be shared. 0 when it is gone. Takes the kernel 15 ms for every GB.
 */
export function fairBytes(pid: number): number {
  try {
    return fairIn(readProc(rollupOf(pid))) ?? ownBytes(pid);
  } catch {
    return ownBytes(pid); // it belongs to somebody else, or this kernel has no such file
  }
}

/** The same of a large process, looked at in another thread. */
export async function fairBytesAside(pid: number): Promise<number> {
  let file: number | undefined;
  try {
    file = openSync(rollupOf(pid), 'r');
    const { bytesRead, buffer } = await readAside(file, Buffer.alloc(4096), 0, 4096, 0);
    return fairIn(buffer.toString('latin1', 0, bytesRead)) ?? ownBytes(pid);
  } catch {
    return ownBytes(pid);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Memory of a process without files and all else that is shared on purpose, in bytes; only forks may still share some of it. */
export function ownBytes(pid: number): number {
  const [, resident = 0, shared = 0] = (readProc(`/proc/${pid}/statm`) ?? '').split(' ').map(Number);
  return Math.max(0, resident - shared) * pageSize();
}

const readAside = promisify(read);

function rollupOf(pid: number): string {
  return `/proc/${pid}/smaps_rollup`;
}

function fairIn(rollup = ''): number | undefined {
  const pss = /^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1];
  return pss === undefined ? undefined : Number(pss) * 1024;
}

let page: number | undefined;

/** Bytes of a page, as the kernel told this process: entry 6 of its auxiliary vector, which holds pairs of 64 bits. */
function pageSize(): number {
  page ??= findPageSize(readFileSync('/proc/self/auxv'));
  return page;
}

function findPageSize(vector: Buffer): number {
  for (let at = 0; at + 16 <= vector.length; at += 16) {
    if (vector.readUInt32LE(at) === 6) return vector.readUInt32LE(at + 8);
  }
  return 4096;
}
