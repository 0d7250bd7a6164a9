import type { RunId } from '../schema/types.gen.ts';

/** A new run id; ids sort by time. */
export function newRunId(now: Date): RunId {
  const digits = now.toISOString().replace(/[-:]/g, '');
  const random = Math.floor(Math.random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return `${digits.slice(0, 8)}-${digits.slice(9, 15)}-${digits.slice(16, 19)}-${random}` as RunId;
}

/** The variable by which a process in the background is told its run. */
export const detachedRun = 'SUPER_DETACHED_RUN';

/** Whether this process was started in the background, by one that has told what there was to tell. */
export function isDetached(env: Readonly<Record<string, string | undefined>>): boolean {
  return env[detachedRun] !== undefined;
}

/** The id of the run that this process is to start: a new one, or the one that it was told. */
export function runIdFor(env: Readonly<Record<string, string | undefined>>): RunId {
  const told = env[detachedRun] ?? '';
  return /^\d{8}-\d{6}-\d{3}-[0-9a-z]{4}$/.test(told) ? (told as RunId) : newRunId(new Date());
}
