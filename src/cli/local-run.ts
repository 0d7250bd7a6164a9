// A run on this machine, put together: lock, folders, journal, launchers, backend, loop. Used by the command and by programs.
import { basename, resolve } from 'node:path';
import { evidenceHere } from '../backends/evidence.ts';
import { localBackend } from '../backends/local.ts';
import { watchLogs } from '../process/cap.ts';
import type { Launchers } from '../process/launchers.ts';
import { endLeftovers } from '../process/leftovers.ts';
import { machineOf, type Thresholds, usualThresholds } from '../process/machine.ts';
import { type AgentAdapter, type Clock, type EventBody, type Reuse, StorageFailure } from '../run/ports.ts';
import type { Redactor } from '../run/redact.ts';
import { startRun } from '../run/runner.ts';
import type { RunState } from '../run/state.ts';
import { type KeptSuccess, reuseEvents } from '../run/unchanged.ts';
import type {
  AdapterName,
  AgentName,
  FinishCause,
  Plan,
  PlanBudget,
  RunEvent,
  RunId,
  RunOptions,
  TaskName,
} from '../schema/types.gen.ts';
import { builtIn } from '../spec/orchestra.ts';
import { gatherOutput, prepareAttempt, recordFailure, sealAttempt } from '../workspace/attempt-files.ts';
import { watchControl } from '../workspace/control.ts';
import { sha256 } from '../workspace/digest.ts';
import { type JournalFile, openJournal } from '../workspace/journal.ts';
import { copyOutputs, createRun, layoutOf, linkLatest, mendFolders, type RunLayout } from '../workspace/layout.ts';
import { type LockRecord, takeLock } from '../workspace/lock.ts';
import { watchQuota } from '../workspace/quota.ts';
import { cutTornLine, type RecordedRun } from '../workspace/recorded.ts';
import { writeResult } from '../workspace/result.ts';
import { reuseHere } from '../workspace/reuse.ts';
import { sealLeft } from '../workspace/seal-left.ts';
import { statusFile } from '../workspace/status.ts';
import { tidyWorkspace } from '../workspace/tidy.ts';
import { exit, Refusal } from './command.ts';
import { mayBeAlive, recordOf } from './holder.ts';
import { version } from './version.ts';

export interface LocalRunOptions {
  /** The project's root, absolute. */
  readonly root: string;
  readonly layout: RunLayout;
  readonly run: RunId;
  readonly plan: Plan;
  readonly goal: string;
  readonly begin: NewRun | ResumedRun;
  readonly adapters: Readonly<Record<AdapterName, AgentAdapter>>;
  /** Those of the run, which are opened when they are needed. */
  readonly launchers: () => Pick<Launchers, 'launch'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Keeps secrets out of what is written; undefined where there are none. */
  readonly redactor: Redactor | undefined;
  /** Agents that only stand by for others, and cannot run here. */
  readonly unusable?: ReadonlySet<AgentName> | undefined;
  /** When the machine counts as short of something, where that is not to be as usual. */
  readonly thresholds?: Partial<Thresholds>;
  /** Called after every event. Must not throw. */
  observe(event: RunEvent, state: RunState): void;
}

/** A run from its first event on. */
export interface NewRun {
  readonly type: 'new';
  readonly rehearsal: boolean;
  readonly only?: readonly TaskName[];
  /** What the command line said over the file. */
  readonly options?: RunOptions;
  /** Text of every file that the plan was made from, by name; the orchestra's is plan.file. */
  readonly texts: ReadonlyMap<string, string>;
  /** The run whose unchanged successes it keeps. */
  readonly from?: { readonly layout: RunLayout; readonly run: RunId; readonly kept: readonly KeptSuccess[] };
}

/** A run that goes on where its journal ends. */
export interface ResumedRun {
  readonly type: 'resumed';
  readonly recorded: RecordedRun;
  /** Ended tasks that are done again. */
  readonly again: readonly TaskName[];
  /** What the command line says of the budget of the run, over what counted before. */
  readonly budget?: PlanBudget;
}

/** A run on this machine, under way. */
export interface LocalRun {
  readonly layout: RunLayout;
  /** Resolves with the final state when the journal is closed and the workspace is free again. */
  readonly finished: Promise<RunState>;
  stop(because: FinishCause, message: string): void;
}

