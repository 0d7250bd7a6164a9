// What reads a stream of bytes, chunk by chunk, and tells the places in it that must not be written as they are.
import { type Automaton, step } from './needles.ts';

/** A place where something private stands, by offsets in its stream. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly owner: number;
  /** Length of the longest form here: it gives the place its name. */
  readonly length: number;
}

/** Reads one stream. */
export interface Scanner {
  /** Places that end in this chunk, which begins at that offset; in order, and apart from each other. */
  scan(chunk: Uint8Array, offset: number): Place[];
  /** Nothing found after this many bytes will begin before that offset. */
  settled(read: number): number;
  /** Places that could only be told when the stream had ended. */
  finish(): Place[];
}

/** Adds a place that ends no earlier than all before it. */
function add(places: Place[], start: number, end: number, owner: number, length: number): void {
  let place: Place = { start, end, owner, length };
  for (let last = places.at(-1); last !== undefined && last.end > start; last = places.at(-1)) {
    place = union(last, place);
    places.pop();
  }
  places.push(place);
}

/** Finds texts as they are. */
export function textScanner(automaton: Automaton): Scanner {
  const { found, owner, depth } = automaton;
  let state = 0;
  return {
    scan(chunk, offset) {
      const places: Place[] = [];
      for (let at = 0; at < chunk.length; at += 1) {
        state = step(automaton, state, chunk[at] as number);
        const length = found[state] as number;
        if (length > 0) {
          const end = offset + at + 1;
          add(places, end - length, end, owner[state] as number, length);
        }
      }
      return places;
    },
    settled: (read) => read - (depth[state] ?? 0),
    finish: () => [],
  };
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Finds base64 and hexadecimal. Looks past single line ends: both are broken into lines anywhere. */
export function wrappedScanner(automaton: Automaton): Scanner {
  const { found, owner, depth } = automaton;
  let state = 0;
  /** Offsets of the line ends within what the state stands for, or a little before. */
  let skipped: number[] = [];
  let last = 0;
  const startOf = (end: number, length: number) => {
    let start = end - length;
    for (let at = skipped.length - 1; at >= 0 && (skipped[at] as number) >= start; at -= 1) start -= 1;
    return start;
  };
  const skip = (offset: number, byte: number) => {
    const second = skipped.at(-1) === offset - 1;
    if (second && !(byte === lineFeed && last === carriageReturn)) state = 0;
    skipped.push(offset);
    last = byte;
  };
  return {
    scan(chunk, offset) {
      const places: Place[] = [];
      for (let at = 0; at < chunk.length; at += 1) {
        const byte = chunk[at] as number;
        if (byte === lineFeed || byte === carriageReturn) {
          if (state !== 0) skip(offset + at, byte);
          continue;
        }
        state = step(automaton, state, byte);
        if (state === 0) {
          if (skipped.length > 0) skipped = [];
          continue;
        }
        const length = found[state] as number;
        if (length > 0) {
          const end = offset + at + 1;
          add(places, startOf(end, length), end, owner[state] as number, length);
        }
      }
      const start = startOf(offset + chunk.length - trailing(offset + chunk.length), depth[state] ?? 0);
      skipped = skipped.filter((each) => each >= start);
      return places;
    },
    settled: (read) => (state === 0 ? read : startOf(read - trailing(read), depth[state] ?? 0)),
    finish: () => [],
  };

  /** Line ends at the very end of what was read. */
  function trailing(read: number): number {
    let count = 0;
    while (count < skipped.length && skipped[skipped.length - 1 - count] === read - 1 - count) count += 1;
    return count;
  }
}

/** Two places that overlap as one. */
export function union(one: Place, other: Place): Place {
  const { owner, length } = other.length > one.length ? other : one;
  return { start: Math.min(one.start, other.start), end: Math.max(one.end, other.end), owner, length };
}

/** Something private that can be told by its form, in bytes read as Latin-1. */
export interface Pattern {
  /** What it is, as people call it. */
  readonly kind: string;
  /**
   * Has the flag g, and finds no more than `longestMatch` characters. With the flag d it is private from where its first group
   * begins, which may be up to `lookback` characters before, to where its last one ends.
   */
  readonly expression: RegExp;
  /** What takes its place. */
  readonly instead: string;
}

/** Most characters that a pattern may find, and look at behind them. */
const longestMatch = 49_152;
/** Most characters at which a pattern may look before what it finds. */
const lookback = 16_384;

/** Finds what has the form of something private. Owners are numbered from `first`, in the order of the patterns. */
export function patternScanner(patterns: readonly Pattern[], first: number): Scanner {
  /** Text that is still looked at, the offset at which it begins, and that from which patterns have not been looked for. */
  let window = '';
  let base = 0;
  let from = 0;
  const search = (limit: number): Place[] =>
    patterns.flatMap(({ expression }, at) => {
      const places: Place[] = [];
      expression.lastIndex = from - base;
      for (let match = expression.exec(window); match !== null; match = expression.exec(window)) {
        if (base + match.index >= limit) break;
        const [start] = match.indices?.[1] ?? [match.index];
        const [, end] = match.indices?.at(-1) ?? [0, match.index + match[0].length];
        places.push({ start: base + start, end: base + end, owner: first + at, length: end - start });
        if (match[0] === '') expression.lastIndex += 1;
      }
      return places;
    });
  return {
    scan(chunk) {
      window += latin1(chunk);
      const limit = base + window.length - longestMatch;
      if (limit <= from) return [];
      const places = search(limit);
      from = limit;
      const begin = Math.max(base, from - lookback);
      window = window.slice(begin - base);
      base = begin;
      return places;
    },
    settled: () => base,
    finish: () => search(Number.POSITIVE_INFINITY),
  };
}

const latin = new TextDecoder('latin1', { ignoreBOM: true });

/** Bytes as a text of one character each, as patterns see them. */
export function latin1(bytes: Uint8Array): string {
  return latin.decode(bytes);
}
