import { type Checked, hasErrors, inReadingOrder, type Path } from '../diagnostics/diagnostic.ts';
import type {
  AgentName,
  Cache,
  Execution,
  InlineAgent,
  Orchestra,
  OrchestraSection,
  PlanCache,
  RetryPolicy,
  Strategy,
  Task,
} from '../schema/types.gen.ts';
import { howItRuns } from './agent.ts';
import { someBudget, toBudget } from './budgets.ts';
import { toSeconds } from './durations.ts';
import { foreignShape } from './foreign.ts';
import { judgeOrchestra } from './orchestra-faults.ts';
import { metadataText, orchestraId } from './orchestra-id.ts';
import { systemPrompt } from './persona.ts';
import { toLimits } from './sizes.ts';
import type { Sound } from './sound.ts';
import type { Source } from './source.ts';
import type { AgentEntry, ExecutionSpec, OrchestraSpec, Overrides, RetrySpec, Surroundings, TaskSpec } from './spec.ts';

/** An orchestra that was read. */
export interface ReadOrchestra extends Checked<OrchestraSpec> {
  /** What is left of one with errors, to be checked and nothing else; `isCertain` says which findings count. */
  readonly sound?: { readonly spec: OrchestraSpec; readonly isCertain: Sound['isCertain'] };
}

/** Reads an orchestra: shape and defaults; what its names stand for is checked by the rules. A value comes without errors only. */
export function readOrchestra(source: Source, overrides: Overrides = {}, around: Surroundings = {}): ReadOrchestra {
  const foreign = foreignShape(source.data);
  if (foreign !== undefined) return { diagnostics: [source.locate(foreign)] };
  const { findings, sound } = judgeOrchestra(source.data);
  const diagnostics = inReadingOrder(findings.map((finding) => source.locate(finding)));
  if (sound === undefined) return { diagnostics };
  const spec = toSpec(sound.document, source.file, overrides, around);
  return hasErrors(diagnostics)
    ? { diagnostics, sound: { spec, isCertain: sound.isCertain } }
    : { value: spec, diagnostics };
}

function toSpec(document: Orchestra, file: string, overrides: Overrides, around: Surroundings): OrchestraSpec {
  const { orchestra } = document;
  const metadata = document.metadata ?? {};
  const id = orchestraId(document, file);
  const execution = orchestra.execution ?? {};
  return {
    file,
    id,
    name: orchestra.name ?? (metadataText(metadata.name) || id),
    description: (orchestra.description ?? metadataText(metadata.description)).trimEnd(),
    ...(orchestra.goal !== undefined && { goal: orchestra.goal.trimEnd() }),
    workspace: overrides.workspace ?? orchestra.workspace?.path ?? `./orchestra_workspaces/${id}`,
    orchestration_type: [document, orchestra, execution].some((each) => each.orchestration_type === 'kubernetes')
      ? 'kubernetes'
      : 'basic',
    required_tier: orchestra.required_tier ?? document.required_tier ?? null,
    execution: toExecution(execution, overrides, around),
    policy: orchestra.policy ?? {},
    agents: document.agents ? document.agents.map((each, i) => toAgent(each, ['agents', i], file)) : derived(document),
    ...(overrides.cache !== undefined && { cache: overrides.cache }),
    tasks: document.tasks.map(toTask),
  };
}

/** The options, then the environment, then the file, then defaults, then what is built in. */
function toExecution(
  written: Execution,
  overrides: Overrides,
  { environment = {}, defaults = {} }: Surroundings,
): ExecutionSpec {
  const strategy: Strategy = overrides.strategy ?? written.strategy ?? 'sequential';
  const isChain = strategy === 'sequential';
  const over = { ...environment, ...overrides };
  const grace = over.grace_seconds ?? seconds(written.grace_seconds, undefined) ?? defaults.grace_seconds;
  return {
    strategy,
    // How many at once means nothing to a chain: what is said for all orchestras is not said to it.
    max_parallel_tasks: isChain
      ? (overrides.max_parallel_tasks ?? written.max_parallel_tasks ?? 1)
      : (over.max_parallel_tasks ??
        written.max_parallel_tasks ??
        defaults.max_parallel_tasks ??
        builtIn.max_parallel_tasks),
    task_timeout_seconds:
      over.task_timeout_seconds ??
      seconds(written.task_timeout_seconds, defaults.task_timeout_seconds ?? builtIn.task_timeout_seconds),
    run_timeout_seconds:
      over.run_timeout_seconds ?? seconds(written.run_timeout_seconds, defaults.run_timeout_seconds ?? null),
    ...(grace != null && { grace_seconds: grace }),
    limits: { ...defaults.limits, ...toLimits(written.limits ?? {}), ...environment.limits },
    budget: { ...defaults.budget, ...toBudget(written.budget ?? {}), ...environment.budget, ...overrides.budget },
    retry: toRetry(written.retry_strategy),
    on_failure: over.on_failure ?? written.on_failure ?? defaults.on_failure ?? (isChain ? 'stop' : 'continue'),
    task_groups: (written.task_groups ?? []).map(({ name, tasks, execution_strategy, max_concurrency }) => ({
      name,
      tasks,
      execution_strategy: execution_strategy ?? 'parallel',
      max_concurrency: max_concurrency ?? null,
    })),
    ...(written.manager !== undefined && { manager: written.manager }),
    max_depth: written.max_depth ?? defaultMaxDepth,
    max_delegated_tasks: written.max_delegated_tasks ?? defaultMaxDelegatedTasks,
  };
}

