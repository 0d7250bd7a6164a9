// What a file may ask of us. Each limit is far above any real file and far below what would hurt.

/** Largest file in bytes. */
export const maxBytes = 64 * 1024 * 1024;

/** Deepest nesting of maps and lists, aliases expanded. */
export const maxDepth = 64;

/** Most uses of an alias in one file. */
export const maxAliases = 100;

/** Most values in one file, aliases expanded. */
export const maxExpandedNodes = 1_000_000;

/** Most schema faults that are reported of one file; the last one says that there are more. */
export const maxFaults = 100;
