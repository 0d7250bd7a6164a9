// What a reporter is and what it is given. Reporters fold nothing and read no journal: they are called with each event
// and the state that it led to.

import type { RunState } from '../run/state.ts';
import type { Plan, RunEvent, TaskName } from '../schema/types.gen.ts';
import type { RunCommands } from './next.ts';

/** Tells people about a run while it happens. Nothing it does can fail the run. */
export interface Reporter {
  onEvent(event: RunEvent, state: RunState): void;
  /** Lets a live display move on; called about eight times a second by whoever made the reporter. */
  tick?(state: RunState, now: number): void;
  /** Says something about the run that is no event of it, such as what a second Ctrl-C would do. */
  note(text: string): void;
  /** Says how the run ended (`state` is undefined when it never began) and gives the terminal back. Called once, always. */
  close(state: RunState | undefined): Promise<void>;
}

/** A text stream, such as standard error. */
export interface Stream {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
}

/** Where the files of the run are, as people would name them, and what they end with. */
interface RunFiles {
  readonly folder: string;
  /** The final result. */
  readonly result: string;
  output(task: TaskName): string;
  /** What an attempt wrote, or its folder where it wrote nothing. */
  log(task: TaskName, attempt: number): { readonly path: string; readonly empty: boolean };
  /** The last lines of what an attempt wrote, raw: they must be cleaned. */
  tail(task: TaskName, attempt: number, lines: number): readonly string[];
}

export interface ReporterContext extends RunCommands {
  /** For results. */
  readonly stdout: Stream;
  /** For progress. */
  readonly stderr: Stream;
  readonly plan: Plan;
  readonly goal: string;
  readonly color: boolean;
  readonly verbose: boolean;
  /** Whether the result is printed after the summary of a run that has succeeded. */
  readonly printsResult: boolean;
  /** Whether events of large runs are told one by one, too. */
  readonly everyEvent?: boolean;
  readonly files: RunFiles;
  /** The last thing that a running task said, raw: it must be cleaned. */
  lastLine(task: TaskName): string | undefined;
}
