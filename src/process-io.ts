// The process as an Io: the only place that touches standard streams and signals.
import { fstatSync, writeSync } from 'node:fs';
import type { Io, Stream } from './cli/command.ts';
import { main } from './main.ts';

/** Runs the command line of this process and sets its exit code. */
export async function runProcess(): Promise<void> {
  process.exitCode = await main(process.argv.slice(2), processIo());
}

function processIo(): Io {
  return {
    stdout: streamOf(1, () => process.stdout),
    stderr: streamOf(2, () => process.stderr),
    stdin: readStdin,
    env: process.env,
    cwd: process.cwd(),
    onSignal(callback) {
      const signals = ['SIGINT', 'SIGTERM'] as const;
      for (const signal of signals) process.on(signal, callback);
      return () => {
        for (const signal of signals) process.off(signal, callback);
      };
    },
  };
}

/** Writes go straight to the descriptor: making Node's stream of a pipe or file takes three milliseconds, and adds nothing. */
function streamOf(descriptor: number, stream: () => NodeJS.WriteStream): Stream {
  let open = true;
  const terminal = isTerminal(descriptor) ? stream() : undefined;
  return {
    write(text) {
      if (terminal !== undefined) terminal.write(text);
      else if (open) open = writeAll(descriptor, text);
    },
    isTTY: terminal?.isTTY === true,
    get columns() {
      return terminal?.columns || 80; // a bare pty says 0
    },
    get rows() {
      return terminal?.rows || 24;
    },
  };
}

function isTerminal(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false;
  }
}

/** False when the reader went away (`super ... | head`), which is no fault of ours. */
function writeAll(descriptor: number, text: string): boolean {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE' || code === 'ECONNRESET') return false;
      if (code !== 'EAGAIN') throw error;
      // Somebody made the pipe non-blocking; it is full: the reader gets a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  return true;
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
