// Generated from schemas/ by `npm run generate`. Do not edit.


/**
 * Free for people. name, id and description stand in for the same keys of orchestra where those are missing.
 */
export type Metadata = ({
readonly [k: string]: unknown
} | null)
/**
 * Identifier of an orchestra. It names the workspace folder.
 */
export type OrchestraId = string
/**
 * Which ordering edges are added to those that context and dependencies already say: sequential adds a chain, parallel none, mixed barriers between task groups, hierarchical a manager's brief before and a synthesis after.
 */
export type Strategy = ("sequential" | "parallel" | "mixed" | "hierarchical")
/**
 * A length of time: a number of seconds (fractions allowed) or a string with a unit, ms, s, m or h.
 */
export type Duration = (number | string)
/**
 * How long to wait between attempts. none: never retry. simple: at once. fixed: initial_delay each time. linear: initial_delay times the number of failed attempts. exponential_backoff: doubled each time, with jitter.
 */
export type RetryStrategy = ("none" | "simple" | "fixed" | "linear" | "exponential_backoff")
/**
 * A length of time that may be zero: a number of seconds or a string with a unit, ms, s, m or h.
 */
export type Delay = (number | string)
/**
 * What happens when a task has failed for good. stop: nothing new starts, running tasks finish, the rest is skipped. continue: only what needs the failed task is skipped.
 */
export type OnFailure = ("stop" | "continue")
/**
 * Name of a task: starts with a letter, then letters, digits, _ or -, 64 characters at most. Unique in its orchestra, ignoring case, because it becomes a file name.
 */
export type TaskName = string & { readonly brand: 'TaskName' }
/**
 * Order inside a task group of the mixed strategy.
 */
export type GroupStrategy = ("sequential" | "parallel")
/**
 * Name of an agent: the name of an inline agent, or the stem of a playbook's file under agents/.
 */
export type AgentName = string & { readonly brand: 'AgentName' }
/**
 * How long an agent that is told to end (TERM) has before it is ended by force (KILL).
 */
export type GraceSeconds = Delay
/**
 * An amount of bytes: a number, or a string with a unit. k, M, G and T count in thousands (as do KB, MB, GB, TB), Ki, Mi, Gi and Ti in 1024 (as do KiB, MiB, GiB, TiB).
 */
export type Size = (number | string)
/**
 * A share of the processors: 1 is one processor, 0.5 half of one. A string with % counts in hundredths of one processor, one with m in thousandths.
 */
export type Cpus = (number | string)
/**
 * The code that drives an agent: a command, a coding CLI, a protocol, a model API, a module of yours, or a rehearsal that only writes labelled stand-in text.
 */
export type AdapterName = ("command" | "claude" | "codex" | "gemini" | "acp" | "llm" | "module" | "rehearsal")
/**
 * What the agent is told about itself before any task: its system prompt.
 */
export type Instructions = string
/**
 * A shell script. It is handed to the shell as it stands: values arrive as environment variables and files, nothing is ever put into its text.
 */
export type RunScript = string
/**
 * A program and its arguments, started without a shell.
 * 
 * @minItems 1
 * 
 * Items: One argument, passed as it stands.
 */
export type Argv = readonly string[]
/**
 * The shell that runs `run:`, with its options, separated by spaces.
 */
export type Shell = string
/**
 * An ES module whose default export implements the published ModuleAgent interface. A path relative to the file that names it.
 */
export type ModulePath = string
/**
 * What the agent's process gets besides PATH, HOME, LANG, TERM, TMPDIR and SUPER_*: a list of names to pass through from the caller's environment, or a map of name to value.
 */
export type Env = (string[] | {
/**
 * Value of the variable.
 */
readonly [k: string]: string | number | boolean
})
/**
 * Names of environment variables that are passed to the agent and whose values must appear nowhere.
 * 
 * Items: Name of a variable.
 */
export type Secrets = readonly string[]
/**
 * Folder in which the agent runs, relative to the project's root.
 */
export type WorkingDirectory = string
/**
 * Name of the model that a coding CLI or a model API shall use.
 */
export type Model = string
/**
 * Which model API the llm adapter speaks to: anthropic, openai, google (or gemini), ollama, lmstudio, vllm, or openai-compatible with a base_url.
 */
export type Provider = string
/**
 * Address of the model API, where it is not the usual one. Of a server that speaks as OpenAI's does the machine alone is enough: /v1 is added.
 */
export type BaseUrl = string
/**
 * Name of the environment variable that holds the key, where it is not the usual one of the provider. Its value counts as a secret.
 */
export type ApiKeyEnv = string
/**
 * What a coding agent may do without being asked. plan: read and think. edit: change files in its working folder; commands as far as its CLI allows them then. full: everything that you may do.
 */
export type Permissions = ("plan" | "edit" | "full")
/**
 * Tools that a coding CLI may use without being asked, besides those that `permissions` gives it, in the form of that CLI. Understood by claude and gemini.
 * 
 * Items: Name of a tool, or a rule of the CLI.
 */
export type AllowedTools = readonly string[]
/**
 * Most turns of a coding CLI in one attempt: an attempt that needs more has failed. Understood by claude.
 */
export type MaxTurns = number
/**
 * Further arguments for a coding CLI, behind those that super gives it.
 * 
 * Items: One argument, passed as it stands.
 */
export type ExtraArguments = readonly string[]
/**
 * Declared agents that take over, in this order, when a known fault of this one cannot be worked around otherwise: no quota, no login, a model that is not there.
 * 
 * @minItems 1
 */
