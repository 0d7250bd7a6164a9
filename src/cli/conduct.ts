// Runs a plan for a person: refusals first, then launchers, run, reporter, signals, and the exit code.

import { adapterTable } from '../agents/table.ts';
import { printableJson } from '../diagnostics/printable.ts';
import type { Reporter, ReporterContext } from '../reporters/reporter.ts';
import { chooseReporter, makeReporter, wantsColor } from '../reporters/table.ts';
import { tellOn } from '../reporters/wrap.ts';
import { failedByBudgets } from '../run/budget.ts';
import type { RunState } from '../run/state.ts';
import type { Plan } from '../schema/types.gen.ts';
import { isStopAnnounced } from '../workspace/control.ts';
import { layoutOf } from '../workspace/layout.ts';
import { type Call, exit, exitOf, flag, type Io, type Signal, setupFault } from './command.ts';
import { reportDiagnostics } from './diagnose.ts';
import { type Interruption, stoppedBy } from './interruption.ts';
import { wordsOn } from './live.ts';
import { type LocalRun, type LocalRunOptions, type NewRun, startLocalRun, workspaceOf } from './local-run.ts';
import { nameFor } from './paths.ts';
import { clusterRefusal, readinessOf } from './refusals.ts';
import { printResult } from './result.ts';
import { lastSaid, runFiles } from './run-files.ts';
import { isDetached } from './run-id.ts';
import type { Conducted, RunRequest } from './run-request.ts';
import { exposedSecrets, type Stored, secrecyOf, shortSecretText } from './secrets.ts';
import type { Starter } from './starter.ts';
import { variableWarnings } from './variables.ts';

/** Runs what was asked for and gives the exit code. */
export async function conduct(
  request: RunRequest,
  starter: Starter,
  interruption: Interruption,
  call: Call,
  io: Io,
): Promise<number> {
  const { compiled, project } = request;
  const plan = compiled.value;
  if (plan === undefined && flag(call, 'json')) {
    io.stdout.write(`${printableJson({ ok: false, diagnostics: compiled.diagnostics })}\n`);
    return exit.invalid;
  }
  // Whoever started this one in the background has told the warnings.
  const silent = isDetached(io.env) && plan !== undefined;
  const code = silent ? exit.succeeded : reportDiagnostics(compiled, io, flag(call, 'quiet'));
  if (plan === undefined) return code;
  const { run, goal, rehearsal, only, options } = request;
  const begin: NewRun = {
    type: 'new',
    rehearsal,
    options,
    texts: compiled.texts,
    ...(only.length > 0 && { only }),
    ...(request.from !== undefined && { from: request.from }),
  };
  const layout = layoutOf(workspaceOf(project.root, plan), run);
  return conductRun({ project, layout, run, plan, goal, begin }, starter, interruption, call, io);
}

/** Refuses what cannot run here, then runs to the end and gives the exit code. */
export async function conductRun(
  conducted: Conducted,
  starter: Starter,
  interruption: Interruption,
  call: Call,
  io: Io,
): Promise<number> {
  const { plan, goal, project } = conducted;
  const { redactor, tooShort } = secrecyOf(plan, io.env);
  const launchers = () => starter.open(goal);
  const adapters = adapterTable({ launchers, root: project.root, env: io.env, redactor });
  const ready = await readinessOf(plan, adapters);
  const refusals = [...ready.refusals, ...exposedSecrets(storedOf(conducted), redactor)];
  const apart = flag(call, 'detach');
  // Before the lock is taken nothing of a resumed run may be started: the run may be alive.
  if (refusals.length === 0 && !apart && conducted.begin.type === 'new' && needsProcesses(plan)) {
    const problem = await starter.open(goal).ready;
    if (problem !== undefined) refusals.push(problem);
  }
  refuse(refusals);
  if (!isDetached(io.env)) {
    for (const each of [...ready.warnings, ...(await variableWarnings(plan, io.env))])
      tellOn(io.stderr, `super: warning: ${each}\n`);
  }
  for (const name of tooShort) tellOn(io.stderr, `super: warning: ${shortSecretText(name)}\n`);
  if (interruption.signal !== undefined) return exitOf(interruption.signal);
  if (apart) return (await import('./detach.ts')).detach(conducted, interruption, call, io);
  const { unusable } = ready;
  const equipment = { adapters, launchers, redactor, unusable, env: io.env };
  const state = await runToEnd(conducted, equipment, interruption, call, io);
  if (!flag(call, 'json')) await printResult(conducted.layout, state, io, nameFor(project, conducted.layout.result));
  return exitCode(state, interruption.signal);
}

