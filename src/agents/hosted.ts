// Agents that run in a process of ours: a program that is given a file with its call, and tells line by line what it does.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchEnd, Sink } from '../process/order.ts';
import {
  type AgentCall,
  type AgentEnd,
  type AgentProcess,
  type FailureSigns,
  type Progress,
  StorageFailure,
} from '../run/ports.ts';
import type { FailureReason, ProgressKind, Usage } from '../schema/types.gen.ts';
import { boundsOf } from './bounds.ts';
import { endOf } from './command.ts';
import type { AgentDoors } from './doors.ts';
import { outletsOf } from './outlets.ts';
import { openTranscript } from './transcript.ts';

/** The program in which an agent runs, and what it is given. */
export interface Host {
  /** Whose host it is: names the file of its call. */
  readonly name: string;
  /** What Node is started with; the path of the call's file follows. */
  readonly program: readonly string[];
  readonly call: Readonly<Record<string, unknown>>;
  /** What is said of a host that ended well and gave no answer. */
  readonly unanswered: string;
  /** Whether an empty output is a failure. */
  readonly noOutputFails?: boolean;
  /** Whether what it tells of the cause of a failure counts: a model's API is asked by us, a module is somebody else's. */
  readonly tellsSigns?: boolean;
}

/** The last thing that a host says, on its file descriptor 3 as {"result"}; before that it says {"progress"} and {"usage"} as often as it likes. */
export interface HostResult {
  /** What went wrong. */
  readonly error?: string;
  /** Why, where that is another reason than that the agent ended so. */
  readonly reason?: HostReason;
  readonly usage?: Usage;
  readonly signs?: FailureSigns;
}

/** Reasons of failure that a host may give. */
type HostReason = Extract<FailureReason, 'agent-exit' | 'adapter'>;

/** Longest line of a host, in bytes: a report of a few sentences, or the message of an error. */
const longestLine = 4_194_304;

/** Starts an agent in a process of ours. Throws StorageFailure when its call cannot be written. */
export function startHosted(doors: AgentDoors, call: AgentCall, host: Host): AgentProcess {
  const callFile = join(call.files.folder, `${host.name}-call.json`);
  try {
    writeFileSync(callFile, JSON.stringify(host.call));
  } catch (error) {
    throw new StorageFailure(`cannot write the call of a ${host.name}: ${(error as Error).message}`);
  }
  const outlets = outletsOf(call.files, doors.redactor);
  const transcript = openTranscript(call.files, doors.redactor);
  let result: HostResult | undefined;
  let spent: Usage | undefined;
  const { ended, stop, freeze, held } = doors.launchers().launch({
    program: { type: 'argv', argv: [process.execPath, ...host.program, callFile] },
    cwd: call.cwd,
    env: call.env,
    stdin: undefined,
    stdout: outlets.stdout,
    stderr: outlets.stderr,
    reports: transcript.of(
      lineSink((line) => {
        const said = parseLine(line);
        if (said?.progress) call.report(said.progress);
        if (said?.usage) {
          spent = said.usage;
          call.spend?.(said.usage);
        }
        result = said?.result ?? result;
      }),
    ),
    ...boundsOf(call),
  });
  return {
    stop,
    freeze,
    held,
    ended: ended.then((end) => {
      outlets.check();
      transcript.check();
      const how = hostedEnd(end, result, host, spent);
      // Before the message is cut to its length: of a secret that the cut goes through nobody would know the rest.
      return how.type === 'failed' ? { ...how, message: doors.redactor?.text(how.message) ?? how.message } : how;
    }),
  };
}

/** `spent`: what it told of its usage before its end, which counts where the end says nothing. */
function hostedEnd(end: LaunchEnd, result: HostResult | undefined, host: Host, spent: Usage | undefined): AgentEnd {
  const plain = endOf(end);
  const used = result?.usage ?? spent;
  const signs = host.tellsSigns === true && result?.signs !== undefined ? { signs: result.signs } : {};
  const usage = { ...(used !== undefined && { usage: used }), ...signs };
  if (plain.type === 'failed') {
    if (result?.error === undefined || end.type !== 'exited') return { ...plain, ...usage };
    // An exit code of a host says nothing where the host itself says why.
    if (result.reason !== undefined) return { type: 'failed', reason: result.reason, message: result.error, ...usage };
    return { ...plain, message: result.error, ...usage };
  }
  if (result === undefined)
    return { type: 'failed', reason: 'agent-exit', message: host.unanswered, exit_code: 0, ...usage };
  return { type: 'done', noOutputFails: host.noOutputFails === true, ...usage };
}

/** What a line of the host says; undefined for what is not of its making. */
function parseLine(
  line: string,
): { readonly progress?: Progress; readonly usage?: Usage; readonly result?: HostResult } | undefined {
  try {
    const { progress, usage, result } = JSON.parse(line) as Record<string, unknown>;
    return {
      ...(isUsage(usage) && { usage }),
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

const reasons: readonly unknown[] = ['agent-exit', 'adapter'] satisfies HostReason[];

function resultOf({ error, reason, usage, signs }: Record<string, unknown>): HostResult {
  return {
    ...(isObject(signs) && { signs: signsOf(signs) }),
    ...(typeof error === 'string' && { error }),
    ...(reasons.includes(reason) && { reason: reason as HostReason }),
    ...(isUsage(usage) && { usage }),
  };
}

function signsOf({ status, code, message, retryAfterMs }: Record<string, unknown>): FailureSigns {
  return {
    ...(typeof status === 'number' && { status }),
    ...(typeof code === 'string' && { code }),
    ...(typeof message === 'string' && { message }),
    ...(typeof retryAfterMs === 'number' && retryAfterMs >= 0 && { retryAfterMs }),
  };
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
