// What a file may ask of us. Each limit is far above any real file and far below what would hurt.

/** Largest file in bytes. */
export const maxBytes = 64 * 1024 * 1024;

/** Deepest nesting of maps and lists, aliases expanded. */
export const maxDepth = 64;

/** Most uses of an alias in one file. */
export const maxAliases = 100;

/** Most anchors of one file, and most tags. */
export const maxMarks = 10_000;

/** Most keys, values and list items of one file as it is written: what takes memory before anything is known of it. */
export const maxParts = 4_000_000;

/** Most keys and list items of one task, of one agent, and of all that stands under another key at the top of the file. */
export const maxPartsTogether = 250_000;

/** Most keys at the top of a file. */
export const maxTopKeys = 1000;

/** Most keys of one map. */
export const maxKeys = 10_000;

/** Most items of one list. */
export const maxItems = 200_000;

/** Most blank lines and comments of one file, outside its texts. */
export const maxBlanks = 400_000;

/** Longest text, in UTF-16 units as it is written. */
export const maxText = 4_000_000;

/** How often one thing may be wrong that no honest file has more than once, before the rest is not read. */
export const maxOddities = 1000;

/** Most values that the aliases of one file may make of it. */
export const maxExpandedNodes = 1_000_000;

/** Most faults of one stage that are told; `firstFew` says how many there were. */
export const maxFaults = 100;

/** The first of a file's faults, the last of them with a note of how many of `all` are left out. */
export function firstFew<T extends { readonly hint?: string }>(
  faults: readonly T[],
  all = faults.length,
): readonly T[] {
  const told = faults.slice(0, maxFaults);
  const last = told.at(-1);
  if (all <= maxFaults || last === undefined) return faults;
  const more = `${all - told.length} more faults of this file are not listed`;
  return [...told.slice(0, -1), { ...last, hint: last.hint ? `${last.hint}\n${more}` : more }];
}