export type FallbackAgents = readonly AgentName[]
/**
 * Models that take the place of `model`, in this order, when that one is overloaded, has no quota left or is not there.
 * 
 * @minItems 1
 * 
 * Items: Name of a model.
 */
export type FallbackModels = readonly string[]
/**
 * requires_output waits for success and passes the output. requires_completion waits for any end and passes nothing.
 */
export type DependencyType = ("requires_output" | "requires_completion")
/**
 * Which of several ready tasks starts first. Priority never overrides a need.
 */
export type Priority = ("low" | "medium" | "high" | "critical")
/**
 * Whether a recorded output is taken where nothing that the task depends on has changed: its prompt, its agent, the outputs that it receives, and the files that are named here. What else it reads is not looked at.
 */
export type Cache = (boolean | CacheFiles)
/**
 * task: written in the file. brief and synthesis: added for the manager by the hierarchical strategy. delegated: added by an agent during the run.
 */
export type TaskRole = ("task" | "brief" | "synthesis" | "delegated")
/**
 * One line of a run's journal, events.jsonl.
 */
export type RunEvent = (RunStarted | RunResumed | RunPaused | RunUnpaused | RunFinished | TaskStarted | TaskProgressed | TaskRetryScheduled | TaskSucceeded | TaskFailed | TaskSkipped | TaskCancelled | TaskReused | PlanExtended | RecoveryApplied | BudgetExceeded | ParallelismChanged | ReuseMissed)
/**
 * Identifier of a run: UTC start time and four random characters, so that ids sort by time.
 */
export type RunId = string & { readonly brand: 'RunId' }
/**
 * How a run ended: succeeded (every task succeeded or was reused), failed, or cancelled by a person or a signal.
 */
export type Outcome = ("succeeded" | "failed" | "cancelled")
/**
 * What ended the run before its tasks did.
 */
export type FinishCause = ("timeout" | "signal" | "storage" | "defect" | "limit" | "budget")
/**
 * What kind of report.
 */
export type ProgressKind = ("progress" | "milestone" | "finding" | "blocker" | "review-requested")
/**
 * How an attempt ended when it did not succeed.
 */
export type FailureReason = ("agent-exit" | "timeout" | "stalled" | "no-output" | "invalid-output" | "resource-limit" | "budget" | "merge-conflict" | "adapter" | "worker-lost")
/**
 * Defaults for every orchestra of the project.
 */
export type ProjectDefaults = (Config | null)

export interface Everything {
readonly orchestra?: Orchestra
readonly agent?: Playbook
readonly plan?: Plan
readonly event?: RunEvent
readonly config?: Config
readonly project?: ProjectFile
}
/**
 * An orchestra: a team of agents and its tasks.
 */
export interface Orchestra {
readonly metadata?: Metadata
readonly orchestra: OrchestraSection
/**
 * Names of playbooks, or agents written in place. Null or missing: derived from the tasks.
 */
readonly agents?: (readonly (AgentName | InlineAgent)[] | null)
/**
 * What is to be done.
 * 
 * @minItems 1
 */
readonly tasks: readonly Task[]
/**
 * basic runs here. kubernetes is accepted and planned; running it needs a cluster backend.
 */
readonly orchestration_type?: ("basic" | "kubernetes")
/**
 * Number of workers of a cluster backend.
 */
readonly replicas?: number
/**
 * Resources of one worker of a cluster backend, as Kubernetes quantities.
 */
readonly resources?: {
/**
 * Processor share.
 */
readonly cpu?: (string | number)
/**
 * Memory.
 */
readonly memory?: (string | number)
}
/**
 * Accepted and shown; never a gate.
 */
readonly required_tier?: (string | null)
}
/**
 * What this orchestra is and how it runs.
 */
export interface OrchestraSection {
readonly id?: OrchestraId
/**
 * Name for people. Default: metadata.name, else the id.
 */
readonly name?: string
/**
 * What it is for. Default: metadata.description.
 */
readonly description?: string
/**
 * Goal of a run that is started without --goal.
 */
readonly goal?: string
readonly workspace?: WorkspaceSection
readonly execution?: Execution
/**
 * basic runs here. kubernetes is accepted and planned; running it needs a cluster backend.
 */
readonly orchestration_type?: ("basic" | "kubernetes")
/**
 * Number of workers of a cluster backend.
 */
readonly replicas?: number
/**
 * Resources of one worker of a cluster backend, as Kubernetes quantities.
 */
readonly resources?: {
/**
 * Processor share.
 */
readonly cpu?: (string | number)
/**
 * Memory.
 */
readonly memory?: (string | number)
}
/**
 * Accepted and shown; never a gate.
 */
readonly required_tier?: (string | null)
readonly policy?: Policy
}
/**
 * Where runs are written.
 */
export interface WorkspaceSection {
/**
 * Kind of workspace.
 */
readonly type?: "local_fs"
/**
 * Folder, relative to the project's root. Default: ./orchestra_workspaces/<id>.
 */
readonly path?: string
}
/**
 * How the tasks are run.
 */
