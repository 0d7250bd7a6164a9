import { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LaunchEnd } from '../process/order.ts';
import {
  type AgentAdapter,
  type AgentCall,
  type AgentEnd,
  type AgentProcess,
  type Progress,
  StorageFailure,
} from '../run/ports.ts';
import type { ProgressKind, Usage } from '../schema/types.gen.ts';
import { boundsOf } from './bounds.ts';
import { endOf } from './command.ts';
import type { AgentDoors } from './doors.ts';
import { moduleHost } from './module-host.ts';

/** What the default export of an agent's module must be. Each attempt runs in a process of its own. */
export interface ModuleAgent {
  /** Does a task. What it returns is the output; nothing, and outputFile is, or else standard output. Throwing fails the attempt. */
  run(call: ModuleCall): Promise<string | ModuleAnswer | undefined> | string | ModuleAnswer | undefined;
}

/** An output, and what it cost. */
export interface ModuleAnswer {
  readonly output: string;
  readonly usage?: Usage;
}

/** What a module agent is given. All paths are absolute. */
export interface ModuleCall {
  /** Name of the task. */
  readonly task: string;
  /** Who the agent is, as a system prompt for a model; empty where nothing is said about it. */
  readonly system: string;
  /** What to do, and what it received, as text for a model. */
  readonly prompt: string;
  /** Goal of the run. */
  readonly goal: string;
  /** From 1. */
  readonly attempt: number;
  /** The agent's `options:`, unchanged. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Received outputs: the task's name and a file. */
  readonly context: readonly { readonly name: string; readonly path: string }[];
  /** The output may be written here instead of being returned. */
  readonly outputFile: string;
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Aborted when the attempt is being stopped; the process is killed when the grace period is over. */
  readonly signal: AbortSignal;
  /** Tells people and programs that watch the run. */
  report(progress: ModuleProgress): void;
  /** Writes a line to the attempt's stderr.log. */
  log(text: string): void;
}

/** Something to tell while at work; `kind` is "progress" unless given. */
export interface ModuleProgress {
  readonly kind?: ProgressKind;
  readonly text: string;
  /** 0 to 100. */
  readonly percent?: number;
}

/** How often reports are looked for, in milliseconds. */
const followInterval = 100;

/** Runs agents that are modules. Checking sees that the file exists; whether it exports an agent shows when it runs. */
export function moduleAdapter(doors: AgentDoors): AgentAdapter {
  const moduleOf = (path: string | undefined) => resolve(doors.root, path ?? '');
  return {
    async check(agent) {
      if (agent.module === undefined) return 'it names no module:';
      const path = moduleOf(agent.module);
      return statSync(path, { throwIfNoEntry: false })?.isFile() ? undefined : `module not found: ${path}`;
    },
    start: (call) => startModule(doors, call, moduleOf(call.agent.module)),
  };
}

function startModule(doors: AgentDoors, call: AgentCall, module: string): AgentProcess {
  const { files } = call;
  const callFile = join(files.folder, 'module-call.json');
  const resultFile = join(files.folder, 'module-result.json');
  const progressFile = join(files.folder, 'module-progress.ndjson');
  try {
    writeFileSync(callFile, JSON.stringify(callText(call, module, { progressFile, resultFile })));
  } catch (error) {
    throw new StorageFailure(`cannot write the call of a module: ${(error as Error).message}`);
  }
  const { ended, stop, freeze, held } = doors.launchers().launch({
    program: { type: 'argv', argv: [process.execPath, '--input-type=module', '-e', moduleHost, callFile] },
    cwd: call.cwd,
    env: call.env,
    stdin: undefined,
    stdout: files.stdout,
    stderr: files.stderr,
    ...boundsOf(call),
  });
  const follow = follower(progressFile, call.report);
  const timer = setInterval(follow, followInterval);
  return {
    stop,
    freeze,
    held,
    ended: ended.then((end) => {
      clearInterval(timer);
      follow();
      return moduleEnd(end, resultFile);
    }),
  };
}

/** What the host hands on to the agent, but for the functions. */
function callText(call: AgentCall, module: string, own: { progressFile: string; resultFile: string }) {
  return {
    ...own,
    module: pathToFileURL(module).href,
    promptFile: call.files.prompt,
    task: call.task.name,
    system: call.agent.system_prompt,
    goal: call.goal,
    attempt: call.attempt,
    options: call.agent.options,
    context: call.task.context.map((name) => ({ name, path: join(call.files.context, `${name}.txt`) })),
    outputFile: call.files.output,
    workingDirectory: call.cwd,
  };
}

function moduleEnd(end: LaunchEnd, resultFile: string): AgentEnd {
  const plain = endOf(end);
  const result = readResult(resultFile);
  if (plain.type === 'failed') return result?.error === undefined ? plain : { ...plain, message: result.error };
  if (result === undefined) {
    return {
      type: 'failed',
      reason: 'agent-exit',
      message: 'the module ended its process before it answered',
      exit_code: 0,
    };
  }
  return { ...plain, ...(result.usage !== undefined && { usage: result.usage }) };
}

/** What the host left; undefined when it came to nothing. */
function readResult(file: string): { readonly error?: string; readonly usage?: Usage } | undefined {
  try {
    const { error, usage } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    return { ...(typeof error === 'string' && { error }), ...(isUsage(usage) && { usage }) };
  } catch {
    return undefined;
  }
}

function isUsage(value: unknown): value is Usage {
  const names = ['input_tokens', 'output_tokens', 'cached_tokens', 'cost_usd'];
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([name, count]) => names.includes(name) && Number.isFinite(count) && count >= 0) &&
    'input_tokens' in value &&
    'output_tokens' in value
  );
}

const progressKinds: readonly string[] = [
  'progress',
  'milestone',
  'finding',
  'blocker',
  'review-requested',
] satisfies ProgressKind[];

/** Reads on in a file of lines, each time it is called, and passes on what is a report. */
function follower(file: string, report: (progress: Progress) => void): () => void {
  let at = 0;
  let rest = Buffer.alloc(0);
  return () => {
    const fresh = readFrom(file, at);
    at += fresh.length;
    rest = Buffer.concat([rest, fresh]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const progress = parseProgress(rest.toString('utf8', 0, end));
      rest = rest.subarray(end + 1);
      if (progress) report(progress);
    }
  };
}

function readFrom(file: string, at: number): Buffer {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= at) return Buffer.alloc(0);
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(size - at);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, at));
  } finally {
    closeSync(descriptor);
  }
}

function parseProgress(line: string): Progress | undefined {
  try {
    const { kind = 'progress', text, percent } = JSON.parse(line) as Record<string, unknown>;
    if (typeof text !== 'string' || !progressKinds.includes(kind as string)) return undefined;
    const share = typeof percent === 'number' && percent >= 0 && percent <= 100 ? { percent } : {};
    return { kind: kind as ProgressKind, text, ...share };
  } catch {
    return undefined;
  }
}
