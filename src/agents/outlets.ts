import type { LaunchOrder } from '../process/order.ts';
import { openRedactedLog } from '../process/redacted-log.ts';
import type { AttemptFiles } from '../run/ports.ts';
import type { Redactor } from '../run/redaction/redact.ts';

/** Where the output of an agent goes. */
export interface Outlets extends Pick<LaunchOrder, 'stdout' | 'stderr'> {
  /** To be called after the end. Throws StorageFailure when a log could not be written. */
  check(): void;
}

/** Into its logs: straight, or by way of us where values of secrets must be kept out. */
export function outletsOf(files: AttemptFiles, redactor: Redactor | undefined): Outlets {
  if (redactor === undefined) return { stdout: files.stdout, stderr: files.stderr, check() {} };
  const stdout = openRedactedLog(files.stdout, redactor.open());
  const stderr = openRedactedLog(files.stderr, redactor.open());
  return {
    stdout,
    stderr,
    check() {
      stdout.check();
      stderr.check();
    },
  };
}
