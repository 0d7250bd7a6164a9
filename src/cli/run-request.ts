// From the command line to what shall be run: goal, overrides, compiled plan.
import { resolve } from 'node:path';
import { didYouMean } from '../diagnostics/suggest.ts';
import { selectTasks } from '../plan/select.ts';
import type { AdapterName, OnFailure, Plan, RunId, RunOptions, Strategy, TaskName } from '../schema/types.gen.ts';
import type { RunLayout } from '../workspace/layout.ts';
import { choicesHere } from './adapters.ts';
import { budgetOption, duration, refuseHardAlone, wholeNumber } from './amount-options.ts';
import { type Call, flag, type Io, textOption, usageFault } from './command.ts';
import type { NewRun, ResumedRun } from './local-run.ts';
import { findOrchestra } from './lookup.ts';
import { findProject, type Project } from './project.ts';
import { environmentSettings } from './settings.ts';
import { type Compiled, compileFile, withSettings } from './team.ts';

export interface RunRequest {
  readonly project: Project;
  /** The orchestra's file, absolute. */
  readonly path: string;
  readonly run: RunId;
  readonly goal: string;
  readonly rehearsal: boolean;
  readonly only: readonly TaskName[];
  /** What the command line said over the file. */
  readonly options: RunOptions;
  /** Compiles the file; --only is applied to the plan. */
  readonly compiled: Compiled;
  /** The run whose unchanged successes this one keeps. */
  readonly from?: NewRun['from'];
}

/** A run that can be started: a new one, or one that goes on. */
export interface Conducted {
  readonly project: Project;
  readonly layout: RunLayout;
  readonly run: RunId;
  readonly plan: Plan;
  readonly goal: string;
  readonly begin: NewRun | ResumedRun;
}

/** Reads options and compiles; `given` is the goal of the command line. Throws a Refusal for a wrong command line or a missing file. */
export async function readRequest(call: Call, io: Io, run: RunId, given: string | undefined): Promise<RunRequest> {
  const project = await findProject(io.cwd);
  const path = findOrchestra(project, call.operands[0] ?? '');
  const only = (call.options.only ?? []) as readonly TaskName[];
  const options = optionsOf(call, project);
  const adapter = options.adapter ?? (await environmentSettings(io.env)).adapter;
  const rehearsal = flag(call, 'rehearse') || adapter === 'rehearsal';
  return compileRequest({ project, path, run, goal: given, rehearsal, only, options }, io, flag(call, 'dryRun'));
}

/** What shall be run, before its file is read. `goal` undefined: the orchestra's own. */
export type Wish = Omit<RunRequest, 'compiled' | 'goal'> & { readonly goal: string | undefined };

/** Compiles what shall be run. Throws a Refusal where a goal is needed and there is none, unless it is only looked at. */
export async function compileRequest(wish: Wish, io: Io, onlyLook: boolean): Promise<RunRequest> {
  const { project, options, rehearsal, only } = wish;
  const { adapter, ...overrides } = options;
  const { around, adapters } = await choicesHere(project, io.env);
  const compiled = withSettings(around, () =>
    compileFile(project, wish.path, {
      overrides,
      around,
      adapters: { ...adapters, rehearse: rehearsal, ...(adapter !== undefined && { option: adapter }) },
    }),
  );
  const plan = compiled.value === undefined ? undefined : selected(compiled.value, only);
  if (plan !== undefined) refuseHardAlone(options.budget ?? {}, plan.budget);
  const goal = wish.goal ?? plan?.goal ?? '';
  if (plan !== undefined && goal.trim() === '' && usesGoal(plan) && !onlyLook) {
    throw usageFault('a description uses {goal}: give a goal', '--goal "<what the run is for>"');
  }
  return { ...wish, goal, compiled: plan === undefined ? compiled : { ...compiled, value: plan } };
}

function optionsOf(call: Call, { root, cwd }: Project): RunOptions {
  const strategy = textOption(call, 'strategy') as Strategy | undefined;
  const parallel = textOption(call, 'maxParallel');
  const timeout = textOption(call, 'timeout');
  const workspace = textOption(call, 'workspacePath');
  const onFailure = textOption(call, 'onFailure') as OnFailure | undefined;
  const adapter = textOption(call, 'adapter') as AdapterName | undefined;
  const budget = budgetOption(call);
  const cache = cacheOption(call);
  return {
    ...(strategy !== undefined && { strategy }),
    ...(parallel !== undefined && { max_parallel_tasks: wholeNumber('--max-parallel', parallel, 1000) }),
    ...(timeout !== undefined && { task_timeout_seconds: duration('--timeout', timeout) }),
    // A plan's workspace is seen from the root, a word of the command line from where somebody stands.
    ...(workspace !== undefined && { workspace: cwd === root ? workspace : resolve(cwd, workspace) }),
    ...(onFailure !== undefined && { on_failure: onFailure }),
    ...(adapter !== undefined && { adapter }),
    ...(Object.keys(budget).length > 0 && { budget }),
    ...(cache !== undefined && { cache }),
  };
}

/** Whether all tasks may take a recorded output, or none; undefined where each says it itself. */
function cacheOption(call: Call): RunOptions['cache'] {
  const [all, none] = [flag(call, 'cached'), call.options.cache === false];
  if (all && none) throw usageFault('--cached and --no-cache say the opposite', 'give one of them');
  return all ? 'all' : none ? 'none' : undefined;
}

function selected(plan: Plan, only: readonly TaskName[]): Plan {
  if (only.length === 0) return plan;
  const names = plan.tasks.map(({ name }) => name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown === undefined) return selectTasks(plan, only);
  throw usageFault(
    `--only: there is no task "${unknown}"`,
    didYouMean(unknown, names) ?? `tasks: ${names.slice(0, 20).join(', ')}`,
  );
}

function usesGoal(plan: Plan): boolean {
  return plan.tasks.some(({ role, description }) => role === 'task' && description.includes('{goal}'));
}