/** Folder of a plan's runs, absolute. */
export function workspaceOf(root: string, plan: Pick<Plan, 'workspace'>): string {
  return resolve(root, plan.workspace);
}

/** Starts a run. Throws a Refusal when another run holds the workspace, and what the system says when it cannot be written. */
export function startLocalRun(options: LocalRunOptions): LocalRun {
  const { run, plan, layout } = options;
  const holder = recordOf(run);
  const lock = orStorageFailure(() => takeLock(layout.workspace, holder, mayBeAlive));
  if (lock.type === 'refused') throw lockedBy(lock.holder, layout.workspace);
  try {
    if (lock.former !== undefined || options.begin.type === 'resumed') tidyWorkspace(layout.workspace);
    const { journal, opening, state } = orStorageFailure(() => openRun(options));
    const status = statusFile(layout, holder);
    const quiet = tidiedUp(options, lock.former?.run);
    quiet?.catch(() => {}); // each attempt that waits for it tells, and so does the end of the run
    let latest: RunState | undefined;
    const going = startRun(
      {
        ...{ run, plan, goal: options.goal, opening, ...(state !== undefined && { state }) },
        ...(options.unusable !== undefined && { unusable: options.unusable }),
      },
      {
        clock,
        random: { next: Math.random },
        journal,
        backend: backendOf(options, quiet),
        reuse: reuseOf(options, quiet),
        machine: machineOf(layout.workspace, {
          ...usualThresholds,
          ...(plan.limits?.free_disk_bytes !== undefined && { freeDisk: plan.limits.free_disk_bytes }),
          ...options.thresholds,
        }),
        observe: (event, now) => {
          latest = now;
          options.observe(event, now);
          if (event.type !== 'run.finished') status.offer(now, Date.now());
        },
        writeResult: async (now) => orStorageFailure(() => writeResult(layout, now)),
      },
    );
    const control = watchControl(layout, going);
    const limit = plan.limits?.disk_bytes;
    const isRunning = (task: string) => latest?.tasks.get(task as TaskName)?.status === 'running';
    const onExcess = (message: string) => going.stop('limit', message);
    const endQuota = limit === undefined ? () => {} : watchQuota({ layout, limit, isRunning, onExcess });
    const close = () => {
      endQuota();
      control.close();
      journal.close();
      lock.release();
    };
    return {
      layout,
      stop: going.stop,
      finished: going.finished
        .then(async (now) => {
          await quiet;
          status.write(now);
          return now;
        })
        .finally(close),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Resolves when what others left is done with; undefined where there is nothing. `former`: the run whose orchestrator died here. */
function tidiedUp({ begin, layout, redactor, run }: LocalRunOptions, former: RunId | undefined) {
  // Whoever worked here before may have died and left agents; they end before ours begin.
  const orphaned = begin.type === 'resumed' ? run : former;
  const left = [
    ...(orphaned === undefined ? [] : [layoutOf(layout.workspace, basename(orphaned) as RunId)]),
    ...(begin.type === 'new' && begin.from !== undefined ? [begin.from.layout] : []),
  ];
  if (left.length === 0) return undefined;
  const seal = async () => {
    for (const each of left) await sealLeft(each, redactor);
  };
  return orphaned === undefined ? seal() : endLeftovers(orphaned).then(seal);
}

interface OpenRun {
  readonly journal: JournalFile;
  readonly opening: readonly EventBody[];
  readonly state?: RunState;
}

/** Brings the folder of a run into the form in which its next event can be written. */
function openRun(options: LocalRunOptions): OpenRun {
  const { begin, layout, run } = options;
  if (begin.type === 'new') return createNewRun(options, begin);
  const { recorded, again, budget = {} } = begin;
  if (!cutTornLine(recorded)) throw new Refusal(exit.locked, `run ${run} was resumed by somebody else just now`);
  mendFolders(layout);
  linkLatest(layout, run);
  const more = { ...(again.length > 0 && { again: [...again] }), ...(Object.keys(budget).length > 0 && { budget }) };
  const opening = [{ type: 'run.resumed' as const, super: version, ...more }];
  return {
    journal: openJournal(layout.journal, run, Date.now, recorded.events.length, options.redactor),
    opening,
    state: recorded.state,
  };
}

function createNewRun(options: LocalRunOptions, begin: NewRun): OpenRun {
  const { plan, layout, run } = options;
  const planText = `${JSON.stringify(plan)}\n`;
  createRun(layout, begin.texts.get(plan.file) ?? '', playbooksOf(plan, begin.texts), planText);
  if (begin.from !== undefined) copyOutputs(begin.from.layout, layout, begin.from.kept);
  linkLatest(layout, run);
  const started: EventBody = {
    type: 'run.started',
    orchestra: plan.orchestra,
    plan_sha256: sha256(Buffer.from(planText)),
    goal: options.goal,
    rehearsal: begin.rehearsal,
    super: version,
    ...(begin.only !== undefined && { only: [...begin.only] }),
    ...(begin.options !== undefined && { options: begin.options }),
    ...(begin.from !== undefined && { continues: begin.from.run }),
  };
  const reused = begin.from === undefined ? [] : reuseEvents(begin.from.kept, begin.from.run);
  return { journal: openJournal(layout.journal, run, Date.now, 0, options.redactor), opening: [started, ...reused] };
}

/** A workspace that cannot be written, whatever the system calls it. */
function orStorageFailure<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new StorageFailure((error as Error).message, { cause: error });
  }
}

const clock: Clock = {
  now: Date.now,
  after(milliseconds, callback) {
    // A timer of Node holds 31 bits of milliseconds, 24 days; what is longer waits in pieces.
    const piece = Math.min(milliseconds, 2 ** 31 - 1);
    let forget = () => {};
    const timer = setTimeout(() => {
      if (piece === milliseconds) callback();
      else forget = clock.after(milliseconds - piece, callback);
    }, piece);
    return () => {
      clearTimeout(timer);
      forget();
    };
  },
};

/** Reads nothing before nothing of an earlier orchestrator runs any more. */
function reuseOf({ root, layout, env, plan }: LocalRunOptions, quiet: Promise<unknown> = Promise.resolve()): Reuse {
  const reuse = reuseHere({ root, layout, env, bytes: plan.limits?.cache_bytes ?? builtIn.cache_bytes });
  return { ...reuse, look: (order) => quiet.then(() => reuse.look(order)) };
}

/** `quiet` resolves when nothing of an earlier orchestrator runs any more. */
function backendOf({ layout, plan, redactor, ...options }: LocalRunOptions, quiet: Promise<unknown> | undefined) {
  return localBackend({
    root: options.root,
    adapters: options.adapters,
    clock,
    runFolder: layout.folder,
    intermediate: layout.intermediate,
    env: options.env,
    ...(plan.grace_seconds !== undefined && { graceMs: plan.grace_seconds * 1000 }),
    store: {
      prepare:
        quiet === undefined
          ? (order) => prepareAttempt(layout, order, redactor)
          : async (order) => {
              await quiet;
              return prepareAttempt(layout, order, redactor);
            },
      seal: (files) => sealAttempt(files, redactor),
      gather: (task, files, readLimit) => gatherOutput(layout, task, files, readLimit),
      recordFailure: (task, files, message) => recordFailure(layout, task, files, redactor?.text(message) ?? message),
    },
    evidence: evidenceHere(options.launchers, layout.workspace),
    watch: (_task, files, hold) => watchLogs([files.stdout, files.stderr, files.transcript], undefined, hold),
  });
}

/** Playbooks are stored under their file names; two of the same name in different folders keep their folder in it. */
function playbooksOf(plan: Plan, texts: ReadonlyMap<string, string>) {
  const files = [...new Set(plan.agents.map(({ file }) => file))].filter((file) => file !== plan.file);
  const names = files.map((file) => basename(file));
  return files.map((file, at) => ({
    name: names.indexOf(names[at] ?? '') === at ? (names[at] ?? '') : file.replaceAll(/[/\\]/g, '_'),
    text: texts.get(file) ?? '',
  }));
}

function lockedBy(holder: LockRecord | undefined, workspace: string): Refusal {
  const who = holder === undefined ? 'another run' : `run ${holder.run} (process ${holder.pid} on ${holder.host})`;
  return new Refusal(
    exit.locked,
    `${who} holds the workspace ${workspace}`,
    'wait for it, or use another folder: --workspace-path <folder>',
  );
}
