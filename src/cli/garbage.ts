// What may be removed of old runs, and its removal. What is going on, what the links of a workspace point to and what could
// be resumed stays; nothing is followed that is a link.
import { lstatSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { RunId } from '../schema/types.gen.ts';
import { foldersIn, namesIn } from '../workspace/entries.ts';
import { layoutOf, type RunLayout } from '../workspace/layout.ts';
import { ordinarySize } from '../workspace/ordinary.ts';
import { cacheOf } from '../workspace/reuse-store.ts';
import { liveHolder, liveLock } from './holder.ts';
import { nameFor } from './paths.ts';
import type { Project } from './project.ts';
import { type FoundRun, findRuns, timeIn, workspacesOf } from './runs.ts';

export interface GarbageWish {
  readonly dryRun: boolean;
  /** Runs that could be resumed, too. */
  readonly all: boolean;
  /** Newest runs of each workspace that stay; replays do not count. */
  readonly keep: number;
  /** Milliseconds since a run ended. */
  readonly olderThan: number;
  readonly workspace: string | undefined;
  /** Outputs that are recorded to be taken again, too. */
  readonly cache: boolean;
}

/** Something that was removed, or would be. */
interface Removed {
  readonly path: string;
  readonly why: string;
  readonly bytes: number;
}

/** Why a run stays. */
type Stay = 'newest' | 'linked' | 'live' | 'resumable' | 'recent';

/** What went, and how many runs stayed for which reason. */
export interface Collected {
  readonly removed: readonly Removed[];
  readonly kept: Readonly<Record<Stay, number>>;
  /** Bytes of recorded outputs that stayed. */
  readonly cached: number;
}

/** Removes what may go. */
export async function collectGarbage(project: Project, wish: GarbageWish): Promise<Collected> {
  const runs = findRuns(project, wish.workspace);
  const places = Map.groupBy(runs, ({ layout }) => layout.workspace);
  const removed: Removed[] = [];
  let cached = 0;
  const kept = { newest: 0, linked: 0, live: 0, resumable: 0, recent: 0 };
  const remove = (path: string, why: string, still: () => boolean = () => true) => {
    const bytes = sizeOf(path);
    if (!wish.dryRun && (!still() || !takeAway(path))) return;
    removed.push({ path: nameFor(project, path), why, bytes });
  };
  for (const [workspace, found] of places) {
    const latest = latestOf(workspace);
    const real = found.filter(({ replays }) => replays === null);
    const newest = new Set(real.slice(Math.max(0, real.length - wish.keep)).map((run) => run.id));
    for (const run of found) {
      const stay = newest.has(run.id) ? 'newest' : run.id === latest ? 'linked' : whyKept(run, wish);
      if (stay !== undefined) {
        kept[stay] += 1;
        continue;
      }
      // Looked at again just before: it may have been resumed meanwhile.
      remove(
        run.layout.folder,
        run.replays === null ? `${run.state} run of ${run.orchestra}` : `replay of ${run.replays}`,
        () => liveHolder(workspace, run.id) === undefined,
      );
    }
    for (const path of leftovers(workspace)) remove(path, 'left by a crash');
  }
  for (const workspace of wish.workspace === undefined
    ? workspacesOf(project)
    : [resolve(project.cwd, wish.workspace)]) {
    const cache = cacheOf(workspace);
    if (!foldersIn(workspace).includes(basename(cache))) continue;
    const isFree = () => liveLock(workspace) === undefined;
    if (wish.cache && isFree()) remove(cache, 'recorded outputs', isFree);
    else cached += sizeOf(cache);
  }
  for (const path of privateFolders(runs)) remove(path, 'private folder of a dead run');
  return { removed, kept, cached };
}

function whyKept(run: FoundRun, { all, olderThan }: GarbageWish): Stay | undefined {
  if (run.holder !== undefined) return 'live';
  if (run.state !== 'succeeded' && run.replays === null && !all) return 'resumable';
  return Date.now() - timeIn(run, run.finished_at ?? run.started_at) < olderThan ? 'recent' : undefined;
}

/** The run that the links of a workspace point to. */
function latestOf(workspace: string): string | undefined {
  try {
    return readlinkSync(join(workspace, 'task_outputs')).split('/')[1];
  } catch {
    return undefined;
  }
}

const runName = /^\d{8}-\d{6}-\d{3}-[a-z0-9]{4}$/;

/** An hour: nothing that is being written now is that old. */
const stale = 3_600_000;

/** Temporary names of ours beside the lock and the links, and runs being removed when something cut that short. */
function leftovers(workspace: string): string[] {
  const beside = namesIn(workspace)
    .filter((name) => /^run\.lock\.|^(task_outputs|intermediate|final_results)\.\d{8}-/.test(name))
    .map((name) => join(workspace, name));
  const removing = namesIn(join(workspace, 'runs'))
    .filter((name) => name.endsWith(removingMark))
    .map((name) => join(workspace, 'runs', name));
  const cache = namesIn(workspace).filter((name) => name === basename(cacheOf('')) + removingMark);
  const unbegun = namesIn(join(workspace, 'runs'))
    .filter((name) => runName.test(name))
    .map((name) => layoutOf(workspace, name as RunId))
    .filter((layout) => isStale(layout.folder) && hasNotBegun(layout))
    .map(({ folder }) => folder);
  return [...beside.filter(isStale), ...removing, ...cache.map((name) => join(workspace, name)), ...unbegun];
}

/** Folders of nurseries that were killed together with their orchestrator. */
function privateFolders(runs: readonly FoundRun[]): string[] {
  const alive = new Set<string>(runs.flatMap(({ id, holder }) => (holder === undefined ? [] : [id])));
  return namesIn(tmpdir()).flatMap((name) => {
    const run = /^super-(\d{8}-\d{6}-\d{3}-[a-z0-9]{4})-[a-z0-9]+$/.exec(name)?.[1];
    const path = join(tmpdir(), name);
    // Only of runs that are known here: of others nobody can say whether they are alive.
    const known = run !== undefined && runs.some(({ id }) => id === run) && !alive.has(run);
    return known && isStale(path) && lstatSync(path).uid === process.getuid?.() ? [path] : [];
  });
}

/** A run that lost its journal may hold all of its work: only who did not come so far as to start an attempt goes. */
function hasNotBegun({ journal, attempts, noContext }: RunLayout): boolean {
  const isWork = (name: string) => name !== basename(noContext);
  return (ordinarySize(journal) ?? 0) === 0 && !namesIn(attempts).some(isWork);
}

function isStale(path: string): boolean {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  return facts !== undefined && Date.now() - facts.mtimeMs > stale;
}

const removingMark = '.removing';

/** Out of sight in one step, then away: a run is never seen in part. False where it cannot be removed. */
function takeAway(path: string): boolean {
  const hidden = basename(path).endsWith(removingMark) ? path : `${path}${removingMark}`;
  try {
    if (hidden !== path) renameSync(path, hidden);
    rmSync(hidden, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}

/** Bytes on disk of a file or of all below a folder; links count for themselves. */
function sizeOf(path: string): number {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return 0;
  const own = facts.blocks * 512;
  return facts.isDirectory() ? namesIn(path).reduce((sum, name) => sum + sizeOf(join(path, name)), own) : own;
}
