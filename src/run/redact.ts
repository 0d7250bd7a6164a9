// Keeps the values of secrets out of whatever is written: every place where one stands, in any of its forms, is replaced by
// [redacted:NAME]. Where such places overlap they are one, so that no end of a longer value is left beside a shorter one.
import { type Automaton, automatonOf, step } from './needles.ts';
import { formsOf, utf8 } from './secret-forms.ts';

/** A variable whose value must appear nowhere. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** Knows the secrets of a run. */
export interface Redactor {
  /** Begins a stream. */
  open(): RedactedStream;
  /** The text without the values; the same text where there are none. */
  text(text: string): string;
  /** The name of a secret that stands in the text. */
  nameIn(text: string): string | undefined;
}

/** A stream of bytes on its way to where it is written. */
export interface RedactedStream {
  /** What can be written now. It may share its memory with the chunk. What may be the beginning of a secret is held back. */
  push(chunk: Uint8Array): Uint8Array;
  /** What was held back. */
  end(): Uint8Array;
}

/** Makes a redactor for values of four characters or more. */
export function makeRedactor(secrets: readonly Secret[]): Redactor {
  const forms = secrets.map(({ value }) => formsOf(value));
  const needles = (kind: 'texts' | 'base64') =>
    automatonOf(forms.flatMap((each, owner) => each[kind].map((text) => ({ bytes: utf8(text), owner }))));
  const automata: Automata = { texts: needles('texts'), base64: needles('base64') };
  const labels = secrets.map(({ name }) => utf8(`[redacted:${name}]`));
  const redactor: Redactor = {
    open: () => openStream(automata, labels),
    text(text) {
      const bytes = utf8(text);
      const found = placesIn(automata, bytes);
      if (found.length === 0) return text;
      const stream = redactor.open();
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(joined([stream.push(bytes), stream.end()]));
    },
    nameIn: (text) => secrets[placesIn(automata, utf8(text))[0]?.owner ?? -1]?.name,
  };
  return redactor;
}

interface Automata {
  readonly texts: Automaton;
  readonly base64: Automaton;
}

/** A place where a secret stands, by offsets in its stream. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly owner: number;
  /** Length of the longest form here: it gives the place its name. */
  readonly length: number;
}

function placesIn(automata: Automata, bytes: Uint8Array): readonly Place[] {
  return [textScanner(automata.texts), base64Scanner(automata.base64)].flatMap((scanner) => scanner.scan(bytes, 0));
}

const nothing = new Uint8Array();

function openStream(automata: Automata, labels: readonly Uint8Array[]): RedactedStream {
  const scanners = [textScanner(automata.texts), base64Scanner(automata.base64)];
  /** Bytes read so far; those before `written` have been given out, or replaced. */
  let read = 0;
  let written = 0;
  /** What was read and is not written. */
  let held: Uint8Array = nothing;
  /** Places that may still grow. */
  let open: readonly Place[] = [];

  /** Gives out what is settled: nothing found from now on begins before that offset. */
  const giveOut = (bytes: Uint8Array, settled: number): Uint8Array => {
    const from = written;
    const parts: Uint8Array[] = [];
    const textUntil = (offset: number) => {
      if (offset > written) parts.push(bytes.subarray(written - from, offset - from));
      written = Math.max(written, offset);
    };
    const growing = open.findIndex(({ end }) => end > settled);
    const whole = growing === -1 ? open : open.slice(0, growing);
    open = growing === -1 ? [] : open.slice(growing);
    for (const place of whole) {
      textUntil(place.start);
      parts.push(labels[place.owner] ?? nothing);
      written = Math.max(written, place.end);
    }
    textUntil(Math.min(settled, open[0]?.start ?? settled));
    written = Math.max(written, settled); // beyond that text only what a growing place covers, whatever it will be called
    held = new Uint8Array(bytes.subarray(written - from)); // a copy: slice() of a Buffer makes none
    return joined(parts);
  };

  return {
    push(chunk) {
      const found = scanners.flatMap((scanner) => scanner.scan(chunk, read));
      read += chunk.length;
      const settled = Math.min(...scanners.map((scanner) => scanner.settled(read)));
      if (found.length === 0 && open.length === 0 && held.length === 0 && settled === read) {
        written = read;
        return chunk;
      }
      if (found.length > 0) open = merged([...open, ...found]);
      return giveOut(held.length === 0 ? chunk : joined([held, chunk]), settled);
    },
    end: () => giveOut(held, read),
  };
}

/** Places that overlap become one. */
function merged(places: readonly Place[]): readonly Place[] {
  const result: Place[] = [];
  for (const place of places.toSorted((one, other) => one.start - other.start)) {
    const last = result.at(-1);
    if (last === undefined || last.end <= place.start) result.push(place);
    else result[result.length - 1] = union(last, place);
  }
  return result;
}

function union(one: Place, other: Place): Place {
  const { owner, length } = other.length > one.length ? other : one;
  return { start: Math.min(one.start, other.start), end: Math.max(one.end, other.end), owner, length };
}

/** Reads a stream, chunk by chunk. */
interface Scanner {
  /** Places that end in this chunk, which begins at that offset; in order, and apart from each other. */
  scan(chunk: Uint8Array, offset: number): Place[];
  /** Nothing found after this many bytes will begin before that offset. */
  settled(read: number): number;
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

function textScanner(automaton: Automaton): Scanner {
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
  };
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Looks past single line ends: base64 is broken into lines anywhere. */
function base64Scanner(automaton: Automaton): Scanner {
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
  };

  /** Line ends at the very end of what was read. */
  function trailing(read: number): number {
    let count = 0;
    while (count < skipped.length && skipped[skipped.length - 1 - count] === read - 1 - count) count += 1;
    return count;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
