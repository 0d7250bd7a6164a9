// Builds dist/ before the tests that run the program, unless it is newer than everything that it is made from.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Called once by the test runner. */
export function setup(): void {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((path) => `src/${path}`);
  const newest = Math.max(...[...sources, 'build.ts', 'package.json'].map(changed));
  if (changed('dist/api.js') < newest) {
    execFileSync(process.execPath, ['build.ts'], { cwd: root, stdio: 'inherit' });
  }
}

function changed(path: string): number {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