export interface Execution {
readonly strategy?: Strategy
/**
 * Most tasks at once. Default 1 for sequential, else 4.
 */
readonly max_parallel_tasks?: number
/**
 * Timeout of tasks without timeout_seconds. Default 300.
 */
readonly task_timeout_seconds?: (Duration | null)
/**
 * Timeout of the whole run; null for none.
 */
readonly run_timeout_seconds?: (Duration | null)
/**
 * When a failed task is tried again: a strategy, or a map with its settings.
 */
readonly retry_strategy?: (RetryStrategy | RetryPolicy)
readonly on_failure?: OnFailure
/**
 * Groups of the mixed strategy.
 */
readonly task_groups?: readonly TaskGroup[]
readonly manager?: AgentName
/**
 * hierarchical: how deep delegation may go; 0 forbids it.
 */
readonly max_depth?: number
/**
 * hierarchical: most delegated tasks in one run.
 */
readonly max_delegated_tasks?: number
/**
 * Accepted for compatibility; the journal always holds what metrics are made of.
 */
readonly enable_metrics?: boolean
/**
 * Accepted for compatibility; the journal always holds the trace.
 */
readonly enable_trace?: boolean
/**
 * basic runs here. kubernetes is accepted and planned; running it needs a cluster backend.
 */
readonly orchestration_type?: ("basic" | "kubernetes")
/**
 * Number of workers of a cluster backend.
 */
readonly replicas?: number
/**
 * Resources of one worker of a cluster backend, as Kubernetes quantities.
 */
readonly resources?: {
/**
 * Processor share.
 */
readonly cpu?: (string | number)
/**
 * Memory.
 */
readonly memory?: (string | number)
}
readonly grace_seconds?: GraceSeconds
readonly limits?: Limits
readonly budget?: RunBudget
}
/**
 * A retry strategy with its settings.
 */
export interface RetryPolicy {
readonly strategy?: RetryStrategy
/**
 * Attempts, the first included, of tasks without retry_count.
 */
readonly max_attempts?: number
readonly initial_delay_seconds?: Delay
readonly max_delay_seconds?: Delay
/**
 * Share of the wait that is drawn at random, 0 to 1; true is 0.5, false is 0. Default 0.5 for exponential_backoff, else 0.
 */
readonly jitter?: (boolean | number)
}
/**
 * A group of the mixed strategy. Groups run one after the other in file order.
 */
export interface TaskGroup {
/**
 * Name of the group.
 */
readonly name: string
/**
 * Names of the group's tasks.
 * 
 * @minItems 1
 */
readonly tasks: readonly TaskName[]
readonly execution_strategy?: GroupStrategy
/**
 * Most tasks of this group at once; null means only max_parallel_tasks limits it.
 */
readonly max_concurrency?: (number | null)
}
/**
 * Limits of a run and defaults for its agents.
 */
export interface Limits {
readonly memory?: Size
readonly cpu?: Cpus
readonly output?: Size
readonly disk?: Size
readonly free_disk?: Size
readonly cache?: Size
}
/**
 * What a whole run may spend, its resumes included. When it is used up, nothing new starts, and the run ends with exit code 5.
 */
export interface RunBudget {
/**
 * Most money, in US dollars: what agents report, else what their tokens cost by the table of prices.
 */
readonly max_cost_usd?: number
/**
 * Most tokens, read and written together.
 */
readonly max_tokens?: number
readonly max_wall?: Duration
/**
 * Whether running attempts are ended when the budget is used up. If not, they end by themselves.
 */
readonly hard?: boolean
}
/**
 * What agents may do in a shell: handed to their CLIs where those can be told, watched in what they tell otherwise. A guard rail, no sandbox.
 */
export interface Policy {
/**
 * Commands that are never to run. An attempt in which one is seen is ended.
 * 
 * Items: A command as one would type it; * stands for any characters, a space and * at the end, or no * at all, for any arguments or none, | for a pipe.
 */
readonly deny?: readonly string[]
/**
 * Commands that a person must allow. Nobody can be asked while an orchestra runs: they are refused, and told as blockers.
 * 
 * Items: A command as one would type it; * stands for any characters, a space and * at the end, or no * at all, for any arguments or none, | for a pipe.
 */
readonly confirm?: readonly string[]
/**
 * Commands that may run and are told as findings.
 * 
 * Items: A command as one would type it; * stands for any characters, a space and * at the end, or no * at all, for any arguments or none, | for a pipe.
 */
readonly watch?: readonly string[]
}
/**
 * An agent written in place.
 */
export interface InlineAgent {
readonly name: AgentName
readonly adapter?: AdapterName
/**
 * What this agent is for.
 */
readonly description?: string
readonly instructions?: Instructions
readonly run?: RunScript
readonly argv?: Argv
readonly shell?: Shell
readonly module?: ModulePath
readonly options?: ModuleOptions
readonly env?: Env
readonly secrets?: Secrets
readonly cwd?: WorkingDirectory
readonly model?: Model
readonly provider?: Provider
readonly base_url?: BaseUrl
readonly api_key_env?: ApiKeyEnv
readonly permissions?: Permissions
readonly allowed_tools?: AllowedTools
readonly max_turns?: MaxTurns
readonly args?: ExtraArguments
readonly limits?: AgentLimits
readonly budget?: Budget
readonly policy?: Policy
readonly fallback_agents?: FallbackAgents
readonly fallback_models?: FallbackModels
}
/**
 * Settings of yours for a module agent, handed to it unchanged. For a model API: temperature, top_p, max_output_tokens, stop_sequences, seed, reasoning (none, minimal, low, medium, high, xhigh, max) and max_retries (2 unless given).
 */
export interface ModuleOptions {
readonly [k: string]: unknown
}
/**
 * What one attempt of an agent may use, all its processes together. An attempt that takes more memory or writes more is ended with the reason resource-limit; one that computes more is slowed down.
 */
export interface AgentLimits {
readonly memory?: Size
readonly cpu?: Cpus
readonly output?: Size
}
/**
 * What all attempts of a task or of an agent may spend together. The attempt that exceeds it fails with the reason budget, and no other is made.
 */
export interface Budget {
/**
 * Most money, in US dollars: what agents report, else what their tokens cost by the table of prices.
 */
readonly max_cost_usd?: number
/**
 * Most tokens, read and written together.
 */
readonly max_tokens?: number
readonly max_wall?: Duration
}
/**
 * A node of the plan: what one agent shall do.
 */
