import type { EventBody } from '../ports.ts';
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

/** A text, or a list of texts, that somebody says; undefined for all else. */
function spokenIn(field: unknown, redactor: Redactor): unknown {
  if (typeof field === 'string') return redactor.text(field);
  const texts = Array.isArray(field) && field.every((each) => typeof each === 'string');
  return texts ? field.map((each) => redactor.text(each)) : undefined;
}

function redacted(value: unknown, redactor: Redactor): unknown {
  if (Array.isArray(value)) return value.map((item) => redacted(item, redactor));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => {
    const said = spoken.has(name) ? spokenIn(field, redactor) : undefined;
    return [name, said ?? redacted(field, redactor)];
  });
  return Object.fromEntries(fields);
}
