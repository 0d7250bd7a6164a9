import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Takes away the private folders of a run's dead nurseries: who was ended while it still guarded could not do so itself.
 * Nothing of this process may have been started for the run yet.
 */
export function removePrivateFolders(run: string): void {
  try {
    for (const name of readdirSync(tmpdir())) {
      const path = join(tmpdir(), name);
      // The folder for temporary files belongs to everybody: only what is a folder, and of this user.
      if (name.startsWith(`super-${run}-`) && isOurs(path)) rmSync(path, { recursive: true, force: true });
    }
  } catch {
    // What cannot be removed is in nobody's way, and goes with `super runs gc`.
  }
}

function isOurs(path: string): boolean {
  const facts = lstatSync(path);
  return facts.isDirectory() && facts.uid === process.getuid?.();
}
