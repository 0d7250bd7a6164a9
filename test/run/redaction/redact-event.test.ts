import { expect, test } from 'vitest';
import type { EventBody } from '../../../src/run/ports.ts';
import { makeRedactor } from '../../../src/run/redaction/redact.ts';
import { redactEvent } from '../../../src/run/redaction/redact-event.ts';
import type { TaskName } from '../../../src/schema/types.gen.ts';

const redactor = makeRedactor([{ name: 'WORD', value: 'signal' }]);
const task = 'signal' as TaskName;

test('what is said loses the value; names and words of ours keep it', () => {
  const events: readonly EventBody[] = [
    { type: 'task.progressed', task, kind: 'progress', text: 'a signal' },
    { type: 'task.failed', task, attempt: 1, reason: 'agent-exit', message: 'no signal', duration_ms: 1 },
    { type: 'task.cancelled', task, because: 'signal' },
    { type: 'run.finished', outcome: 'cancelled', because: 'signal', message: 'by signal' },
    { type: 'run.finished', outcome: 'succeeded' },
    {
      type: 'task.succeeded',
      task,
      attempt: 1,
      duration_ms: 1,
      output: { path: 'signal', bytes: 6, sha256: 'signal' },
    },
  ];
  const seen = '[redacted:WORD]';
  expect(events.map((event) => redactEvent(event, redactor))).toEqual([
    { ...events[0], text: `a ${seen}` },
    { ...events[1], message: `no ${seen}` },
    { ...events[2], because: seen },
    { ...events[3], message: `by ${seen}` },
    events[4],
    events[5],
  ]);
});

test('what was delegated loses it in its description', () => {
  const description = 'send the signal';
  const event = { type: 'plan.extended', by: task, tasks: [{ name: task, agent: 'signal', description, needs: [] }] };
  expect(redactEvent(event as unknown as EventBody, redactor)).toEqual({
    ...event,
    tasks: [{ ...event.tasks[0], description: 'send the [redacted:WORD]' }],
  });
});
