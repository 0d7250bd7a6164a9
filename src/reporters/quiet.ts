import type { TaskState } from '../run/state.ts';
import { evidenceOf, whyOf } from './failure.ts';
import type { Reporter, ReporterContext } from './reporter.ts';
import { clean } from './terminal.ts';

/** Failed tasks on standard error, with reason, message and log, and nothing else; a run that succeeds is silent. */
export function quietReporter(context: ReporterContext): Reporter {
  const { stderr } = context;
  return {
    onEvent(event, state) {
      if (event.type === 'task.failed') {
        const task = state.tasks.get(event.task) as TaskState;
        stderr.write(`${event.task} failed: ${whyOf(task)}\n  ${evidenceOf(task, context, 0).join('\n  ')}\n`);
      }
      if (event.type === 'run.finished' && event.message !== undefined)
        stderr.write(`super: ${clean(event.message)}\n`);
    },
    note: (text) => stderr.write(`super: ${clean(text)}\n`),
    close: async () => {},
  };
}
