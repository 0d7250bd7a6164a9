import type { Stream } from './reporter.ts';

/** Lines on their way to a stream. */
export interface Lines {
  add(...lines: readonly string[]): void;
  flush(): void;
}

/** Collects lines and writes those of one turn of the event loop at once: a run of 10,000 short tasks is not to wait for 20,000 writes. */
export function linesTo(stream: Pick<Stream, 'write'>): Lines {
  let waiting: string[] = [];
  const flush = () => {
    if (waiting.length === 0) return;
    const text = `${waiting.join('\n')}\n`;
    waiting = [];
    stream.write(text);
  };
  return {
    add(...lines) {
      if (waiting.length === 0 && lines.length > 0) setImmediate(flush);
      for (const line of lines) waiting.push(line);
    },
    flush,
  };
}
