// Recorded outputs of a workspace: cache/<task>/<key>.jsonl says what an output is and what it depends on, and is one file with it
// where it is small; else <key>.txt is the output. Bounded; what was not used for longest goes first. Only who holds the workspace's lock writes here.
import { lstatSync, mkdirSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Parts } from '../run/reuse-parts.ts';
import { validate as validEvent } from '../schema/event.gen.js';
import type { Output, RunId, Saved, TaskName } from '../schema/types.gen.ts';
import { copyExpected, smallFile } from './copied.ts';
import { sha256 } from './digest.ts';
import { foldersIn, namesIn } from './entries.ts';
import { expectFolder, isFolder, ordinarySize, readSome, readWhole, removeTemporary, writeWhole } from './ordinary.ts';

/** An output that was recorded. */
export interface Entry {
  readonly key: string;
  /** The run in which it was made. */
  readonly run: RunId;
  readonly output: Pick<Output, 'bytes' | 'sha256'>;
  readonly saved: Saved;
  /** Files that the task left besides, by their digests. */
  readonly files: Readonly<Record<string, string>>;
  /** The output itself, where it stands in the record. */
  readonly text?: string;
}

/** The recorded outputs of a workspace. */
export interface ReuseStore {
  /** What is recorded under a key; undefined where nothing is, or nothing that can be trusted. */
  find(task: TaskName, key: string): Entry | undefined;
  /** Copies a recorded output there. False, and the record is removed, where it is not what it was. */
  take(task: TaskName, entry: Entry, target: string): Promise<boolean>;
  /** The parts of what was recorded or taken last. */
  latestParts(task: TaskName): Parts | undefined;
  /** Records an output, and removes what is too much. Says why it did not, if so. */
  keep(task: TaskName, entry: Entry, parts: Parts, source: string): Promise<string | undefined>;
}

/** How much is kept. */
export interface Bounds {
  /** In bytes, of all tasks together. */
  readonly bytes: number;
  /** Outputs of one task. */
  readonly entries: number;
}

/** Outputs of one task that are kept. */
export const usualEntries = 20;

/** Folder of a workspace's recorded outputs. */
export function cacheOf(workspace: string): string {
  return join(workspace, 'cache');
}

interface Kept {
  readonly bytes: number;
  usedAt: number;
}

/** All that is kept: by folder, which is that of a task, and there by the path without its ending. */
interface Index {
  readonly folders: Map<string, Map<string, Kept>>;
  bytes: number;
}

function put(index: Index, stem: string, kept: Kept): void {
  drop(index, stem);
  const folder = dirname(stem);
  const entries = index.folders.get(folder) ?? new Map<string, Kept>();
  index.folders.set(folder, entries.set(stem, kept));
  index.bytes += kept.bytes;
}

function drop(index: Index, stem: string): void {
  const entries = index.folders.get(dirname(stem));
  index.bytes -= entries?.get(stem)?.bytes ?? 0;
  entries?.delete(stem);
}

const suffixes = ['.jsonl', '.txt'] as const;
const changedSince = 'its file was changed since';
/** So many entries are looked at without a break. */
const piece = 64;

/** The recorded outputs of a workspace, as far as there are any. */
export function openReuseStore(workspace: string, bounds: Bounds): ReuseStore {
  const folder = cacheOf(workspace);
  /** What is there; read when something is kept for the first time. */
  let index: Promise<Index> | undefined;
  const stemOf = (task: TaskName, key: string) => join(folder, task, key);
  /** A link is no folder of ours, wherever it leads. */
  const isThere = (task: TaskName) => [folder, join(folder, task)].every(isFolder);

  return {
    find(task, key) {
      const stem = stemOf(task, key);
      if (!isThere(task) || ordinarySize(`${stem}.jsonl`) === undefined) return undefined;
      const entry = entryIn(readWhole(`${stem}.jsonl`).toString('utf8'), task, key);
      if (entry === undefined) remove(stem);
      return entry;
    },
    async take(task, { key, output, text }, target) {
      const stem = stemOf(task, key);
      const taken =
        text !== undefined
          ? writeExpected(text, target, output.sha256)
          : ordinarySize(`${stem}.txt`) === output.bytes && (await copyExpected(`${stem}.txt`, target, output.sha256));
      if (!taken) remove(stem);
      else use(stem);
      const known = (await index)?.folders.get(dirname(stem))?.get(stem);
      if (known !== undefined) known.usedAt = Date.now();
      return taken;
    },
    latestParts(task) {
      if (!isThere(task)) return undefined;
      const own = join(folder, task);
      const stems = namesIn(own).flatMap((name) => (name.endsWith('.jsonl') ? [join(own, name.slice(0, -6))] : []));
      const latest = stems.reduce<string | undefined>(
        (best, stem) => (best === undefined || usedAt(stem) > usedAt(best) ? stem : best),
        undefined,
      );
      return latest === undefined ? undefined : partsIn(readWhole(`${latest}.jsonl`).toString('utf8'));
    },
    async keep(task, entry, parts, source) {
      const { bytes: size, sha256: expected } = entry.output;
      const small = size <= smallFile ? readSome(source, 0, smallFile) : undefined;
      if (small !== undefined && sha256(small) !== expected) return changedSince;
      const within = small === undefined ? undefined : lineOf(small);
      const text = `${JSON.stringify({ v: 1, ...entry })}\n${JSON.stringify(parts)}\n${within ?? ''}`;
      const bytes = (within === undefined ? size : 0) + Buffer.byteLength(text);
      if (bytes > bounds.bytes) return 'it is larger than all that may be kept (limits: cache)';
      index ??= readIndex(folder);
      const there = await index;
      const stem = stemOf(task, entry.key);
      for (const path of [folder, join(folder, task)]) {
        if (isFolder(path)) continue;
        expectFolder(path);
        mkdirSync(path, { recursive: true });
      }
      // The output first: what is said of it counts only with it.
      if (within === undefined && !(await copyExpected(source, `${stem}.txt`, expected))) return changedSince;
      if (within !== undefined && there.folders.get(dirname(stem))?.has(stem)) removeTemporary(`${stem}.txt`);
      writeWhole(`${stem}.jsonl`, text);
      put(there, stem, { bytes, usedAt: Date.now() });
      for (const old of tooMuch(there, join(folder, task), bounds)) {
        remove(old);
        drop(there, old);
      }
      return undefined;
    },
  };
}

