// What comes after a run: commands that make sense now, ready to be copied.
import { optionsToGoOn } from '../run/resumption.ts';
import type { RunState } from '../run/state.ts';
import type { Paint } from './words.ts';
import { quoted } from './words.ts';

/** Commands about one run, in words, to which more words can be added. */
export interface RunCommands {
  /** The command that goes on with the run. */
  readonly resume: readonly string[];
  /** The command that prints what was written, of a task where its name follows. */
  readonly logs: readonly string[];
}

const withChanges = '--with-changes';

/** Commands after a run that came to its end without success. */
export function commandsAfter(state: RunState, { resume, logs }: RunCommands): string[][] {
  const again = [...resume, ...optionsToGoOn(state)];
  const failed = state.inOrder.find(({ status, attempt }) => status === 'failed' && attempt > 0);
  return failed === undefined ? [again] : [[...logs, failed.task.name], again, [...resume, withChanges]];
}

/** The lines of commands under the word `next`, which takes so many columns. */
export function nextLinesOf(commands: readonly (readonly string[])[], indent: number, paint: Paint): string[] {
  return commands.map((words, at) => {
    const remark = words.at(-1) === withChanges ? `  ${paint.dim('# after editing the file')}` : '';
    return `${paint.dim((at === 0 ? 'next' : '').padEnd(indent))}${words.map(quoted).join(' ')}${remark}`;
  });
}
