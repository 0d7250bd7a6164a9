// pause, unpause and cancel: asks a live run for something and tells what came of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { isSystemFault } from '../run/ports.ts';
import type { RunState, TaskState } from '../run/state.ts';
import type { Plan, TaskName } from '../schema/types.gen.ts';
import { askRun, type ControlRequest } from '../workspace/control.ts';
import { type FollowedRun, followRun } from '../workspace/follow.ts';
import { readRun } from '../workspace/recorded.ts';
import { exit, exitOf, type Io, Refusal, setupFault } from './command.ts';
import { watchSignals } from './interruption.ts';
import { chooseLive, commandOn, isAsleep, isHeld, type LiveRun, notAlive } from './live.ts';
import { findProject, type Project } from './project.ts';
import { findRuns } from './runs.ts';

/** Which run is to be asked. */
export interface Aim {
  /** A run id; undefined: the newest that is alive. */
  readonly asked: string | undefined;
  readonly workspace: string | undefined;
}

/** How long a run may take to answer, in milliseconds. */
const patience = 5000;

/** A live run, and what is recorded of it. */
export interface Aimed {
  readonly project: Project;
  readonly run: LiveRun;
  readonly plan: Plan;
  readonly followed: FollowedRun;
}

/** The live run that is meant. Throws a Refusal. */
export async function aimAt({ asked, workspace }: Aim, io: Io): Promise<Aimed> {
  const project = await findProject(io.cwd);
  const run = chooseLive(project, findRuns(project, workspace), asked);
  const recorded = readRun(run.layout);
  if (recorded === undefined) throw setupFault(`run ${run.id} has not begun yet`, 'ask again in a moment');
  return { project, run, plan: recorded.plan, followed: followRun(recorded) };
}

/** Has a live run do something; resolves to its state when it has agreed. Throws a Refusal when it has not, or says nothing. */
export async function steer({ project, run, followed }: Aimed, request: ControlRequest): Promise<RunState> {
  const answer = await ask(run, request);
  if (answer?.refused !== undefined) {
    followed.look();
    const isPaused = request.type === 'pause' && followed.state.status === 'paused';
    const hint = isPaused ? `to go on: ${commandOn(project, run, 'runs', 'unpause')}` : '';
    throw setupFault(`run ${run.id}: ${answer.refused}`, hint);
  }
  if (answer === undefined) {
    if (!isHeld(run)) throw notAlive(project, run);
    const asleep = isAsleep(run.holder) ? `: it is held itself, as by Ctrl-Z; kill -CONT ${run.holder.pid}` : '';
    throw new Refusal(
      exit.locked,
      `run ${run.id} has not answered for ${patience / 1000} s (process ${run.holder.pid})${asleep}`,
      `to end it: ${commandOn(project, run, 'runs', 'stop')}`,
    );
  }
  followed.look();
  return followed.state;
}

async function ask({ id, layout, holder }: LiveRun, request: ControlRequest) {
  try {
    return await askRun(layout, request, patience);
  } catch (error) {
    if (!isSystemFault(error) || (error.code !== 'EACCES' && error.code !== 'EPERM')) throw error;
    throw new Refusal(exit.locked, `run ${id} (process ${holder.pid}) is not yours: ${error.message}`);
  }
}

/** Waits until a task that is being cancelled has ended; gives the exit code where the person would not wait. */
export async function untilEnded({ run, followed }: Aimed, task: TaskState, io: Io) {
  const interruption = watchSignals(io);
  try {
    for (;;) {
      const held = isHeld(run);
      followed.look();
      if (task.endedAt !== undefined || !held) return undefined;
      if (interruption.signal !== undefined) return exitOf(interruption.signal);
      await sleep(50);
    }
  } finally {
    interruption.end();
  }
}

/** Names of the tasks that run, in file order. */
export function runningTasks(state: RunState): TaskName[] {
  return state.inOrder.filter(({ status }) => status === 'running').map(({ task }) => task.name);
}
