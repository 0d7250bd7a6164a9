// A mark that a process cannot take off: a number in a resource limit that the kernel keeps, hands down over fork and exec,
// shows to everybody in /proc/<pid>/limits, and has not used for anything since Linux 2.4 ("Max file locks"). It is there where
// the environment was emptied, written over by a longer title, or closed to readers, as that of ssh-agent is.
//
// The number is <stamp of the run><six digits>, and the six say which launcher it came from. A limit can only be lowered, so a
// run within an agent of another run takes a number half as large, or a quarter, until one is allowed.
import { readProc } from './identity.ts';

/** How many runs may stand within each other and still get a number of their own. */
const deepest = 12;

/** The stamps that a run may have, from the outermost run on: digits. The first is the one to begin with. */
export function stampsOf(run: string): readonly string[] {
  const first = 2n ** 41n + (hash(run) % 2n ** 41n);
  return Array.from({ length: deepest }, (_, depth) => String(first >> BigInt(depth)));
}

/** FNV-1a in 64 bits. */
function hash(text: string): bigint {
  let value = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return value;
}

/** The stamp of what one launcher of a run starts. */
export function launcherStamp(stamp: string, slot: number): string {
  return `${stamp}${String(999_999 - (slot % 1_000_000)).padStart(6, '0')}`;
}

/** Which of a run's stamps a process bears; undefined when it bears none, or is gone. Throws when that cannot be read. */
export function stampOn(pid: number, stamps: readonly string[]): string | undefined {
  const number = stampNumber(pid);
  return stamps.find((stamp) => isStamped(number, stamp));
}

/** The number in the limit of a process that stamps stand in: digits, or undefined when there is none. Throws when it cannot be read. */
export function stampNumber(pid: number): string | undefined {
  return /^Max file locks +\d+ +(\d+)/m.exec(readProc(`/proc/${pid}/limits`) ?? '')?.[1];
}

/** Whether a number is this stamp, or that of a launcher under it. */
export function isStamped(number: string | undefined, stamp: string): boolean {
  if (number === undefined) return false;
  return number === stamp || (number.length === stamp.length + 6 && number.startsWith(stamp));
}
