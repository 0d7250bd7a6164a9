// How `runs show` looks: facts first, then a line for each task, then what each agent uses, then what comes next.
import { hostname } from 'node:os';
import { evidenceOf, oneLine, whyOf } from '../reporters/failure.ts';
import { nextLinesOf } from '../reporters/next.ts';
import { noticeLines, recoveryLines } from '../reporters/notices.ts';
import type { ReporterContext } from '../reporters/reporter.ts';
import { noteOf } from '../reporters/screen.ts';
import { clean, cut, pad, padMiddle, widthOf } from '../reporters/terminal.ts';
import {
  age,
  count,
  counted,
  duration,
  looks,
  type Paint,
  paint as paintOf,
  size,
  someOf,
  tallyOf,
  usageWords,
  wholeDuration,
} from '../reporters/words.ts';
import { wrapped } from '../reporters/wrap.ts';
import { spentWords } from '../run/budget.ts';
import type { TaskState } from '../run/state.ts';
import type { RecordedRun } from '../workspace/recorded.ts';
import type { Stream } from './command.ts';
import { lastSeen, type RunFacts, type resourcesOf, type ShownStatus, shownStatus } from './run-facts.ts';
import { lastSaid } from './run-files.ts';
import { type FoundRun, type RunStanding, timeIn } from './runs.ts';

/** What is shown. */
export interface Shown {
  readonly run: FoundRun;
  readonly recorded: RecordedRun;
  readonly facts: RunFacts;
  readonly files: ReporterContext['files'];
  /** Undefined where they were not asked for, or cannot be known. */
  readonly resources: Awaited<ReturnType<typeof resourcesOf>> | undefined;
}

