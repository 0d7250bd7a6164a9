// Golden files: expected text, kept beside the input that leads to it. `UPDATE_GOLDEN=1 vitest run` writes them anew.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** The folder of all golden files. */
export const goldenRoot = dirname(fileURLToPath(import.meta.url));
const updating = process.env['UPDATE_GOLDEN'] === '1';

/** Fails when the text differs from the golden file, whose path is relative to test/golden; writes it when updating. */
export function expectGolden(path: string, actual: string): void {
  const file = join(goldenRoot, path);
  if (updating) {
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file) || readFileSync(file, 'utf8') !== actual) writeFileSync(file, actual);
    return;
  }
  if (!existsSync(file)) throw new Error(`test/golden/${path} is missing; UPDATE_GOLDEN=1 vitest run writes it`);
  expect(actual, `test/golden/${path}`).toBe(readFileSync(file, 'utf8'));
}

/** The input of a case: a file's text, its path relative to test/golden. */
export function goldenInput(path: string): string {
  return readFileSync(join(goldenRoot, path), 'utf8');
}

/** The input of a case as bytes, for files that are not text. */
export function goldenBytes(path: string): Uint8Array {
  return readFileSync(join(goldenRoot, path));
}

/** Names of what a folder relative to test/golden holds, in order; empty where there is no such folder. */
export function goldenNames(folder: string): readonly string[] {
  return existsSync(join(goldenRoot, folder)) ? readdirSync(join(goldenRoot, folder)).sort() : [];
}
