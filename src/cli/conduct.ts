// Runs a plan for a person: refusals first, then launchers, run, reporter, signals, and the exit code.
import { closeSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { adapterTable } from '../agents/table.ts';
import { lastLine } from '../process/cap.ts';
import type { Reporter, ReporterContext } from '../reporters/reporter.ts';
import { chooseReporter, makeReporter, wantsColor } from '../reporters/table.ts';
import { clean } from '../reporters/terminal.ts';
import type { RunState } from '../run/state.ts';
import type { Plan, TaskName } from '../schema/types.gen.ts';
import { layoutOf, outputPath, type RunLayout } from '../workspace/layout.ts';
import { openOrdinary, ordinarySize, readSome } from '../workspace/ordinary.ts';
import { type Call, exit, exitOf, flag, type Io, type Signal, setupFault } from './command.ts';
import { reportDiagnostics } from './diagnose.ts';
import type { Interruption } from './interruption.ts';
import { type LocalRun, startLocalRun, workspaceOf } from './local-run.ts';
import { nameFor } from './project.ts';
import { type Adapters, refusalsOf } from './refusals.ts';
import type { RunRequest } from './run-request.ts';
import type { Starter } from './starter.ts';

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
  const silent = flag(call, 'quiet') && plan !== undefined;
  const code = silent ? exit.succeeded : reportDiagnostics(compiled, io);
  if (plan === undefined) {
    if (flag(call, 'json')) io.stdout.write(`${JSON.stringify({ ok: false, diagnostics: compiled.diagnostics })}\n`);
    return code;
  }
  const adapters = adapterTable({ launchers: () => starter.open(request.goal), root: project.root, env: io.env });
  await refuseWhatCannotRun(plan, adapters, starter, request.goal);
  if (interruption.signal !== undefined) return exitOf(interruption.signal);
  return runToEnd(request, plan, adapters, interruption, call, io);
}

/** Everything that can be known to be missing before the first task starts. */
async function refuseWhatCannotRun(plan: Plan, adapters: Adapters, starter: Starter, goal: string): Promise<void> {
  const refusals = await refusalsOf(plan, adapters);
  if (refusals.length === 0 && plan.agents.some(({ adapter }) => adapter !== 'rehearsal')) {
    const problem = await starter.open(goal).ready;
    if (problem !== undefined) refusals.push(problem);
  }
  if (refusals.length === 0) return;
  const hint = 'to see the orchestra move without its agents: add --rehearse; to see what is here: super doctor';
  throw setupFault(`this orchestra cannot run here:\n${refusals.map((each) => `  ${each}`).join('\n')}`, hint);
}

async function runToEnd(
  request: RunRequest,
  plan: Plan,
  adapters: Adapters,
  interruption: Interruption,
  call: Call,
  io: Io,
): Promise<number> {
  const layout = layoutOf(workspaceOf(request.project.root, plan), request.run);
  let state: RunState | undefined;
  const name = chooseReporter({ json: flag(call, 'json'), quiet: flag(call, 'quiet') }, io.stderr, io.env);
  const reporter = await makeReporter(
    name,
    reporterContext(request, plan, layout, call, io, () => state),
    io.env,
  );
  try {
    const run = startLocalRun({
      root: request.project.root,
      run: request.run,
      plan,
      goal: request.goal,
      rehearsal: request.rehearsal,
      ...(request.only.length > 0 && { only: request.only }),
      texts: request.compiled.texts,
      adapters,
      env: io.env,
      observe: (event, now) => {
        state = now;
        reporter.onEvent(event, now);
      },
    });
    interruption.listen((signal, again) => {
      reporter.note(
        again ? 'ending the agents at once' : 'stopping, agents have 10 s; once more ends the agents at once',
      );
      run.stop('signal', signal);
    });
    state = await untilFinished(run, reporter, () => state);
  } finally {
    interruption.listen(() => {}); // what is still to be ended ends in a second or two
    await reporter.close(state);
  }
  if (!flag(call, 'json')) await printResult(layout, state, io, nameFor(request.project, layout.result));
  return exitCode(state, interruption.signal);
}

/** Keeps a live display moving until the run has finished. */
async function untilFinished(run: LocalRun, reporter: Reporter, state: () => RunState | undefined): Promise<RunState> {
  const { tick } = reporter;
  const timer =
    tick === undefined
      ? undefined
      : setInterval(() => {
          const now = state();
          if (now !== undefined) tick.call(reporter, now, Date.now());
        }, 125);
  try {
    return await run.finished;
  } finally {
    clearInterval(timer);
  }
}

function exitCode(state: RunState, signal: Signal | undefined): number {
  if (signal !== undefined && state.outcome === 'cancelled') return exitOf(signal);
  if (state.because === 'timeout') return exit.timeout;
  return state.outcome === 'succeeded' ? exit.succeeded : exit.taskFailed;
}

function reporterContext(
  request: RunRequest,
  plan: Plan,
  layout: RunLayout,
  call: Call,
  io: Io,
  state: () => RunState | undefined,
): ReporterContext {
  const named = (path: string) => nameFor(request.project, path);
  const attempt = (task: TaskName, number: number) => join(layout.attempts, task, String(number));
  const logs = (task: TaskName, number: number) =>
    ['stderr.log', 'stdout.log'].map((log) => join(attempt(task, number), log));
  return {
    stdout: io.stdout,
    stderr: io.stderr,
    plan,
    goal: request.goal,
    color: wantsColor(io.stderr, io.env),
    verbose: flag(call, 'verbose'),
    files: {
      folder: named(layout.folder),
      result: named(layout.result),
      output: (task) => named(join(layout.folder, outputPath(task))),
      log: (task, number) => named(logs(task, number).find(hasContent) ?? attempt(task, number)),
      tail: (task, number, lines) => lastLines(logs(task, number).find(hasContent), lines),
    },
    lastLine: (task) =>
      logs(task, state()?.tasks.get(task)?.attempt ?? 1)
        .flatMap((log) => lastLine(log) ?? [])
        .at(-1),
  };
}

function hasContent(path: string): boolean {
  return (ordinarySize(path) ?? 0) > 0;
}

/** The last lines of a file, out of its last 16 KiB; none where it cannot be read. */
function lastLines(path: string | undefined, count: number): string[] {
  const size = path === undefined ? undefined : ordinarySize(path);
  if (path === undefined || size === undefined) return [];
  const length = Math.min(size, 16_384);
  try {
    return readSome(path, size - length, length)
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .slice(-count);
  } catch {
    return []; // it changed between the two looks, or is not ours to read
  }
}

/** Most lines of a result that are printed on a terminal. */
const screenful = 60;

/** The result of a run that succeeded goes to standard output: as it is into files and pipes, made harmless and cut on a terminal. */
async function printResult(layout: RunLayout, state: RunState, io: Io, name: string): Promise<void> {
  if (state.outcome !== 'succeeded') return;
  if (io.stdout.isTTY) return printOnTerminal(layout.result, io, name);
  const { fd } = openOrdinary(layout.result);
  const buffer = Buffer.allocUnsafe(65_536);
  try {
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) {
      await io.stdout.writeBytes(buffer.subarray(0, read));
    }
  } finally {
    closeSync(fd);
  }
}

function printOnTerminal(path: string, io: Io, name: string): void {
  const lines = readSome(path, 0, 262_144).toString('utf8').split('\n');
  for (const line of lines.slice(0, screenful)) io.stdout.write(`${clean(line)}\n`);
  if (lines.length > screenful) io.stdout.write(`... the rest is in ${name}\n`);
}