/** How it is shown. */
export interface ShowLook {
  readonly verbose: boolean;
  readonly color: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Screen extends ShowLook {
  readonly paint: Paint;
  /** Columns of a terminal; infinite where there is none. */
  readonly columns: number;
}

/** A larger run shows only the tasks that somebody may have to look at, and counts the others. */
const mostRows = 60;

/** The lines of `runs show`. On a terminal only paths and commands are longer than it is wide: they are to be copied. */
export function runScreen(shown: Shown, look: ShowLook, stream: Pick<Stream, 'isTTY' | 'columns'>): string[] {
  const columns = stream.isTTY ? stream.columns : Number.POSITIVE_INFINITY;
  const screen = { ...look, paint: paintOf(look.color), columns };
  const sections = [
    wrapped(factLines(shown, screen), columns),
    taskLines(shown, screen),
    wrapped(failureLines(shown, screen), columns),
    wrapped(noticesOf(shown, screen), columns),
    resourceLines(shown, screen),
    nextLines(shown, screen),
  ];
  return sections
    .filter((section) => section.length > 0)
    .flatMap((section, at) => (at === 0 ? section : ['', ...section]));
}

function factLines({ run, facts, recorded }: Shown, screen: Screen): string[] {
  const { paint } = screen;
  const label = (name: string) => paint.dim(name.padEnd(11));
  const fact = (name: string, text: string) => `${label(name)}${text}`;
  const path = (name: string, text: string | null) => (text === null ? [] : [`${label(name)}${clean(text)}`]);
  const { parallelism, usage, paused } = facts;
  const spent = spentWords(recorded.state, lastSeen(run, recorded.state));
  const { color } = standings[run.state];
  return [
    fact('run', run.id),
    `${label('state')}${paint[color](run.state)}${standingOf(run, facts, screen.now)}`,
    fact(
      'orchestra',
      `${facts.orchestra}, ${facts.strategy}, ${counted(recorded.state.inOrder.length, 'task')}: ${tallyOf(facts.counts)}`,
    ),
    ...(facts.goal === '' ? [] : [fact('goal', oneLine(facts.goal))]),
    ...(facts.replays === null ? [] : [fact('replay', `of ${facts.replays}; no agent was started`)]),
    ...(facts.rehearsal ? [fact('rehearsal', 'no agent worked; outputs are stand-ins')] : []),
    ...(facts.message === null ? [] : [fact('because', oneLine(facts.message))]),
    ...(facts.holder === null ? [] : [fact('process', `${facts.holder.pid} on ${holderHost(facts.holder.host)}`)]),
    ...(paused === null ? [] : [fact('paused', pauseWords(paused, screen.now))]),
    ...(parallelism.because === null
      ? []
      : [
          fact(
            'limit',
            `${parallelism.now} at once instead of ${parallelism.planned}: ${oneLine(parallelism.because)}`,
          ),
        ]),
    ...(facts.continues === null ? [] : [fact('continues', facts.continues)]),
    ...(usage === null ? [] : [fact('tokens', usageWords(usage, recorded.state))]),
    ...(spent.length === 0 ? [] : [fact('budget', spent.join('; '))]),
    ...path('folder', facts.files.folder),
    ...path('output', facts.files.background),
    ...path('result', facts.files.result),
  ];
}

const standings: Readonly<Record<RunStanding, { readonly color: 'green' | 'red' | 'yellow' | 'cyan' }>> = {
  succeeded: { color: 'green' },
  failed: { color: 'red' },
  cancelled: { color: 'yellow' },
  interrupted: { color: 'yellow' },
  paused: { color: 'yellow' },
  running: { color: 'cyan' },
};

function standingOf(run: FoundRun, { because }: RunFacts, now: number): string {
  const { state, started_at, finished_at } = run;
  const ago = (recorded: string) => `${age(now - timeIn(run, recorded))} ago`;
  if (state === 'running' || state === 'paused') return `, began ${ago(started_at)}`;
  if (finished_at === null) return `: nobody runs it; it began ${ago(started_at)}`;
  const why = because === null ? '' : ` (${because})`;
  return `${why} after ${duration(Date.parse(finished_at) - Date.parse(started_at))}, ${ago(finished_at)}`;
}

function holderHost(host: string): string {
  return host === hostname() ? 'this machine' : `${clean(host)}, which cannot be seen from here`;
}

function pauseWords(
  { since, frozen }: { readonly since: string | null; readonly frozen: boolean },
  now: number,
): string {
  const how = since === null ? '' : `for ${wholeDuration(now - Date.parse(since))}: `;
  return `${how}nothing new starts${frozen ? '; running agents are held' : ''}`;
}

/** The states of which somebody may want to know, where not all tasks fit. */
const telling: ReadonlySet<ShownStatus> = new Set(['running', 'interrupted', 'failed', 'cancelled']);

function taskLines(shown: Shown, screen: Screen): string[] {
  const { run, recorded, facts } = shown;
  const all = recorded.state.inOrder;
  const some =
    all.length <= mostRows || screen.verbose ? all : all.filter((task) => telling.has(shownStatus(run, task)));
  const rows = some.slice(0, screen.verbose ? all.length : mostRows);
  const longest = rows.reduce((most, { task }) => Math.max(most, widthOf(task.name)), 4);
  // At most so much that state and time fit beside it.
  const room = Math.max(8, Math.min(Math.floor(screen.columns * 0.4), screen.columns - 24));
  const nameWidth = Math.min(longest, room);
  const head = screen.paint.dim(`  ${'task'.padEnd(nameWidth)}  ${'state'.padEnd(11)}  ${'time'.padStart(7)}`);
  const hidden = all.length - rows.length;
  return [
    ...(rows.length === 0 ? [] : [head]),
    ...rows.flatMap((task) => taskRow(task, nameWidth, shown, screen)),
    ...(hidden === 0
      ? []
      : [
          cut(
            `  and ${counted(hidden, 'more task')} (--verbose: all); in all ${tallyOf(facts.counts)}`,
            screen.columns,
          ),
        ]),
  ];
}

function taskRow(task: TaskState, nameWidth: number, { run, recorded, facts }: Shown, screen: Screen): string[] {
  const { paint, columns } = screen;
  const status = shownStatus(run, task);
  const { symbol, color } = status === 'interrupted' ? looks.cancelled : looks[status];
  const time = timeOf(task, status, screen.now).padStart(7);
  const row = `${paint[color](symbol)} ${padMiddle(task.task.name, nameWidth)}  ${paint[color](status.padEnd(11))}  ${time}`;
  const room = columns - (2 + nameWidth + 2 + 11 + 2 + 7 + 2);
  const note = room < 6 ? '' : cut(words(task, status, run, recorded, screen.now), room);
  const output = facts.tasks[task.index]?.output ?? null;
  return [
    `${row}  ${status === 'failed' ? paint.red(note) : paint.dim(note)}`.trimEnd(),
    ...(screen.verbose && output !== null ? [`    ${clean(output)}`] : []),
  ];
}

/** Most failures that are told with their reasons. */
const mostFailures = 10;

/** What failed in full: the lines of the table may have no room for it. */
function failureLines({ recorded, files }: Shown, { paint, verbose }: Screen): string[] {
  const failed = recorded.state.inOrder.filter(({ status }) => status === 'failed');
  const told = failed.slice(0, verbose ? failed.length : mostFailures);
  const lines = told.flatMap((task) => [
    `${paint.red(`${task.task.name} failed`)}: ${whyOf(task)}`,
    ...(task.attempt === 0 ? [] : evidenceOf(task, { files }, 0).map((line) => `  ${line}`)),
  ]);
  const hidden = failed.slice(told.length).map(({ task }) => task.name);
  return hidden.length === 0 ? lines : [...lines, `${paint.red('failed too')}: ${someOf(hidden, mostRows)}`];
}

/** What was done about failures, what agents found, and what waits for a person. */
function noticesOf({ recorded: { state } }: Shown, { paint }: Screen): string[] {
  return [...recoveryLines(state, paint), ...noticeLines(state, paint)];
}

function timeOf({ startedAt, busy }: TaskState, status: ShownStatus, now: number): string {
  if (status === 'running') return wholeDuration(now - (startedAt ?? now));
  // When an attempt ended that nobody saw end, and so how long its task took, is not known.
  return busy === 0 || status === 'interrupted' ? '-' : duration(busy);
}

function words(task: TaskState, status: ShownStatus, run: FoundRun, recorded: RecordedRun, now: number): string {
  const nth = task.attempt > 1 ? `attempt ${task.attempt}` : '';
  if (status === 'interrupted') return nth;
  if (status === 'pending' && run.holder === undefined) return '';
  const said = noteOf(recorded.state, task, {
    now,
    lastLine: (each) => lastSaid(run.layout, each.task.name, each.attempt),
  });
  return status === 'failed' && nth !== '' ? `${said} (${nth})` : said;
}

function resourceLines({ resources }: Shown, screen: Screen): string[] {
  const { paint, columns } = screen;
  if (resources === undefined) return [];
  const named = [
    ...resources.attempts.map((each) => ({
      name: each.attempt === 1 ? each.task : `${each.task} (${each.attempt})`,
      ...each,
    })),
    { name: 'super itself', ...resources.super },
  ];
  const longest = named.reduce((most, { name }) => Math.max(most, widthOf(name)), 5);
  const figures = 31;
  const width = Math.max(5, Math.min(longest, columns - figures));
  const row = (name: string, processes: string, cpu: string, memory: string, elapsed: string) =>
    `${pad(name, width)}${processes.padStart(7)}${cpu.padStart(8)}${memory.padStart(8)}${elapsed.padStart(8)}`;
  return [
    paint.dim(row('agent', 'procs', 'cpu', 'memory', 'elapsed')),
    ...named.map((each) =>
      row(
        each.name,
        count(each.processes),
        `${count(each.cpu_percent)} %`,
        size(each.memory_bytes),
        wholeDuration(each.elapsed_seconds * 1000),
      ),
    ),
  ];
}

function nextLines({ facts }: Shown, screen: Screen): string[] {
  return nextLinesOf(facts.next, 11, screen);
}
