// Runs a recorded orchestra again with its recorded agents, and says whether it came to the same.
import { setImmediate } from 'node:timers/promises';
import { recordedLaunchers } from '../agents/recorded-launchers.ts';
import { adapterTable } from '../agents/table.ts';
import { counted, someOf } from '../reporters/words.ts';
import { tellOn } from '../reporters/wrap.ts';
import { type Recording, recordingOf } from '../run/recording.ts';
import { openReplay, type Replay } from '../run/replay.ts';
import { type Comparison, compare, planOfReplay, raisedBudget } from '../run/replay-plan.ts';
import type { KeptSuccess } from '../run/unchanged.ts';
import type { AgentName, RunId } from '../schema/types.gen.ts';
import { copyOutputs, layoutOf, type RunLayout } from '../workspace/layout.ts';
import { readWhole } from '../workspace/ordinary.ts';
import { lostOutputs, type RecordedRun } from '../workspace/recorded.ts';
import { recordedFiles } from '../workspace/recorded-attempt.ts';
import { type Call, exit, flag, type Io, type Signal, setupFault } from './command.ts';
import { exitCode, runToEnd } from './conduct.ts';
import { type Interruption, stoppedBy } from './interruption.ts';
import type { NewRun } from './local-run.ts';
import { findOrchestra } from './lookup.ts';
import { nameFor } from './paths.ts';
import { storedTexts, todaysFile } from './plan-files.ts';
import { findProject, type Project } from './project.ts';
import { type ChosenRecording, chooseRecording } from './recording-choice.ts';
import { schemaRefusals } from './refusals.ts';
import { printResult } from './result.ts';
import { newRunId } from './run-id.ts';
import type { Conducted, RunRequest } from './run-request.ts';
import type { Surroundings } from './surroundings.ts';
import { runWithChanges } from './with-changes.ts';

/** What the command line asks for. */
export interface ReplayWish {
  /** Undefined: the newest run that is no replay. */
  readonly asked: string | undefined;
  readonly workspace: string | undefined;
  /** Whether today's files are run, as far as they are other ones. */
  readonly changed: boolean;
}

/** Replays a run and gives the exit code. */
export async function replay(wish: ReplayWish, interruption: Interruption, call: Call, io: Io): Promise<number> {
  const project = await findProject(io.cwd);
  const chosen = await chooseRecording(project, wish.asked, wish.workspace);
  try {
    if (wish.changed) return await replayChanged(project, chosen, wish.workspace, interruption, call, io);
    return await replayAll(project, chosen, interruption, call, io);
  } finally {
    chosen.remove();
  }
}

async function replayAll(
  project: Project,
  chosen: ChosenRecording,
  interruption: Interruption,
  call: Call,
  io: Io,
): Promise<number> {
  const { recorded } = chosen;
  const recording = recordingOf(recorded.plan, recorded.events);
  const playing = openReplay(recording, () => setImmediate());
  const conducted = await conductedOf(project, chosen, recording);
  const launchers = recordedLaunchers({
    awaitTurn: playing.awaitTurn,
    find(name) {
      const attempt = playing.playedBy(name);
      if (attempt === undefined) return undefined;
      const read = recordedFiles(recorded.layout, attempt.task, attempt.attempt);
      return { recorded: attempt, ...(read !== undefined && { read }) };
    },
  });
  const equipment = {
    launchers: () => launchers,
    adapters: adapterTable({ launchers: () => launchers, env: {}, root: project.root, resumable: resumableOf(chosen) }),
    redactor: undefined,
    env: {},
    unusable: idleIn(recorded),
    surroundings: surroundingsOf(playing, recorded.layout, conducted.layout),
  };
  const state = await runToEnd(conducted, equipment, interruption, call, io);
  if (!flag(call, 'json')) await printResult(conducted.layout, state, io, nameFor(project, conducted.layout.result));
  if (interruption.signal !== undefined) return exitCode(state, interruption.signal);
  const comparison = compare(recorded.state, state, playing.lacking);
  tellOn(io.stderr, comparisonText(recorded, comparison));
  return comparison.differences.length > 0 ? exit.taskFailed : exitCode(state, signalOf(recorded));
}

/** The replay as a run of its own. Throws a Refusal where what it needs is not in the recording. */
async function conductedOf(
  project: Project,
  { recorded, workspace }: ChosenRecording,
  recording: Recording,
): Promise<Conducted> {
  const { layout, plan, started, state } = recorded;
  const refusals = schemaRefusals(plan);
  if (refusals.length > 0) throw setupFault(`this run cannot be replayed:\n${refusals.join('\n')}`);
  const kept = keptFromStart(recorded, recording);
  const taken = state.inOrder.filter(({ status }) => status === 'reused');
  const lost = (await lostOutputs(recorded)).filter((task) => taken.includes(task)).map(({ task }) => task.name);
  if (lost.length > 0) {
    throw setupFault(
      `outputs that the run took from others are gone from the recording, or changed: ${someOf(lost, 20)}`,
    );
  }
  const run = newRunId(new Date());
  const inMemory = planOfReplay(state, recording);
  const begin: NewRun = {
    type: 'new',
    rehearsal: started.rehearsal,
    ...(started.only !== undefined && { only: started.only }),
    ...(started.options !== undefined && { options: started.options }),
    texts: storedTexts(layout, plan),
    planText: readWhole(layout.plan),
    budget: raisedBudget(plan, inMemory),
    from: { type: 'replays', layout, run: started.run, kept },
  };
  return { project, layout: layoutOf(workspace, run), run, plan: inMemory, goal: started.goal, begin };
}

