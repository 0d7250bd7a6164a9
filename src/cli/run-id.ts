import type { RunId } from '../schema/types.gen.ts';

/** A new run id; ids sort by time. */
export function newRunId(now: Date): RunId {
  const digits = now.toISOString().replace(/[-:]/g, '');
  const random = Math.floor(Math.random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return `${digits.slice(0, 8)}-${digits.slice(9, 15)}-${digits.slice(16, 19)}-${random}` as RunId;
}
