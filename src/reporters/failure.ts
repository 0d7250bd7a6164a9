import type { TaskState } from '../run/state.ts';
import type { TaskName } from '../schema/types.gen.ts';
import type { ReporterContext } from './reporter.ts';
import { clean, cut } from './terminal.ts';

/** What went wrong with a task, on one line: the reason as it stands in the journal, then the message. */
export function whyOf({ reason, message }: Pick<TaskState, 'reason' | 'message'>): string {
  const said = message === undefined ? '' : oneLine(message);
  return [reason ?? '', said].filter((part) => part !== '').join(': ');
}

/** A message of any length as one line that people will read. */
export function oneLine(message: string, longest = 300): string {
  return cut(clean(message.trim()), longest);
}

/** The last lines of a failed task's output, marked as such, and where all of it is. */
export function evidenceOf(
  { task, attempt }: TaskState,
  { files }: Pick<ReporterContext, 'files'>,
  lines: number,
): string[] {
  const tail = lines === 0 || attempt === 0 ? [] : files.tail(task.name, attempt, lines);
  return [...tail.map((line) => `| ${cut(clean(line), 200)}`), logLine(files, task.name, attempt)];
}

/** Where all is that an attempt wrote; attempt 0 is none. */
export function logLine(files: ReporterContext['files'], task: TaskName, attempt: number): string {
  if (attempt === 0) return 'no attempt was made';
  const { path, empty } = files.log(task, attempt);
  return `log: ${empty ? 'empty; other files of the attempt: ' : ''}${clean(path)}`;
}
