// A new run over today's files, which keeps what still holds of a recorded one.
import { tasksToRedo } from '../run/resumption.ts';
import { type KeptSuccess, keptSuccesses } from '../run/unchanged.ts';
import type { PlanBudget, TaskName } from '../schema/types.gen.ts';
import { lostOutputs, type RecordedRun } from '../workspace/recorded.ts';
import type { Call, Io } from './command.ts';
import { conduct } from './conduct.ts';
import type { Interruption } from './interruption.ts';
import type { Project } from './project.ts';
import { runIdFor } from './run-id.ts';
import { compileRequest, type RunRequest } from './run-request.ts';
import { startLate } from './starter.ts';

/** What is wanted of such a run. */
export interface ChangesWish {
  readonly project: Project;
  readonly recorded: RecordedRun;
  /** Where the recorded run is somebody else's: the workspace, absolute, that was asked for here. Its own is none of ours. */
  readonly foreign?: { readonly workspace: string | undefined };
  /** The orchestra's file of today, absolute. */
  readonly path: string;
  /** Tasks that are done again, with all that depends on them. */
  readonly from: readonly TaskName[];
  /** What the run may spend, over what the recorded one was told. */
  readonly budget: PlanBudget;
  /** Told what will be run, and what of it is kept. */
  tell(request: RunRequest, kept: readonly KeptSuccess[]): void;
}

/** Runs it to its end and gives the exit code. */
export async function runWithChanges(
  { project, recorded, path, ...wish }: ChangesWish,
  interruption: Interruption,
  call: Call,
  io: Io,
): Promise<number> {
  const { started, layout, state } = recorded;
  const { rehearsal, only = [], options: before = {} } = started;
  // What the file had said it says today; what a person said holds.
  const goal = started.goal === (recorded.plan.goal ?? '') ? undefined : started.goal;
  const { workspace = wish.foreign === undefined ? before.workspace : undefined } = wish.foreign ?? {};
  const { workspace: _, ...said } = before;
  const options = {
    ...said,
    ...(workspace !== undefined && { workspace }),
    ...(Object.keys(wish.budget).length > 0 && { budget: { ...before.budget, ...wish.budget } }),
  };
  const run = runIdFor(io.env);
  const request = await compileRequest({ project, path, run, goal, rehearsal, only, options }, io, false);
  const lost = (await lostOutputs(recorded)).map(({ task }) => task.name);
  const redo = new Set(tasksToRedo(state, { retryFailed: false, from: [...wish.from, ...lost] }));
  const usable = { ...state, tasks: new Map([...state.tasks].filter(([name]) => !redo.has(name))) };
  const plan = request.compiled.value;
  const kept = plan === undefined ? [] : keptSuccesses(usable, plan, request.goal === started.goal);
  if (plan !== undefined) wish.tell(request, kept);
  const starter = startLate(run, io);
  try {
    const from = { type: 'continues' as const, layout, run: started.run, kept, foreign: wish.foreign !== undefined };
    return await conduct({ ...request, from }, starter, interruption, call, io);
  } finally {
    await starter.close();
  }
}