/** The recorded run, where it is one of the workspace and no replay itself. */
function resumableOf({ recorded: { layout, started }, workspace }: ChosenRecording): RunId | null {
  const isHere = layout.folder === layoutOf(workspace, started.run).folder;
  return isHere && started.replays === undefined ? started.run : null;
}

/** Agents that had nothing to do in the recorded run: nothing of them can be played, as little as those could work that were passed over. */
function idleIn({ plan, events }: RecordedRun): ReadonlyMap<AgentName, string> {
  const busy = new Set(
    events.flatMap((event) => {
      if (event.type === 'plan.extended') return event.tasks.map(({ agent }) => agent);
      return event.type === 'task.started' ? [event.agent] : [];
    }),
  );
  const idle = plan.agents.map(({ name }) => name).filter((name) => !busy.has(name));
  return new Map(idle.map((name) => [name, 'not at work in the recorded run']));
}

/** What the recorded run had kept of another one when it began. */
function keptFromStart({ plan, state }: RecordedRun, { moments }: Recording): KeptSuccess[] {
  const found = new Set(
    moments.flatMap((each) => (each.type === 'look' && each.what.type === 'found' ? [each.task] : [])),
  );
  const there = new Set(plan.tasks.map(({ name }) => name));
  return state.inOrder.flatMap(({ task: { name }, status, output }) => {
    if (status !== 'reused' || output === undefined || found.has(name) || !there.has(name)) return [];
    const delegated = state.inOrder.filter((each) => state.delegatedBy.get(each.task.name) === name);
    for (const { task } of delegated) there.add(task.name);
    return [{ task: name, output, delegated: delegated.map(({ task }) => task) }];
  });
}

/** What the replay meets: the recording, and nothing of this machine but its disk. */
function surroundingsOf(playing: Replay, from: RunLayout, to: RunLayout): Surroundings {
  return {
    clock: playing.clock,
    random: playing.random,
    governor: playing.governor,
    // Nothing takes too long, and nobody is silent for too long.
    watch: { now: Date.now, after: () => () => {} },
    evidence: {
      async begin({ name }) {
        const end = playing.playedBy(name)?.end;
        return { type: 'ready', lacks: async () => (end?.type === 'exited' ? end.lacking : undefined) };
      },
    },
    reuse: playing.reuse(async (output) => copyOutputs(from, to, [{ output }])),
    around: playing.around,
    onBegun: playing.conduct,
  };
}

/** What came of the comparison, in lines: with --quiet too, because 1 is also the exit code of a run that failed as recorded. */
function comparisonText({ started }: RecordedRun, { compared, differences, unrecorded }: Comparison): string {
  const of = `replay of ${started.run}`;
  const lines: string[] = [];
  if (differences.length > 0) {
    lines.push(`super: ${of}: ${differences.length} of ${counted(compared, 'task')} ended otherwise than recorded`);
    for (const { task, recorded, replayed } of differences.slice(0, mostDifferences)) {
      lines.push(`  ${task}: recorded: ${recorded}; replayed: ${replayed}`);
    }
    const hidden = differences.length - mostDifferences;
    if (hidden > 0) lines.push(`  and ${hidden} more`);
  } else if (compared > 0) {
    lines.push(`super: ${of}: ${counted(compared, 'task')} ended as recorded`);
  }
  if (unrecorded.length > 0) {
    lines.push(`super: not to be compared, because the recording was cut off: ${someOf(unrecorded, 20)}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** Most differences that are listed. */
const mostDifferences = 50;

/** The signal that ended the recorded run, as its journal tells it. */
function signalOf({ events }: RecordedRun): Signal | undefined {
  const last = events.at(-1);
  if (last?.type !== 'run.finished' || last.because !== 'signal') return undefined;
  const signals: readonly Signal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  return signals.find((each) => [true, false].some((announced) => stoppedBy(each, announced) === last.message));
}

/** Runs what today's files change, with its real agents; the rest is taken from the recording. */
function replayChanged(
  project: Project,
  { recorded, foreign: isForeign, workspace }: ChosenRecording,
  asked: string | undefined,
  interruption: Interruption,
  call: Call,
  io: Io,
): Promise<number> {
  const { plan, started } = recorded;
  // The names of files in a plan of somebody else lead nowhere here.
  const path = (isForeign ? undefined : todaysFile(project, plan.file)) ?? findOrchestra(project, plan.orchestra);
  const tell = ({ run, compiled }: RunRequest, kept: readonly KeptSuccess[]) => {
    if (flag(call, 'quiet')) return;
    const names = kept.map(({ task }) => task);
    const rest = (compiled.value?.tasks ?? []).map(({ name }) => name).filter((name) => !names.includes(name));
    const list = (tasks: readonly string[]) => (tasks.length === 0 ? 'nothing' : someOf(tasks, 20));
    tellOn(io.stderr, `super: note: run ${run} keeps of ${started.run}: ${list(names)}\n`);
    tellOn(io.stderr, `super: note: with its real agents it runs: ${list(rest)}\n`);
  };
  const foreign = isForeign && { foreign: { workspace: asked === undefined ? undefined : workspace } };
  return runWithChanges({ project, recorded, ...foreign, path, from: [], budget: {}, tell }, interruption, call, io);
}