/** What has to go, because it was not used for longest: of the task of this folder, then of all. */
function tooMuch({ folders, bytes: all }: Index, own: string, { bytes, entries }: Bounds): string[] {
  const ofTask = folders.get(own) ?? new Map<string, Kept>();
  const gone = new Set(byUse(ofTask).slice(0, Math.max(0, ofTask.size - entries)));
  let total = all - [...gone].reduce((sum, stem) => sum + (ofTask.get(stem)?.bytes ?? 0), 0);
  if (total <= bytes) return [...gone];
  const others = new Map([...folders.values()].flatMap((each) => [...each]).filter(([stem]) => !gone.has(stem)));
  for (const stem of byUse(others)) {
    if (total <= bytes) break;
    total -= others.get(stem)?.bytes ?? 0;
    gone.add(stem);
  }
  return [...gone];
}

/** What was not used for longest comes first. */
function byUse(entries: ReadonlyMap<string, Kept>): string[] {
  return [...entries].sort(([, a], [, b]) => a.usedAt - b.usedAt).map(([stem]) => stem);
}

/** What is kept, with its size and when it was used. Halves of ours, and what was being written, are removed. */
async function readIndex(folder: string): Promise<Index> {
  const index: Index = { folders: new Map(), bytes: 0 };
  let looked = 0;
  for (const task of foldersIn(folder)) {
    const names = new Set(namesIn(join(folder, task)));
    for (const name of names) {
      if (++looked % piece === 0) await new Promise(setImmediate);
      const [, key] = /^([0-9a-f]{64})\./.exec(name) ?? [];
      if (key === undefined) continue;
      const stem = join(folder, task, key);
      const whole = names.has(`${key}.jsonl`) && suffixes.some((suffix) => name === key + suffix);
      if (!whole) removeTemporary(join(folder, task, name));
      else put(index, stem, { bytes: sizeOf(`${stem}.jsonl`) + sizeOf(`${stem}.txt`), usedAt: usedAt(stem) });
    }
  }
  return index;
}

function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function usedAt(stem: string): number {
  return lstatSync(`${stem}.jsonl`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function use(stem: string): void {
  try {
    utimesSync(`${stem}.jsonl`, new Date(), new Date());
  } catch {
    // Then it counts as not used: it goes sooner.
  }
}

function remove(stem: string): void {
  for (const suffix of suffixes) removeTemporary(stem + suffix);
}

/** A small output as a line of its record; undefined of what is no text. */
function lineOf(output: Buffer): string | undefined {
  const text = output.toString('utf8');
  return Buffer.from(text).equals(output) ? `${JSON.stringify(text)}\n` : undefined;
}

/** Writes a text of this digest. False, and nothing written, where it has another one. */
function writeExpected(text: string, target: string, expected: string): boolean {
  const data = Buffer.from(text);
  if (sha256(data) !== expected) return false;
  writeWhole(target, data);
  return true;
}

/** What a record says of its output, with that where it stands there; undefined where it is not one of this task and key. */
function entryIn(record: string, task: TaskName, key: string): Entry | undefined {
  const [head = '', , line = ''] = record.split('\n');
  const entry = parsed(head) as (Entry & { readonly v: unknown }) | undefined;
  if (entry?.v !== 1 || entry.key !== key || !isTexts(entry.files)) return undefined;
  const { run, output, saved } = entry;
  // It becomes a part of an event: what that may not hold is no record of ours.
  const event = { v: 1, seq: 1, ts: '', run, type: 'task.reused', task, key, from_run: run, saved };
  if (!validEvent({ ...event, output: { ...output, path: 'task_outputs/x' } })) return undefined;
  const text = parsed(line);
  return { key, run, output, saved, files: entry.files, ...(typeof text === 'string' && { text }) };
}

function partsIn(text: string): Parts | undefined {
  const parts = parsed(text.split('\n')[1] ?? '');
  return isTexts(parts) ? parts : undefined;
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return value !== null && typeof value === 'object' && Object.values(value).every((each) => typeof each === 'string');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // torn, or of somebody else
  }
}
