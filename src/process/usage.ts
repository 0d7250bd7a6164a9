import { readFileSync } from 'node:fs';
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
 * may not be read, its memory without all that could be shared. 0 when it is gone.
 */
export function fairBytes(pid: number): number {
  try {
    const pss = /^Pss:\s+(\d+) kB$/m.exec(readProc(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
    if (pss !== undefined) return Number(pss) * 1024;
  } catch {
    // It belongs to somebody else, or this kernel has no such file.
  }
  const [, resident = 0, shared = 0] = (readProc(`/proc/${pid}/statm`) ?? '').split(' ').map(Number);
  return (resident - shared) * pageSize();
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