export interface Task {
readonly name: TaskName
readonly agent: AgentName
/**
 * What to do. {goal}, {task}, {run_id} and {workspace} are replaced; any other brace text stays as it is.
 */
readonly description?: string
/**
 * Tasks that this one waits for and whose outputs it receives. Left out: the strategy decides; [] receives nothing.
 */
readonly context?: (readonly TaskName[] | null)
/**
 * The same as context, said at length.
 */
readonly dependencies?: (readonly Dependency[] | null)
readonly priority?: Priority
/**
 * Longest time one attempt may take. Left out or null: execution.task_timeout_seconds.
 */
readonly timeout_seconds?: (Duration | null)
/**
 * Ends an attempt that neither writes nor exits for this long. Left out or null: never, but 30 minutes for the coding CLIs claude, codex and gemini, which can hang without an end.
 */
readonly stall_seconds?: (Duration | null)
readonly expects?: Expects
readonly output_schema?: OutputSchema
/**
 * How often a failed attempt is tried again. Left out: max_attempts of the retry strategy decides.
 */
readonly retry_count?: (number | null)
readonly budget?: Budget
readonly cache?: Cache
}
/**
 * One task that this one waits for.
 */
export interface Dependency {
readonly task_name: TaskName
readonly dependency_type?: DependencyType
/**
 * Accepted for compatibility, with a warning: waiting has no timeout of its own. Give the other task a timeout_seconds.
 */
readonly timeout_seconds?: (Duration | null)
}
/**
 * What must be there when the agent says that it is done: without it the attempt has failed, whatever the agent says.
 */
export interface Expects {
/**
 * Files that must be there and not be empty. Relative to the folder in which the agent works; *, ** and ? are wildcards, as under cache, and one file that matches is enough.
 * 
 * @minItems 1
 * 
 * Items: Path of a file.
 */
readonly files?: readonly string[]
/**
 * true: something must have changed in the git repository in which the agent works, committed or not. Files that git ignores do not count, nor does the folder of the runs.
 */
readonly changes?: boolean
}
/**
 * A JSON Schema (2020-12) for the output: it must be JSON, alone or in one fenced block, and conform. What is wrong is handed back to the agent once, outside of its attempts; then the attempt has failed.
 */
export interface OutputSchema {
readonly [k: string]: unknown
}
/**
 * Files that the task depends on, too.
 */
export interface CacheFiles {
/**
 * Paths, in which * and ? stand for characters of a name and ** for any folders. Relative to the folder in which the agent works. A folder stands for all below it.
 * 
 * @minItems 1
 * 
 * Items: A path, or a pattern.
 */
readonly files: readonly string[]
}
/**
 * A playbook (SuperSpec agent/v1): one agent.
 */
export interface Playbook {
/**
 * Version of the form.
 */
readonly apiVersion: "agent/v1"
/**
 * Kind of document.
 */
readonly kind: "AgentSpec"
readonly metadata: PlaybookMetadata
readonly spec: PlaybookSpec
}
/**
 * About the agent; free but for these.
 */
export interface PlaybookMetadata {
/**
 * Name for people.
 */
readonly name?: string
/**
 * Identifier; agents are found by their file's name.
 */
readonly id?: string
/**
 * Version.
 */
readonly version?: (string | number)
/**
 * Field of work.
 */
readonly namespace?: string
/**
 * Tier it was written for; never a gate.
 */
readonly level?: ("oracles" | "genies" | "protocols" | "superagents" | "sovereigns")
/**
 * Maturity.
 */
readonly stage?: ("alpha" | "beta" | "stable")
/**
 * How it works.
 */
readonly agent_type?: ("Autonomous" | "Supervised" | "Interactive" | "Reactive" | "Deliberative" | "Hybrid")
/**
 * What it is for.
 */
readonly description?: string
/**
 * Words to find it by.
 * 
 * Items: One of them.
 */
readonly tags?: readonly string[]
readonly [k: string]: unknown
}
/**
 * What the agent is.
 */
export interface PlaybookSpec {
readonly adapter?: AdapterName
readonly run?: RunScript
readonly argv?: Argv
readonly shell?: Shell
readonly module?: ModulePath
readonly options?: ModuleOptions
readonly env?: Env
readonly secrets?: Secrets
readonly cwd?: WorkingDirectory
readonly model?: Model
readonly provider?: Provider
readonly base_url?: BaseUrl
readonly api_key_env?: ApiKeyEnv
readonly permissions?: Permissions
readonly allowed_tools?: AllowedTools
readonly max_turns?: MaxTurns
readonly args?: ExtraArguments
readonly language_model?: LanguageModel
/**
 * What the agent takes.
 */
readonly input_fields?: readonly Field[]
/**
 * What the agent gives.
 */
readonly output_fields?: readonly Field[]
readonly persona?: Persona
readonly instructions?: Instructions
/**
 * Tasks that this agent knows how to do.
 */
readonly tasks?: readonly PlaybookTask[]
/**
 * Steps of the agent upstream; shown, not run.
 */
readonly agentflow?: readonly AgentflowStep[]
readonly evaluation?: Evaluation
readonly feature_specifications?: FeatureSpecifications
readonly optimization?: Optimization
readonly memory?: Memory
readonly rag?: Rag
readonly tools?: Tools
readonly react_config?: ReactConfig
/**
 * Upstream key; free, shown, not run.
 */
readonly reasoning?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly constraints?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly target_framework?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly framework?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly dspy?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly rlm?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly mcp?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly observability?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly logfire?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly runtime?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly backend?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly datasets?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly dataset?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly output_mode?: {
readonly [k: string]: unknown
}
/**
 * Upstream key; free, shown, not run.
 */
readonly agent_capabilities?: {
readonly [k: string]: unknown
}
readonly limits?: AgentLimits
readonly budget?: Budget
readonly policy?: Policy
readonly fallback_agents?: FallbackAgents
readonly fallback_models?: FallbackModels
}
/**
 * Which model the agent was written for; decides the adapter where none is named.
 */
