// How the content of a file becomes lines of a recording.
import { partBytes, type RecordingPart, wholeBytes } from './recording-form.ts';

/** A step on the way of bytes. What it gives may be handed on; a chunk belongs to it. */
export interface Step {
  push(chunk: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

/** Leaves the middle of what is too long out, with a mark in its place. */
export function cutting(most = wholeBytes): Step & { readonly cut: number } {
  const half = most / 2;
  /** Where the head ends: at a character, if that can be told. */
  let head = half;
  let read = 0;
  let cut = 0;
  /** What was read behind the head, as far as it may be the end. */
  let tail: Uint8Array[] = [];
  let held = 0;
  return {
    get cut() {
      return cut;
    },
    push(chunk) {
      if (read < head && read + chunk.length > head) head = read + characterAt(chunk, head - read);
      const room = Math.max(0, head - read);
      read += chunk.length;
      const rest = chunk.subarray(room);
      if (rest.length > 0) {
        tail.push(Buffer.from(rest));
        held += rest.length;
        for (let first = tail[0]; first !== undefined && held - first.length >= half + 4; first = tail[0]) {
          held -= first.length;
          cut += first.length;
          tail.shift();
        }
      }
      return chunk.subarray(0, room);
    },
    end() {
      const end = Buffer.concat(tail);
      tail = [];
      if (read <= most) return end;
      const from = characterAt(end, end.length - Math.min(end.length, half - markRoom));
      cut += from;
      return Buffer.concat([Buffer.from(`\n[... ${cut} bytes cut here ...]\n`), end.subarray(from)]);
    },
  };
}

/** Bytes that a mark may need. */
const markRoom = 64;

/** Gives lines for bytes that come in chunks of any size. */
export function parting(file: string, line: (part: RecordingPart) => void) {
  let held: Uint8Array = new Uint8Array();
  const give = (bytes: Uint8Array, more: Pick<RecordingPart, 'more' | 'cut'>) =>
    line({ file, ...spelled(bytes), ...more });
  return {
    push(chunk: Uint8Array): void {
      if (chunk.length === 0) return;
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      while (held.length > partBytes) {
        const end = characterAt(held, partBytes);
        give(held.subarray(0, end), { more: true });
        held = held.subarray(end);
      }
      held = Buffer.from(held);
    },
    end(cut: number): void {
      give(held, cut > 0 ? { cut } : {});
    },
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function spelled(bytes: Uint8Array): Pick<RecordingPart, 'text' | 'base64'> {
  try {
    return { text: utf8.decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}

/** Where the character begins in the midst of which an offset may be. */
function characterAt(bytes: Uint8Array, offset: number): number {
  for (let at = offset; at > Math.max(0, offset - 4); at -= 1) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return at;
  return offset;
}
