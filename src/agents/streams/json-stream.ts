// Finds the JSON objects in what a program prints: one a line, or one over several lines, among lines that are none. Memory does
// not grow with the stream, and no line is looked at twice while it comes in pieces.
import type { Native } from './events.ts';
import { isObject } from './native.ts';

/** What is told of a stream. */
export interface JsonListener {
  /** A whole object. */
  value(value: Native): void;
  /** A line that is no JSON, or begins an object that never ends. */
  noise(line: string): void;
}

/** A stream that is being read. */
export interface JsonStream {
  /** The bytes are not kept. */
  push(chunk: Uint8Array): void;
  /** Tells what is left: a last line without an end. */
  end(): void;
}

/** Longest line, and longest object over several lines, in bytes; what is longer is noise of which only the beginning is told. */
const longest = 64 * 1024 * 1024;

/** Most characters of noise that are told of a line. */
const mostNoise = 4096;

const lineFeed = 10;
const roomAtFirst = 65_536;

/** Begins to read a stream. */
export function openJsonStream(listener: JsonListener, most = longest): JsonStream {
  const objects = openObjects(listener, most);
  /** The beginning of a line whose end has not come. */
  let room = Buffer.allocUnsafeSlow(roomAtFirst);
  let held = 0;
  let skipping = false;
  const hold = (part: Buffer) => {
    if (skipping || part.length === 0) return;
    if (held + part.length > most) {
      objects.noise(room.toString('utf8', 0, Math.min(held, mostNoise)));
      skipping = true;
      held = 0;
      return;
    }
    if (held + part.length > room.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(room.length * 2, held + part.length));
      room.copy(larger, 0, 0, held);
      room = larger;
    }
    part.copy(room, held);
    held += part.length;
  };
  const finish = () => {
    if (!skipping) objects.line(room.toString('utf8', 0, held));
    skipping = false;
    held = 0;
    if (room.length > roomAtFirst * 16) room = Buffer.allocUnsafeSlow(roomAtFirst);
  };
  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      let from = 0;
      for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, from)) {
        if (held === 0 && !skipping) objects.line(bytes.toString('utf8', from, end));
        else {
          hold(bytes.subarray(from, end));
          finish();
        }
        from = end + 1;
      }
      hold(bytes.subarray(from));
    },
    end() {
      if (held > 0) finish();
      objects.end();
    },
  };
}

/** What the brackets of a text come to: how deep it ends, whether a string is open there, and where it came back to no depth. */
interface Depth {
  readonly depth: number;
  readonly broken: boolean;
  readonly ends: readonly number[];
}

/** Lines to objects. */
function openObjects({ value, noise }: JsonListener, most: number) {
  /** Lines of an object that has begun and not ended. */
  let lines: string[] = [];
  let depth = 0;
  let size = 0;
  const giveUp = () => {
    for (const line of lines.splice(0)) tellNoise(line);
    depth = 0;
    size = 0;
  };
  const tellNoise = (line: string) => {
    if (line.trim() !== '') noise(line.slice(0, mostNoise));
  };
  const tell = (text: string): boolean => {
    const found = parse(text);
    if (found === undefined) return false;
    for (const each of found) value(each);
    return true;
  };
  /** A line that begins where objects begin, when none is open. */
  const first = (line: string, text: string) => {
    const state = bracketsIn(text);
    if (state.broken || state.depth <= 0) return tellNoise(line);
    lines = [line];
    depth = state.depth;
    size = line.length;
  };
  return {
    noise: tellNoise,
    line(line: string) {
      const text = bare(line);
      const opens = text.startsWith('{') || text.startsWith('[');
      // Lines within an object are indented: a whole object at the left edge is one of its own, and the open one was torn.
      if (opens && (lines.length === 0 || line.startsWith('{')) && tell(text)) return giveUp();
      if (lines.length === 0) return opens ? first(line, text) : tellNoise(line);
      const state = bracketsIn(line);
      lines.push(line);
      depth += state.depth;
      size += line.length;
      if (state.broken || depth < 0 || size > most) return giveUp();
      if (depth === 0 && tell(lines.join('\n'))) lines = [];
      if (depth === 0) giveUp();
    },
    end: giveUp,
  };
}

/** Escape sequences by which a program sets titles and colours before it speaks, and what a hole in a file gives. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const preamble = /^(?:\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|[\s\0\ufeff])+/;

function bare(line: string): string {
  const code = line.charCodeAt(0);
  return code === 0x7b ? line : line.replace(preamble, '');
}

/** The objects of a text that is JSON: one, those of a list, or several after each other. */
function parse(text: string): readonly Native[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return [value];
    return Array.isArray(value) && value.length > 0 && value.every(isObject) ? value : undefined;
  } catch {
    return parseEach(text);
  }
}

/** The objects of a text in which several follow each other, as where a program leaves out the end of a line. */
function parseEach(text: string): readonly Native[] | undefined {
  const { ends, depth, broken } = bracketsIn(text);
  if (ends.length < 2 || depth !== 0 || broken) return undefined;
  try {
    const values: unknown[] = ends.map((end, at) => JSON.parse(text.slice(ends[at - 1] ?? 0, end)));
    return values.every(isObject) && text.slice(ends.at(-1)).trim() === '' ? values : undefined;
  } catch {
    return undefined;
  }
}

/** By how much a line opens more brackets than it closes; broken where a string does not end in it. */
function bracketsIn(line: string): Depth {
  let depth = 0;
  let quoted = false;
  const ends: number[] = [];
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (quoted) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      if (depth === 0) ends.push(at + 1);
    }
  }
  return { depth, broken: quoted, ends };
}