export interface LanguageModel {
/**
 * local, self-hosted or cloud.
 */
readonly location?: string
/**
 * Provider.
 */
readonly provider?: string
/**
 * Model.
 */
readonly model?: string
/**
 * chat, text or completion.
 */
readonly model_type?: string
/**
 * Temperature.
 */
readonly temperature?: number
/**
 * Longest answer in tokens.
 */
readonly max_tokens?: number
/**
 * Nucleus sampling.
 */
readonly top_p?: number
/**
 * Address of the API.
 */
readonly api_base?: string
/**
 * Name of the environment variable that holds the key.
 */
readonly api_key_env?: string
readonly [k: string]: unknown
}
/**
 * A named value that an agent takes or gives.
 */
export interface Field {
/**
 * Name.
 */
readonly name: string
/**
 * Type, in words.
 */
readonly type?: string
/**
 * What it holds.
 */
readonly description?: string
/**
 * Whether it must be given.
 */
readonly required?: boolean
readonly [k: string]: unknown
}
/**
 * Who the agent is.
 */
export interface Persona {
/**
 * Name.
 */
readonly name?: string
/**
 * Role.
 */
readonly role?: string
/**
 * What it is after.
 */
readonly goal?: string
/**
 * Where it comes from.
 */
readonly backstory?: string
/**
 * What it is employed for.
 */
readonly job_description?: string
/**
 * Whom it writes for.
 */
readonly audience?: string
/**
 * Traits.
 * 
 * Items: One of them.
 */
readonly traits?: readonly string[]
/**
 * What it knows well.
 * 
 * Items: One of them.
 */
readonly expertise_areas?: readonly string[]
/**
 * What it must not do.
 */
readonly constraints?: {
readonly [k: string]: unknown
}
/**
 * What it holds to.
 */
readonly ethical_guidelines?: {
readonly [k: string]: unknown
}
/**
 * How it writes: a map or a text.
 */
readonly communication_preferences?: {
readonly [k: string]: unknown
}
/**
 * Further instructions.
 */
readonly instructions?: string
/**
 * A system prompt of your own; the rest is added to it.
 */
readonly system_prompt?: string
readonly [k: string]: unknown
}
/**
 * A task that this agent knows how to do.
 */
export interface PlaybookTask {
/**
 * Name.
 */
readonly name: string
/**
 * What it is.
 */
readonly description?: string
/**
 * How to do it.
 */
readonly instruction?: string
/**
 * What it needs.
 */
readonly inputs?: readonly Field[]
/**
 * What it produces.
 */
readonly outputs?: readonly Field[]
/**
 * Form of the answer.
 */
readonly expected_output_format?: {
readonly [k: string]: unknown
}
/**
 * What the answer holds.
 */
readonly expected_output?: {
readonly [k: string]: unknown
}
/**
 * Free.
 */
readonly schema?: {
readonly [k: string]: unknown
}
/**
 * Free.
 */
readonly type?: {
readonly [k: string]: unknown
}
/**
 * Free.
 */
readonly agent?: {
readonly [k: string]: unknown
}
readonly [k: string]: unknown
}
/**
 * One step.
 */
export interface AgentflowStep {
readonly [k: string]: unknown
}
/**
 * Metrics upstream; shown, not run.
 */
export interface Evaluation {
readonly [k: string]: unknown
}
/**
 * Scenarios.
 */
export interface FeatureSpecifications {
readonly [k: string]: unknown
}
/**
 * Optimizer upstream; shown, not run.
 */
export interface Optimization {
readonly optimizer?: Optimizer
readonly [k: string]: unknown
}
/**
 * Optimizer.
 */
export interface Optimizer {
readonly [k: string]: unknown
}
/**
 * Memory upstream; shown, not run.
 */
export interface Memory {
readonly [k: string]: unknown
}
/**
 * Retrieval upstream; shown, not run.
 */
export interface Rag {
readonly [k: string]: unknown
}
/**
 * Tools upstream; shown, not run.
 */
export interface Tools {
readonly [k: string]: unknown
}
/**
 * Reasoning upstream; shown, not run.
 */
export interface ReactConfig {
readonly [k: string]: unknown
}
/**
 * The compiled, immutable plan of a run. plan.json in a run's folder is one.
 */
