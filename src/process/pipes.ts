// Where what an attempt writes must not reach a file as it is, it comes to us: through a FIFO of which we hold both ends, so that
// neither side waits for the other to open it. Should this process die, what is in the FIFO is gone with it, and who writes on is
// told by SIGPIPE.
import { constants, openSync, readSync, unlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { LaunchOrder, Sink } from './order.ts';

/** The streams of an attempt. */
type Stream = 'stdout' | 'stderr' | 'reports';

/** A FIFO for one stream. */
export interface Pipe {
  readonly stream: Stream;
  readonly path: string;
  readonly sink: Sink;
  open: { readonly fd: number; readonly socket: Socket } | undefined;
  closed: boolean;
}

/** Most bytes that are read at once. */
const chunkSize = 65_536;

/** What is read is taken before anything else is: one piece of memory does for all pipes. */
let shared: Buffer | undefined;

/** Most chunks that are taken out of a pipe in the end. It holds no more, unless something that hid from us writes on. */
const lastChunks = 32;

/** The pipes that an order needs, none of which is there yet. */
export function pipesOf(order: LaunchOrder, folder: string, id: number): readonly Pipe[] {
  return (['stdout', 'stderr', 'reports'] as const).flatMap((stream) => {
    const sink = order[stream];
    if (sink === undefined || typeof sink === 'string') return [];
    return [{ stream, path: join(folder, `${id}-${stream}`), sink, open: undefined, closed: false }];
  });
}

/** Begins to read. The FIFO must be there. Throws what the system says. */
export function openPipe(pipe: Pipe): void {
  const fd = openSync(pipe.path, constants.O_RDWR | constants.O_NONBLOCK);
  shared ??= Buffer.allocUnsafeSlow(chunkSize);
  // Waits in the event loop, not in one of the four threads that files are read by; reads no faster than the sink takes.
  const { Socket } = process.getBuiltinModule('node:net');
  const socket = new Socket({
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer: shared,
      callback(length, bytes) {
        pipe.sink.write(bytes.subarray(0, length));
        return true;
      },
    },
  });
  socket.on('error', () => {}); // what is still in the pipe is taken at the end
  pipe.open = { fd, socket };
}

/** Takes what is left in the pipe, ends its sink and takes it away. What still writes is told by SIGPIPE. */
export function closePipe(pipe: Pipe): void {
  if (pipe.closed) return;
  pipe.closed = true;
  if (pipe.open) {
    drain(pipe.open.fd, pipe.sink);
    pipe.open.socket.destroy();
    pipe.open = undefined;
  }
  pipe.sink.end();
  try {
    unlinkSync(pipe.path);
  } catch {
    // It never came to be, or its folder was tidied away.
  }
}

function drain(fd: number, sink: Sink): void {
  const buffer = Buffer.allocUnsafe(chunkSize);
  try {
    for (let chunks = 0; chunks < lastChunks; chunks += 1) {
      const length = readSync(fd, buffer);
      if (length === 0) return;
      sink.write(buffer.subarray(0, length));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error; // it is empty
  }
}

/** The redirections with which a launcher begins an attempt. Its own standard output, number 3, is none of an attempt's business. */
export function redirections(order: LaunchOrder, pipes: readonly Pipe[], quote: (text: string) => string): string {
  const to = (stream: Stream) => {
    const given = order[stream];
    return typeof given === 'string' ? given : pipes.find((pipe) => pipe.stream === stream)?.path;
  };
  const reports = to('reports');
  const third = reports === undefined ? '3>&-' : `3>>${quote(reports)}`;
  return `<${quote(order.stdin ?? '/dev/null')} >>${quote(to('stdout') ?? '')} 2>>${quote(to('stderr') ?? '')} ${third}`;
}
