// Ends a live run from outside: by the signals that its own terminal would send, and by force where it does not listen.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProcesses } from '../process/census.ts';
import { type Identity, signalProcess, verdict } from '../process/identity.ts';
import { endLeftovers } from '../process/leftovers.ts';
import { monotonic } from '../process/monotonic.ts';
import { hasOpen } from '../process/open-files.ts';
import { stampsOf } from '../process/stamp.ts';
import { tallyOf } from '../reporters/words.ts';
import { tellOn } from '../reporters/wrap.ts';
import { announceStop } from '../workspace/control.ts';
import { readRun } from '../workspace/recorded.ts';
import { exit, exitOf, type Io, printJson, Refusal } from './command.ts';
import { identityOf } from './holder.ts';
import { type Interruption, watchSignals } from './interruption.ts';
import { chooseLive, commandOn, isAsleep, type LiveRun } from './live.ts';
import { findProject, type Project } from './project.ts';
import { findRuns } from './runs.ts';
import type { Aim } from './steer.ts';

/** How long a forced end may take before the next means, in milliseconds. */
const patience = 5000;
/** Two signals of a kind that come at once are one: this keeps them apart, in milliseconds. */
const apart = 150;

/** Ends a run, waits until it has ended and says how; gives the exit code. */
export async function stopRun(
  aim: Aim,
  { force, json }: { readonly force: boolean; readonly json: boolean },
  io: Io,
): Promise<number> {
  const project = await findProject(io.cwd);
  const run = chooseLive(project, findRuns(project, aim.workspace), aim.asked);
  const interruption = watchSignals(io);
  const holder = identityOf(run.holder);
  let forget = () => {};
  try {
    await refuseImpostor(run);
    forget = announceStop(run.layout);
    tell(run, 'SIGTERM');
    if (!json && !force) {
      tellOn(
        io.stderr,
        `super: run ${run.id} was told to end; its agents have ${graceOf(run)} s (at once: ${commandOn(project, run, 'runs', 'stop', '--force')})\n`,
      );
    }
    if (force && !(await untilGone(holder, apart, interruption))) tell(run, 'SIGTERM');
    const gone = await untilGone(holder, force ? patience : Number.POSITIVE_INFINITY, interruption);
    if (!gone && interruption.signal !== undefined) {
      tellOn(io.stderr, `super: run ${run.id} goes on ending; to see it: ${commandOn(project, run, 'runs', 'show')}\n`);
      return exitOf(interruption.signal);
    }
    if (!gone) await kill(run, holder);
    report(project, run, { forced: force, killed: !gone }, json, io);
    return exit.succeeded;
  } finally {
    forget();
    interruption.end();
  }
}

/** How long a run may hold its lock without having its journal open, in milliseconds: at its beginning and at its end. */
const betweenTimes = 1000;

/** A lock is a file: whoever can write it can name anybody. A process that does not write the run's journal is left alone. */
async function refuseImpostor({ id, layout, holder }: LiveRun): Promise<void> {
  for (const end = monotonic() + betweenTimes; verdict(identityOf(holder)) === 'ours'; await sleep(25)) {
    const isItsWriter = hasOpen(holder.pid, layout.journal);
    if (isItsWriter === true) return;
    if (isItsWriter === undefined) {
      throw new Refusal(
        exit.locked,
        `run ${id} is held by process ${holder.pid}, of which nothing can be known here: it was left alone`,
        'it may belong to another user; whoever started the run can stop it',
      );
    }
    if (monotonic() >= end) {
      throw new Refusal(
        exit.locked,
        `process ${holder.pid} stands in the lock of run ${id}, but does not write its journal: it was left alone`,
        `once no run goes on there, remove ${join(layout.workspace, 'run.lock')}`,
      );
    }
  }
}

/** Signals the process of a run, if it is still the one that took the lock. */
function tell(run: LiveRun, signal: 'SIGTERM' | 'SIGKILL'): void {
  const holder = identityOf(run.holder);
  if (!signalProcess(holder, signal) && verdict(holder) === 'ours') {
    throw new Refusal(exit.locked, `run ${run.id} belongs to another user: process ${holder.pid} cannot be signalled`);
  }
  // What was put to sleep from its terminal could not hear.
  if (isAsleep(run.holder)) signalProcess(holder, 'SIGCONT');
}

function graceOf(run: LiveRun): number {
  return readRun(run.layout)?.plan.grace_seconds ?? 10;
}

/** Whether a process has ended within this many milliseconds; a signal to this one ends the wait. */
async function untilGone(holder: Identity, milliseconds: number, interruption: Interruption): Promise<boolean> {
  for (const end = monotonic() + milliseconds; ; await sleep(25)) {
    const found = verdict(holder);
    if (found === 'gone' || found === 'other') return true;
    if (monotonic() >= end || interruption.signal !== undefined) return false;
  }
}

/** Ends the orchestrator itself. Its guardian ends the agents; what it has not ended in time is ended here. */
async function kill(run: LiveRun, holder: Identity): Promise<void> {
  tell(run, 'SIGKILL');
  const end = monotonic() + patience;
  while (verdict(holder) === 'ours' || (await leftOf(run)).length > 0) {
    if (monotonic() >= end) break;
    await sleep(50);
  }
  if ((await leftOf(run)).length > 0) await endLeftovers(run.id);
  const left = await leftOf(run);
  if (left.length === 0) return;
  const pids = left.map(({ pid }) => pid).join(', ');
  throw new Refusal(exit.setup, `run ${run.id} was killed, and these of its processes do not end: ${pids}`);
}

/** Living processes that bear the mark of a run, but for this one and whoever called it. */
function leftOf(run: LiveRun) {
  return findProcesses({
    groups: new Set(),
    marks: [`SUPER_RUN_ID=${run.id}`],
    stamps: stampsOf(run.id),
    except: ({ pid }) => pid === process.pid || pid === process.ppid,
  });
}

function report(
  project: Project,
  run: LiveRun,
  { forced, killed }: { readonly forced: boolean; readonly killed: boolean },
  json: boolean,
  io: Io,
): void {
  const state = readRun(run.layout)?.state;
  const how = state?.outcome ?? 'interrupted';
  if (json) return printJson(io, { run: run.id, state: how, forced, killed, counts: state?.counts ?? null });
  const tally = state === undefined || killed ? '' : ` (${tallyOf(state.counts)})`;
  const what = killed ? `was killed: its process did not end within ${patience / 1000} s` : `has ended: ${how}${tally}`;
  const next =
    how === 'succeeded'
      ? `to see it: ${commandOn(project, run, 'runs', 'show')}`
      : `to go on: ${commandOn(project, run, 'orchestra', 'resume')}`;
  tellOn(io.stdout, `run ${run.id} ${what}\n${next}\n`);
}
