// What stands on the screen during a run, as a function of the state: no terminal here.
import { workerOf } from '../run/launch.ts';
import { isReady } from '../run/ready.ts';
import type { RunState, TaskState } from '../run/state.ts';
import { oneLine, whyOf } from './failure.ts';
import { clean, cut, pad, padMiddle } from './terminal.ts';
import { costWords, count, counted, duration, looks, type Paint, wholeDuration } from './words.ts';

export interface View {
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** When this process began or resumed the run. */
  readonly since: number;
  /** Tasks that ended, the latest last: those to show when not all fit. */
  readonly recent: readonly TaskState[];
  /** Said last, under the totals. */
  readonly note: string | undefined;
  readonly paint: Paint;
  /** The last thing that a running task said. */
  lastLine(task: TaskState): string | undefined;
}

/** How a running task is shown whose agent is held. */
const held = { symbol: '‖', color: 'yellow' } as const;
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const spinMilliseconds = 250;
/** Lines besides those of tasks: tasks that are not shown, totals, and the line where the cursor rests. */
const otherLines = 3;
const timeWidth = 7;

/** The lines of the screen: one for each task that fits, then the totals. Never more lines than rows, nor wider than the columns. */
export function screen(state: RunState, view: View): string[] {
  const { paint, note, columns } = view;
  const noted = note === undefined ? [] : [paint.yellow(cut(clean(note), columns - 1))];
  const shown = chosen(state, view, Math.max(1, view.rows - otherLines - noted.length));
  const hidden = state.inOrder.length - shown.length;
  return [
    ...rowsOf(state, shown, view),
    ...(hidden === 0 ? [] : [paint.dim(cut(`  and ${counted(hidden, 'more task')}`, columns - 1))]),
    totals(state, view),
    ...noted,
  ];
}

/** All tasks where they fit; else the running ones, then those that ended last, then the next ones in file order. */
function chosen(state: RunState, { recent }: View, most: number): readonly TaskState[] {
  if (state.inOrder.length <= most) return state.inOrder;
  const some = new Set<TaskState>();
  const take = (tasks: Iterable<TaskState>) => {
    for (const task of tasks) {
      if (some.size >= most) return;
      some.add(task);
    }
  };
  take(state.running);
  take(state.retrying);
  take(recent.toReversed());
  if (some.size < most) take(state.inOrder.slice(0, most));
  return [...some].sort((a, b) => a.index - b.index);
}

function rowsOf(state: RunState, shown: readonly TaskState[], view: View): string[] {
  const { columns, paint } = view;
  const longestOf = (of: (task: TaskState) => string) =>
    shown.reduce((most, task) => Math.max(most, of(task).length), 0);
  const nameWidth = Math.min(
    longestOf(({ task }) => task.name),
    Math.max(8, Math.floor(columns * 0.35)),
  );
  const agentWidth = columns < 60 ? 0 : Math.min(longestOf(workerOf), 16);
  const noteWidth = columns - 1 - 2 - nameWidth - (agentWidth === 0 ? 0 : agentWidth + 2) - timeWidth - 1 - 2;
  return shown.map((task) => {
    const { symbol, color } = isHeld(state, task) ? held : looks[task.status];
    const agent = agentWidth === 0 ? '' : `  ${paint.dim(pad(workerOf(task), agentWidth))}`;
    const time = timeOf(task, view).padStart(timeWidth);
    const note = noteWidth < 6 ? '' : cut(noteOf(state, task, view), noteWidth);
    const name = padMiddle(task.task.name, nameWidth);
    const shownName = task.status === 'pending' ? paint.dim(name) : name;
    const shownNote = task.status === 'failed' ? paint.red(note) : paint.dim(note);
    return `${paint[color](symbol)} ${shownName}${agent} ${time}${note === '' ? '' : `  ${shownNote}`}`;
  });
}

/** Whether the agent of a task is held, because the run was frozen. */
function isHeld({ status, frozen }: RunState, task: TaskState): boolean {
  return status === 'paused' && frozen && task.status === 'running';
}

function timeOf({ status, startedAt, busy }: TaskState, { now }: View): string {
  if (status === 'running') return wholeDuration(now - (startedAt ?? now));
  return busy === 0 ? '' : duration(busy);
}

/** What there is to say of a task in few words: what it says itself, what it waits for, or why it ended so. */
export function noteOf(state: RunState, task: TaskState, view: Pick<View, 'now' | 'lastLine'>): string {
  switch (task.status) {
    case 'running': {
      if (isHeld(state, task)) return 'held';
      const said = oneLine(view.lastLine(task) ?? task.lastReport ?? '');
      return task.attempt === 1 ? said : `${nthOf(task)}${said === '' ? '' : `: ${said}`}`;
    }
    case 'pending':
      return waitingFor(state, task, view.now);
    case 'failed':
      return whyOf(task);
    case 'skipped':
    case 'cancelled':
      return oneLine(task.message ?? '');
    case 'reused':
      return 'reused';
    case 'succeeded':
      return task.attempt === 1 ? '' : nthOf(task);
    default:
      return task.status satisfies never;
  }
}

/** Which attempt it is, and after which faults it was launched otherwise than planned. */
function nthOf({ attempt, recovery }: TaskState): string {
  const rules = recovery?.applied.map(({ rule }) => oneLine(rule)) ?? [];
  return `attempt ${attempt}${rules.length === 0 ? '' : ` after ${[...new Set(rules)].join(', ')}`}`;
}

function waitingFor(state: RunState, task: TaskState, now: number): string {
  if (state.retrying.has(task)) return `again in ${wholeDuration((task.notBefore ?? now) - now + 999)}: ${whyOf(task)}`;
  if (isReady(state, task)) return 'ready';
  const need = task.task.needs.find(({ task: name }) => isOpen(state.tasks.get(name)));
  const others = task.unmet > 1 ? ` and ${count(task.unmet - 1)} more` : '';
  return need === undefined ? '' : `waits for ${need.task}${others}`;
}

function isOpen(task: TaskState | undefined): boolean {
  return task?.status === 'pending' || task?.status === 'running';
}

function totals(state: RunState, { now, since, columns, paint }: View): string {
  const { counts, usage } = state;
  const some = (value: number, word: string) => (value === 0 ? [] : [`${count(value)} ${word}`]);
  const done = counts.succeeded + counts.reused;
  const tally = [
    `${count(done)}/${count(state.inOrder.length)} done`,
    ...some(counts.running, 'running'),
    ...some(counts.failed, 'failed'),
    ...some(counts.skipped, 'skipped'),
    ...some(counts.cancelled, 'cancelled'),
  ].join(', ');
  const paused = state.status === 'paused' ? ['paused: super runs unpause'] : [];
  const tokens = usage === undefined ? [] : [`${count(usage.input_tokens + usage.output_tokens)} tokens`];
  const cost = usage?.cost_usd === undefined ? [] : [costWords(usage)];
  const rehearsal = state.plan.agents.some(({ adapter }) => adapter === 'rehearsal') ? ['REHEARSAL'] : [];
  const text = [...paused, tally, wholeDuration(now - since), ...tokens, ...cost, ...rehearsal].join(' · ');
  // Nothing seems to move while nothing does.
  if (paused.length > 0) return `${paint.yellow(held.symbol)} ${cut(text, columns - 3)}`;
  const symbol = spinner[Math.floor(now / spinMilliseconds) % spinner.length] ?? '';
  return `${paint.cyan(symbol)} ${cut(text, columns - 3)}`;
}