export interface Plan {
/**
 * Version of this form.
 */
readonly version: 1
readonly orchestra: OrchestraId
/**
 * Name for people.
 */
readonly name: string
/**
 * What it is for.
 */
readonly description: string
/**
 * The orchestra's file, relative to the project's root where it lies inside.
 */
readonly file: string
/**
 * Workspace folder, relative to the project's root, or absolute.
 */
readonly workspace: string
/**
 * Default goal of the orchestra.
 */
readonly goal?: string
readonly strategy: Strategy
/**
 * Most tasks at once.
 */
readonly max_parallel_tasks: number
readonly on_failure: OnFailure
/**
 * Longest time of the run, in seconds.
 */
readonly run_timeout_seconds: (number | null)
readonly retry: PlanRetry
/**
 * Limits of task groups.
 */
readonly groups: readonly PlanGroup[]
/**
 * Limits of delegation; null where the strategy has none.
 */
readonly delegation: (null | PlanDelegation)
/**
 * basic runs here. kubernetes is accepted and planned; running it needs a cluster backend.
 */
readonly orchestration_type: ("basic" | "kubernetes")
/**
 * Agents that the tasks use.
 */
readonly agents: readonly PlanAgent[]
/**
 * Tasks in file order.
 */
readonly tasks: readonly PlanTask[]
/**
 * Names in the order in which they can start.
 */
readonly order: readonly TaskName[]
/**
 * Names by distance from the start: a task's level is one more than the highest level among its needs.
 */
readonly levels: readonly (readonly TaskName[])[]
/**
 * A longest chain of needs.
 */
readonly longest_path: readonly TaskName[]
/**
 * Seconds between TERM and KILL; 10 when absent.
 */
readonly grace_seconds?: number
readonly limits?: PlanLimits
readonly budget?: PlanBudget
}
/**
 * How long to wait between attempts.
 */
export interface PlanRetry {
readonly strategy: RetryStrategy
/**
 * Seconds before the second attempt.
 */
readonly initial_delay_seconds: number
/**
 * Longest wait in seconds.
 */
readonly max_delay_seconds: number
/**
 * Share of the wait drawn at random.
 */
readonly jitter: number
}
/**
 * One group.
 */
export interface PlanGroup {
/**
 * Name.
 */
readonly name: string
/**
 * Most tasks of the group at once.
 */
readonly max_concurrency: (number | null)
}
/**
 * Limits of delegation.
 */
export interface PlanDelegation {
/**
 * How deep.
 */
readonly max_depth: number
/**
 * How many in all.
 */
readonly max_delegated_tasks: number
/**
 * Timeout of delegated tasks, in seconds.
 */
readonly timeout_seconds: (number | null)
/**
 * Attempts of delegated tasks.
 */
readonly max_attempts: number
readonly cache?: PlanCache
}
/**
 * That a recorded output may be taken, and the files that it depends on.
 */
export interface PlanCache {
/**
 * Paths and patterns, relative to the folder in which the agent works.
 */
readonly files: readonly string[]
/**
 * That no recorded output is taken. The one that is made is kept.
 */
readonly anew?: true
}
/**
 * An agent, resolved: all that an attempt needs to know.
 */
export interface PlanAgent {
readonly name: AgentName
/**
 * The code that drives the agent; null where none is usable: such a plan is shown, not run.
 */
readonly adapter: (AdapterName | null)
/**
 * Why this adapter.
 */
readonly why: string
/**
 * File that describes the agent.
 */
readonly file: string
/**
 * What it is for.
 */
readonly description: string
/**
 * What the agent is told about itself.
 */
readonly system_prompt: string
readonly run?: RunScript
readonly argv?: Argv
readonly shell: Shell
readonly module?: ModulePath
readonly options: ModuleOptions
readonly env: PlanEnv
readonly secrets: Secrets
readonly cwd: WorkingDirectory
readonly model?: Model
readonly provider?: Provider
readonly base_url?: BaseUrl
readonly api_key_env?: ApiKeyEnv
readonly permissions?: Permissions
readonly allowed_tools?: AllowedTools
readonly max_turns?: MaxTurns
readonly args?: ExtraArguments
readonly limits?: PlanAgentLimits
readonly budget?: PlanBudget
readonly price?: PlanPrice
readonly policy?: Policy
readonly fallback_agents?: FallbackAgents
/**
 * Models that take the place of its own, in this order.
 */
readonly fallback_models?: readonly PlanFallbackModel[]
}
/**
 * Environment: names to pass through and values to set.
 */
export interface PlanEnv {
/**
 * Names to pass through.
 */
readonly pass: readonly string[]
/**
 * Values to set.
 */
readonly set: {
readonly [k: string]: string
}
}
/**
 * What one attempt of this agent may use.
 */
export interface PlanAgentLimits {
/**
 * Most memory of all its processes together, in bytes.
 */
readonly memory_bytes?: number
/**
 * Most processor time, in processors.
 */
readonly cpus?: number
/**
 * Most bytes it may write to its outputs together.
 */
readonly output_bytes?: number
}
/**
 * What may be spent. What is not there is not limited.
 */
export interface PlanBudget {
/**
 * Most money, in US dollars.
 */
readonly max_cost_usd?: number
/**
 * Most tokens, read and written.
 */
readonly max_tokens?: number
/**
 * Most time, in seconds.
 */
readonly max_wall_seconds?: number
/**
 * Of a run: whether running attempts are ended when it is used up.
 */
readonly hard?: boolean
}
/**
 * What a model costs, in US dollars for a million tokens.
 */
export interface PlanPrice {
/**
 * Of what is read.
 */
readonly input: number
/**
 * Of what is written.
 */
readonly output: number
/**
 * Of what is read from a cache.
 */
readonly cached?: number
}
/**
 * A model and what it costs.
 */
export interface PlanFallbackModel {
readonly model: Model
readonly price?: PlanPrice
}
/**
 * A task of the plan.
 */
export interface PlanTask {
readonly name: TaskName
readonly agent: AgentName
readonly role: TaskRole
/**
 * Depth of delegation: 0 for tasks that are not delegated.
 */
readonly depth: number
/**
 * What to do, placeholders not yet replaced.
 */
readonly description: string
/**
 * All tasks that this one waits for.
 */
readonly needs: readonly Need[]
/**
 * Tasks whose outputs this one receives; each is among its needs.
 */
readonly context: readonly TaskName[]
readonly priority: Priority
/**
 * Longest time of one attempt, in seconds.
 */
readonly timeout_seconds: (number | null)
readonly expects?: Expects
readonly output_schema?: OutputSchema
/**
 * Longest silence of one attempt, in seconds.
 */
readonly stall_seconds: (number | null)
/**
 * Attempts, the first included.
 */
readonly max_attempts: number
/**
 * Task group that limits this task.
 */
readonly group: (string | null)
readonly budget?: PlanBudget
readonly cache?: PlanCache
}
/**
 * A task that another one waits for, and until when.
 */
