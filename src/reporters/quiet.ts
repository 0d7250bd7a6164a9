import { overrunWords } from '../run/budget.ts';
import type { RunState, TaskState } from '../run/state.ts';
import { evidenceOf, whyOf } from './failure.ts';
import { blockerLines } from './notices.ts';
import type { Reporter, ReporterContext } from './reporter.ts';
import { clean } from './terminal.ts';
import { paint } from './words.ts';
import { tellOn } from './wrap.ts';

/** Failed tasks on standard error, with reason, message and log, what waits for a person, and what was spent over the budget; nothing else. */
export function quietReporter(context: ReporterContext): Reporter {
  const { stderr } = context;
  return {
    onEvent(event, state) {
      if (event.type === 'task.failed') {
        const task = state.tasks.get(event.task) as TaskState;
        tellOn(stderr, `${event.task} failed: ${whyOf(task)}\n  ${evidenceOf(task, context, 0).join('\n  ')}\n`);
      }
      if (event.type === 'run.finished' && event.message !== undefined)
        tellOn(stderr, `super: ${clean(event.message)}\n`);
    },
    note: (text) => tellOn(stderr, `super: ${clean(text)}\n`),
    async close(state) {
      const lines = state === undefined ? [] : [...blockerLines(state, paint(context.color)), ...overrunLines(state)];
      if (lines.length > 0) tellOn(stderr, `${lines.join('\n')}\n`);
    },
  };
}

/** A run that came to its end before its budget was seen to be exceeded has succeeded all the same. */
function overrunLines(state: RunState): string[] {
  if (state.outcome !== 'succeeded') return [];
  const words = overrunWords(state, state.finishedAt ?? state.spending.seenAt);
  return words.length === 0 ? [] : [`super: the run has exceeded its budget: ${words.join('; ')}`];
}
