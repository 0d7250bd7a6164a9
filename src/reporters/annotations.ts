// GitHub Actions: what went wrong is shown on the page of the workflow run, not only in its log.

import type { RunState, TaskState } from '../run/state.ts';
import { logLine, whyOf } from './failure.ts';
import type { Reporter, ReporterContext } from './reporter.ts';
import { tallyOf } from './words.ts';

/** The most annotations of one level that GitHub keeps of one step. */
const mostErrors = 10;

/** The reporter, and besides an `::error` for each failed task and a `::notice` for the end of the run. */
export function withAnnotations(reporter: Reporter, { stderr, plan, files }: ReporterContext): Reporter {
  let failures = 0;
  return {
    ...reporter,
    onEvent(event, state) {
      reporter.onEvent(event, state);
      if (event.type !== 'task.failed' || ++failures > mostErrors) return;
      const task = state.tasks.get(event.task) as TaskState;
      const message = `${whyOf(task)}\n${logLine(files, event.task, event.attempt)}`;
      stderr.write(command('error', `${plan.orchestra}: ${event.task} failed`, message));
    },
    async close(state) {
      await reporter.close(state);
      if (state !== undefined)
        stderr.write(command('notice', `${plan.orchestra}: ${endOf(state)}`, tallyOf(state.counts)));
    },
  };
}

function endOf(state: RunState): string {
  return state.outcome ?? 'interrupted';
}

function command(level: 'error' | 'notice', title: string, message: string): string {
  const data = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = title.replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${level} title=${property}::${data}\n`;
}
