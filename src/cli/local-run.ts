// A run on this machine, put together: lock, folders, journal, launchers, backend, loop. Used by the command and by programs.
import { hostname } from 'node:os';
import { basename, resolve } from 'node:path';
import { localBackend } from '../backends/local.ts';
import { watchLogs } from '../process/cap.ts';
import { identify, verdict } from '../process/identity.ts';
import { type AgentAdapter, type Clock, StorageFailure } from '../run/ports.ts';
import { startRun } from '../run/runner.ts';
import type { RunState } from '../run/state.ts';
import type { AdapterName, FinishCause, Plan, RunEvent, RunId, TaskName } from '../schema/types.gen.ts';
import { gatherOutput, prepareAttempt, recordFailure } from '../workspace/attempt-files.ts';
import { sha256 } from '../workspace/digest.ts';
import { openJournal } from '../workspace/journal.ts';
import { createRun, layoutOf, linkLatest, type RunLayout } from '../workspace/layout.ts';
import { type LockRecord, takeLock } from '../workspace/lock.ts';
import { writeResult } from '../workspace/result.ts';
import { statusFile } from '../workspace/status.ts';
import { exit, Refusal } from './command.ts';
import { version } from './version.ts';

export interface LocalRunOptions {
  /** The project's root, absolute. */
  readonly root: string;
  readonly run: RunId;
  readonly plan: Plan;
  readonly goal: string;
  readonly rehearsal: boolean;
  readonly only?: readonly TaskName[];
  /** Text of every file that the plan was made from, by name; the orchestra's is plan.file. */
  readonly texts: ReadonlyMap<string, string>;
  readonly adapters: Readonly<Record<AdapterName, AgentAdapter>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called after every event. Must not throw. */
  observe(event: RunEvent, state: RunState): void;
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
  const { run, plan } = options;
  const layout = layoutOf(workspaceOf(options.root, plan), run);
  const lock = orStorageFailure(() => takeLock(layout.workspace, lockRecord(run), mayBeAlive));
  if (lock.type === 'refused') throw lockedBy(lock.holder, layout.workspace);
  try {
    const planText = `${JSON.stringify(plan)}\n`;
    const journal = orStorageFailure(() => {
      createRun(layout, options.texts.get(plan.file) ?? '', playbooksOf(plan, options.texts), planText);
      linkLatest(layout, run);
      return openJournal(layout.journal, run, Date.now);
    });
    const status = statusFile(layout, run);
    const { finished, stop } = startRun(
      {
        run,
        plan,
        goal: options.goal,
        opening: {
          type: 'run.started',
          orchestra: plan.orchestra,
          plan_sha256: sha256(Buffer.from(planText)),
          goal: options.goal,
          rehearsal: options.rehearsal,
          super: version,
          ...(options.only !== undefined && { only: [...options.only] }),
        },
      },
      {
        clock,
        random: { next: Math.random },
        journal,
        backend: backendOf(options, layout),
        observe: (event, state) => {
          options.observe(event, state);
          if (event.type !== 'run.finished') status.offer(state, Date.now());
        },
        writeResult: async (state) => orStorageFailure(() => writeResult(layout, state)),
      },
    );
    const close = () => {
      journal.close();
      lock.release();
    };
    return {
      layout,
      stop,
      finished: finished
        .then((state) => {
          status.write(state);
          return state;
        })
        .finally(close),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A workspace that cannot be written, whatever the system calls it. */
function orStorageFailure<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
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

function backendOf(options: LocalRunOptions, layout: RunLayout) {
  return localBackend({
    root: options.root,
    adapters: options.adapters,
    clock,
    runFolder: layout.folder,
    intermediate: layout.intermediate,
    env: options.env,
    store: {
      prepare: (order) => prepareAttempt(layout, order),
      gather: (task, files, readLimit) => gatherOutput(layout, task, files, readLimit),
      recordFailure: (task, files, message) => recordFailure(layout, task, files, message),
    },
    watch: (_task, files) => watchLogs([files.stdout, files.stderr]),
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

function lockRecord(run: RunId): LockRecord {
  const identity = identify(process.pid);
  return {
    pid: process.pid,
    start_time: identity?.began ?? '',
    boot_id: identity?.boot ?? '',
    host: hostname(),
    run,
  };
}

/** A holder on another host, or one about which nothing can be known, counts as alive. */
function mayBeAlive(holder: LockRecord): boolean {
  if (holder.host !== hostname()) return true;
  const found = verdict({ pid: holder.pid, began: holder.start_time, boot: holder.boot_id });
  return found === 'ours' || found === 'unknown';
}

function lockedBy(holder: LockRecord | undefined, workspace: string): Refusal {
  const who = holder === undefined ? 'another run' : `run ${holder.run} (process ${holder.pid} on ${holder.host})`;
  return new Refusal(
    exit.locked,
    `${who} holds the workspace ${workspace}`,
    'wait for it, or use another folder: --workspace-path <folder>',
  );
}
