// Attempts on this machine: files are prepared, the agent's adapter does the work, the output is gathered.
import { resolve } from 'node:path';
import { amount } from '../run/amounts.ts';
import {
  type AgentAdapter,
  type AgentCall,
  type AgentEnd,
  type AgentProcess,
  type Attempt,
  type AttemptEnd,
  type AttemptFiles,
  type AttemptOrder,
  type Backend,
  type Clock,
  isStorageFault,
  isSystemFault,
  type PreparedAttempt,
  type StopCause,
  StorageFailure,
} from '../run/ports.ts';
import type { AdapterName, Output, OutputSchema, PlanAgent, PlanTask, TaskName, Usage } from '../schema/types.gen.ts';
import type { Evidence, Outset } from './evidence.ts';
import { outputFaults } from './output-schema.ts';
import { type LogWatch, outputExcess, supervise } from './supervision.ts';

/** Keeps what attempts read and write. */
interface AttemptStore {
  /** Makes the attempt's folder with its prompt and its context. */
  prepare(order: AttemptOrder): Promise<PreparedAttempt>;
  /** Keeps secrets out of what the agent left. Called when nothing of it runs any more, however it ended. */
  seal(files: AttemptFiles): Promise<void>;
  /** Records the output; with its text when it has at most `readLimit` bytes. */
  gather(
    task: TaskName,
    files: AttemptFiles,
    readLimit: number,
  ): Promise<{ readonly output: Output; readonly text?: string }>;
  /** Records why there is no output. */
  recordFailure(task: TaskName, files: AttemptFiles | undefined, message: string): void;
}

export interface LocalBackendOptions {
  readonly root: string;
  readonly store: AttemptStore;
  readonly adapters: Readonly<Record<AdapterName, AgentAdapter>>;
  readonly clock: Clock;
  readonly runFolder: string;
  readonly intermediate: string;
  /** The caller's environment, of which agents get what they name. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Between TERM and KILL, in milliseconds; what is usual unless given. */
  readonly graceMs?: number;
  /** Looks for what tasks expect of their agents. */
  readonly evidence: Evidence;
  /** `hold` holds who writes the logs, or lets it go on. */
  watch(task: TaskName, files: AttemptFiles, hold: (held: boolean) => void): LogWatch;
}

/** Largest answer that is read, for a delegation or to be measured by a schema, in bytes. */
const readLimit = 16_777_216;

/** That an attempt was told to end, and why. */
interface Stop {
  readonly cause: StopCause;
  readonly now: boolean;
  readonly message?: string | undefined;
}

/** The backend that runs attempts on this machine. */
export function localBackend(options: LocalBackendOptions): Backend {
  return {
    start(order) {
      const stops: Stop[] = [];
      let process: AgentProcess | undefined;
      // Two may want it held, and it goes on when both let go: a person, and the watch that cuts a flooded log.
      const held = { paused: false, flooding: false };
      const isHeld = () => held.paused || held.flooding;
      const hold = (change: Partial<typeof held>) => {
        Object.assign(held, change);
        process?.freeze?.(isHeld());
      };
      const freeze = (frozen: boolean) => hold({ paused: frozen });
      const onFlood = (flooding: boolean) => hold({ flooding: flooding && stops.length === 0 });
      const stop = (cause: StopCause, now = false, message?: string) => {
        stops.push({ cause, now, message });
        if (isHeld()) hold({ paused: false, flooding: false }); // what is held hears nothing
        process?.stop(now);
      };
      const ended = attempt(options, order, stops, stop, onFlood, (started) => {
        process = started;
        if (stops.length > 0) started.stop(stops.some(({ now }) => now));
        else if (isHeld()) started.freeze?.(true);
      }).catch((error: unknown) => afterFault(options, order, error));
      return { ended, stop, freeze } satisfies Attempt;
    },
  };
}

async function attempt(
  options: LocalBackendOptions,
  order: AttemptOrder,
  stops: readonly Stop[],
  stop: (cause: StopCause, now?: boolean, message?: string) => void,
  onFlood: (flooding: boolean) => void,
  began: (process: AgentProcess) => void,
): Promise<AttemptEnd> {
  const { store } = options;
  const prepared = await store.prepare(order);
  const { files } = prepared;
  await order.durable;
  if (stops[0] !== undefined) return afterStop(options, order, files, stops[0]);
  const outset = await outsetOf(options, order);
  if (outset?.type === 'hopeless') {
    noteFailure(options, order, files, outset.why);
    return { type: 'failed', reason: 'adapter', message: outset.why };
  }
  if (stops[0] !== undefined) return afterStop(options, order, files, stops[0]);
  const logs = options.watch(order.task.name, files, onFlood);
  const adapter = options.adapters[order.agent.adapter ?? 'rehearsal'];
  let process: AgentProcess | undefined;
  const supervised = {
    files,
    logs,
    stallSeconds: order.task.stall_seconds ?? adapter.stallSeconds ?? null,
    outputBytes: order.agent.limits?.output_bytes,
    held: () => process?.held?.() ?? 0,
  };
  const forget = supervise(options.clock, supervised, (cause, message) => stop(cause, false, message));
  let end: AgentEnd;
  let excess: string | undefined;
  try {
    process = adapter.start(callOf(options, order, prepared));
    began(process);
    end = await process.ended;
    excess = outputExcess(supervised);
  } finally {
    forget();
    // What was written before the excess was seen is not kept: the limit is one of what stays, too.
    const together = excess === undefined ? undefined : supervised.outputBytes;
    await store.seal(files).finally(() => logs.close(together));
  }
  if (excess !== undefined && stops.length === 0) stop('resource-limit', false, excess);
  // Exit code 0 after a stop says nothing: agents that are told to end do so politely.
  if (stops[0] !== undefined) return afterStop(options, order, files, stops[0], end.usage);
  if (end.type === 'failed') {
    noteFailure(options, order, files, end.message);
    return { ...end, message: shortened(end.message) };
  }
  const lacking = await outset?.lacks();
  if (lacking !== undefined) return withoutEvidence(options, order, files, lacking, end);
  const schema = order.agent.adapter === 'rehearsal' ? undefined : order.task.output_schema;
  const { output, text } = await store.gather(
    order.task.name,
    files,
    order.delegation === undefined && schema === undefined ? 0 : readLimit,
  );
  const { usage } = end;
  if (end.noOutputFails && output.bytes === 0) {
    return withoutEvidence(options, order, files, 'the agent ended without an output', end);
  }
  const faults = schema === undefined ? undefined : faultsOf(schema, text);
  return {
    type: 'succeeded',
    output,
    ...(text !== undefined && { text }),
    ...(faults !== undefined && { faults }),
    ...(usage !== undefined && { usage }),
  };
}

