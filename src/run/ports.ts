// Every door of the runner: what it needs from the world, declared here and implemented by the edge rooms.
import type {
  AgentName,
  FailureReason,
  Output,
  PlanAgent,
  PlanTask,
  ProgressKind,
  RunEvent,
  RunId,
  Saved,
  TaskName,
  Usage,
} from '../schema/types.gen.ts';

/** An event before the journal has given it its place: everything but v, seq, ts and run. */
export type EventBody = RunEvent extends infer E
  ? E extends RunEvent
    ? Omit<E, 'v' | 'seq' | 'ts' | 'run'>
    : never
  : never;

/** Time. Tests crank it by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after this many milliseconds unless the returned function is called before. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** Randomness. */
export interface Random {
  /** A number from 0 to below 1. */
  next(): number;
}

/** The append-only record of a run. */
export interface Journal {
  /** Gives the event its place and buffers it. Throws StorageFailure when an earlier write failed. */
  append(body: EventBody): RunEvent;
  /** Writes everything appended so far: it survives the end of this process. It reaches the disk soon. Throws StorageFailure. */
  write(): void;
  /** Resolves once everything appended so far is on disk. Rejects with StorageFailure. */
  sync(): Promise<void>;
  /** The last event that is known to be on disk, by its seq; 0 before the first. */
  readonly durable: number;
}

/** What a machine is short of. */
export interface Shortage {
  /** Without room on the disk nothing starts; without memory or with too much load, less does. */
  readonly type: 'disk' | 'memory' | 'load';
  /** With figures. */
  readonly message: string;
}

/** How the machine is on which attempts execute. */
export interface Machine {
  /** What is short, the worst first; undefined while all is well. Cheap enough to be asked before every start. */
  look(): Shortage | undefined;
}

/** Where attempts execute. */
export interface Backend {
  /** Starts an attempt. Never throws: what goes wrong is how the attempt ends. */
  start(order: AttemptOrder): Attempt;
}

/** All that an attempt needs to know. */
export interface AttemptOrder {
  readonly run: RunId;
  readonly goal: string;
  readonly task: PlanTask;
  readonly agent: PlanAgent;
  /** From 1. */
  readonly attempt: number;
  /** Outputs that the task receives, in the order of its context. */
  readonly context: readonly ContextItem[];
  /** What was wrong with the answer of the attempt before, for the agent to read. */
  readonly feedback?: string;
  /** What the task may delegate, where it may. */
  readonly delegation?: DelegationOffer;
  /** Resolves when the agent may start: everything it builds upon is on disk. Files may be prepared before. */
  readonly durable: Promise<void> | undefined;
  /** Called whenever the agent reports something. */
  report(progress: Progress): void;
  /** Called whenever the agent tells what it has used, with all that this attempt has used so far. */
  spend?(usage: Usage): void;
}

export interface ContextItem {
  readonly task: TaskName;
  readonly output: Output;
}

/** Outputs that were recorded before, in this run or another one of its workspace. */
export interface Reuse {
  /** Looks whether one stands for what this task would make, and brings it into the run. What goes wrong is told as a miss. */
  look(order: LookOrder): Promise<Found | Missed>;
  /** Keeps an output under its key, unless something that it depends on has changed since; says why it was not kept, if so. */
  keep(order: LookOrder, made: Made): Promise<string | undefined>;
  /** Resolves when nothing more is read or written. What is under way may be cut short. */
  close(): Promise<void>;
}

/** A task whose needs are met and that has not been started. */
export interface LookOrder extends Pick<AttemptOrder, 'run' | 'goal' | 'task' | 'agent' | 'context' | 'delegation'> {
  /** Why what was recorded is not to be taken, in words. */
  readonly anew?: string;
}

export interface Found {
  readonly type: 'found';
  readonly key: string;
  /** The run in which it was made. */
  readonly run: RunId;
  readonly output: Output;
  readonly saved: Saved;
  /** What is the same as then, in words. */
  readonly because: readonly string[];
}

export interface Missed {
  readonly type: 'missed';
  /** Absent where what the output depends on could not be told. */
  readonly key?: string;
  /** What has changed since the latest that was recorded, in words. */
  readonly because: readonly string[];
}

/** An output that was just made. */
export interface Made {
  readonly key: string;
  readonly output: Output;
  readonly saved: Saved;
}

/** Told to an agent that may delegate. */
export interface DelegationOffer {
  readonly agents: readonly { readonly name: AgentName; readonly description: string }[];
  /** Tasks whose outputs a delegated task may ask for. */
  readonly tasks: readonly TaskName[];
  /** How many more tasks may be delegated in this run. */
  readonly most: number;
}

/** Something that an agent said while it worked. */
export interface Progress {
  readonly kind: ProgressKind;
  readonly text: string;
  readonly percent?: number;
}

/** Why an attempt is ended from outside. */
export type StopCause = 'timeout' | 'stalled' | 'resource-limit' | 'budget' | 'cancelled';

/** An attempt under way. */
export interface Attempt {
  /** Resolves when nothing of the attempt runs any more and its files are complete. Never rejects for anything but a defect or StorageFailure. */
  readonly ended: Promise<AttemptEnd>;
  /** When that was, in milliseconds since 1970, where it was not just now: what is tried again waits from then on. */
  endedAt?(): number;
  /**
   * Ends it: politely first, after the grace period by force. May be called again with `now` to skip the rest of the grace. Of a
   * resource-limit and a budget the message says what was used and what the limit is.
   */
  stop(cause: StopCause, now?: boolean, message?: string): void;
  /** Holds all its processes, or lets them go on. A stop lets them go on first, so that they can end. */
  freeze(frozen: boolean): void;
}

