// The two documents as facts: validated, defaults filled in, durations in seconds. What the rest of the program knows of YAML.
import type { Path } from '../diagnostics/diagnostic.ts';
import type {
  AdapterName,
  AgentName,
  DependencyType,
  Expects,
  GroupStrategy,
  OnFailure,
  OutputSchema,
  Permissions,
  PlanAgentLimits,
  PlanBudget,
  PlanCache,
  PlanEnv,
  PlanLimits,
  Policy,
  Prices,
  Priority,
  RetryStrategy,
  Strategy,
  TaskName,
} from '../schema/types.gen.ts';

/** An orchestra, validated. */
export interface OrchestraSpec {
  /** The file as people name it: relative to where they stand, when it lies below. */
  readonly file: string;
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly goal?: string;
  /** Workspace folder as written: relative to the project's root, or absolute. */
  readonly workspace: string;
  readonly orchestration_type: 'basic' | 'kubernetes';
  readonly required_tier: string | null;
  readonly execution: ExecutionSpec;
  /** Of all agents that have a shell; empty where nothing is said. */
  readonly policy: Policy;
  /** Declared agents in file order; those of the tasks, in order of first use, where none are declared. */
  readonly agents: readonly AgentEntry[];
  /** Said of all tasks from outside: each may take a recorded output, or none. */
  readonly cache?: 'all' | 'none';
  /** Tasks in file order. */
  readonly tasks: readonly TaskSpec[];
}

export interface ExecutionSpec {
  readonly strategy: Strategy;
  readonly max_parallel_tasks: number;
  readonly task_timeout_seconds: number | null;
  readonly run_timeout_seconds: number | null;
  readonly retry: RetrySpec;
  readonly on_failure: OnFailure;
  readonly task_groups: readonly GroupSpec[];
  readonly manager?: AgentName;
  readonly max_depth: number;
  readonly max_delegated_tasks: number;
  /** Between TERM and KILL, where it is said. */
  readonly grace_seconds?: number;
  /** Of the run, and of agents that have none of their own. */
  readonly limits: LimitsSpec;
  /** What the run may spend; empty where nothing is said. */
  readonly budget: PlanBudget;
}

/** Limits of a run and of its agents, as far as they are said. */
export interface LimitsSpec extends PlanAgentLimits, PlanLimits {}

export interface RetrySpec {
  readonly strategy: RetryStrategy;
  /** Attempts of tasks without retry_count. */
  readonly max_attempts: number;
  readonly initial_delay_seconds: number;
  readonly max_delay_seconds: number;
  /** Share of the wait that is drawn at random, 0 to 1. */
  readonly jitter: number;
}

export interface GroupSpec {
  readonly name: string;
  readonly tasks: readonly TaskName[];
  readonly execution_strategy: GroupStrategy;
  readonly max_concurrency: number | null;
}

/** One entry of `agents:`. `at` is where it stands, or where its first task names it when it was derived. */
export type AgentEntry =
  | { readonly type: 'named'; readonly name: AgentName; readonly at: Path }
  | { readonly type: 'inline'; readonly name: AgentName; readonly agent: AgentSpec; readonly at: Path };

export interface TaskSpec {
  readonly name: TaskName;
  readonly agent: AgentName;
  readonly description: string;
  /** As written; undefined where the key is missing or null, so that the strategy decides. */
  readonly context?: readonly TaskName[];
  readonly dependencies?: readonly { readonly task: TaskName; readonly type: DependencyType }[];
  readonly priority: Priority;
  readonly timeout_seconds: number | null;
  readonly stall_seconds: number | null;
  readonly retry_count?: number;
  /** What its attempts may spend together. */
  readonly budget?: PlanBudget;
  readonly expects?: Expects;
  readonly output_schema?: OutputSchema;
  /** Whether a recorded output may be taken, where the task says it. */
  readonly cache?: PlanCache | false;
}

/** An agent, from a playbook or written in place. */
export interface AgentSpec {
  readonly name: AgentName;
  /** The file that describes it. */
  readonly file: string;
  readonly description: string;
  /** What the agent is told about itself, built from persona and instructions. Empty for a plain command. */
  readonly system_prompt: string;
  /** As written or implied by run, argv or module; undefined where it must be decided. */
  readonly adapter?: AdapterName;
  /** Whether the playbook names a language model, which implies the llm adapter. */
  readonly has_language_model: boolean;
  readonly run?: string;
  readonly argv?: readonly string[];
  readonly shell: string;
  /** Path as written, relative to `file`. */
  readonly module?: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly env: PlanEnv;
  readonly secrets: readonly string[];
  readonly cwd: string;
  readonly model?: string;
  readonly provider?: string;
  readonly base_url?: string;
  readonly api_key_env?: string;
  /** What a coding agent may do without being asked; undefined: edit. */
  readonly permissions?: Permissions;
  readonly allowed_tools?: readonly string[];
  readonly max_turns?: number;
  /** Further arguments of a coding CLI. */
  readonly args?: readonly string[];
  /** What it may do in a shell, besides what the orchestra says. */
  readonly policy?: Policy;
  readonly fallback_agents?: readonly AgentName[];
  readonly fallback_models?: readonly string[];
  /** What one attempt may use, where the agent itself says it. */
  readonly limits?: PlanAgentLimits;
  /** What its attempts may spend together. */
  readonly budget?: PlanBudget;
  /** What a playbook says the agent can do; empty for inline agents. */
  readonly tasks: readonly PlaybookTaskSpec[];
}

export interface PlaybookTaskSpec {
  readonly name: string;
  readonly description: string;
  readonly instruction: string;
  /** Names of what it needs and produces. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What the command line says over the file. */
export interface Overrides {
  readonly strategy?: Strategy;
  readonly max_parallel_tasks?: number;
  /** Default timeout of tasks, in seconds. */
  readonly task_timeout_seconds?: number;
  readonly on_failure?: OnFailure;
  readonly workspace?: string;
  /** What the run may spend. */
  readonly budget?: PlanBudget;
  /** Whether every task may take a recorded output, or none. */
  readonly cache?: 'all' | 'none';
}

/** What is said outside of orchestras: by a project, by a person, by the environment. Only what is said is there. */
export interface Settings {
  /** For agents that do not say it themselves. */
  readonly adapter?: AdapterName;
  readonly max_parallel_tasks?: number;
  /** Default timeout of tasks. */
  readonly task_timeout_seconds?: number;
  readonly run_timeout_seconds?: number;
  readonly grace_seconds?: number;
  readonly on_failure?: OnFailure;
  readonly limits?: LimitsSpec;
  /** What a run may spend. */
  readonly budget?: PlanBudget;
  /** What models cost. */
  readonly prices?: Prices;
  /** What every agent gets, below its own. */
  readonly env?: PlanEnv;
}

/** The settings around an orchestra. */
export interface Surroundings {
  /** What counts instead of what the file says. */
  readonly environment?: Settings;
  /** What counts where the file says nothing. */
  readonly defaults?: Settings;
}

/** The file at the root of a project. */
export interface ProjectSpec {
  readonly name?: string;
  readonly defaults: Settings;
}
