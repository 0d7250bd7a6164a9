import { statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LaunchEnd, Sink } from '../process/order.ts';
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
import { outletsOf } from './outlets.ts';

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

/** Longest line of a host, in bytes: a report of a few sentences, or the message of an error. */
const longestLine = 4_194_304;

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
  const callFile = join(call.files.folder, 'module-call.json');
  try {
    writeFileSync(callFile, JSON.stringify(callText(call, module)));
  } catch (error) {
    throw new StorageFailure(`cannot write the call of a module: ${(error as Error).message}`);
  }
  const outlets = outletsOf(call.files, doors.redactor);
  let result: HostResult | undefined;
  const { ended, stop, freeze, held } = doors.launchers().launch({
    program: { type: 'argv', argv: [process.execPath, '--input-type=module', '-e', moduleHost, callFile] },
    cwd: call.cwd,
    env: call.env,
    stdin: undefined,
    stdout: outlets.stdout,
    stderr: outlets.stderr,
    reports: lineSink((line) => {
      const said = parseLine(line);
      if (said?.progress) call.report(said.progress);
      result = said?.result ?? result;
    }),
    ...boundsOf(call),
  });
  return {
    stop,
    freeze,
    held,
    ended: ended.then((end) => {
      outlets.check();
      const how = moduleEnd(end, result);
      // Before the message is cut to its length: of a secret that the cut goes through nobody would know the rest.
      return how.type === 'failed' ? { ...how, message: doors.redactor?.text(how.message) ?? how.message } : how;
    }),
  };
}

/** What the host hands on to the agent, but for the functions. */
function callText(call: AgentCall, module: string) {
  return {
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

function moduleEnd(end: LaunchEnd, result: HostResult | undefined): AgentEnd {
  const plain = endOf(end);
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

/** The last thing that the host says. */
interface HostResult {
  readonly error?: string;
  readonly usage?: Usage;
}

/** What a line of the host says; undefined for what is not of its making. */
function parseLine(line: string): { readonly progress?: Progress; readonly result?: HostResult } | undefined {
  try {
    const { progress, result } = JSON.parse(line) as Record<string, unknown>;
    return {
      ...(isObject(progress) && progressOf(progress)),
      ...(isObject(result) && { result: resultOf(result) }),
    };
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function resultOf({ error, usage }: Record<string, unknown>): HostResult {
  return { ...(typeof error === 'string' && { error }), ...(isUsage(usage) && { usage }) };
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

function progressOf({ kind = 'progress', text, percent }: Record<string, unknown>): { progress?: Progress } {
  if (typeof text !== 'string' || !progressKinds.includes(kind as string)) return {};
  const share = typeof percent === 'number' && percent >= 0 && percent <= 100 ? { percent } : {};
  return { progress: { kind: kind as ProgressKind, text, ...share } };
}

/** Cuts what comes into lines, of which none longer than the longest is told. */
function lineSink(onLine: (line: string) => void): Sink {
  let parts: Buffer[] = [];
  let length = 0;
  const keep = (part: Buffer) => {
    length += part.length;
    if (length <= longestLine) parts.push(Buffer.from(part));
    else parts = [];
  };
  return {
    write(chunk) {
      let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        keep(rest.subarray(0, end));
        const line = length <= longestLine ? Buffer.concat(parts).toString() : undefined;
        rest = rest.subarray(end + 1);
        parts = [];
        length = 0;
        if (line !== undefined) onLine(line);
      }
      keep(rest);
    },
    end() {},
  };
}
