// The process as an Io: the only place that touches standard streams and signals.
import { fstatSync, write, writeSync } from 'node:fs';
import { exit, type Io, type Signal, type Stream } from './cli/command.ts';
import { main } from './main.ts';

/**
 * Runs the command line of this process and sets its exit code. Resolves to what of the program was used, in words: the same
 * words, much the same functions.
 */
export async function runProcess(): Promise<string> {
  const output: Output = { queue: [], writing: false, waiting: [], closed: new Set(), fault: undefined };
  const io = processIo(output);
  let used = '';
  // Thrown where nobody waits for it: the exit code must not be that of a failed task. The guardian ends the agents.
  process.on('uncaughtException', async (error) => {
    const { explainFailure } = await import('./cli/failure.ts');
    const write = (text: string) => tryWrite(output, 2, Buffer.from(text));
    process.exit(explainFailure(error, { ...io, stderr: { ...io.stderr, write } }));
  });
  const code = await main(process.argv.slice(2), io, ({ path }, { options }) => {
    used = [...path, ...Object.keys(options).sort()].join(' ');
  });
  process.exitCode = code;
  // What is still under way keeps the process alive; a disk that refused a result is told in the end.
  process.on('exit', () => {
    if (output.fault === undefined) return;
    process.exitCode = code === exit.succeeded ? exit.storage : code;
    if (!output.closed.has(2)) tryWrite(output, 2, Buffer.from(`super: cannot write: ${output.fault.message}\n`));
  });
  return `${used} ${code}${io.stderr.isTTY ? ' on a terminal' : ''}`;
}

const signals: readonly Signal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function processIo(output: Output): Io {
  return {
    stdout: streamOf(output, 1, () => process.stdout),
    stderr: streamOf(output, 2, () => process.stderr),
    stdin: readStdin,
    env: process.env,
    cwd: process.cwd(),
    program: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    onSignal(callback) {
      for (const signal of signals) process.on(signal, callback);
      return () => {
        for (const signal of signals) process.off(signal, callback);
      };
    },
  };
}

/** Both streams together, so that what goes to the same place stays in order. */
interface Output {
  /** What waits for a reader: a slow one must not hold up timeouts and signals. */
  readonly queue: { readonly descriptor: number; readonly bytes: Buffer }[];
  writing: boolean;
  /** Called when the queue is empty. */
  readonly waiting: (() => void)[];
  /** Descriptors that take nothing any more. */
  readonly closed: Set<number>;
  fault: Error | undefined;
}

/** Writes go straight to the descriptor: making Node's stream of a pipe or file takes three milliseconds, and adds nothing. */
function streamOf(output: Output, descriptor: number, stream: () => NodeJS.WriteStream): Stream {
  const kind = kindOf(descriptor);
  const terminal = kind === 'terminal' ? stream() : undefined;
  terminal?.on('error', () => {}); // a terminal that was closed
  return {
    write(text) {
      if (terminal !== undefined) terminal.write(text);
      else if (kind === 'file' && output.queue.length === 0) tryWrite(output, descriptor, Buffer.from(text));
      else {
        output.queue.push({ descriptor, bytes: Buffer.from(text) });
        next(output);
      }
    },
    async writeBytes(bytes) {
      output.queue.push({ descriptor, bytes: Buffer.from(bytes) });
      next(output);
      if (output.queue.length > 0) await new Promise<void>((resolve) => output.waiting.push(resolve));
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

function kindOf(descriptor: number): 'terminal' | 'file' | 'pipe' {
  try {
    const facts = fstatSync(descriptor);
    if (facts.isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(descriptor)) return 'terminal';
    return facts.isFIFO() || facts.isSocket() ? 'pipe' : 'file';
  } catch {
    return 'file';
  }
}

function tryWrite(output: Output, descriptor: number, bytes: Buffer): void {
  if (output.closed.has(descriptor)) return;
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  } catch (error) {
    close(output, descriptor, error as NodeJS.ErrnoException);
  }
}

/** Writes the head of the queue, then what has come meanwhile. */
function next(output: Output): void {
  if (output.writing) return;
  const head = output.queue[0];
  if (head === undefined) {
    for (const resolve of output.waiting.splice(0)) resolve();
    return;
  }
  if (output.closed.has(head.descriptor)) {
    output.queue.shift();
    return next(output);
  }
  output.writing = true;
  write(head.descriptor, head.bytes, 0, head.bytes.length, null, (error, count) => {
    output.writing = false;
    if (error?.code === 'EAGAIN') return void setTimeout(() => next(output), 5); // somebody made it non-blocking; it is full
    if (error) close(output, head.descriptor, error);
    else if (count < head.bytes.length) output.queue[0] = { ...head, bytes: head.bytes.subarray(count) };
    else output.queue.shift();
    next(output);
  });
}

/** A reader that went away (`super ... | head`) is no fault of ours. */
function close(output: Output, descriptor: number, error: NodeJS.ErrnoException): void {
  output.closed.add(descriptor);
  if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET' && descriptor === 1) output.fault = error;
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
