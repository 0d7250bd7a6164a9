// GitHub Actions: what went wrong is shown on the page of the workflow run, not only in its log.

import { workflowCommand } from '../diagnostics/github.ts';
import type { RunState, TaskState } from '../run/state.ts';
import type { Plan } from '../schema/types.gen.ts';
import { logLine, whyOf } from './failure.ts';
import { commandsAfter } from './next.ts';
import { blockersOf, noticeText } from './notices.ts';
import type { Reporter, ReporterContext } from './reporter.ts';
import { quoted, tallyOf } from './words.ts';

/** The most annotations of one level that GitHub keeps of one step. */
const most = 10;

/**
 * The reporter, and besides an `::error` for each failed task, a `::warning` for what waits for a person, and a `::notice` for the end of
 * the run with what comes next. A replay has notices alone: nothing went wrong in it.
 */
export function withAnnotations(reporter: Reporter, context: ReporterContext): Reporter {
  const { stderr, plan, files } = context;
  let failures = 0;
  return {
    ...reporter,
    onEvent(event, state) {
      reporter.onEvent(event, state);
      if (event.type !== 'task.failed' || ++failures > most) return;
      const task = state.tasks.get(event.task) as TaskState;
      const message = `${whyOf(task)}\n${logLine(files, event.task, event.attempt)}`;
      const level = state.replays === undefined ? 'error' : 'notice';
      stderr.write(workflowCommand(level, { title: titleOf(state, plan, `${event.task} failed`) }, message));
    },
    async close(state) {
      await reporter.close(state);
      if (state === undefined) return;
      const warning = state.replays === undefined ? 'warning' : 'notice';
      for (const { name, text } of blockersOf(state).slice(0, most))
        stderr.write(
          workflowCommand(warning, { title: titleOf(state, plan, `${name} waits for a person`) }, noticeText(text)),
        );
      const next = state.outcome === 'succeeded' ? [] : commandsAfter(state, context);
      const lines = [tallyOf(state.counts), ...next.map((words) => `next: ${words.map(quoted).join(' ')}`)];
      stderr.write(workflowCommand('notice', { title: titleOf(state, plan, endOf(state)) }, lines.join('\n')));
    },
  };
}

function titleOf({ replays }: RunState, { orchestra }: Plan, what: string): string {
  return `${replays === undefined ? '' : `replay of ${replays}: `}${orchestra}: ${what}`;
}

function endOf(state: RunState): string {
  return state.outcome ?? 'interrupted';
}
