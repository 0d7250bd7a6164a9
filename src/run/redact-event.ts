import type { EventBody } from './ports.ts';
import type { Redactor } from './redact.ts';

/** What in events people and agents say in words of their own. All else are names, paths and words of ours. */
const spoken: ReadonlySet<string> = new Set([
  'action',
  'because',
  'description',
  'feedback',
  'goal',
  'message',
  'text',
]);

/** An event without the values of secrets. */
export function redactEvent(event: EventBody, redactor: Redactor): EventBody {
  // Why a run was ended is told in a word of ours, and more about it in the message.
  if (event.type !== 'run.finished') return redacted(event, redactor) as EventBody;
  return event.message === undefined ? event : { ...event, message: redactor.text(event.message) };
}

function redacted(value: unknown, redactor: Redactor): unknown {
  if (Array.isArray(value)) return value.map((item) => redacted(item, redactor));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => {
    const said = typeof field === 'string' && spoken.has(name);
    return [name, said ? redactor.text(field) : redacted(field, redactor)];
  });
  return Object.fromEntries(fields);
}
