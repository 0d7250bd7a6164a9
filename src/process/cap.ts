// Logs are written by agents, straight into files; this keeps them small while they grow. Beyond its cap a log is split: its
// head stays where it is, its last bytes go into <log>.tail, and the log is cut off behind the head. That works under the
// hands of a writer, because it appends. At the end head, mark and tail are put together again.
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { StorageFailure } from '../run/ports.ts';
import { monotonic } from './monotonic.ts';

/** Watches logs while they are written. */
export interface LogWatch {
  /** Milliseconds since one of the logs last grew, or since the watch began; seen at each look. */
  silence(): number;
  /** Bytes that were written to the logs, what was cut out of them included. */
  written(): number;
  /**
   * Ends the watch. The logs are complete and at most as long as their cap when it resolves, and together at most `together` bytes
   * but for what a mark needs; rejects with StorageFailure.
   */
  close(together?: number): Promise<void>;
}

/** Limits of a watch, for files of another kind than logs. */
export interface LogLimits {
  /** Most bytes of a file. */
  readonly cap: number;
  /** Milliseconds between two looks. What ends before the first is looked at once, in the end. */
  readonly interval: number;
}

/** 16 MiB, looked at four times a second. */
const usual: LogLimits = { cap: 16 * 1024 * 1024, interval: 250 };

interface Log {
  readonly path: string;
  readonly tail: string;
  size: number;
  /** Bytes in the tail file; undefined while there is none. */
  kept: number | undefined;
  /** Bytes that are lost. */
  cut: number;
}

/** Room for the mark that says how much is missing, and the shortest log that has something around it. */
const markRoom = 64;
const smallest = 4 * markRoom;
const chunkSize = 256 * 1024;
/** How often a split goes after who writes on. */
const catchUps = 5;

/**
 * Begins to watch these files, which need not exist yet. They must be written by appending. `hold` holds who writes them, or lets
 * it go on.
 */
export function watchLogs(
  paths: readonly string[],
  limits: LogLimits = usual,
  hold: (held: boolean) => void = () => {},
): LogWatch {
  const logs: Log[] = paths.map((path) => ({ path, tail: `${path}.tail`, size: 0, kept: undefined, cut: 0 }));
  let grown = monotonic();
  let busy: Promise<void> | undefined;
  const look = async () => {
    for (const log of logs) {
      const size = sizeOf(log.path);
      if (size !== log.size) grown = monotonic();
      if (size > limits.cap) await splitHeld(log, limits.cap, hold);
      log.size = sizeOf(log.path);
    }
  };
  const timer = setInterval(() => {
    // A disk that refuses is asked again at the next look, and for the last time by close().
    busy ??= look()
      .catch(() => {})
      .finally(() => {
        busy = undefined;
      });
  }, limits.interval);
  return {
    silence: () => monotonic() - grown,
    written: () => logs.reduce((sum, { path, cut, kept = 0 }) => sum + cut + kept + sizeOf(path), 0),
    async close(together) {
      clearInterval(timer);
      await busy;
      try {
        for (const log of logs) await complete(log, limits.cap);
        if (together !== undefined) await shrink(logs, together);
      } catch (error) {
        throw new StorageFailure(`cannot shorten a log: ${(error as Error).message}`);
      }
    },
  };
}

/** Who writes waits meanwhile: a busy disk cuts so slowly that it would fill, and words written just before the cut are lost. */
async function splitHeld(log: Log, cap: number, hold: (held: boolean) => void): Promise<void> {
  hold(true);
  try {
    await split(log, cap);
  } finally {
    hold(false);
  }
}

/** Moves the end of a log into its tail file. What came from there before is lost: so much was written since. */
async function split(log: Log, cap: number): Promise<void> {
  const head = cap / 2;
  const room = head - markRoom;
  const { open } = await import('node:fs/promises');
  await using source = await open(log.path, constants.O_RDWR | constants.O_NOFOLLOW);
  // Not O_TRUNC: what is emptied and written anew, ext4 writes to the disk before it lets go of it.
  await using tail = await open(log.tail, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  let end = fstatSync(source.fd).size;
  let copied = await copy(source, tail, Math.max(head, end - room), end, 0);
  // The writer goes on meanwhile. What it writes between the last copy and the cut is lost, so that copy is to be short.
  for (let more = 0; more < catchUps; more += 1) {
    const late = fstatSync(source.fd).size;
    if (late === end) break;
    copied += await copy(source, tail, Math.max(end, late - room), late, copied);
    end = late;
  }
  await source.truncate(head);
  await tail.truncate(copied);
  log.cut += (log.kept ?? 0) + (end - head) - copied;
  log.kept = copied;
}

/** Cuts complete logs until they have no more than so many bytes together: the longest first, down to one length. */
async function shrink(logs: readonly Log[], together: number): Promise<void> {
  let left = together;
  const bySize = logs.toSorted((a, b) => sizeOf(a.path) - sizeOf(b.path));
  for (const [at, log] of bySize.entries()) {
    const share = left / (logs.length - at);
    await complete(log, Math.max(smallest, 2 * Math.floor(share / 2)));
    left = Math.max(0, left - sizeOf(log.path));
  }
}

/** Puts a log together that was split, or is too long at the end. */
async function complete(log: Log, cap: number): Promise<void> {
  if (log.kept === undefined && sizeOf(log.path) <= cap) return;
  if (sizeOf(log.path) > cap) await split(log, cap);
  const { open, rm } = await import('node:fs/promises');
  const head = cap / 2;
  {
    await using source = await open(log.path, constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW);
    await using tail = await open(log.tail, constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW);
    const written = (log.kept ?? 0) + (await copy(source, tail, head, (await source.stat()).size));
    const kept = Math.min(written, head - markRoom);
    await source.truncate(head);
    const cut = log.cut + written - kept;
    const { bytesWritten } = await source.write(`\n[... ${cut} bytes cut here ...]\n`);
    await copy(tail, source, written - kept, written);
    // Should it be cut again, this mark goes, and was none of its bytes.
    log.cut = cut - bytesWritten;
    log.kept = undefined;
  }
  await rm(log.tail);
}

/** Copies bytes of one file to another, to its end or to a place; says how many. */
async function copy(source: FileHandle, target: FileHandle, from: number, to: number, place?: number): Promise<number> {
  const chunk = Buffer.allocUnsafe(Math.min(chunkSize, Math.max(0, to - from)));
  let at = from;
  while (at < to) {
    const { bytesRead } = await source.read(chunk, 0, Math.min(chunk.length, to - at), at);
    if (bytesRead === 0) break;
    for (let done = 0; done < bytesRead; ) {
      const position = place === undefined ? null : place + (at - from) + done;
      done += (await target.write(chunk, done, bytesRead - done, position)).bytesWritten;
    }
    at += bytesRead;
  }
  return at - from;
}

function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The last line of a file that is not blank, at most 200 characters of it; undefined when there is none. Not made safe for terminals. */
export function lastLine(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined; // nothing was written yet
  }
  try {
    if (!fstatSync(file).isFile()) return undefined;
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, 4096));
    const count = readSync(file, buffer, 0, buffer.length, size - buffer.length);
    const lines = buffer.toString('utf8', 0, count).split(/[\r\n]+/);
    const line = lines.findLast((text) => text.trim() !== '')?.trim();
    return line === undefined ? undefined : Array.from(line).slice(0, 200).join('');
  } catch {
    return undefined; // a display is no reason to fail
  } finally {
    closeSync(file);
  }
}
