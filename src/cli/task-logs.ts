// What the agent of a task wrote: raw into files and pipes, made harmless on a terminal, attempt after attempt where it is followed.
import { StringDecoder } from 'node:string_decoder';
import { printableJson } from '../diagnostics/printable.ts';
import { oneLine } from '../reporters/failure.ts';
import { clean } from '../reporters/terminal.ts';
import { tellOn } from '../reporters/wrap.ts';
import type { RunState, TaskState } from '../run/state.ts';
import type { TaskName } from '../schema/types.gen.ts';
import { followRun } from '../workspace/follow.ts';
import { type LogReader, readLog } from '../workspace/log-reader.ts';
import type { RecordedRun } from '../workspace/recorded.ts';
import { exit, exitOf, type Io, type Stream, setupFault, usageFault } from './command.ts';
import { type Interruption, nap } from './interruption.ts';
import { isHeld } from './live.ts';
import type { Project } from './project.ts';
import { logsOf } from './run-files.ts';
import { chooseTask, type FoundRun } from './runs.ts';

/** What somebody wants to read. */
export interface LogWish {
  readonly operands: { readonly first?: string | undefined; readonly second?: string };
  readonly attempt: number | undefined;
  readonly streams: readonly ('stdout' | 'stderr')[];
  readonly follow: boolean;
  readonly json: boolean;
  readonly workspace: string | undefined;
}

/** A run that is read, perhaps while it goes on. */
export interface ReadRun {
  readonly project: Project;
  readonly run: FoundRun;
  readonly recorded: RecordedRun;
  readonly interruption: Interruption;
}

type StreamName = LogWish['streams'][number];

/** Milliseconds between two looks at what is written. */
const interval = 100;
/** What stands where something is missing that was written and cut off before it was read. */
const missing = '\n[... something was cut here ...]\n';

/** Prints what a task's agent wrote, then what it still writes where that is wanted; gives the exit code. */
export async function showTaskLogs(read: ReadRun, name: string, wish: LogWish, io: Io): Promise<number> {
  const { recorded, run, interruption } = read;
  const task = chooseTask(run, recorded.state, name);
  const followed = followRun(recorded);
  if (!wish.follow || !isHeld(run)) refuseMissing(recorded.state, task, wish.attempt);
  const sinks = sinksFor(task.task.name, wish, io);
  let attempt = 0;
  let logs: readonly Log[] = [];
  for (;;) {
    const held = isHeld(run);
    followed.look();
    const next = wish.attempt ?? task.attempt;
    if (next !== attempt && next <= task.attempt) {
      attempt = next;
      logs = wish.streams.map((stream) => ({
        stream,
        reader: readLog(logsOf(run.layout, task.task.name, next)[stream]),
      }));
    }
    for (const log of logs) await drain(log, attempt, sinks);
    // Decided upon what was known before the logs were read: they were complete by then.
    const attemptOver = attempt > 0 && (task.attempt > attempt || task.status !== 'running');
    const over = task.endedAt !== undefined || followed.state.status === 'finished' || !held;
    if (!wish.follow || over || (attemptOver && wish.attempt !== undefined)) break;
    if (interruption.signal !== undefined) {
      sinks.close();
      return exitOf(interruption.signal);
    }
    if (attemptOver && task.attempt > attempt) continue;
    await nap(interval, interruption);
  }
  sinks.close();
  if (attempt === 0) refuseMissing(recorded.state, task, wish.attempt);
  if (attempt > 0 && !sinks.used) {
    tellOn(io.stderr, `super: nothing was written by attempt ${attempt} of ${task.task.name} (${task.status})\n`);
  }
  return exit.succeeded;
}

/** Throws a Refusal where there is nothing to read, and nothing will come. */
function refuseMissing(state: RunState, task: TaskState, asked: number | undefined): void {
  const { name } = task.task;
  if (task.attempt === 0) {
    const why = task.message === undefined ? '' : `: ${oneLine(task.message)}`;
    const waits = task.status === 'pending' && state.status !== 'finished' ? `; to wait for it: --follow` : '';
    throw setupFault(`${name} has no log: it is ${task.status}${why}${waits}`);
  }
  if (asked !== undefined && asked > task.attempt) {
    throw usageFault(
      `${name} has had ${task.attempt === 1 ? 'one attempt' : `${task.attempt} attempts`}, not ${asked}`,
    );
  }
}

interface Log {
  readonly stream: StreamName;
  readonly reader: LogReader;
}

interface Sinks {
  take(stream: StreamName, attempt: number, bytes: Uint8Array): Promise<void>;
  /** Gives out what waits for the end of its line. */
  close(): void;
  readonly used: boolean;
}

async function drain({ stream, reader }: Log, attempt: number, sinks: Sinks): Promise<void> {
  for (let part = reader.next(); part !== undefined; part = reader.next()) {
    if (part.cut) await sinks.take(stream, attempt, Buffer.from(missing));
    if (part.bytes.length > 0) await sinks.take(stream, attempt, part.bytes);
  }
}

/** Each stream goes to ours of the same name; one that was asked for alone goes to standard output. */
function sinksFor(task: TaskName, wish: LogWish, io: Io): Sinks {
  let used = false;
  let last = '';
  const sinks = new Map<string, Sink>();
  const sinkFor = (stream: StreamName, attempt: number): Sink => {
    const target = wish.streams.length === 1 ? io.stdout : io[stream];
    const sink = wish.json
      ? jsonSink(stream, attempt, io)
      : target.isTTY
        ? terminalSink(target)
        : { take: (bytes: Uint8Array) => target.writeBytes(bytes), close() {} };
    sinks.set(`${stream} ${attempt}`, sink);
    return sink;
  };
  return {
    get used() {
      return used;
    },
    async take(stream, attempt, bytes) {
      used = true;
      const key = `${stream} ${attempt}`;
      const target = wish.streams.length === 1 ? io.stdout : io[stream];
      if (key !== last && target.isTTY && !wish.json) {
        sinks.get(last)?.close();
        target.write(`--- ${stream} of ${task}, attempt ${attempt} ---\n`);
      }
      last = key;
      await (sinks.get(key) ?? sinkFor(stream, attempt)).take(bytes);
    },
    close() {
      for (const sink of sinks.values()) sink.close();
    },
  };
}

interface Sink {
  take(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/** Longest line, in characters, that is waited for. */
const longestLine = 65_536;

/** Whole lines, each made harmless. */
function terminalSink(stream: Stream): Sink {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return {
    async take(bytes) {
      const lines = (rest + decoder.write(Buffer.from(bytes))).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > longestLine) lines.push(rest.slice(0, longestLine));
      if (rest.length > longestLine) rest = rest.slice(longestLine);
      await stream.writeBytes(Buffer.from(lines.map((line) => `${clean(line)}\n`).join('')));
    },
    close() {
      if (rest !== '') stream.write(`${clean(rest)}\n`);
      rest = '';
    },
  };
}

/** Pieces of text, each one JSON document on a line of its own. */
function jsonSink(stream: StreamName, attempt: number, io: Io): Sink {
  const decoder = new StringDecoder('utf8');
  const write = (text: string) => {
    if (text !== '') io.stdout.write(`${printableJson({ stream, attempt, text })}\n`);
  };
  return { take: async (bytes) => write(decoder.write(Buffer.from(bytes))), close: () => write(decoder.end()) };
}
