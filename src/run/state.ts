// What is known of a run: the fold of its journal over its plan. Only fold.ts writes it.
//
// Sets and counts that deciding needs (ready, running, unmet needs) are kept here and moved one step per event:
// nothing is searched or copied, so a run of 100,000 tasks folds in linear time.
import type { Heap } from '../plan/heap.ts';
import type {
  AgentName,
  BudgetExceeded,
  FailureReason,
  FinishCause,
  Outcome,
  Output,
  Plan,
  PlanAgent,
  PlanBudget,
  PlanTask,
  ProgressKind,
  RunId,
  Saved,
  TaskName,
  Usage,
} from '../schema/types.gen.ts';

export type TaskStatus = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'cancelled' | 'reused';

/** Tokens, US dollars, and milliseconds. */
export interface Spent {
  tokens: number;
  cost: number;
  wall: number;
}

/** The accounts of a run. */
export interface Spending {
  /** Whether a task or an agent has a budget of its own. */
  readonly own: boolean;
  /** What all attempts of each agent took together, and the dearest one of them. */
  readonly agents: ReadonlyMap<AgentName, { readonly agent: PlanAgent; readonly spent: Spent; readonly most: Spent }>;
  /** Agents that told tokens of which nobody knows what they cost. */
  readonly unpriced: Set<AgentName>;
  /** Milliseconds for which the run was under way, but for those since `since`, which is undefined while its clock stands. */
  ran: number;
  since?: number;
  /** The same of the time in which its agents were held. */
  held: number;
  heldSince?: number;
  /** When the latest event happened, in milliseconds since 1970. */
  seenAt: number;
}

/** An agent and, where it is not its own, the model that it works with. */
export interface Launch {
  readonly agent: AgentName;
  readonly model?: string;
}

/** How a task is launched otherwise than planned, after failures whose cause is known. */
interface TaskRecovery {
  /** What was done, in order: the rule, and what it did. */
  readonly applied: { readonly rule: string; readonly action: string }[];
  /** All that it was and is launched with, as planned first; the last one counts. */
  readonly launches: Launch[];
  /** Arguments besides those of the agent. */
  readonly arguments: string[];
  /** Whether the latest thing that was done was to wait. */
  waited: boolean;
  /** Whether the retry that the latest one calls for is not recorded yet. */
  due: boolean;
}

export interface TaskState {
  /** As planned; a synthesis gains needs when tasks are delegated. */
  task: PlanTask;
  /** Position in file order; added tasks come after. */
  index: number;
  status: TaskStatus;
  /** Number of the latest attempt, 0 before the first. */
  attempt: number;
  /** Failed attempts that count towards max_attempts. */
  failures: number;
  /** How often a faulty delegation was handed back. */
  repairs: number;
  /** The agent of the latest attempt, where it is not the task's own. */
  worker?: AgentName;
  recovery?: TaskRecovery;
  /** Needs that have not ended yet. A task that can no longer run waits for them too, so that it holds its place in the order. */
  unmet: number;
  /** The first need that ended so that this task can no longer run. */
  blame?: TaskState;
  /** Longest chain of tasks that waits for this one, itself included. */
  remaining: number;
  /** Milliseconds since 1970 of the latest start and of the end. */
  startedAt?: number;
  endedAt?: number;
  /** Sequence number of the event that ended it. */
  endedSeq?: number;
  /** Sum of the durations of all attempts whose end was recorded, in milliseconds. */
  busy: number;
  output?: Output;
  reason?: FailureReason;
  /** Why it failed, was skipped or cancelled. */
  message?: string;
  exitCode?: number;
  /** What the next attempt is told about the one before. */
  feedback?: string;
  /** Time before which the next attempt does not start, in milliseconds since 1970. */
  notBefore?: number;
  /** How long that was to wait, in milliseconds. */
  retryDelay?: number;
  /** Whether a person cancelled it alone. */
  requested?: boolean;
  /** Latest report of the agent. */
  lastReport?: string;
  /** What people should know when the run is over: findings of all attempts, and blockers that hold, the first few of each kind. */
  notices?: { readonly kind: ProgressKind; readonly text: string; readonly attempt: number }[];
  /** How many there were. */
  noticed?: number;
  /** What all its attempts took together, and the dearest one; where something is known of it. */
  spent?: Spent;
  most?: Spent;
  /** What its running attempt has used so far, as far as that is recorded. */
  told?: Usage;
  /** For how long the agents of the run had been held when its latest attempt began. */
  heldBefore?: number;
  /** That no recorded output could be taken since its needs were met. */
  looked?: boolean;
  /** What its output is kept under, where it may be taken again. */
  key?: string;
  /** That a person wants it done again: what was recorded is not what they want. */
  anew?: boolean;
  /** What the attempt took whose output was taken. */
  saved?: Saved;
}

export interface RunState {
  readonly plan: Plan;
  status: 'new' | 'running' | 'paused' | 'finished';
  outcome?: Outcome;
  because?: FinishCause;
  readonly tasks: Map<TaskName, TaskState>;
  /** In file order. */
  inOrder: TaskState[];
  readonly dependents: Map<TaskName, TaskState[]>;
  /** Ready tasks by group; null holds those without one. May hold tasks that are ready no more: see isReady. */
  readonly ready: Map<string | null, Heap<TaskState>>;
  /** Pending tasks that wait for a retry's time. */
  readonly retrying: Set<TaskState>;
  readonly running: Set<TaskState>;
  readonly runningInGroup: Map<string, number>;
  /** Pending tasks whose needs have all ended, and that cannot run: they are to be skipped. */
  readonly doomed: Set<TaskState>;
  /** Pending tasks whose needs are met, and for which a recorded output is to be looked for before they are ready. */
  readonly unlooked: Set<TaskState>;
  /** Number of tasks by status. */
  readonly counts: Record<TaskStatus, number>;
  /** Most tasks at once while the machine is overloaded; undefined: as planned. */
  parallel?: number;
  /** Whether the running agents are held, too, while the run is paused. */
  frozen: boolean;
  /** Attempt numbers of tasks that left the run: a task of that name goes on counting. */
  readonly formerAttempts: Map<TaskName, number>;
  /** The first task that failed, in order of events. */
  firstFailed?: TaskState;
  /** Who delegated each delegated task. */
  readonly delegatedBy: Map<TaskName, TaskName>;
  /** The run whose recorded agents it replays. */
  replays?: RunId;
  startedAt?: number;
  finishedAt?: number;
  usage?: Usage;
  readonly spending: Spending;
  /** What the run may spend: as planned, with what resumes said over it. */
  budget: PlanBudget;
  /** That its budget is used up: nothing new starts. */
  exceeded?: BudgetExceeded;
  /** Whether tasks came to no good end since then. */
  curtailed?: boolean;
  /** Sequence number of the latest event. */
  seq: number;
}
