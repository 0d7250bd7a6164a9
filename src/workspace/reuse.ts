// The door for reuse on this machine: reads what a task depends on, and takes or keeps its output.
import { join, relative, resolve } from 'node:path';
import { type Found, isSystemFault, type LookOrder, type Made, type Missed, type Reuse } from '../run/ports.ts';
import { changesBetween, comparedIn, keyOf, type Parts, partsOf } from '../run/reuse-parts.ts';
import type { PlanAgent, TaskName } from '../schema/types.gen.ts';
import { filesUnder, openFileReader } from './declared-files.ts';
import { sha256 } from './digest.ts';
import { outputPath, type RunLayout } from './layout.ts';
import { expectFolder } from './ordinary.ts';
import { type Entry, openReuseStore, usualEntries } from './reuse-store.ts';

export interface ReuseOptions {
  /** The project's root, absolute. */
  readonly root: string;
  readonly layout: RunLayout;
  /** The caller's environment, of which agents get what they name. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Most bytes that are kept. */
  readonly bytes: number;
  /** Version of the program that an agent is, where that is known. */
  programOf(agent: PlanAgent): string | undefined;
}

/** Folders in which runs are written: no wildcard leads there. */
export function foldersOfRuns(root: string, workspace: string): ReadonlySet<string> {
  return new Set([join(root, 'orchestra_workspaces'), workspace]);
}

/** Larger sets of parts are not held in memory while a task works; what changed meanwhile is then told without its name. */
const mostHeld = 500;

/** Recorded outputs of a workspace on this machine. */
export function reuseHere({ root, layout, env, bytes, programOf }: ReuseOptions): Reuse {
  const store = openReuseStore(layout.workspace, { bytes, entries: usualEntries });
  const reader = openFileReader();
  /** Patterns of tasks that matched nothing when these were looked for. */
  const unmatched = new Map<TaskName, readonly string[]>();
  /** Parts of tasks that are at work. */
  const held = new Map<TaskName, Parts>();
  const underway = new Set<Promise<void>>();
  const digest = (text: string) => sha256(Buffer.from(text));
  /** That something could not be kept is told once: the next one fares no better. */
  let broken = false;

  const partsNow = async (order: LookOrder): Promise<Parts> => {
    const { agent, task } = order;
    const patterns = task.cache?.files ?? [];
    const folder = resolve(root, agent.cwd);
    const apart = foldersOfRuns(root, layout.workspace);
    const found = await reader.read({ root, folder, patterns, apart });
    unmatched.set(task.name, found.unmatched);
    const files = found.digests;
    const module = agent.module === undefined ? undefined : await reader.digest(resolve(root, agent.module));
    const program = programOf(agent);
    const known = { ...(module !== undefined && { module }), ...(program !== undefined && { program }) };
    return partsOf(order, { files, env, digest, ...known });
  };

  /** Digests of these files, absolute, by the names that people give them. */
  const digestsOf = async (paths: readonly string[]): Promise<Readonly<Record<string, string>>> => {
    const digests: Record<string, string> = {};
    for (const path of paths) digests[relative(root, path)] = (await reader.digest(path)) ?? 'none';
    return digests;
  };

  /** Files that a task leaves besides its output. */
  const leftBy = async ({ task, agent }: LookOrder): Promise<Readonly<Record<string, string>>> => {
    const apart = foldersOfRuns(root, layout.workspace);
    const names = task.expects?.files ?? [];
    const found = await Promise.all(names.map((name) => filesUnder(resolve(root, agent.cwd), name, apart)));
    return digestsOf(found.flat());
  };

  const take = async (order: LookOrder, entry: Entry, parts: Parts): Promise<Found | Missed> => {
    const { name } = order.task;
    const { key, run, saved } = entry;
    const made = Object.keys(entry.files);
    const left = await digestsOf(made.map((path) => resolve(root, path)));
    const lost = made.filter((path) => left[path] !== entry.files[path]);
    if (lost.length > 0) {
      const words = lost.map((path) => `${path}, which it had made, ${left[path] === 'none' ? 'is gone' : 'changed'}`);
      return { type: 'missed', key, because: words };
    }
    expectFolder(layout.outputs);
    const path = outputPath(name);
    if (!(await store.take(name, entry, join(layout.folder, path)))) {
      return { type: 'missed', key, because: ['what was recorded is damaged'] };
    }
    return {
      type: 'found',
      key,
      run,
      output: { path, ...entry.output },
      saved,
      because: comparedIn(parts, unmatched.get(name)),
    };
  };

  const look = async (order: LookOrder): Promise<Found | Missed> => {
    const { name } = order.task;
    let key: string | undefined;
    try {
      const parts = await partsNow(order);
      key = keyOf(parts, digest);
      if (Object.keys(parts).length <= mostHeld) held.set(name, parts);
      if (order.anew !== undefined) return { type: 'missed', key, because: [order.anew] };
      const entry = store.find(name, key);
      if (entry !== undefined) return await take(order, entry, parts);
      const latest = store.latestParts(name);
      const changes = latest === undefined ? [] : changesBetween(latest, parts);
      return { type: 'missed', key, because: changes.length > 0 ? changes : ['no output of it is recorded'] };
    } catch (error) {
      if (!isSystemFault(error)) throw error;
      const what = key === undefined ? 'what it depends on' : 'what is recorded';
      const because = [`${what} could not be read: ${error.message}`];
      return { type: 'missed', ...(key !== undefined && { key }), because };
    }
  };

  const keep = async (order: LookOrder, { key, output, saved }: Made): Promise<string | undefined> => {
    const { name } = order.task;
    const then = held.get(name);
    held.delete(name);
    if (broken) return undefined;
    try {
      const parts = await partsNow(order);
      if (keyOf(parts, digest) !== key) {
        const changes = then === undefined ? ['something that it depends on changed'] : changesBetween(then, parts);
        return `${changes.join(', ')} while it worked`;
      }
      const entry = { key, run: order.run, output: { bytes: output.bytes, sha256: output.sha256 }, saved };
      const source = join(layout.folder, output.path);
      return await store.keep(name, { ...entry, files: await leftBy(order) }, parts, source);
    } catch (error) {
      if (!isSystemFault(error)) throw error;
      broken = true;
      return `${error.message}; no other output of this run is`;
    }
  };

  const follow = <T>(doing: Promise<T>): Promise<T> => {
    const over: Promise<void> = doing.then(
      () => void underway.delete(over),
      () => void underway.delete(over),
    );
    underway.add(over);
    return doing;
  };

  return {
    look: (order) => follow(look(order)),
    keep: (order, made) => follow(keep(order, made)),
    async close() {
      reader.close();
      await Promise.all(underway);
    },
  };
}
