// What an agent told, as it told it: kept beside what is made of it, so that the attempt can be read again.

import type { Sink } from '../process/order.ts';
import { openRedactedLog } from '../process/redacted-log.ts';
import type { AttemptFiles } from '../run/ports.ts';
import type { RedactedStream, Redactor } from '../run/redaction/redact.ts';

/** The transcript of one attempt, without values of secrets. */
interface Transcript {
  /** A sink that takes the same: what goes there is kept first. */
  of(reader: Sink): Sink;
  /** Throws StorageFailure when not everything could be written. */
  check(): void;
}

const nothing = new Uint8Array();

/** A stream in which there are no secrets. */
export const asItIs: RedactedStream = { push: (chunk) => chunk, end: () => nothing };

/** Opens it. Throws what the system says. */
export function openTranscript(files: Pick<AttemptFiles, 'transcript'>, redactor: Redactor | undefined): Transcript {
  const log = openRedactedLog(files.transcript, redactor?.open() ?? asItIs);
  return {
    check: log.check,
    of: (reader) => ({
      write(chunk) {
        log.write(chunk);
        reader.write(chunk);
      },
      end() {
        reader.end();
        log.end();
      },
    }),
  };
}
