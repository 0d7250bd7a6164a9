import { readdirSync } from 'node:fs';

/** Names in a folder; none where there is no such folder, or it may not be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Names of the folders in a folder, as namesIn() gives them. A link is none, whatever it leads to. */
export function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}