function faultsOf(schema: OutputSchema, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return [`the answer is longer than ${amount(readLimit)}`];
  return outputFaults(schema, text);
}

/** What is looked at before the agent starts; undefined where nothing is expected. A rehearsal makes nothing. */
async function outsetOf(options: LocalBackendOptions, { task, agent }: AttemptOrder): Promise<Outset | undefined> {
  if (task.expects === undefined || agent.adapter === 'rehearsal') return undefined;
  return options.evidence.begin(task, resolve(options.root, agent.cwd));
}

/** An agent that says it is done, and did not leave what it should have. */
function withoutEvidence(
  options: LocalBackendOptions,
  order: AttemptOrder,
  files: AttemptFiles,
  message: string,
  { usage, signs }: AgentEnd,
): AttemptEnd {
  noteFailure(options, order, files, message);
  const more = { ...(usage !== undefined && { usage }), ...(signs !== undefined && { signs }) };
  return { type: 'failed', reason: 'no-output', message, ...more };
}

/** How an attempt ended that was ended by us. */
function afterStop(
  options: LocalBackendOptions,
  order: AttemptOrder,
  files: AttemptFiles,
  stop: Stop,
  usage?: Usage,
): AttemptEnd {
  const { cause } = stop;
  if (cause === 'cancelled') {
    noteFailure(options, order, files, 'cancelled');
    return { type: 'cancelled', ...(usage !== undefined && { usage }) };
  }
  const message = stop.message ?? whyStopped(order.task, cause);
  noteFailure(options, order, files, message);
  return { type: 'failed', reason: cause, message, ...(usage !== undefined && { usage }) };
}

function whyStopped(task: PlanTask, cause: Exclude<StopCause, 'cancelled'>): string {
  if (cause === 'timeout') return `took longer than ${task.timeout_seconds} s`;
  if (cause === 'budget') return 'spent more than it may';
  return cause === 'stalled' ? 'wrote nothing for too long' : 'used more than it may';
}

/** An agent that spoils the files of an attempt fails that attempt; a disk that refuses ends the run. */
function afterFault(options: LocalBackendOptions, order: AttemptOrder, error: unknown): AttemptEnd {
  if (isStorageFault(error)) throw new StorageFailure(error.message, { cause: error });
  if (!isSystemFault(error)) throw error;
  const message = `the files of the attempt could not be handled: ${error.message}`;
  noteFailure(options, order, undefined, message);
  return { type: 'failed', reason: 'adapter', message };
}

/** Leaves word in the output file. Where that is impossible too, the journal has to do. */
function noteFailure(
  options: LocalBackendOptions,
  order: AttemptOrder,
  files: AttemptFiles | undefined,
  message: string,
): void {
  try {
    options.store.recordFailure(order.task.name, files, message);
  } catch (error) {
    if (isStorageFault(error) || !isSystemFault(error)) throw error;
  }
}

/** A message is a sentence or two; whatever is longer stands in the log. */
function shortened(message: string): string {
  return message.length <= 2000 ? message : `${message.slice(0, 2000)}...`;
}

function callOf(options: LocalBackendOptions, order: AttemptOrder, prepared: PreparedAttempt): AgentCall {
  const { agent } = order;
  const { files } = prepared;
  return {
    run: order.run,
    goal: order.goal,
    task: order.task,
    agent,
    attempt: order.attempt,
    ...prepared,
    cwd: resolve(options.root, agent.cwd),
    env: {
      ...environmentOf(agent, options.env),
      SUPER_TASK: order.task.name,
      SUPER_ATTEMPT: String(order.attempt),
      SUPER_RUN_DIR: options.runFolder,
      SUPER_CONTEXT_DIR: files.context,
      SUPER_INTERMEDIATE_DIR: options.intermediate,
      SUPER_OUTPUT: files.output,
    },
    ...(options.graceMs !== undefined && { graceMs: options.graceMs }),
    report: order.report,
    ...(order.spend !== undefined && { spend: order.spend }),
  };
}

/** What an agent's `env:` and `secrets:` give it. */
function environmentOf(agent: PlanAgent, env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passed = [...agent.env.pass, ...agent.secrets].flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), ...agent.env.set };
}
