import { readdirSync, statSync } from 'node:fs';

/** Whether a process has this file open, by whatever name; undefined where that cannot be known. */
export function hasOpen(pid: number, path: string): boolean | undefined {
  const sought = statSync(path, { throwIfNoEntry: false, bigint: true });
  if (sought === undefined) return false;
  const numbers = descriptorsOf(pid);
  let isKnown = numbers !== undefined;
  for (const name of numbers ?? []) {
    try {
      const found = statSync(`/proc/${pid}/fd/${name}`, { throwIfNoEntry: false, bigint: true });
      if (found?.ino === sought.ino && found.dev === sought.dev) return true;
    } catch {
      isKnown = false;
    }
  }
  return isKnown ? false : undefined;
}

function descriptorsOf(pid: number): readonly string[] | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : undefined;
  }
}