export interface Need {
readonly task: TaskName
/**
 * success: that task must succeed. end: any end will do.
 */
readonly until: ("success" | "end")
}
/**
 * Limits of the run as a whole.
 */
export interface PlanLimits {
/**
 * Most bytes of the run's folder.
 */
readonly disk_bytes?: number
/**
 * Free space below which nothing new starts.
 */
readonly free_disk_bytes?: number
/**
 * Most bytes of recorded outputs in the workspace.
 */
readonly cache_bytes?: number
}
/**
 * A run began. Always the first event.
 */
export interface RunStarted {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "run.started"
readonly orchestra: OrchestraId
/**
 * SHA-256 of plan.json, hexadecimal.
 */
readonly plan_sha256: string
/**
 * The goal, as given.
 */
readonly goal: string
/**
 * Whether every agent was replaced by a rehearsal.
 */
readonly rehearsal: boolean
/**
 * Version of super.
 */
readonly super: string
/**
 * Tasks named by --only, where given.
 */
readonly only?: readonly TaskName[]
readonly continues?: RunId
readonly options?: RunOptions
readonly budget?: PlanBudget
readonly replays?: RunId
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
}
/**
 * What the command line said over the orchestra's file.
 */
export interface RunOptions {
readonly strategy?: Strategy
/**
 * Most tasks at once.
 */
readonly max_parallel_tasks?: number
/**
 * Timeout of tasks that have none of their own, in seconds.
 */
readonly task_timeout_seconds?: number
readonly on_failure?: OnFailure
readonly adapter?: AdapterName
/**
 * Folder of the runs, as given.
 */
readonly workspace?: string
readonly budget?: PlanBudget
/**
 * all: every task may take a recorded output. none: no task does.
 */
readonly cache?: ("all" | "none")
}
/**
 * A run goes on in a new process; tasks that were running are pending again.
 */
export interface RunResumed {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "run.resumed"
/**
 * Version of super.
 */
readonly super?: string
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
/**
 * Tasks that had ended and are to be done again; with them what ended because of them.
 */
readonly again?: readonly TaskName[]
readonly budget?: PlanBudget
}
/**
 * Nothing new starts from here.
 */
export interface RunPaused {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "run.paused"
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
/**
 * Whether the running agents are held too, by SIGSTOP.
 */
readonly frozen?: boolean
}
/**
 * Tasks start again.
 */
export interface RunUnpaused {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "run.unpaused"
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
}
/**
 * A run ended. Nothing follows but run.resumed.
 */
export interface RunFinished {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "run.finished"
readonly outcome: Outcome
readonly because?: FinishCause
/**
 * More about it.
 */
readonly message?: string
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
}
/**
 * An attempt is about to start; on disk before the process exists.
 */
export interface TaskStarted {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "task.started"
readonly task: TaskName
/**
 * Number of the attempt, from 1.
 */
readonly attempt: number
readonly agent: AgentName
readonly adapter: AdapterName
/**
 * Process group of the agent.
 */
readonly pid?: number
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
}
/**
 * An agent reported something.
 */
export interface TaskProgressed {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "task.progressed"
readonly task: TaskName
readonly kind: ProgressKind
/**
 * What it said.
 */
readonly text: string
/**
 * How far it says it is.
 */
readonly percent?: number
readonly usage_so_far?: Usage
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
}
/**
 * Tokens and money that an attempt reported.
 */
export interface Usage {
/**
 * Tokens read.
 */
readonly input_tokens: number
/**
 * Tokens written.
 */
readonly output_tokens: number
/**
 * Tokens read from the provider's cache; part of input_tokens.
 */
readonly cached_tokens?: number
/**
 * Money in US dollars, where the agent reports it or the price of its model is known.
 */
readonly cost_usd?: number
/**
 * Whether the money, or some of it, was computed from a table of prices.
 */
readonly estimated?: boolean
}
/**
 * An attempt failed and another one follows.
 */
export interface TaskRetryScheduled {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "task.retry-scheduled"
readonly task: TaskName
/**
 * Number of the attempt that failed.
 */
readonly attempt: number
readonly reason: FailureReason
/**
 * UTC time before which the next attempt does not start.
 */
readonly at: string
/**
 * What happened.
 */
readonly message?: string
/**
 * Exit code of the agent.
 */
readonly exit_code?: number
/**
 * What the agent is told about its failed answer.
 */
readonly feedback?: string
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
readonly usage?: Usage
}
/**
 * A task succeeded.
 */
export interface TaskSucceeded {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "task.succeeded"
readonly task: TaskName
/**
 * Number of the attempt, from 1.
 */
readonly attempt: number
readonly output: Output
/**
 * Duration of the attempt in milliseconds.
 */
readonly duration_ms: number
readonly usage?: Usage
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
}
/**
 * A task's recorded output: the file, relative to the run's folder, its size in bytes and its SHA-256 in hexadecimal.
 */
export interface Output {
/**
 * Path relative to the run's folder.
 */
readonly path: string
/**
 * Size in bytes.
 */
readonly bytes: number
/**
 * SHA-256 of the file, hexadecimal.
 */
readonly sha256: string
}
/**
 * A task failed for good.
 */
