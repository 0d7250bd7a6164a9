// What agents wrote themselves is cleaned when their attempt ends. Of attempts that ended with their orchestrator nobody has
// looked at that; whoever goes on, in this run or from it, does.
import { join } from 'node:path';
import type { Redactor } from '../run/redaction/redact.ts';
import type { RunEvent } from '../schema/types.gen.ts';
import { answerName, outputName } from './attempt-files.ts';
import { foldersIn } from './entries.ts';
import { readJournal } from './journal.ts';
import type { RunLayout } from './layout.ts';
import { ordinarySize } from './ordinary.ts';
import { redactFile } from './redacted-file.ts';

/** Takes the values of secrets out of what a run's agents left in attempts of which the journal tells no end. None of them may run any more. */
export async function sealLeft(layout: RunLayout, redactor: Redactor | undefined): Promise<void> {
  if (redactor === undefined) return;
  let ended: ReadonlySet<string> | undefined;
  for (const task of foldersIn(layout.attempts)) {
    for (const attempt of foldersIn(join(layout.attempts, task))) {
      const paths = [outputName, answerName].map((name) => join(layout.attempts, task, attempt, name));
      const there = paths.filter((path) => ordinarySize(path) !== undefined);
      if (there.length === 0) continue;
      ended ??= endedAttempts(layout);
      if (!ended.has(`${task}/${attempt}`)) for (const path of there) await redactFile(path, redactor);
    }
  }
}

function endedAttempts({ journal }: RunLayout): ReadonlySet<string> {
  const events = ordinarySize(journal) === undefined ? [] : readJournal(journal).events;
  return new Set(events.flatMap((event) => (isEnd(event) ? [`${event.task}/${event.attempt}`] : [])));
}

function isEnd(event: RunEvent): event is Extract<RunEvent, { type: 'task.succeeded' }> {
  return /^task\.(succeeded|failed|cancelled|retry-scheduled)$/.test(event.type);
}
