// Whether this machine can bear more. Every figure is one that ordinary parallel work does not come near: what trips it is a
// machine that is about to swap, to kill or to stand still.
import { readFileSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { amount } from '../run/amounts.ts';
import type { Machine, Shortage } from '../run/ports.ts';
import { monotonic } from './monotonic.ts';

/** What counts as short. */
export interface Thresholds {
  /** Free bytes below which nothing new starts; 0: never. */
  readonly freeDisk: number;
  /** Memory that should be available: a share of all there is, and bytes. */
  readonly memoryShare: number;
  readonly memoryBytes: number;
  /** Share of the last ten seconds, in percent, in which everything waited for memory. */
  readonly pressure: number;
  /** Load average of the last minute, for each processor. */
  readonly load: number;
}

/** Eight builds at once, each with four compilers, on two processors are a load of 16 for each: nobody means to do that. */
export const usualThresholds: Thresholds = {
  freeDisk: 256 * 1024 * 1024,
  memoryShare: 0.05,
  memoryBytes: 256 * 1024 * 1024,
  pressure: 20,
  load: 16,
};

/** How the figures come here. */
export interface Senses {
  /** Text of a file; undefined where there is none. */
  read(path: string): string | undefined;
  /** Bytes that a file system has left for us; undefined where that cannot be known. */
  free(folder: string): number | undefined;
  /** Milliseconds on a steady clock. */
  now(): number;
}

const ownSenses: Senses = {
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined; // a kernel that does not tell
    }
  },
  free(folder) {
    try {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    } catch {
      return undefined; // whoever writes there finds out why
    }
  },
  now: monotonic,
};

/** Longest time in milliseconds for which a look is good. */
const fresh = 1000;
/** How much better than a threshold it must be before what was short is not short any more. */
const ease = 1.25;

/** This machine, as far as runs in this folder depend on it. */
export function machineOf(folder: string, thresholds: Thresholds = usualThresholds, senses = ownSenses): Machine {
  let looked = Number.NEGATIVE_INFINITY;
  let found: Shortage | undefined;
  return {
    look() {
      const now = senses.now();
      if (now - looked < fresh) return found;
      looked = now;
      const easeFor = (type: Shortage['type']) => (found?.type === type ? ease : 1);
      found =
        diskShortage(folder, thresholds, senses) ??
        memoryShortage(thresholds, senses, easeFor('memory')) ??
        loadShortage(thresholds, senses, easeFor('load'));
      return found;
    },
  };
}

function diskShortage(folder: string, { freeDisk }: Thresholds, senses: Senses): Shortage | undefined {
  const free = freeDisk > 0 ? senses.free(folder) : undefined;
  if (free === undefined || free >= freeDisk) return undefined;
  const left = amount(free, freeDisk, Math.floor);
  return {
    type: 'disk',
    message: `the disk of ${folder} has ${left} left, and nothing starts below ${amount(freeDisk)}`,
  };
}

function memoryShortage(thresholds: Thresholds, { read }: Senses, ease: number): Shortage | undefined {
  const facts = read('/proc/meminfo') ?? '';
  const [total, available] = ['MemTotal', 'MemAvailable'].map((name) => kibibytes(facts, name));
  if (total !== undefined && available !== undefined) {
    // Of a very small machine an eighth has to do.
    const least = Math.max(thresholds.memoryShare * total, Math.min(thresholds.memoryBytes, total / 8));
    if (available < least * ease)
      return { type: 'memory', message: `memory: ${amount(available, 1024)} of ${amount(total, 1024)} available` };
  }
  const waited = Number(/^full avg10=([\d.]+)/m.exec(read('/proc/pressure/memory') ?? '')?.[1] ?? 0);
  if (waited < thresholds.pressure / ease) return undefined;
  return { type: 'memory', message: `memory: everything waited for it in ${Math.round(waited)} % of the last 10 s` };
}

function kibibytes(facts: string, name: string): number | undefined {
  const value = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(facts)?.[1];
  return value === undefined ? undefined : Number(value) * 1024;
}

function loadShortage({ load }: Thresholds, { read }: Senses, ease: number): Shortage | undefined {
  const average = Number(read('/proc/loadavg')?.split(' ')[0] ?? 0);
  const processors = countProcessors(read('/sys/devices/system/cpu/online'));
  if (average < (load * processors) / ease) return undefined;
  return { type: 'load', message: `load: ${average} on ${processors} processor${processors === 1 ? '' : 's'}` };
}

/** Processors of the machine, as the load average counts them: those that this process may not use included. */
function countProcessors(online: string | undefined): number {
  if (online === undefined) return availableParallelism();
  return online
    .trim()
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0);
}
