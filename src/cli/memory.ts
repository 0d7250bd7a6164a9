/** Sizes in bytes of orchestras for which it pays: a smaller one takes little memory, a larger one a gigabyte either way. */
const from = 100_000;
const to = 8_000_000;

/**
 * Keeps the part of the heap where new objects live at its first size. V8 would double it up to 64 MB while a large orchestra is
 * read, and keep it: 10,000 tasks then take 240 MB instead of 155, in the same time.
 */
export function readFrugally(bytes: number): void {
  if (bytes < from || bytes > to) return;
  process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
}
