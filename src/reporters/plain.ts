// One line for each thing that happens, for logs and for programs that read them.
import { excessWords } from '../run/budget.ts';
import type { RunState, TaskState } from '../run/state.ts';
import type { RunEvent, TaskName } from '../schema/types.gen.ts';
import { evidenceOf, oneLine, whyOf } from './failure.ts';
import { headerLines } from './header.ts';
import { linesTo } from './lines.ts';
import { noticeText } from './notices.ts';
import type { Reporter, ReporterContext } from './reporter.ts';
import { summaryLines, type Witness, witness } from './summary.ts';
import { clean, padMiddle } from './terminal.ts';
import { counted, duration, paint as paintOf, someOf, tallyOf } from './words.ts';
import { columnsOf, wrapLine, wrapped } from './wrap.ts';

/** A run of more tasks than this is told in steps; only what goes wrong gets lines of its own. */
const manyTasks = 200;
/** A step is told when this share of the tasks has ended since the last one, or when this much time has passed. */
const stepShare = 0.05;
const stepMilliseconds = 30_000;
const tailLines = 10;
/** From the failure after this one on, the log's path has to do. */
const mostTails = 20;

/** Prints what happens as lines on standard error: elapsed time, what happened, to which task, more about it. */
export function plainReporter(context: ReporterContext): Reporter {
  const lines = linesTo(context.stderr);
  const paint = paintOf(context.color);
  const many = context.plan.tasks.length > manyTasks && context.everyEvent !== true;
  const columns = columnsOf(context.stderr);
  const longest = context.plan.tasks.reduce((width, { name }) => Math.max(width, name.length), 4);
  // Beside time, event and a few words.
  const nameWidth = Math.min(longest, Math.max(12, columns - 42));
  /** What follows time and event. */
  const margin = Math.min(20, Math.floor(columns / 3));
  let seen: Witness | undefined;
  let failures = 0;
  let told = { ended: 0, at: 0 };

  const say = (event: RunEvent, what: string, task: TaskName | '', more: string) => {
    const elapsed = duration(Date.parse(event.ts) - (seen?.since ?? 0)).padStart(7);
    const line =
      `${elapsed}  ${what.padEnd(9)}  ${task === '' ? more : `${padMiddle(task, nameWidth)}  ${more}`}`.trimEnd();
    lines.add(...wrapLine(line, columns, margin));
  };

  const tellStep = (event: RunEvent, state: RunState) => {
    const ended = state.inOrder.length - state.counts.pending - state.counts.running;
    const at = Date.parse(event.ts);
    const due = ended - told.ended >= state.inOrder.length * stepShare || at - told.at >= stepMilliseconds;
    if (!due) return;
    told = { ended, at };
    say(event, 'progress', '', tallyOf(state.counts));
  };

  const onTask = (event: Extract<RunEvent, { task: TaskName }>, state: RunState) => {
    const task = state.tasks.get(event.task) as TaskState;
    const telling = tellingOf(event);
    if (telling !== undefined && (!many || telling.always)) say(event, telling.what, event.task, telling.more);
    if (event.type === 'task.failed') {
      failures += 1;
      const evidence = evidenceOf(task, context, failures > mostTails ? 0 : tailLines);
      lines.add(
        ...wrapped(
          evidence.map((line) => `${' '.repeat(margin)}${line}`),
          columns,
        ),
      );
    }
    if (many) tellStep(event, state);
  };

  return {
    onEvent(event, state) {
      const first = seen === undefined;
      if (seen === undefined) {
        seen = witness(event, state);
        told = { ended: 0, at: seen.since };
        lines.add(...headerLines(event, state, context, paint));
      }
      if ('task' in event) onTask(event, state);
      else if (!first) {
        const more = ofRun(event);
        if (more !== undefined) say(event, ...more);
      }
    },
    note: (text) => lines.add(...wrapped([`super: ${clean(text)}`], columns)),
    async close(state) {
      if (state !== undefined && seen !== undefined) {
        lines.add(...summaryLines(state, seen, context, { paint, tails: false }));
      }
      lines.flush();
    },
  };
}

interface Telling {
  readonly what: string;
  readonly more: string;
  /** Whether it is told in a run of many tasks, too. */
  readonly always?: boolean;
}

function tellingOf(event: Extract<RunEvent, { task: TaskName }>): Telling | undefined {
  switch (event.type) {
    case 'task.started':
      return { what: 'started', more: `${event.agent} (${event.adapter})${nth(event.attempt)}` };
    case 'task.progressed': {
      const percent = event.percent === undefined ? '' : ` (${Math.round(event.percent)} %)`;
      const more = `${event.kind === 'progress' ? '' : `${event.kind}: `}${noticeText(event.text)}${percent}`;
      return { what: 'said', more, always: event.kind === 'blocker' };
    }
    case 'task.retry-scheduled': {
      // A moment passes between the decision and its record.
      const wait = Math.ceil((Date.parse(event.at) - Date.parse(event.ts)) / 10) * 10;
      const when = wait <= 0 ? 'at once' : `in ${duration(wait)}`;
      return { what: 'retry', more: `attempt ${event.attempt} failed: ${whyOf(event)}; again ${when}` };
    }
    case 'task.succeeded':
      return { what: 'succeeded', more: `in ${duration(event.duration_ms)}${nth(event.attempt)}` };
    case 'task.failed':
      return {
        what: 'failed',
        more:
          event.duration_ms === undefined
            ? whyOf(event)
            : `${whyOf(event)} (after ${duration(event.duration_ms)}${nth(event.attempt)})`,
        always: true,
      };
    case 'task.skipped':
      return { what: 'skipped', more: oneLine(event.because) };
    case 'task.cancelled':
      return { what: 'cancelled', more: oneLine(event.because) };
    case 'task.reused':
      return { what: 'reused', more: event.from_run === undefined ? '' : `from run ${event.from_run}` };
    case 'reuse.missed':
      return { what: 'to do', more: oneLine(event.because.join(', ')) };
    case 'recovery.applied':
      return { what: 'recovery', more: `${oneLine(event.rule)}: ${oneLine(event.action)}`, always: true };
    default:
      return event satisfies never;
  }
}

function nth(attempt: number): string {
  return attempt === 1 ? '' : `, attempt ${attempt}`;
}

function ofRun(
  event: Exclude<RunEvent, { task: TaskName }>,
): [what: string, task: TaskName | '', more: string] | undefined {
  switch (event.type) {
    case 'plan.extended': {
      const names = event.tasks.map(({ name }) => name).join(', ');
      return ['delegated', event.by, `${counted(event.tasks.length, 'task')}: ${names}`];
    }
    case 'budget.exceeded':
      return ['budget', '', `used up: ${oneLine(excessWords(event))}; nothing new starts`];
    case 'run.paused':
      return [
        'paused',
        '',
        `nothing new starts until the run is unpaused${event.frozen === true ? '; agents are held' : ''}`,
      ];
    case 'run.unpaused':
      return ['unpaused', '', ''];
    case 'parallelism.changed':
      return ['parallelism', '', `${counted(event.max_parallel_tasks, 'task')} at once: ${oneLine(event.because)}`];
    case 'run.finished':
      // That a budget is used up has been told when it was.
      if (event.message === undefined || event.because === 'budget') return undefined;
      return ['stopped', '', oneLine(event.message).replace(/^stopped /, '')];
    case 'run.resumed': {
      const again = event.again === undefined ? '' : `; done again: ${someOf(event.again, 20)}`;
      return ['resumed', '', `what was running is pending again${again}`];
    }
    case 'run.started':
      return undefined;
    default:
      return event satisfies never;
  }
}
