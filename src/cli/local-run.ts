// A run on this machine, put together: lock, folders, journal, launchers, backend, loop. Used by the command and by programs.
import { basename, resolve } from 'node:path';
import { localBackend } from '../backends/local.ts';
import { watchLogs } from '../process/cap.ts';
import { endLeftovers } from '../process/leftovers.ts';
import { type AgentAdapter, type Clock, type EventBody, type Reuse, StorageFailure } from '../run/ports.ts';
import type { Redactor } from '../run/redaction/redact.ts';
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
import { gatherOutput, prepareAttempt, recordFailure, sealAttempt } from '../workspace/attempt-files.ts';
import { watchControl } from '../workspace/control.ts';
import { sha256 } from '../workspace/digest.ts';
import { type JournalFile, openJournal } from '../workspace/journal.ts';
import { copyOutputs, createRun, layoutOf, linkLatest, mendFolders, type RunLayout } from '../workspace/layout.ts';
import { type LockRecord, takeLock } from '../workspace/lock.ts';
import { watchQuota } from '../workspace/quota.ts';
import { cutTornLine, type RecordedRun } from '../workspace/recorded.ts';
import { writeResult } from '../workspace/result.ts';
import { sealLeft } from '../workspace/seal-left.ts';
import { statusFile } from '../workspace/status.ts';
import { tidyWorkspace } from '../workspace/tidy.ts';
import { exit, Refusal } from './command.ts';
import { mayBeAlive, recordOf } from './holder.ts';
import { type Here, type Surroundings, thisMachine } from './surroundings.ts';
import { version } from './version.ts';

export interface LocalRunOptions extends Here {
  readonly run: RunId;
  readonly goal: string;
  readonly begin: NewRun | ResumedRun;
  readonly adapters: Readonly<Record<AdapterName, AgentAdapter>>;
  /** Keeps secrets out of what is written; undefined where there are none. */
  readonly redactor: Redactor | undefined;
  /** Agents that only stand by for others, and cannot run here. */
  readonly unusable?: ReadonlyMap<AgentName, string> | undefined;
  /** What it meets, where that is not this machine. */
  readonly surroundings?: Surroundings;
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
  /** The bytes of plan.json, where not all of that plan is run. */
  readonly planText?: Uint8Array;
  /** What counts of the budget of the run over what plan.json says. */
  readonly budget?: PlanBudget;
  /** The run that it stands on. */
  readonly from?: FormerRun;
}

/** A run on which a new one stands: it keeps some of its successes, and goes on from it or replays it. */
interface FormerRun {
  readonly type: 'continues' | 'replays';
  readonly layout: RunLayout;
  readonly run: RunId;
  readonly kept: readonly KeptSuccess[];
  /** Whether it is somebody else's: nothing is written there. */
  readonly foreign?: boolean;
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
  const { run, plan, layout, surroundings = thisMachine(options) } = options;
  const { clock, random, machine, governor } = surroundings;
  const holder = recordOf(run);
  const lock = orStorageFailure(() => takeLock(layout.workspace, holder, mayBeAlive));
  if (lock.type === 'refused') throw lockedBy(lock.holder, layout.workspace);
  try {
    if (lock.former !== undefined || options.begin.type === 'resumed') tidyWorkspace(layout.workspace);
    const { journal, opening, state } = orStorageFailure(() => openRun(options, clock));
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
        random,
        journal,
        backend: surroundings.around(backendOf(options, surroundings, quiet)),
        reuse: quiet === undefined ? surroundings.reuse : reuseAfter(quiet, surroundings.reuse),
        ...(machine !== undefined && { machine }),
        ...(governor !== undefined && { governor }),
        observe: (event, now) => {
          latest = now;
          options.observe(event, now);
          if (event.type !== 'run.finished') status.offer(now, Date.now());
        },
        writeResult: async (now) => orStorageFailure(() => writeResult(layout, now)),
      },
    );
    // What looks and prepares waits for that, too.
    if (quiet === undefined) surroundings.onBegun(going);
    else void quiet.catch(() => {}).then(() => surroundings.onBegun(going));
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
    ...(begin.type === 'new' && begin.from?.type === 'continues' && !begin.from.foreign ? [begin.from.layout] : []),
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
function openRun(options: LocalRunOptions, clock: Clock): OpenRun {
  const { begin, layout, run } = options;
  if (begin.type === 'new') return createNewRun(options, begin, clock);
  const { recorded, again, budget = {} } = begin;
  if (!cutTornLine(recorded)) throw new Refusal(exit.locked, `run ${run} was resumed by somebody else just now`);
  mendFolders(layout);
  linkLatest(layout, run);
  const more = { ...(again.length > 0 && { again: [...again] }), ...moreBudget(budget) };
  const opening = [{ type: 'run.resumed' as const, super: version, ...more }];
  return {
    journal: openJournal(layout.journal, run, clock.now, recorded.events.length, options.redactor),
    opening,
    state: recorded.state,
  };
}

function createNewRun(options: LocalRunOptions, begin: NewRun, clock: Clock): OpenRun {
  const { plan, layout, run } = options;
  const { from, planText = Buffer.from(`${JSON.stringify(plan)}\n`) } = begin;
  createRun(layout, begin.texts.get(plan.file) ?? '', playbooksOf(plan, begin.texts), planText);
  if (from !== undefined) copyOutputs(from.layout, layout, from.kept);
  // Whoever looks for the outputs of this workspace looks for what agents made.
  if (from?.type !== 'replays') linkLatest(layout, run);
  const started: EventBody = {
    type: 'run.started',
    orchestra: plan.orchestra,
    plan_sha256: sha256(planText),
    goal: options.goal,
    rehearsal: begin.rehearsal,
    super: version,
    ...(begin.only !== undefined && { only: [...begin.only] }),
    ...(begin.options !== undefined && { options: begin.options }),
    ...(from !== undefined && { [from.type]: from.run }),
    ...moreBudget(begin.budget),
  };
  const reused = from === undefined ? [] : reuseEvents(from.kept, from.run);
  return { journal: openJournal(layout.journal, run, clock.now, 0, options.redactor), opening: [started, ...reused] };
}

function moreBudget(budget: PlanBudget = {}): { readonly budget?: PlanBudget } {
  return Object.keys(budget).length > 0 ? { budget } : {};
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

/** Reads nothing before nothing of an earlier orchestrator runs any more. */
function reuseAfter(quiet: Promise<unknown>, reuse: Reuse): Reuse {
  return { ...reuse, look: (order) => quiet.then(() => reuse.look(order)) };
}

/** `quiet` resolves when nothing of an earlier orchestrator runs any more. */
function backendOf(
  { layout, plan, redactor, ...options }: LocalRunOptions,
  { watch, evidence }: Surroundings,
  quiet: Promise<unknown> | undefined,
) {
  return localBackend({
    root: options.root,
    adapters: options.adapters,
    clock: watch,
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
    evidence,
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
