// Which tasks of a plan may take recorded outputs, as a dry run tells it.
import { resolve } from 'node:path';
import { whyNotReused } from '../plan/reuse.ts';
import { counted, someOf } from '../reporters/words.ts';
import type { Plan, TaskName } from '../schema/types.gen.ts';
import { countMatches } from '../workspace/declared-files.ts';
import { foldersOfRuns } from '../workspace/reuse.ts';

/** A task of which somebody said that it may reuse. */
export interface Reusing {
  readonly task: TaskName;
  /** How many files each of its patterns matches now; undefined where it never reuses. */
  readonly files?: Readonly<Record<string, number>>;
  /** Why it never does. */
  readonly never?: string;
  /** That what is recorded is not taken this time. */
  readonly anew: boolean;
}

/** Most tasks that are named. */
const mostNamed = 20;

/** The tasks of a plan that may reuse, or were to. */
export async function reuseOf(plan: Plan, root: string): Promise<readonly Reusing[]> {
  const agents = new Map(plan.agents.map((agent) => [agent.name, agent]));
  const apart = foldersOfRuns(root, resolve(root, plan.workspace));
  const found: Reusing[] = [];
  for (const task of plan.tasks) {
    if (task.cache === undefined) continue;
    const { files: patterns, anew = false } = task.cache;
    const agent = agents.get(task.agent);
    const never = whyNotReused(task, agent);
    const folder = resolve(root, agent?.cwd ?? '.');
    const files = never === undefined ? Object.fromEntries(await countMatches({ root, folder, patterns, apart })) : {};
    found.push({ task: task.name, anew, ...(never === undefined ? { files } : { never }) });
  }
  return found;
}

/** The same in words; nothing where no task says anything of it. */
export function reuseLines(reuse: readonly Reusing[], plan: Plan): string[] {
  const may = reuse.filter(({ never, anew }) => never === undefined && !anew).map(({ task }) => task);
  const anew = reuse.filter((each) => each.never === undefined && each.anew).map(({ task }) => task);
  const of = `of ${counted(plan.tasks.length, 'task')}`;
  return [
    ...(may.length === 0 ? [] : [`May take a recorded output: ${someOf(may, mostNamed)} (${may.length} ${of})`]),
    ...(anew.length === 0 ? [] : [`Done again, --no-cache: ${someOf(anew, mostNamed)} (${anew.length} ${of})`]),
    ...reuse
      .flatMap(({ task, files = {} }) =>
        Object.entries(files).map(([pattern, count]) => `  ${task} depends on ${pattern}: ${matched(count)}`),
      )
      .slice(0, mostNamed),
    ...[...Map.groupBy(reuse, ({ never }) => never)].flatMap(([never, tasks]) =>
      never === undefined
        ? []
        : [
            `Never reused: ${someOf(
              tasks.map(({ task }) => task),
              mostNamed,
            )}: ${never}`,
          ],
    ),
  ];
}

function matched(count: number): string {
  return count === 0 ? 'no file matches' : counted(count, 'file');
}
