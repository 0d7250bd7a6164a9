import { readdirSync, statSync } from 'node:fs';

/** Whether a process has this file open, by whatever name; undefined where that cannot be known. */
export function hasOpen(pid: number, path: string): boolean | undefined {
  const folder = `/proc/${pid}/fd`;
  const sought = statSync(path, { throwIfNoEntry: false, bigint: true });
  if (sought === undefined) return false;
  try {
    return readdirSync(folder).some((name) => {
      const found = statSync(`${folder}/${name}`, { throwIfNoEntry: false, bigint: true });
      return found?.ino === sought.ino && found.dev === sought.dev;
    });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? false : undefined;
  }
}
