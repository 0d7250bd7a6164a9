// The live display of a run on a terminal. screen.ts says what stands there; listr2 puts it there, frame over frame.
import { DefaultRenderer, Listr, ListrEventType, ListrLogger, ProcessOutput } from 'listr2';
import type { RunState, TaskState } from '../run/state.ts';
import { headerLines } from './header.ts';
import type { Reporter, ReporterContext, Stream } from './reporter.ts';
import { screen } from './screen.ts';
import { summaryLines, type Witness, witness } from './summary.ts';
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

const save = '\x1b7';
const restore = '\x1b8';
const plainly = '\x1b[0m';
/** After so many frames all of one is drawn, and not only what has changed: somebody may have typed over it. */
const framesAtMost = 4;

/**
 * An area of lines that are replaced in place, at the end of what the terminal shows. Between frames the cursor rests at its top: who
 * presses Enter moves it down inside of it and scrolls nothing, and where the frame ends is saved. So the terminal keeps its modes, and
 * whatever kills this process leaves them as they were.
 */
function displayOn(stream: Stream): Display {
  let frame = '';
  let drawn = 0;
  let resting = false;
  let { columns, rows } = stream;
  let finish = () => {};
  let finished: Promise<unknown> | undefined;

  // listr2 would draw its own tasks. Ours may be ten thousand, so it is given one, which is the run, and told what to draw.
  class FrameRenderer extends DefaultRenderer {
    // listr2 looks at standard output when it asks for a terminal; this one writes to another stream.
    static override nonTTY = true;
    override create(): string {
      // What begins otherwise is drawn as a whole.
      return frame === '' || drawn % (2 * framesAtMost) < framesAtMost ? frame : `${plainly}${frame}`;
    }
  }

  const output = {
    write(text: unknown) {
      const rest = frame === '' ? '' : `${save}\x1b[${frame.split('\n').length}A\r`;
      stream.write(`${resting ? restore : ''}${text}${rest}`);
      resting = rest !== '';
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
      const isResized = columns !== stream.columns || rows !== stream.rows;
      if (next === frame && !isResized) return;
      if (isResized && resting) {
        // What was saved is elsewhere now; the cursor is still where the frame begins, however its lines were wrapped.
        stream.write(`\r\x1b[J${'\n'.repeat(frame.split('\n').length)}`);
        resting = false;
      }
      ({ columns, rows } = stream);
      drawn += isResized ? framesAtMost : 1;
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
