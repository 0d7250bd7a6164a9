// Orchestra and team -> Plan. Nothing here looks at the world: files are read and adapters are probed elsewhere.
import {
  type Checked,
  type Diagnostic,
  type Finding,
  hasErrors,
  inReadingOrder,
  severityOf,
} from '../diagnostics/diagnostic.ts';
import type {
  AgentName,
  Plan,
  PlanAgent,
  PlanAgentLimits,
  PlanLimits,
  PlanPrice,
  TaskName,
} from '../schema/types.gen.ts';
import { someBudget } from '../spec/budgets.ts';
import { mergedEnv } from '../spec/env.ts';
import { firstFew } from '../spec/limits.ts';
import { keyVariableOf } from '../spec/model-apis.ts';
import { readOrchestra } from '../spec/orchestra.ts';
import { checkOrchestra } from '../spec/rules/rules.ts';
import type { Source } from '../spec/source.ts';
import type { AgentSpec, LimitsSpec, OrchestraSpec, Overrides, Surroundings, TaskSpec } from '../spec/spec.ts';
import { type AdapterChoice, chooseAdapter } from './adapter-choice.ts';
import { arrange, priorityRank } from './arrange.ts';
import { blindBudgets } from './blind-budgets.ts';
import { addContext, addNeed, type Draft, type DraftTask } from './draft.ts';
import * as graph from './graph.ts';
import { somePolicy, watchedOnly } from './policies.ts';
import { priceOf } from './prices.ts';
import { someCache } from './reuse.ts';
import { strategies } from './strategies/strategies.ts';

/** Finds the agents that an orchestra names. Implemented over files by the command line, over a map by programs. */
export interface Team {
  /** Agents found, by the name they were asked for. */
  readonly agents: ReadonlyMap<AgentName, AgentSpec>;
  /** Every name that would have been found, for did-you-mean. */
  readonly known: readonly string[];
  /** What is wrong with the playbooks of those agents. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface CompileOptions {
  readonly overrides?: Overrides;
  readonly around?: Surroundings;
  readonly adapters: AdapterChoice;
  /** Finds the agents of an orchestra that was read. */
  team(spec: OrchestraSpec): Team;
}

/** A plan, where nothing forbids running it, and what is wrong. */
export interface Compilation extends Checked<Plan> {
  /** Whether faults of form kept some of what the orchestra means from being checked. */
  readonly unread?: boolean;
}

/** Compiles an orchestra into a plan. The diagnostics are complete, but for what cannot be known beside faults of form. */
export function compile(source: Source, options: CompileOptions): Compilation {
  const read = readOrchestra(source, options.overrides, options.around);
  if (read.value !== undefined) return compileSpec(read.value, read.diagnostics, source, options);
  if (read.sound === undefined) return { diagnostics: read.diagnostics, unread: true };
  const { spec, isCertain } = read.sound;
  const { team, findings } = checked(spec, options);
  const certain = findings.filter(isCertain).map((finding) => source.locate(finding));
  const ofTeam = team.diagnostics.filter(({ code }) => severityOf(code) === 'error');
  return { diagnostics: inReadingOrder([...read.diagnostics, ...ofTeam, ...certain]), unread: true };
}

function compileSpec(
  spec: OrchestraSpec,
  before: readonly Diagnostic[],
  source: Source,
  options: CompileOptions,
): Compilation {
  const { team, findings, draft } = checked(spec, options);
  const diagnostics = () =>
    inReadingOrder([...before, ...team.diagnostics, ...findings.map((finding) => source.locate(finding))]);
  if (hasErrors(diagnostics())) return { diagnostics: diagnostics() };
  strategies[spec.execution.strategy](draft);
  reportCycles(draft, 'group-order');
  if (hasErrors(findings)) return { diagnostics: diagnostics() };
  const plan = planOf(draft, team, options);
  findings.push(...firstFew(blindBudgets(plan, spec, team)), ...firstFew(watchedOnly(plan, spec, team)));
  return { value: plan, diagnostics: diagnostics() };
}

/** What the rules find, and circles, of which the draft has none where nothing is found. */
function checked(spec: OrchestraSpec, options: CompileOptions) {
  const team = options.team(spec);
  const findings: Finding[] = [...checkOrchestra(spec, team)];
  const draft = draftOf(spec, (finding) => findings.push(finding));
  reportCycles(draft, 'cycle');
  return { team, findings, draft };
}

function draftOf(spec: OrchestraSpec, report: (finding: Finding) => void): Draft {
  const indexOf = new Map<TaskName, number>();
  spec.tasks.forEach((task, index) => {
    if (!indexOf.has(task.name)) indexOf.set(task.name, index);
  });
  const groupOf = new Map<TaskName, string>();
  for (const group of spec.execution.strategy === 'mixed' ? spec.execution.task_groups : []) {
    for (const name of group.tasks) groupOf.set(name, group.name);
  }
  const tasks = spec.tasks.map((task, index) => draftTask(spec, task, index, indexOf, groupOf.get(task.name) ?? null));
  const needs = needsOf(tasks);
  const order = graph.topologicalOrder(needs, (a, b) => startsBefore(tasks, a, b));
  return { spec, tasks, indexOf, order, report };
}

