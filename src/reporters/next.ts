// What comes after a run: commands that make sense now, ready to be copied.

import { type Excess, failedByBudgets } from '../run/budget.ts';
import { cancelledAlone, optionsToGoOn } from '../run/resumption.ts';
import type { RunState } from '../run/state.ts';
import { type Paint, quoted } from './words.ts';
import { wrapLine } from './wrap.ts';

/** Commands about one run, in words, to which more words can be added. */
export interface RunCommands {
  /** The command that goes on with the run. */
  readonly resume: readonly string[];
  /** The command that prints what was written, of a task where its name follows. */
  readonly logs: readonly string[];
}

const withChanges = '--with-changes';
const remark = '# after editing the file';

/** The option that gives a run twice as much of what it used up. */
export function optionForMore({ budget, limit, used }: Excess): string[] {
  const twice = 2 * Math.max(limit, used);
  if (budget === 'max_tokens') return ['--max-tokens', String(Math.ceil(twice))];
  if (budget === 'max_wall') return ['--max-wall', `${Math.ceil(twice)}s`];
  return ['--max-cost-usd', twice >= 1 ? String(Math.ceil(twice * 100) / 100) : String(Number(twice.toPrecision(2)))];
}

/** Commands after a run that came to its end without success. */
export function commandsAfter(state: RunState, { resume, logs }: RunCommands): string[][] {
  const failed = state.inOrder.find(({ status, attempt }) => status === 'failed' && attempt > 0);
  // Nobody goes on with a replay.
  if (state.replays !== undefined) return failed === undefined ? [] : [[...logs, failed.task.name]];
  const more = state.exceeded === undefined ? [] : optionForMore(state.exceeded);
  const options = optionsToGoOn(state);
  const again = [...resume, ...options, ...more];
  const left = options.includes('--from') ? [] : cancelledAlone(state);
  const alone = left.length === 0 ? [] : [[...again, ...left.flatMap((name) => ['--from', name])]];
  // What a task or an agent may spend stands in the file: as it is, a resume would find it used up again.
  const changed = [...resume, withChanges];
  const goOn =
    failedByBudgets(state) && state.exceeded === undefined
      ? [changed]
      : [again, ...alone, ...(failed === undefined ? [] : [changed])];
  return failed === undefined ? goOn : [[...logs, failed.task.name], ...goOn];
}

/** The lines of commands under the word `next`, which takes so many columns. A command that is too wide goes on as in a shell. */
export function nextLinesOf(
  commands: readonly (readonly string[])[],
  indent: number,
  { paint, columns }: { readonly paint: Paint; readonly columns: number },
): string[] {
  return commands.flatMap((words, at) => {
    const label = (at === 0 ? 'next' : '').padEnd(indent);
    const [first = '', ...rest] = wrapLine(label + words.map(quoted).join(' '), columns, indent + 2, 0, indent);
    const lines = [`${paint.dim(label)}${first.slice(indent)}`, ...rest];
    if (words.at(-1) !== withChanges) return lines;
    const beside = rest.length === 0 && first.length + 2 + remark.length <= columns;
    return beside ? [`${lines[0]}  ${paint.dim(remark)}`] : [' '.repeat(indent) + paint.dim(`${remark}:`), ...lines];
  });
}
