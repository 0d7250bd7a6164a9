// Keeps the values of secrets out of whatever is written: every place where one stands, in any of its forms, is replaced by
// [redacted:NAME]. Where such places overlap they are one, so that no end of a longer value is left beside a shorter one.
import { automatonOf } from './needles.ts';
import {
  type Pattern,
  type Place,
  patternScanner,
  type Scanner,
  textScanner,
  union,
  wrappedScanner,
} from './scanners.ts';
import { formsOf, type SecretForms, utf8 } from './secret-forms.ts';

/** A variable whose value must appear nowhere. */
export interface Secret {
  readonly name: string;
  readonly value: string;
  /** What takes its place, where that is not [redacted:NAME]. */
  readonly instead?: string;
}

/** What else a redactor looks for, and who counts what it replaces. */
export interface Further {
  readonly patterns: readonly Pattern[];
  /** Hears of each place that was replaced: the name of the secret, or the kind of the pattern. */
  counted(name: string): void;
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
export function makeRedactor(secrets: readonly Secret[], further?: Further): Redactor {
  const forms = secrets.map(({ value }) => formsOf(value));
  const needles = (bytesOf: (each: SecretForms) => readonly Uint8Array[]) =>
    automatonOf(forms.flatMap((each, owner) => bytesOf(each).map((bytes) => ({ bytes, owner }))));
  const texts = needles((each) => [...each.texts.map(utf8), ...each.wide]);
  const wrapped = needles((each) => each.wrapped.map(utf8));
  const owners: readonly Owner[] = [
    ...secrets.map(({ name, instead }) => ({ name, label: utf8(instead ?? `[redacted:${name}]`) })),
    ...(further?.patterns ?? []).map(({ kind, instead }) => ({ name: kind, label: utf8(instead) })),
  ];
  const scanners = (): Scanner[] => [
    textScanner(texts),
    wrappedScanner(wrapped),
    ...(further === undefined ? [] : [patternScanner(further.patterns, secrets.length)]),
  ];
  const placesIn = (bytes: Uint8Array) =>
    scanners().flatMap((scanner) => [...scanner.scan(bytes, 0), ...scanner.finish()]);
  const redactor: Redactor = {
    open: () => openStream(scanners(), owners, further?.counted),
    text(text) {
      const bytes = utf8(text);
      if (placesIn(bytes).length === 0) return text;
      const stream = redactor.open();
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(joined([stream.push(bytes), stream.end()]));
    },
    nameIn: (text) => owners[placesIn(utf8(text))[0]?.owner ?? -1]?.name,
  };
  return redactor;
}

/** Who is told by a place, and what is written there. */
interface Owner {
  readonly name: string;
  readonly label: Uint8Array;
}

const nothing = new Uint8Array();

function openStream(
  scanners: readonly Scanner[],
  owners: readonly Owner[],
  counted?: (name: string) => void,
): RedactedStream {
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
      const owner = owners[place.owner];
      parts.push(owner?.label ?? nothing);
      counted?.(owner?.name ?? '');
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
    end() {
      const found = scanners.flatMap((scanner) => scanner.finish());
      if (found.length > 0) open = merged([...open, ...found]);
      return giveOut(held, read);
    },
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