function draftTask(
  spec: OrchestraSpec,
  task: TaskSpec,
  self: number,
  indexOf: ReadonlyMap<TaskName, number>,
  group: string | null,
): DraftTask {
  const { execution } = spec;
  const retries = task.retry_count === undefined ? execution.retry.max_attempts : task.retry_count + 1;
  const draft: DraftTask = {
    task: {
      name: task.name,
      agent: task.agent,
      role: 'task',
      depth: 0,
      description: task.description,
      priority: task.priority,
      timeout_seconds: task.timeout_seconds ?? execution.task_timeout_seconds,
      stall_seconds: task.stall_seconds,
      max_attempts: execution.retry.strategy === 'none' ? 1 : retries,
      group,
      ...(task.expects !== undefined && { expects: task.expects }),
      ...(task.output_schema !== undefined && { output_schema: task.output_schema }),
      ...someCache(task.cache, spec.cache),
      ...someBudget(task.budget),
    },
    explicit: task.context !== undefined || task.dependencies !== undefined,
    needs: new Map(),
    context: [],
  };
  for (const name of task.context ?? []) {
    const need = indexOf.get(name);
    if (need !== undefined && need !== self) addContext(draft, need);
  }
  for (const { task: name, type } of task.dependencies ?? []) {
    const need = indexOf.get(name);
    if (need === undefined || need === self) continue;
    if (type === 'requires_output') addContext(draft, need);
    else addNeed(draft, need, 'end');
  }
  return draft;
}

function startsBefore(tasks: readonly DraftTask[], a: number, b: number): boolean {
  const difference = priorityOf(tasks, b) - priorityOf(tasks, a);
  return difference === 0 ? a < b : difference < 0;
}

function priorityOf(tasks: readonly DraftTask[], index: number): number {
  const task = tasks[index]?.task;
  return task === undefined ? 0 : priorityRank(task);
}

function needsOf(tasks: readonly DraftTask[]): number[][] {
  return tasks.map((task) => [...task.needs.keys()]);
}

function reportCycles(draft: Draft, code: 'cycle' | 'group-order'): void {
  const findings = graph.cycles(needsOf(draft.tasks)).map((cycle): Finding => {
    const path = pathText(cycle.map((index) => draft.tasks[index]?.task.name ?? ''));
    const first = cycle[0] as number;
    const second = draft.tasks[cycle[1] as number]?.task.name as TaskName;
    return {
      code,
      message:
        code === 'cycle'
          ? `these tasks wait for each other: ${path}`
          : `this contradicts the order of the task groups: ${path}`,
      at: edgeAt(draft.spec, first, second),
      hint: 'each waits for the next one; remove one of these edges',
    };
  });
  for (const finding of firstFew(findings)) draft.report(finding);
}

/** Most names of a path that are told. */
const mostNames = 100;

/** The names of a path; of one that nobody would read to its end, the first ones and the last. */
function pathText(names: readonly string[]): string {
  if (names.length <= mostNames) return names.join(' -> ');
  const left = (names.length - mostNames).toLocaleString('en-US');
  return [...names.slice(0, mostNames - 1), `(${left} more)`, names.at(-1)].join(' -> ');
}

/** Where the file says that a task waits for another one; the task's name where only a strategy says it. */
function edgeAt(spec: OrchestraSpec, index: number, need: TaskName): (string | number)[] {
  const task = spec.tasks[index];
  const inContext = task?.context?.indexOf(need) ?? -1;
  if (inContext >= 0) return ['tasks', index, 'context', inContext];
  const inDependencies = task?.dependencies?.findIndex((each) => each.task === need) ?? -1;
  if (inDependencies >= 0) return ['tasks', index, 'dependencies', inDependencies, 'task_name'];
  return ['tasks', index, 'name'];
}

