// What people should know of a run besides how its tasks ended: what was done about failures, what agents found, what waits for a person.
import type { RunState } from '../run/state.ts';
import { oneLine } from './failure.ts';
import { counted, type Paint } from './words.ts';

/** Most lines of each sort. */
const mostLines = 20;

/** Longest text of a notice: a blocker ends with the command that helps. */
const longestText = 700;

/** What was done about failures whose cause is known. */
export function recoveryLines({ inOrder }: RunState, paint: Paint): string[] {
  const recovered = inOrder.filter(({ recovery }) => recovery !== undefined);
  const lines = recovered.slice(0, mostLines).map(({ task, recovery }) => {
    const words = recovery?.applied.map(({ rule, action }) => `${rule}: ${action}`).join('; ');
    return `${paint.yellow('recovery')}: ${task.name}: ${oneLine(words ?? '')}`;
  });
  const hidden = recovered.length - lines.length;
  return hidden === 0 ? lines : [...lines, `${paint.yellow('recovery')}: ${counted(hidden, 'more task')}`];
}

/** What agents found, what was not allowed to them, and what they wait for. */
export function noticeLines(state: RunState, paint: Paint): string[] {
  const total = state.inOrder.reduce((sum, { noticed = 0 }) => sum + noticed, 0);
  const lines = noticesOf(state)
    .slice(0, mostLines)
    .map((each) => lineOf(each, paint));
  const hidden = total - lines.length;
  return hidden === 0 ? lines : [...lines, `and ${counted(hidden, 'more report')} in its events.jsonl`];
}

/** What waits for a person. */
export function blockersOf(state: RunState): ReturnType<typeof noticesOf> {
  return noticesOf(state).filter(({ kind }) => kind === 'blocker');
}

/** The same as lines. */
export function blockerLines(state: RunState, paint: Paint): string[] {
  return blockersOf(state).map((each) => lineOf(each, paint));
}

/** What an agent reported, as one line that people will read. */
export function noticeText(text: string): string {
  return oneLine(text, longestText);
}

/** Blockers first: the end of a long list is not shown. */
function noticesOf({ inOrder }: RunState) {
  const all = inOrder.flatMap(({ task, notices = [] }) => notices.map((each) => ({ name: task.name, ...each })));
  if (all.length <= mostLines) return all;
  return [...all.filter(({ kind }) => kind === 'blocker'), ...all.filter(({ kind }) => kind !== 'blocker')];
}

function lineOf({ name, kind, text }: ReturnType<typeof noticesOf>[number], paint: Paint): string {
  return `${paint.yellow(kind)}: ${name}: ${noticeText(text)}`;
}
