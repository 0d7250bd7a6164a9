// Stands for the launchers of a run where agents are not started but played: what a process wrote when it was recorded goes to
// whoever waits for it now. No process is started.
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { Launchers } from '../process/launchers.ts';
import type { LaunchEnd, Launched, LaunchOrder, Sink } from '../process/order.ts';
import { StorageFailure } from '../run/ports.ts';
import type { RecordedAttempt } from '../run/recording.ts';
import type { AdapterName, TaskName } from '../schema/types.gen.ts';

/** Files of a recorded attempt. */
type RecordedFile = 'stdout.log' | 'stderr.log' | 'transcript.jsonl' | 'output.txt';

/** The attempt that is played for a task now. */
interface Played {
  readonly recorded: RecordedAttempt;
  /** What a file of it holds, in pieces; undefined where there is none. Throws what the system says. Absent where its folder is gone. */
  readonly read?: (file: RecordedFile) => Iterable<Uint8Array> | undefined;
}

/** Who knows what is played. */
export interface Recordings {
  /** Undefined where nothing is recorded of the running attempt of a task. */
  find(task: TaskName): Played | undefined;
  /** Resolves where the running attempt of a task shall end though nothing has stopped it. */
  awaitTurn(task: TaskName): Promise<void>;
}

/** The stream in which agents of each adapter speak, and where it was kept. What a host tells goes to its third stream. */
const speech: Readonly<Record<AdapterName, { readonly stdout: RecordedFile; readonly reports?: RecordedFile }>> = {
  command: { stdout: 'stdout.log' },
  module: { stdout: 'stdout.log', reports: 'transcript.jsonl' },
  llm: { stdout: 'stdout.log', reports: 'transcript.jsonl' },
  claude: { stdout: 'transcript.jsonl' },
  codex: { stdout: 'transcript.jsonl' },
  gemini: { stdout: 'transcript.jsonl' },
  acp: { stdout: 'transcript.jsonl' },
  rehearsal: { stdout: 'stdout.log' },
};

/** Exit code of what ended at TERM. */
const terminated = 143;

/** Launchers that play. */
export function recordedLaunchers(recordings: Recordings): Pick<Launchers, 'launch'> {
  return {
    launch(order) {
      const { promise: stopped, resolve: stop } = Promise.withResolvers<LaunchEnd>();
      const launched: Launched = {
        ended: play(order, recordings, stopped),
        stop: () => stop({ type: 'exited', code: terminated }),
        freeze() {},
        held: () => 0,
      };
      return launched;
    },
  };
}

async function play(order: LaunchOrder, recordings: Recordings, stopped: Promise<LaunchEnd>): Promise<LaunchEnd> {
  const { SUPER_OUTPUT: output = '' } = order.env;
  const task = order.env.SUPER_TASK as TaskName;
  const played = recordings.find(task);
  const unstopped = (end: LaunchEnd) => Promise.race([stopped, recordings.awaitTurn(task).then(() => end)]);
  const sinks = sinksOf(order);
  try {
    if (played === undefined)
      return await unstopped({ type: 'refused', message: 'nothing is recorded of this attempt' });
    const { recorded, read = () => undefined } = played;
    // Who was told to end may have left nothing.
    if (played.read === undefined && recorded.end.type === 'exited')
      return { type: 'refused', message: `the recording lacks attempt ${recorded.attempt}: its folder is gone` };
    const { stdout, reports } = speech[recorded.adapter];
    await pour(read('stderr.log'), sinks.stderr);
    await pour(read(stdout), sinks.stdout);
    if (reports !== undefined && sinks.reports !== undefined) await pour(read(reports), sinks.reports);
    leave(output, read('output.txt'));
  } catch (error) {
    if (error instanceof StorageFailure) throw error;
    return { type: 'refused', message: `what is recorded of it cannot be played: ${(error as Error).message}` };
  } finally {
    for (const sink of Object.values(sinks)) sink?.end();
  }
  const { end } = played.recorded;
  if (end.type === 'exited') return { type: 'exited', code: end.code };
  return end.type === 'stopped' ? unstopped({ type: 'refused', message: end.message }) : end;
}

interface Sinks {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly reports?: Sink | undefined;
}

function sinksOf({ stdout, stderr, reports }: LaunchOrder): Sinks {
  return { stdout: sinkOf(stdout), stderr: sinkOf(stderr), reports };
}

/** Into a file, as a process would append to it. */
function sinkOf(to: string | Sink): Sink {
  if (typeof to !== 'string') return to;
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
  const fd = openSync(to, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o644);
  return {
    write: (chunk) => stored(() => writeAll(fd, chunk)),
    end: () => closeSync(fd),
  };
}

/** Pieces between which others have their turn. */
const mostAtOnce = 16;

async function pour(pieces: Iterable<Uint8Array> | undefined, sink: Sink): Promise<void> {
  let count = 0;
  for (const piece of pieces ?? []) {
    sink.write(piece);
    count += 1;
    if (count % mostAtOnce === 0) await new Promise(setImmediate);
  }
}

/** The output that the agent had left itself. */
function leave(path: string, pieces: Iterable<Uint8Array> | undefined): void {
  if (pieces === undefined) return;
  stored(() => {
    const fd = openSync(path, 'wx');
    try {
      for (const piece of pieces) writeAll(fd, piece);
    } finally {
      closeSync(fd);
    }
  });
}

function writeAll(fd: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
}

function stored(write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new StorageFailure(`cannot write what is played: ${(error as Error).message}`, { cause: error });
  }
}