function planOf(draft: Draft, team: Team, options: CompileOptions): Plan {
  const { spec } = draft;
  const { execution } = spec;
  const names = draft.tasks.map(({ task }) => task.name);
  const tasks = draft.tasks.map(({ task, needs, context }) => ({
    ...task,
    needs: [...needs].map(([index, until]) => ({ task: names[index] as TaskName, until })),
    context: context.map((index) => names[index] as TaskName),
  }));
  const { max_attempts, ...retry } = execution.retry;
  return {
    version: 1,
    orchestra: spec.id,
    name: spec.name,
    description: spec.description,
    file: spec.file,
    workspace: spec.workspace,
    ...(spec.goal !== undefined && { goal: spec.goal }),
    strategy: execution.strategy,
    max_parallel_tasks: execution.max_parallel_tasks,
    on_failure: execution.on_failure,
    run_timeout_seconds: execution.run_timeout_seconds,
    retry,
    groups:
      execution.strategy === 'mixed'
        ? execution.task_groups.map(({ name, max_concurrency }) => ({ name, max_concurrency }))
        : [],
    delegation:
      execution.strategy === 'hierarchical'
        ? {
            max_depth: execution.max_depth,
            max_delegated_tasks: execution.max_delegated_tasks,
            timeout_seconds: execution.task_timeout_seconds,
            max_attempts: retry.strategy === 'none' ? 1 : max_attempts,
            ...someCache(undefined, spec.cache),
          }
        : null,
    orchestration_type: spec.orchestration_type,
    agents: agentsOf(draft, team, options),
    tasks,
    ...arrange(tasks, needsOf(draft.tasks)),
    ...(execution.grace_seconds !== undefined && { grace_seconds: execution.grace_seconds }),
    ...someLimits(runLimits(execution.limits)),
    ...someBudget(execution.budget),
  };
}

/** The agents that tasks use; with delegation every declared agent, because any may be asked. */
function agentsOf(draft: Draft, team: Team, options: CompileOptions): PlanAgent[] {
  const working = draft.tasks.map(({ task }) => task.agent);
  const used = new Set([...working, ...working.flatMap((name) => team.agents.get(name)?.fallback_agents ?? [])]);
  const everyone = draft.spec.execution.strategy === 'hierarchical';
  const names = draft.spec.agents.map(({ name }) => name).filter((name) => everyone || used.has(name));
  return names.flatMap((name) => {
    const agent = team.agents.get(name);
    return agent === undefined ? [] : [planAgent(agent, draft.spec, options)];
  });
}

function planAgent(agent: AgentSpec, orchestra: OrchestraSpec, { adapters, around }: CompileOptions): PlanAgent {
  const { tasks, has_language_model, adapter, module, model, provider, base_url, api_key_env, limits, ...more } = agent;
  const { fallback_models, policy, ...rest } = more;
  const chosen = chooseAdapter(agent, adapters);
  const env = around?.defaults?.env;
  // A language_model speaks of a model API; another adapter that was chosen from outside has models of its own.
  const keeps = adapter !== undefined || !has_language_model || chosen.adapter === 'llm';
  const key = chosen.adapter === 'llm' ? keyVariableOf(agent) : undefined;
  const plan = {
    ...rest,
    ...(env !== undefined && { env: mergedEnv(agent.env, env) }),
    ...chosen,
    ...(key !== undefined && !agent.secrets.includes(key) && { secrets: [...agent.secrets, key] }),
    ...(keeps && model !== undefined && { model }),
    ...(keeps && provider !== undefined && { provider }),
    ...(keeps && base_url !== undefined && { base_url }),
    ...(keeps && api_key_env !== undefined && { api_key_env }),
    ...(module !== undefined && { module: besides(agent.file, module) }),
    ...somePolicy(chosen.adapter, orchestra.policy, policy),
    ...someLimits({ ...agentLimits(orchestra.execution.limits), ...limits }),
  };
  // A rehearsal costs nothing; what it stands for does.
  const real = chosen.adapter === 'rehearsal' ? (adapter ?? null) : chosen.adapter;
  const priceFor = (name: string | undefined) =>
    somePrice(
      priceOf({ ...plan, adapter: real, ...(name !== undefined && { model: name }) }, around?.defaults?.prices),
    );
  return {
    ...plan,
    ...priceFor(plan.model),
    ...(fallback_models !== undefined && {
      fallback_models: fallback_models.map((name) => ({ model: name, ...priceFor(name) })),
    }),
  };
}

/** The part of limits that holds for the run as a whole. */
function runLimits({ disk_bytes, free_disk_bytes, cache_bytes }: LimitsSpec): PlanLimits {
  return {
    ...(disk_bytes !== undefined && { disk_bytes }),
    ...(free_disk_bytes !== undefined && { free_disk_bytes }),
    ...(cache_bytes !== undefined && { cache_bytes }),
  };
}

/** The part of limits that holds for each attempt. */
function agentLimits({ disk_bytes, free_disk_bytes, cache_bytes, ...limits }: LimitsSpec): PlanAgentLimits {
  return limits;
}

/** A price as a key of the plan, which is not there where none is known. */
function somePrice(price: PlanPrice | undefined): { readonly price?: PlanPrice } {
  return price === undefined ? {} : { price };
}

/** Limits as a key of the plan, which is not there where nothing is limited. */
function someLimits<T extends object>(limits: T): { readonly limits?: T } {
  return Object.keys(limits).length === 0 ? {} : { limits };
}

/** A path that was written relative to a file, relative to where that file's own path is. */
function besides(file: string, path: string): string {
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : '';
  return path.startsWith('/') ? path : folder + path;
}