/** What counts where nobody says anything; null: no limit. */
export const builtIn = {
  max_parallel_tasks: 4,
  task_timeout_seconds: 300,
  run_timeout_seconds: null,
  grace_seconds: 10,
  free_disk_bytes: 256 * 2 ** 20,
  cache_bytes: 256 * 2 ** 20,
} as const;

/** How deep delegation may go where the file does not say. */
export const defaultMaxDepth = 2;
/** How many tasks may be delegated where the file does not say. */
export const defaultMaxDelegatedTasks = 20;

function toRetry(written: Execution['retry_strategy']): RetrySpec {
  const policy: RetryPolicy =
    typeof written === 'object' ? written : written === undefined ? {} : { strategy: written };
  const strategy = policy.strategy ?? 'simple';
  const jitter = policy.jitter ?? strategy === 'exponential_backoff';
  return {
    strategy,
    max_attempts: policy.max_attempts ?? 1,
    initial_delay_seconds: toSeconds(policy.initial_delay_seconds ?? 1),
    max_delay_seconds: toSeconds(policy.max_delay_seconds ?? 60),
    jitter: jitter === true ? 0.5 : jitter === false ? 0 : jitter,
  };
}

function toTask(task: Task): TaskSpec {
  return {
    name: task.name,
    agent: task.agent,
    description: (task.description ?? '').trimEnd(),
    ...(task.context && { context: task.context }),
    ...(task.dependencies && {
      dependencies: task.dependencies.map(({ task_name, dependency_type }) => ({
        task: task_name,
        type: dependency_type ?? 'requires_output',
      })),
    }),
    priority: task.priority ?? 'medium',
    timeout_seconds: seconds(task.timeout_seconds, null),
    stall_seconds: seconds(task.stall_seconds, null),
    ...(task.retry_count != null && { retry_count: task.retry_count }),
    ...someBudget(toBudget(task.budget ?? {})),
    ...(task.expects !== undefined && { expects: withoutOwn(task.expects) }),
    ...(task.output_schema !== undefined && { output_schema: task.output_schema }),
    ...(task.cache !== undefined && { cache: toCache(task.cache) }),
  };
}

/** A map without the keys that are for people. */
function withoutOwn<T extends object>(written: T): T {
  return Object.fromEntries(Object.entries(written).filter(([key]) => !key.startsWith('x-'))) as T;
}

function toCache(written: Cache): PlanCache | false {
  return typeof written === 'boolean' ? written && { files: [] } : { files: written.files };
}

function toAgent(written: AgentName | InlineAgent, at: Path, file: string): AgentEntry {
  if (typeof written === 'string') return { type: 'named', name: written, at };
  const { name, description = '', instructions = '' } = written;
  const isSilent = description === '' && instructions === '';
  const agent = {
    name,
    file,
    description: description.trimEnd(),
    system_prompt: isSilent ? '' : systemPrompt({ description, instructions }),
    has_language_model: false,
    ...howItRuns(written as unknown as Record<string, unknown>),
    tasks: [],
  };
  return { type: 'inline', name, agent, at };
}

/** The agents that a file without `agents:` uses, each where it is first named. */
function derived({ tasks, orchestra }: Orchestra): AgentEntry[] {
  const entries = new Map<AgentName, AgentEntry>();
  const use = (name: AgentName, at: Path) => {
    if (!entries.has(name)) entries.set(name, { type: 'named', name, at });
  };
  tasks.forEach((task, index) => {
    use(task.agent, ['tasks', index, 'agent']);
  });
  const manager = orchestra.execution?.manager;
  if (manager !== undefined) use(manager, managerPath);
  return [...entries.values()];
}

/** Where an orchestra names its manager. */
export const managerPath: Path = ['orchestra', 'execution', 'manager'] satisfies [
  string,
  keyof OrchestraSection,
  keyof Execution,
];

function seconds<T>(written: number | string | null | undefined, fallback: T): number | null | T {
  if (written === undefined) return fallback;
  return written === null ? null : toSeconds(written);
}
