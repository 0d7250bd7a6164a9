// A recorded run as documents for other programs.
import { existsSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { printableJson } from '../diagnostics/printable.ts';
import { canSee, sampleRun } from '../process/resources.ts';
import { gadugiFiles, type Measured } from '../reporters/gadugi.ts';
import { workerOf } from '../run/launch.ts';
import type { TaskState } from '../run/state.ts';
import type { PlanAgent } from '../schema/types.gen.ts';
import { makeFolder } from '../workspace/lock.ts';
import { writeWhole } from '../workspace/ordinary.ts';
import { type RecordedRun, readRun } from '../workspace/recorded.ts';
import { type Io, setupFault } from './command.ts';
import { nameFor } from './paths.ts';
import type { Project } from './project.ts';
import type { FoundRun } from './runs.ts';

/** The events of a run, one JSON document a line. */
export function exportedEvents(run: FoundRun): string {
  return recordOf(run)
    .events.map((event) => `${printableJson(event)}\n`)
    .join('');
}

/** A run as one document: what was run, and what became of it. */
export function exportedRun(run: FoundRun) {
  const { plan, state, started } = recordOf(run);
  return {
    run: run.id,
    orchestra: run.orchestra,
    state: run.state,
    goal: started.goal,
    rehearsal: started.rehearsal,
    super: started.super,
    folder: run.layout.folder,
    started_at: run.started_at,
    finished_at: run.finished_at,
    because: state.because ?? null,
    continues: run.continues,
    counts: state.counts,
    usage: state.usage ?? null,
    tasks: state.inOrder.map(taskOf),
    plan,
  };
}

function taskOf(task: TaskState) {
  return {
    name: task.task.name,
    agent: workerOf(task),
    state: task.status,
    attempts: task.attempt,
    started_at: time(task.startedAt),
    finished_at: time(task.endedAt),
    duration_ms: task.busy,
    reason: task.reason ?? null,
    message: task.message ?? null,
    exit_code: task.exitCode ?? null,
    output: task.output ?? null,
    needs: task.task.needs.map((need) => need.task),
  };
}

function time(value: number | undefined): string | null {
  return value === undefined ? null : new Date(value).toISOString();
}

function recordOf(run: FoundRun): RecordedRun {
  const recorded = readRun(run.layout);
  if (recorded === undefined) throw setupFault(`run ${run.id} has not begun yet`);
  return recorded;
}

/** Writes an export where a person wants it. A device, a FIFO and what a link leads to are written to, never replaced. */
export function writeExport(path: string, text: string): void {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) writeWhole(path, text);
  else if (facts.isFile()) writeWhole(realpathSync(path), text);
  else writeFileSync(path, text);
}

/** Writes the monitoring files of a run into a folder, each whole; with `watch` again and again until the run has ended. Gives their names. */
export async function exportGadugi(
  project: Project,
  find: (asked?: string) => FoundRun,
  output: string,
  how: { readonly list: boolean; readonly watch: boolean },
  io: Io,
): Promise<string[]> {
  const folder = resolve(io.cwd, output);
  makeFolder(folder);
  let goOn = how.watch;
  const forget = how.watch
    ? io.onSignal(() => {
        goOn = false;
      })
    : () => {};
  try {
    // What is the newest run may change meanwhile.
    for (let run = find(); ; run = find(run.id)) {
      const files = gadugiFiles(await factsOf(project, run), how.list);
      for (const [name, content] of Object.entries(files)) {
        writeWhole(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
      }
      if (!goOn || run.holder === undefined)
        return Object.keys(files).map((name) => nameFor(project, join(folder, name)));
      await sleep(1000);
    }
  } finally {
    forget();
  }
}

async function factsOf(project: Project, run: FoundRun) {
  const { state, plan, layout } = recordOf(run);
  const measured = await measure(run, [...state.running]);
  const agents = new Map<string, PlanAgent>(plan.agents.map((agent) => [agent.name, agent]));
  return {
    run: run.id,
    state,
    alive: run.holder !== undefined,
    now: Date.now(),
    workingDirectory: (task: TaskState) => resolve(project.root, agents.get(workerOf(task))?.cwd ?? '.'),
    promptFile: ({ task, attempt }: TaskState) => {
      const path = join(layout.attempts, task.name, String(attempt), 'prompt.md');
      return existsSync(path) ? path : null;
    },
    command: (task: TaskState) => commandOf(agents.get(workerOf(task))),
    measured: ({ task }: TaskState) => measured.get(task.name),
  };
}

/** What the running attempts of a live run use, by task; nothing of one that cannot be seen from here. */
async function measure(run: FoundRun, running: readonly TaskState[]): Promise<ReadonlyMap<string, Measured>> {
  if (run.holder === undefined || !canSee(run.holder.pid) || running.length === 0) return new Map();
  const sought = running.map(({ task, attempt }) => ({
    task: task.name,
    attempt,
    folder: join(run.layout.attempts, task.name, String(attempt)),
  }));
  const { attempts } = await sampleRun(run.id, run.holder.pid, sought);
  return new Map(
    attempts.flatMap(({ pid, cpuPercent, memoryBytes }, at) => {
      const name = running[at]?.task.name;
      if (name === undefined || pid === undefined) return [];
      return [[name, { pid, cpu_percent: round(cpuPercent), memory_mb: round(memoryBytes / 1e6) }] as const];
    }),
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function commandOf(agent: PlanAgent | undefined): string {
  return agent?.argv?.join(' ') ?? agent?.run ?? agent?.module ?? agent?.adapter ?? '';
}
