// What stands at the end of a run: how it went, what failed and why, what it cost, and what to do next.
import { dollars } from '../diagnostics/figures.ts';
import { spentWords } from '../run/budget.ts';
import type { RunState, TaskState } from '../run/state.ts';
import type { RunEvent, RunId, Saved } from '../schema/types.gen.ts';
import { evidenceOf, oneLine, whyOf } from './failure.ts';
import { rehearsalLines, replayLines } from './header.ts';
import { commandsAfter, nextLinesOf } from './next.ts';
import { noticeLines, recoveryLines } from './notices.ts';
import type { ReporterContext } from './reporter.ts';
import { clean, padMiddle } from './terminal.ts';
import { count, counted, duration, looks, type Paint, someOf, tallyOf, usageWords } from './words.ts';
import { columnsOf, wrapped } from './wrap.ts';

/** A larger table is cut down to what failed. */
const mostRows = 60;
const mostFailures = 10;
const mostReasons = 20;
const mostListed = 1000;
const tailLines = 10;
const attemptsWidth = 8;
/** Where tasks hardly ran side by side, a figure would only look like a fault. */
const leastGain = 1.1;

/** What this process saw of the run. A resumed run has a past whose time is not counted. */
export interface Witness {
  readonly run: RunId;
  /** Milliseconds since 1970 at which this process began or resumed the run. */
  readonly since: number;
  /** Time that tasks had taken before, in milliseconds. */
  readonly busyBefore: number;
}

/** The witness of a run whose first event of this process has just been applied. */
export function witness(event: RunEvent, state: RunState): Witness {
  return { run: event.run, since: Date.parse(event.ts), busyBefore: busyOf(state) };
}

export interface SummaryOptions {
  readonly paint: Paint;
  /** Whether the last lines of failed tasks are shown; not where they were shown when it happened. */
  readonly tails: boolean;
}

/** The lines of the summary. */
export function summaryLines(
  state: RunState,
  seen: Witness,
  context: ReporterContext,
  options: SummaryOptions,
): string[] {
  const { paint } = options;
  const columns = columnsOf(context.stderr);
  const broken = (...lines: readonly string[]) => wrapped(lines, columns);
  const sections = [
    broken(...replayLines(state, paint), ...rehearsalLines(state.plan, paint), headline(state, seen, paint)),
    tableLines(state, context, paint),
    broken(...failureLines(state, context, options)),
    broken(...skipLines(state, paint)),
    broken(...recoveryLines(state, paint), ...noticeLines(state, paint)),
    context.verbose ? executionLines(state, context) : [],
    broken(...factLines(state, seen, context, paint)),
    nextLines(state, context, { paint, columns }),
  ];
  return sections.filter((section) => section.length > 0).flatMap((section) => ['', ...section]);
}

function headline(state: RunState, seen: Witness, paint: Paint): string {
  const total = counted(state.inOrder.length, 'task');
  const took = tookWords(state, seen);
  if (state.status !== 'finished') return `${paint.red.bold('INTERRUPTED')}  ${total}: ${tallyOf(state.counts)}`;
  const tally = `${total} in ${took}: ${tallyOf(state.counts)}`;
  if (state.outcome === 'succeeded') return `${paint.green.bold('SUCCEEDED')}  ${tally}`;
  if (state.outcome === 'cancelled') return `${paint.yellow.bold('CANCELLED')}  ${tally}`;
  return `${paint.red.bold(headOf(state))}  ${tally}`;
}

function headOf({ because }: RunState): string {
  if (because === 'budget') return 'BUDGET USED UP';
  return because === 'timeout' ? 'TIMED OUT' : 'FAILED';
}

/** How long this process took; of a resumed run also how long ago it began, pauses between its processes included. */
function tookWords({ startedAt, finishedAt }: RunState, { since }: Witness): string {
  const end = finishedAt ?? since;
  const resumed = startedAt !== undefined && startedAt < since;
  return `${duration(end - since)}${resumed ? ` (${duration(end - startedAt)} since it began)` : ''}`;
}

function tableLines(state: RunState, { stderr, verbose }: ReporterContext, paint: Paint): string[] {
  const most = verbose ? mostListed : mostRows;
  const all = state.inOrder.length <= most;
  const rows = all ? state.inOrder : state.inOrder.filter(({ status }) => status === 'failed').slice(0, most);
  const widest = rows.reduce((width, { task }) => Math.max(width, task.name.length), 4);
  // A terminal too narrow for whole names does without the attempts first.
  const room = columnsOf(stderr) - 33;
  const counting = widest <= room;
  const width = Math.min(widest, Math.max(8, counting ? room : room + attemptsWidth));
  const row = ({ task, status, attempt, busy }: TaskState) => {
    const { symbol, color } = looks[status];
    const attempts = counting ? `${attempt === 0 ? '-' : attempt}`.padStart(attemptsWidth) : '';
    const time = `${busy === 0 ? '-' : duration(busy)}`.padStart(8);
    return `${paint[color](symbol)} ${padMiddle(task.name, width)}  ${paint[color](status.padEnd(9))}  ${attempts}${time}`;
  };
  const attempts = counting ? 'attempts' : '';
  const head = paint.dim(`  ${'task'.padEnd(width)}  ${'state'.padEnd(9)}  ${attempts}    time`);
  const remark = rows.some(({ attempt }) => attempt > 1)
    ? wrapped([paint.dim('  time: all finished attempts of a task together')], columnsOf(stderr))
    : [];
  if (all) return [head, ...rows.map(row), ...remark];
  const hidden = { ...state.counts, failed: state.counts.failed - rows.length };
  return [...(rows.length === 0 ? [] : [head, ...rows.map(row), ...remark]), `  and ${tallyOf(hidden)}`];
}