export interface TaskFailed {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "task.failed"
readonly task: TaskName
/**
 * Number of the attempt, from 1; 0 where none was made because the budget of the task or its agent was used up.
 */
readonly attempt: number
readonly reason: FailureReason
/**
 * What happened.
 */
readonly message: string
/**
 * Exit code of the agent.
 */
readonly exit_code?: number
/**
 * Duration of the attempt in milliseconds.
 */
readonly duration_ms?: number
readonly usage?: Usage
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
}
/**
 * A task will not run.
 */
export interface TaskSkipped {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "task.skipped"
readonly task: TaskName
/**
 * Why, naming the task that caused it.
 */
readonly because: string
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
}
/**
 * A task was ended, or never begun, because the run was stopped.
 */
export interface TaskCancelled {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "task.cancelled"
readonly task: TaskName
/**
 * Number of the attempt, from 1.
 */
readonly attempt?: number
/**
 * Why.
 */
readonly because: string
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
/**
 * Whether a person cancelled this task alone; absent when the whole run was stopped.
 */
readonly requested?: boolean
readonly usage?: Usage
}
/**
 * A recorded output was taken instead of an attempt.
 */
export interface TaskReused {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "task.reused"
readonly task: TaskName
readonly output: Output
readonly from_run?: RunId
/**
 * Digest of all that the output depends on, where it was found by that.
 */
readonly key?: string
/**
 * What is the same as when the output was made, in words.
 */
readonly because?: readonly string[]
readonly saved?: Saved
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
}
/**
 * What the output took when it was made.
 */
export interface Saved {
/**
 * Duration of the attempt in milliseconds.
 */
readonly duration_ms: number
readonly usage?: Usage
}
/**
 * An agent delegated tasks; they are part of the plan from here.
 */
export interface PlanExtended {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "plan.extended"
readonly by: TaskName
/**
 * The new tasks.
 * 
 * @minItems 1
 */
readonly tasks: readonly PlanTask[]
readonly usage_so_far?: Usage
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
}
/**
 * A known fault of an agent was worked around for the next attempt.
 */
export interface RecoveryApplied {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "recovery.applied"
readonly task: TaskName
/**
 * Number of the attempt, from 1.
 */
readonly attempt: number
/**
 * Name of the rule.
 */
readonly rule: string
/**
 * What is changed.
 */
readonly action: string
/**
 * Arguments that the next attempts get besides.
 */
readonly arguments?: readonly string[]
/**
 * Model of the next attempts.
 */
readonly model?: string
readonly agent?: AgentName
/**
 * UTC time before which the next attempt does not start.
 */
readonly until?: string
readonly usage_so_far?: Usage
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
}
/**
 * The budget of the run is used up; nothing new starts.
 */
export interface BudgetExceeded {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "budget.exceeded"
/**
 * Which budget.
 */
readonly budget: string
/**
 * The limit.
 */
readonly limit: number
/**
 * What was used.
 */
readonly used: number
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
/**
 * What the next attempt was expected to take, where that was more than was left.
 */
readonly needed?: number
}
/**
 * The number of tasks that may run at once was lowered, because the machine is overloaded, or raised again.
 */
export interface ParallelismChanged {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "parallelism.changed"
/**
 * Most tasks at once from now on; 0: nothing new starts.
 */
readonly max_parallel_tasks: number
/**
 * What is short, in a sentence.
 */
readonly because: string
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
}
/**
 * No recorded output could be taken for a task that may reuse one: it is done.
 */
export interface ReuseMissed {
/**
 * Version of the event form.
 */
readonly v: 1
/**
 * Position in the journal, from 1, without gaps.
 */
readonly seq: number
/**
 * UTC time with milliseconds.
 */
readonly ts: string
readonly run: RunId
/**
 * Which event this is.
 */
readonly type: "reuse.missed"
readonly task: TaskName
/**
 * Digest of all that the output depends on; the output is kept under it. Absent where that could not be told.
 */
readonly key?: string
/**
 * What has changed since the output that was kept last, in words; that there is none, where there is none.
 */
readonly because: readonly string[]
/**
 * CRC-32 of the line before this member, in hexadecimal: tells a damaged line. Always the last member.
 */
readonly crc?: string
}
/**
 * Defaults of a person, $XDG_CONFIG_HOME/super/config.yaml. An orchestra that says otherwise wins, and so do the project's defaults.
 */
export interface Config {
readonly adapter?: AdapterName
/**
 * Most tasks at once.
 */
readonly max_parallel_tasks?: number
readonly task_timeout_seconds?: Duration
readonly run_timeout_seconds?: Duration
readonly grace_seconds?: GraceSeconds
readonly on_failure?: OnFailure
readonly limits?: Limits
readonly env?: Env
readonly budget?: RunBudget
readonly prices?: Prices
}
/**
 * What models cost, for agents that report tokens and no money: the name of a model, in which * stands for any characters, and its price. Of several names that fit, the longest counts.
 */
export interface Prices {
readonly [k: string]: ModelPrice
}
/**
 * US dollars for a million tokens.
 */
export interface ModelPrice {
/**
 * Of what is read.
 */
readonly input: number
/**
 * Of what is written.
 */
readonly output: number
/**
 * Of what is read from the provider's cache; the price of input where it is not said.
 */
readonly cached?: number
}
/**
 * The file .super at the root of a project.
 */
export interface ProjectFile {
/**
 * Name of the project.
 */
readonly project?: string
/**
 * Version of the project.
 */
readonly version?: (string | number)
/**
 * What the project is for.
 */
readonly description?: (string | null)
readonly defaults?: ProjectDefaults
}
