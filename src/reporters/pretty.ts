// The live display of a run on a terminal. screen.ts says what stands there; listr2 puts it there, frame over frame.
import { DefaultRenderer, Listr, ListrEventType, ListrLogger, ProcessOutput } from 'listr2';
import type { RunState, TaskState } from '../run/state.ts';
import { headerLines } from './header.ts';
import type { Reporter, ReporterContext, Stream } from './reporter.ts';
import { screen } from './screen.ts';
import { summaryLines, type Witness, witness } from './summary.ts';
import { widthOf } from './terminal.ts';
import { paint as paintOf } from './words.ts';

/** Tasks that ended are remembered for as many rows as a terminal may have. */
const mostRecent = 200;
const askMilliseconds = 500;

/** Shows the tasks live on standard error, one row each, and leaves the summary there. */
export function prettyReporter(context: ReporterContext): Reporter {
  const { stderr } = context;
  const paint = paintOf(context.color);
  const recent: TaskState[] = [];
  const display = displayOn(stderr);
  const said = new Map<TaskState, { readonly at: number; readonly line: string | undefined }>();
  let seen: Witness | undefined;
  let note: string | undefined;

  /** Asked for less often than frames are drawn: the answer may have to be read from a file. */
  const lastLineAt = (now: number) => (task: TaskState) => {
    const known = said.get(task);
    if (known !== undefined && now - known.at < askMilliseconds) return known.line;
    const line = context.lastLine(task.task.name);
    said.set(task, { at: now, line });
    return line;
  };

  const draw = (state: RunState, now: number) => {
    if (seen === undefined) return;
    const { columns, rows } = stderr;
    display.show(
      screen(state, { columns, rows, now, since: seen.since, recent, note, paint, lastLine: lastLineAt(now) }),
    );
  };

  return {
    onEvent(event, state) {
      if (seen === undefined) {
        seen = witness(event, state);
        stderr.write(`${headerLines(event, state, context, paint).join('\n')}\n`);
        draw(state, seen.since);
      }
      if (!('task' in event)) return;
      const task = state.tasks.get(event.task);
      if (task?.endedAt === undefined || task.status === 'running') return;
      said.delete(task);
      recent.push(task);
      if (recent.length > mostRecent) recent.shift();
    },
    tick: draw,
    note(text) {
      note = text;
    },
    async close(state) {
      await display.end();
      if (state === undefined || seen === undefined) return;
      stderr.write(`${summaryLines(state, seen, context, { paint, tails: true }).slice(1).join('\n')}\n`);
    },
  };
}

interface Display {
  /** Replaces what it shows. */
  show(lines: readonly string[]): void;
  /** Removes what it shows and gives the cursor back. */
  end(): Promise<void>;
}

/** An area of lines that are replaced in place, at the end of what the terminal shows. */
function displayOn(stream: Stream): Display {
  let frame = '';
  let columns = stream.columns;
  let finish = () => {};
  let finished: Promise<unknown> | undefined;

  // listr2 would draw its own tasks. Ours may be ten thousand, so it is given one, which is the run, and told what to draw.
  class FrameRenderer extends DefaultRenderer {
    // listr2 looks at standard output when it asks for a terminal; this one writes to another stream.
    static override nonTTY = true;
    override create(): string {
      return frame;
    }
  }

  const output = {
    write(text: unknown) {
      stream.write(String(text));
      return true;
    },
    isTTY: stream.isTTY,
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
  } as unknown as NodeJS.WriteStream;
  const list = new Listr<object, typeof FrameRenderer>(
    [{ task: () => new Promise<void>((resolve) => (finish = resolve)) }],
    {
      renderer: FrameRenderer,
      rendererOptions: {
        lazy: true,
        clearOutput: true,
        logger: new ListrLogger({ processOutput: new ProcessOutput(output, output) }),
      },
      // It would exit the process on Ctrl-C; how a run is stopped is not for a display to decide.
      registerSignalListeners: false,
    },
  );

  return {
    show(lines) {
      const next = lines.join('\n');
      if (next === frame && columns === stream.columns) return;
      if (stream.columns < columns) unwrap(stream, frame);
      columns = stream.columns;
      frame = next;
      if (finished === undefined) finished = list.run();
      else list.events.emit(ListrEventType.SHOULD_REFRESH_RENDER);
    },
    async end() {
      if (finished === undefined) return;
      // The list asks for its task a few turns after it was started.
      while (list.tasks.some((task) => !task.isStarted())) await new Promise((resolve) => setImmediate(resolve));
      frame = '';
      finish();
      await finished;
    },
  };
}

/** Wipes a frame whose lines a narrower terminal has wrapped, and puts the cursor where the display last left it. */
function unwrap(stream: Stream, frame: string): void {
  const lines = frame.split('\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: our own colours, which have no width
  const widths = lines.map((line) => widthOf(line.replace(/\x1b\[[0-9;]*m/g, '')));
  const height = widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / stream.columns)), 0);
  stream.write(`\x1b[${height}A\r\x1b[J${'\n'.repeat(lines.length)}`);
}