function failureLines(state: RunState, context: ReporterContext, { paint, tails }: SummaryOptions): string[] {
  const failed = state.inOrder.filter(({ status }) => status === 'failed');
  const lines = failed
    .slice(0, mostFailures)
    .flatMap((task) => [
      `${paint.red(`${task.task.name} failed`)}: ${whyOf(task)}`,
      ...evidenceOf(task, context, tails ? tailLines : 0).map((line) => `  ${line}`),
    ]);
  const hidden = failed.slice(mostFailures).map(({ task }) => task.name);
  return hidden.length === 0 ? lines : [...lines, `${paint.red('failed too')}: ${someOf(hidden, mostRows)}`];
}

/** Skipped and cancelled tasks under their reasons: one failure may skip thousands. */
function skipLines(state: RunState, paint: Paint): string[] {
  return (['skipped', 'cancelled'] as const).flatMap((status) => {
    const byReason = new Map<string, string[]>();
    for (const { task, message, status: its } of state.counts[status] === 0 ? [] : state.inOrder) {
      if (its !== status) continue;
      const names = byReason.get(message ?? '');
      if (names === undefined) byReason.set(message ?? '', [task.name]);
      else names.push(task.name);
    }
    const reasons = [...byReason];
    const lines = reasons
      .slice(0, mostReasons)
      .map(([reason, names]) => `${paint.yellow(status)}: ${someOf(names, mostRows)}: ${oneLine(reason)}`);
    const hidden = reasons.slice(mostReasons).reduce((sum, [, names]) => sum + names.length, 0);
    return hidden === 0 ? lines : [...lines, `${paint.yellow(status)}: ${counted(hidden, 'more task')}`];
  });
}

function executionLines(state: RunState, { files }: ReporterContext): string[] {
  const ran = state.inOrder.filter(({ startedAt }) => startedAt !== undefined);
  ran.sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0) || a.index - b.index);
  const lines = ran.slice(0, mostListed).map(({ task, output, status }, at) => {
    const path = clean(files.output(task.name));
    // Of a failed task why it failed stands there.
    const what = output !== undefined ? path : status === 'failed' ? `${path} (why it failed)` : 'no output';
    return `${String(at + 1).padStart(4)}. ${task.name}: ${what}`;
  });
  const hidden = ran.length - lines.length;
  return [
    'order of execution, and outputs:',
    ...lines,
    ...(hidden > 0 ? [`      and ${counted(hidden, 'more task')}`] : []),
  ];
}

function factLines(state: RunState, seen: Witness, { files }: ReporterContext, paint: Paint): string[] {
  const fact = (name: string, text: string) => `${paint.dim(name.padEnd(8))}${text}`;
  const lines: string[] = [];
  const wall = (state.finishedAt ?? 0) - seen.since;
  const busy = busyOf(state) - seen.busyBefore;
  // What a stop cut short would make the figure wrong.
  const gain = wall > 0 && state.because === undefined ? busy / wall : 0;
  if (gain >= leastGain) {
    const times = `${gain.toFixed(1)} times faster than one by one`;
    lines.push(fact('time', `took ${duration(wall)}; the tasks together ${duration(busy)} (${times})`));
  }
  const saved = savedWords(state);
  if (saved !== undefined) lines.push(fact('reused', saved));
  if (state.usage !== undefined) lines.push(fact('tokens', usageWords(state.usage, state)));
  const spent = spentWords(state, state.finishedAt ?? state.spending.seenAt);
  if (spent.length > 0) lines.push(fact('budget', spent.join('; ')));
  if (state.outcome === 'succeeded') lines.push(fact('result', clean(files.result)));
  return lines;
}

/** What comes next. Where the result itself follows, nothing does. */
function nextLines(state: RunState, context: ReporterContext, look: { paint: Paint; columns: number }): string[] {
  if (state.outcome !== 'succeeded') return nextLinesOf(commandsAfter(state, context), 8, look);
  return context.printsResult ? [] : nextLinesOf([['cat', context.files.result]], 8, look);
}

/** What was not spent because outputs were taken, as far as is known; undefined where none was. */
function savedWords({ inOrder }: RunState): string | undefined {
  const saved = inOrder.flatMap(({ status, saved: each }) => (status === 'reused' && each !== undefined ? [each] : []));
  if (saved.length === 0) return undefined;
  const sum = (of: (each: Saved) => number) => saved.reduce((total, each) => total + of(each), 0);
  const tokens = sum(({ usage }) => (usage === undefined ? 0 : usage.input_tokens + usage.output_tokens));
  const cost = sum(({ usage }) => usage?.cost_usd ?? 0);
  const words = [
    ...(tokens > 0 ? [`${count(tokens)} tokens`] : []),
    ...(cost > 0 ? [dollars(cost)] : []),
    duration(sum(({ duration_ms }) => duration_ms)),
  ];
  return `${counted(saved.length, 'output')}, which saved ${words.join(', ')}`;
}

function busyOf(state: RunState): number {
  return state.inOrder.reduce((sum, { busy }) => sum + busy, 0);
}
