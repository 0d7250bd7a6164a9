// How much of the disk a run takes, measured beside its work: in small pieces, and what can grow no more only once.
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { amount } from '../run/amounts.ts';
import type { RunLayout } from './layout.ts';

/** What is measured, against what. */
export interface Quota {
  readonly layout: Pick<RunLayout, 'folder' | 'attempts'>;
  /** Most bytes on the disk. */
  readonly limit: number;
  /** Whether an attempt of this task is under way. */
  isRunning(task: string): boolean;
  /** Called once, with figures, when the folder of the run takes more than it may. */
  onExcess(message: string): void;
}

/** Milliseconds between the end of one measurement and the next. */
const usualInterval = 2000;
/** So many files are looked at without a break. */
const piece = 64;

/** Measures the folder of a run again and again, until it takes too much or the function that is given back is called. */
export function watchQuota(quota: Quota, interval = usualInterval): () => void {
  const settled = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const look = async () => {
    const bytes = await measure(quota, settled);
    if (over) return;
    if (bytes <= quota.limit) timer = setTimeout(look, interval);
    else quota.onExcess(`the run takes ${amount(bytes, quota.limit)} of disk, the limit is ${amount(quota.limit)}`);
  };
  void look();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

/** Bytes of a run on the disk. `settled` keeps those of tasks that have ended, by folder. */
async function measure({ layout, isRunning }: Quota, settled: Map<string, number>): Promise<number> {
  let bytes = 0;
  for (const entry of entriesOf(layout.folder)) {
    const path = join(layout.folder, entry.name);
    bytes += path === layout.attempts ? 0 : await bytesOf(path, entry);
  }
  for (const entry of entriesOf(layout.attempts)) {
    const path = join(layout.attempts, entry.name);
    const ran = isRunning(entry.name);
    if (ran) settled.delete(path);
    const known = settled.get(path);
    const now = known ?? (await bytesOf(path, entry));
    if (!ran && !isRunning(entry.name)) settled.set(path, now);
    bytes += now;
  }
  return bytes;
}

/** Bytes on the disk of a file, or of a folder and all below it. Links are not followed. */
async function bytesOf(path: string, entry: Dirent): Promise<number> {
  let bytes = 0;
  let looked = 0;
  const waiting: [path: string, entry: Dirent][] = [[path, entry]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [at, what] = next;
    bytes += (lstatSync(at, { throwIfNoEntry: false })?.blocks ?? 0) * 512;
    if (what.isDirectory()) for (const child of entriesOf(at)) waiting.push([join(at, child.name), child]);
    looked += 1;
    if (looked % piece === 0) await new Promise(setImmediate);
  }
  return bytes;
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // it went meanwhile, or may not be read: then it is not measured
  }
}
