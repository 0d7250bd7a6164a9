// events.jsonl: appended in batches, one fdatasync for all that wait, never rewritten.
import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { type EventBody, type Journal, StorageFailure } from '../run/ports.ts';
import type { Redactor } from '../run/redaction/redact.ts';
import { redactEvent } from '../run/redaction/redact-event.ts';
import type { RunEvent, RunId } from '../schema/types.gen.ts';
import { crc32 } from './crc32.ts';
import { readWhole } from './ordinary.ts';

export interface JournalFile extends Journal {
  close(): void;
}

/** The journal of a live run was taken away: what happened is known to nobody but the run itself. */
export class LostJournal extends StorageFailure {}

/** Longest time, in milliseconds, that something written but not awaited stays off the disk. */
const lazySync = 50;

/** Opens the journal of a run for appending after `seq` events. A torn last line must have been cut off before: see readJournal. */
export function openJournal(path: string, run: RunId, now: () => number, seq = 0, redactor?: Redactor): JournalFile {
  const fd = openSync(path, 'a', 0o644);
  let end = fstatSync(fd).size;
  let next = seq + 1;
  let buffer: string[] = [];
  let flushing: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let failure: StorageFailure | undefined;
  let dirty = false;
  let durable = seq;
  let later: NodeJS.Timeout | undefined;

  /** Writes the buffered lines. What was written in part is cut off again, so that the journal stays whole. */
  const write = (): void => {
    const lines = Buffer.from(buffer.join(''));
    buffer = [];
    try {
      for (let at = 0; at < lines.length; ) at += writeSync(fd, lines, at);
      end += lines.length;
    } catch (error) {
      cutBack();
      throw error;
    }
  };

  const cutBack = (): void => {
    try {
      ftruncateSync(fd, end);
    } catch {
      // The torn line is cut off when the journal is opened again.
    }
  };

  /** Agents can do to it what they like: what was promised to be on disk must be there. */
  const check = (): void => {
    const { nlink, size } = fstatSync(fd);
    if (nlink === 0) throw new LostJournal(`${path} was removed while the run wrote to it`);
    if (size < end) throw new LostJournal(`${path} was shortened while the run wrote to it`);
  };

  const failed = (error: unknown): StorageFailure => {
    if (error instanceof LostJournal) failure ??= error;
    failure ??= new StorageFailure(`${path}: ${error instanceof Error ? error.message : error}`, { cause: error });
    return failure;
  };

  const flush = async (): Promise<void> => {
    try {
      write();
      check();
      dirty = false;
      const last = next - 1;
      await new Promise<void>((resolve, reject) =>
        fdatasync(fd, (error) => (error === null ? resolve() : reject(error))),
      );
      durable = last;
    } catch (error) {
      throw failed(error);
    }
  };

  /** What is written but not awaited reaches the disk within this time. */
  const syncLater = (journal: Journal): void => {
    later ??= setTimeout(() => {
      later = undefined;
      journal.sync().catch(() => {});
    }, lazySync);
  };

  return {
    append(body: EventBody): RunEvent {
      if (failure !== undefined) throw failure;
      const said = redactor === undefined ? body : redactEvent(body, redactor);
      const event = { v: 1, seq: next, ts: new Date(now()).toISOString(), run, ...said } as RunEvent;
      next += 1;
      buffer.push(lineOf(event));
      return event;
    },
    get durable() {
      return durable;
    },
    write(): void {
      if (failure !== undefined) throw failure;
      if (buffer.length === 0) return;
      try {
        write();
      } catch (error) {
        throw failed(error);
      }
      dirty = true;
      syncLater(this);
    },
    /** Whoever asks while a flush is under way shares the next one. */
    sync(): Promise<void> {
      if (failure !== undefined) return Promise.reject(failure);
      if (flushing === undefined) {
        if (buffer.length === 0 && !dirty) return Promise.resolve();
        flushing = flush().finally(() => {
          flushing = undefined;
        });
        return flushing;
      }
      following ??= flushing.then(() => {
        following = undefined;
        return this.sync();
      });
      return following;
    },
    close() {
      clearTimeout(later);
      closeSync(fd);
    },
  };
}

/** An event as its line: closed by the checksum of what stands before it. */
export function lineOf(event: RunEvent): string {
  const open = JSON.stringify(event).slice(0, -1);
  return `${open},"crc":"${crc32(open)}"}\n`;
}

/** What a journal file holds: its events, its length in bytes, and that of the part that is whole. */
export interface ReadJournal {
  readonly events: readonly RunEvent[];
  readonly bytes: number;
  readonly wholeBytes: number;
  /** Whether only a torn last line stands behind that part, as a crash leaves it, or nothing; false: the file was damaged. */
  readonly tornOnly: boolean;
}

/** Reads a journal. A torn last line is left out; a broken line before it ends what can be trusted. */
export function readJournal(path: string): ReadJournal {
  const data = readWhole(path);
  const events: RunEvent[] = [];
  let wholeBytes = 0;
  for (let start = 0; start < data.length; ) {
    const stop = data.indexOf(0x0a, start);
    if (stop === -1) break;
    const event = parseLine(data.toString('utf8', start, stop));
    if (event === undefined || event.seq !== events.length + 1) break;
    events.push(event);
    start = wholeBytes = stop + 1;
  }
  const next = data.indexOf(0x0a, wholeBytes);
  return { events, bytes: data.length, wholeBytes, tornOnly: next === -1 || next === data.length - 1 };
}

/** The last member of a line that has a checksum. */
const closing = /,"crc":"([0-9a-f]{8})"\}$/;

/** The event that a line of a journal holds; undefined for what is none, or was damaged. */
export function parseLine(line: string): RunEvent | undefined {
  try {
    const checksum = closing.exec(line);
    if (checksum !== null && crc32(line.slice(0, checksum.index)) !== checksum[1]) return undefined;
    const { crc, ...event } = JSON.parse(line);
    if (crc !== checksum?.[1]) return undefined;
    const whole = typeof event.type === 'string' && typeof event.seq === 'number';
    return whole && isTime(event.ts) && isTime(event.at ?? event.ts) ? (event as RunEvent) : undefined;
  } catch {
    return undefined;
  }
}

/** Everybody who tells of times reckons with them. */
function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
