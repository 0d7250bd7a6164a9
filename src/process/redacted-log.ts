import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { StorageFailure } from '../run/ports.ts';
import type { RedactedStream } from '../run/redaction/redact.ts';
import type { Sink } from './order.ts';

/** A log that holds no values of secrets at any moment. */
export interface RedactedLog extends Sink {
  /** Throws when not everything could be written. */
  check(): void;
}

/** Opens a log for appending. Throws what the system says. */
export function openRedactedLog(path: string, stream: RedactedStream): RedactedLog {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o644);
  let failure: StorageFailure | undefined;
  const append = (bytes: Uint8Array) => {
    try {
      for (let at = 0; at < bytes.length && failure === undefined; ) at += writeSync(fd, bytes, at);
    } catch (error) {
      failure = new StorageFailure(`cannot write a log: ${(error as Error).message}`, { cause: error });
    }
  };
  return {
    write: (chunk) => append(stream.push(chunk)),
    end() {
      append(stream.end());
      closeSync(fd);
    },
    check() {
      if (failure !== undefined) throw failure;
    },
  };
}