export type AttemptEnd = AttemptSucceeded | AttemptFailed | AttemptCancelled;

/** The agent did its work and its output is recorded. */
export interface AttemptSucceeded {
  readonly type: 'succeeded';
  readonly output: Output;
  /** The output's text where it is short enough (16 MiB) to be read for a delegation, else undefined. */
  readonly text?: string;
  /** What is wrong with the output, measured by the task's output_schema; absent where it conforms, or there is none. */
  readonly faults?: readonly string[];
  readonly usage?: Usage;
}

/** The agent did not do its work. */
export interface AttemptFailed {
  readonly type: 'failed';
  readonly reason: FailureReason;
  readonly message: string;
  readonly exit_code?: number;
  readonly usage?: Usage;
  readonly signs?: FailureSigns;
  /** Another attempt would end the same way: there is none. */
  readonly final?: true;
}

/**
 * By what the cause of a failure is known: told by an agent's CLI or its API themselves. What an agent read, wrote, said or ran is
 * never among them.
 */
export interface FailureSigns {
  readonly exitCode?: number;
  /** HTTP status of the API. */
  readonly status?: number;
  /** The kind of the error, in the word of the CLI or the API. */
  readonly code?: string;
  /** The words of the error. */
  readonly message?: string;
  /** The last words on the standard error of a CLI that had not begun to work: later on others write there, too. */
  readonly stderr?: string;
  /** How long it asks to wait before it is asked again. */
  readonly retryAfterMs?: number;
  /** Tools that were not allowed. */
  readonly denied?: readonly string[];
  /** Whether one of them wanted a path outside of the folders that it may use. */
  readonly outside?: boolean;
}

/** The attempt was ended because the run is being stopped. */
interface AttemptCancelled {
  readonly type: 'cancelled';
  readonly usage?: Usage;
}

/** Drives one kind of agent. The table of adapters has one for each AdapterName. */
export interface AgentAdapter {
  /** What keeps this agent from running here, in a sentence, or undefined. Asked once for each agent before the first task starts. */
  check(agent: PlanAgent): Promise<string | undefined>;
  /** How long its agents may be silent where the task does not say it; absent: for ever. */
  readonly stallSeconds?: number;
  start(call: AgentCall): AgentProcess;
}

/** What an adapter is given for one attempt. All paths are absolute. */
export interface AgentCall {
  readonly run: RunId;
  readonly goal: string;
  readonly task: PlanTask;
  readonly agent: PlanAgent;
  readonly attempt: number;
  readonly files: AttemptFiles;
  /** Folder in which the agent works. */
  readonly cwd: string;
  /** SUPER_* and what the agent's `env:` and `secrets:` give; the base environment is the process room's. */
  readonly env: Readonly<Record<string, string>>;
  /** The task's description with its placeholders replaced. */
  readonly description: string;
  /** The prompt: what stands in files.prompt. */
  readonly prompt: string;
  /** Between TERM and KILL, in milliseconds; what is usual unless given. */
  readonly graceMs?: number;
  report(progress: Progress): void;
  /** Takes all that this attempt has used so far. What an end tells counts in its place. */
  spend?(usage: Usage): void;
}

/** The files of one attempt, absolute paths. */
export interface AttemptFiles {
  /** The attempt's own folder. */
  readonly folder: string;
  /** The prompt; undefined when it is empty and no file was written. */
  readonly prompt: string | undefined;
  /** One read-only file for each context task. */
  readonly context: string;
  /** Where the agent's standard output and error are kept. */
  readonly stdout: string;
  readonly stderr: string;
  /** Where an adapter keeps what its agent told, as it was told, one JSON value a line. */
  readonly transcript: string;
  /** An agent that writes this file gives its output there. */
  readonly output: string;
  /** Where an adapter leaves what its agent answered, which is the output of one that writes none. */
  readonly answer: string;
}

/** What stands ready before an attempt starts. */
export interface PreparedAttempt {
  readonly files: AttemptFiles;
  /** The task's description with its placeholders replaced. */
  readonly description: string;
  readonly prompt: string;
}

/** An agent at work. */
export interface AgentProcess {
  /** Resolves when nothing of the agent runs any more. */
  readonly ended: Promise<AgentEnd>;
  /** Ends it: politely, or by force. */
  stop(force: boolean): void;
  /** Holds all its processes, or lets them go on; absent where there are none. */
  freeze?(frozen: boolean): void;
  /** For how many milliseconds they have been held in all, also where they were only slowed down; absent where there are none. */
  held?(): number;
}

/** How an agent ended, before its output is looked at. */
export type AgentEnd =
  /**
   * It did its work. `noOutputFails`: whether an empty output is a failure, as it is for models. `signs` tell why, should something be
   * missing all the same.
   */
  | { readonly type: 'done'; readonly noOutputFails: boolean; readonly usage?: Usage; readonly signs?: FailureSigns }
  | {
      readonly type: 'failed';
      readonly reason: FailureReason;
      readonly message: string;
      readonly exit_code?: number;
      readonly usage?: Usage;
      readonly signs?: FailureSigns;
      readonly final?: true;
    };

/** The disk refuses to take what must be kept: the run ends with exit code 10 and can be resumed. */
export class StorageFailure extends Error {
  override readonly name = 'StorageFailure';
}

const storageCodes: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EFBIG'];

/** Whether an error says that the disk refuses, rather than that one file is not what it should be. */
export function isStorageFault(error: unknown): error is Error {
  return (
    error instanceof Error &&
    (error.name === 'StorageFailure' || ('code' in error && storageCodes.includes(error.code)))
  );
}

/** Whether an error comes from the operating system, as opposed to a mistake of this program. */
export function isSystemFault(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
