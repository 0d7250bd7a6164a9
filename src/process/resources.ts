// What the processes of a live run use, seen from any terminal: they are found by the marks in their environments, and those
// that have hidden these by the group of their attempt, or by their parents.
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasMarks } from './census.ts';
import { type Family, familyFinder, refresh, spentBetween } from './family.ts';
import { isAlive, type ProcessFacts, readProc } from './identity.ts';
import { monotonic } from './monotonic.ts';
import { breathless } from './pace.ts';
import { fairBytes, type ProcessUsage, processUsage } from './usage.ts';

/** An attempt under way. */
export interface AttemptSought {
  readonly task: string;
  readonly attempt: number;
  /** Folder in which its logs are, absolute. */
  readonly folder: string;
}

/** What some processes use together. */
interface Use {
  /** The oldest of them; undefined where none lives. */
  readonly pid: number | undefined;
  readonly processes: number;
  /** Share of one processor, in percent: 200 where two are busy. */
  readonly cpuPercent: number;
  /** Pages that are shared count in parts. */
  readonly memoryBytes: number;
}

/** What a run uses: each attempt, in the order in which they were asked for, and what is not theirs. */
export interface RunUse {
  readonly attempts: readonly Use[];
  /** The orchestrator, and the shells from which agents are started. */
  readonly own: Use;
}

/** Milliseconds between the two looks at processor time. */
const interval = 200;

/** Looks at a run twice. */
export async function sampleRun(run: string, orchestrator: number, sought: readonly AttemptSought[]): Promise<RunUse> {
  const mark = `SUPER_RUN_ID=${run}`;
  const marked = processesWith([mark]);
  const families = sought.map((attempt): Family => {
    const marks = [mark, `SUPER_TASK=${attempt.task}`, `SUPER_ATTEMPT=${attempt.attempt}`];
    return { leader: launcherOf(attempt, marks, marked) ?? -1, marks, members: new Map() };
  });
  const own: Family = { leader: -1, marks: [], members: new Map() };
  const find = familyFinder({ since: undefined, except: ({ pid }) => pid === process.pid });
  const look = async () => {
    await refresh(families, breathless);
    await find(families, breathless);
    const taken = new Set(families.flatMap(({ members }) => [...members.keys()]));
    const rest = [orchestrator, ...marked.map(({ pid }) => pid)].filter(
      (pid) => !taken.has(pid) && pid !== process.pid,
    );
    own.members.clear();
    for (const usage of rest.flatMap((pid) => usageOf(pid) ?? [])) own.members.set(usage.pid, usage);
  };
  await look();
  const all = [...families, own];
  const before = all.map(({ members }) => new Map(members));
  const began = monotonic();
  await sleep(interval);
  await look();
  const uses = all.map((family, at) => useOf(before[at] ?? new Map(), family.members, monotonic() - began));
  return { attempts: uses.slice(0, -1), own: uses.at(-1) as Use };
}

function useOf(before: Family['members'], after: Family['members'], milliseconds: number): Use {
  const living = [...after.values()].filter(isAlive);
  const [oldest] = living.toSorted((a, b) => Number(a.began) - Number(b.began));
  return {
    pid: oldest?.pid,
    processes: living.length,
    cpuPercent: Math.round((spentBetween(before, after) / milliseconds) * 100),
    memoryBytes: living.reduce((sum, { pid }) => sum + fairBytes(pid), 0),
  };
}

/** The shell that started an attempt: it leads the attempt's group, and does not bear the marks itself. */
function launcherOf(
  attempt: AttemptSought,
  marks: readonly string[],
  marked: readonly ProcessFacts[],
): number | undefined {
  const leaders = new Set(marked.filter(({ pid, group }) => pid === group && !bears(pid, marks)).map(({ pid }) => pid));
  const isOf = ({ pid, group }: ProcessFacts) =>
    leaders.has(group) && pid !== group && (bears(pid, marks) || writesInto(pid, attempt.folder));
  return marked.find(isOf)?.group;
}

/** A script that its launcher evaluates has the launcher's environment; but its output goes into the attempt's logs. */
function writesInto(pid: number, folder: string): boolean {
  return [1, 2].some((descriptor) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${descriptor}`).startsWith(`${folder}/`);
    } catch {
      return false; // it has closed it, or has ended
    }
  });
}

/** Whether the environment of a process can be read: those of other users cannot. */
export function canSee(pid: number): boolean {
  try {
    return readProc(`/proc/${pid}/environ`) !== undefined;
  } catch {
    return false;
  }
}

function processesWith(marks: readonly string[]): readonly ProcessUsage[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    return Number.isInteger(pid) && bears(pid, marks) ? (usageOf(pid) ?? []) : [];
  });
}

function bears(pid: number, marks: readonly string[]): boolean {
  try {
    return hasMarks(pid, marks);
  } catch {
    return false; // of another user, so none of ours
  }
}

function usageOf(pid: number): ProcessUsage | undefined {
  try {
    return processUsage(pid);
  } catch {
    return undefined; // it ended between two looks
  }
}