function storedOf({ plan, goal, begin, layout }: Conducted): Stored {
  return { plan, goal, folder: layout.folder, ...(begin.type === 'new' && { texts: begin.texts }) };
}

function needsProcesses(plan: Plan): boolean {
  return plan.agents.some(({ adapter }) => adapter !== 'rehearsal');
}

/** Everything that can be known to be missing before the first task starts. */
function refuse(refusals: readonly string[]): void {
  if (refusals.length === 0) return;
  const hint = refusals.includes(clusterRefusal)
    ? 'to run it here: delete orchestration_type; to see its plan: add --dry-run'
    : 'to see the orchestra move without its agents: add --rehearse; to see what is here: super doctor';
  throw setupFault(`this orchestra cannot run here:\n${refusals.map((each) => `  ${each}`).join('\n')}`, hint);
}

/** Who works in a run, and in what surroundings. */
export type Equipment = Pick<
  LocalRunOptions,
  'adapters' | 'launchers' | 'redactor' | 'env' | 'surroundings' | 'unusable'
>;

/** Runs to the end, told to a person; gives the final state. */
export async function runToEnd(
  conducted: Conducted,
  equipment: Equipment,
  interruption: Interruption,
  call: Call,
  io: Io,
): Promise<RunState> {
  const { project, layout, plan } = conducted;
  let state: RunState | undefined;
  const name = chooseReporter({ json: flag(call, 'json'), quiet: flag(call, 'quiet') }, io.stderr, io.env);
  const reporter = await makeReporter(
    name,
    reporterContext(conducted, call, io, () => state),
    io.env,
  );
  try {
    const run = startLocalRun({
      ...conducted,
      ...equipment,
      root: project.root,
      observe: (event, now) => {
        state = now;
        reporter.onEvent(event, now);
      },
    });
    interruption.listen((signal, again) => {
      const grace = plan.grace_seconds ?? 10;
      reporter.note(
        again ? 'ending the agents at once' : `stopping, agents have ${grace} s; once more ends the agents at once`,
      );
      run.stop('signal', stoppedBy(signal, isStopAnnounced(layout)));
    });
    state = await untilFinished(run, reporter, () => state, equipment.surroundings?.clock.now ?? Date.now);
  } finally {
    interruption.listen(() => {}); // what is still to be ended ends in a second or two
    await reporter.close(state);
  }
  return state;
}

/** Keeps a live display moving until the run has finished. */
async function untilFinished(
  run: LocalRun,
  reporter: Reporter,
  state: () => RunState | undefined,
  time: () => number,
): Promise<RunState> {
  const { tick } = reporter;
  const timer =
    tick === undefined
      ? undefined
      : setInterval(() => {
          const now = state();
          if (now !== undefined) tick.call(reporter, now, time());
        }, 125);
  try {
    return await run.finished;
  } finally {
    clearInterval(timer);
  }
}

/** The exit code of a run in its final state, which this signal ended. */
export function exitCode(state: RunState, signal: Signal | undefined): number {
  if (signal !== undefined && state.outcome === 'cancelled') return exitOf(signal);
  if (state.because === 'timeout') return exit.timeout;
  if (failedByBudgets(state)) return exit.budget;
  return state.outcome === 'succeeded' ? exit.succeeded : exit.taskFailed;
}

function reporterContext(
  { project, layout, plan, goal, run }: Conducted,
  call: Call,
  io: Io,
  state: () => RunState | undefined,
): ReporterContext {
  return {
    stdout: io.stdout,
    stderr: io.stderr,
    plan,
    goal,
    // Only a run that did not succeed asks for these: they read every orchestra of the project.
    get resume() {
      return wordsOn(project, { id: run, layout }, 'orchestra', 'resume');
    },
    get logs() {
      return wordsOn(project, { id: run, layout }, 'runs', 'logs');
    },
    printsResult: true,
    color: wantsColor(io.stderr, io.env),
    verbose: flag(call, 'verbose'),
    files: runFiles(project, layout),
    lastLine: (task) => lastSaid(layout, task, state()?.tasks.get(task)?.attempt ?? 1),
  };
}
