// The last words on a standard error: where a CLI ends without a result, they are all that it says of the cause.

/** Bytes of the end that are kept. */
const most = 4096;

/** Lines of these that are told, and characters. */
const mostLines = 4;
const mostCharacters = 600;

/** What is no message: where in its code a program was, and that it reads its input. */
const telling = (line: string) =>
  line !== '' && !/^(at |node:|Reading (prompt|additional input) from stdin)/.test(line);

/** The end of a standard error, as it grows. */
export interface Complaint {
  /** The bytes are not kept. */
  push(chunk: Uint8Array): void;
  /** The last lines that look like a message, as one; empty for none. */
  text(): string;
}

/** Begins to keep the end. */
export function openComplaint(): Complaint {
  let tail = Buffer.alloc(0);
  return {
    push(chunk) {
      const end = chunk.subarray(Math.max(0, chunk.length - most));
      tail = Buffer.concat([tail.subarray(Math.max(0, tail.length + end.length - most)), end]);
    },
    text() {
      const lines = tail
        .toString('utf8')
        .split('\n')
        .map((line) => line.trim());
      return lines.filter(telling).slice(-mostLines).join(' ').slice(-mostCharacters);
    },
  };
}
