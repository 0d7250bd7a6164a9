// From the bytes of a CLI to what becomes of them: lines for people, reports for the journal, and the account of the attempt.
import type { Progress } from '../../run/ports.ts';
import type { Usage } from '../../schema/types.gen.ts';
import type { Guard } from '../guard.ts';
import { type Account, openAccount } from './account.ts';
import type { AgentEvent, EventReader, Retried } from './events.ts';
import { openJsonStream } from './json-stream.ts';
import { reportsIn } from './reports.ts';
import { lineOf } from './telling.ts';

/** Who is told. Neither function may throw. */
export interface Audience {
  report(progress: Progress): void;
  /** All that the attempt has used so far; absent where nobody asks. */
  readonly spend?: ((usage: Usage) => void) | undefined;
  /** A line for people, or several, without the last line end. */
  line(text: string): void;
  /** The CLI could not reach its model and tries again; absent where nobody asks. */
  readonly retried?: ((retry: Retried) => void) | undefined;
  /** Watches over what the agent may do in a shell; absent where no policy says anything. */
  readonly guard?: Guard | undefined;
}

/** A CLI that is listened to. */
export interface Listener {
  push(chunk: Uint8Array): void;
  /** Nothing comes any more. */
  end(): void;
  account(): Account;
}

/** Most reports of one attempt that reach the journal. */
const mostReports = 1000;

/** Longest text that is put together from parts, in characters. */
const longestText = 16 * 1024 * 1024;

/** Begins to listen. */
export function openListener(reader: EventReader, { report, spend, line, retried, guard }: Audience): Listener {
  const account = openAccount();
  const denied = new Set<string>();
  let reports = 0;
  let lastError: string | undefined;
  const tell = (progress: Progress) => {
    reports += 1;
    if (reports <= mostReports) report(progress);
  };
  const deny = (id: string, tool: string, input: string) => {
    if (denied.has(id) || denied.size >= mostReports || guard?.hasTold(id) === true) return;
    denied.add(id);
    tell({ kind: 'finding', text: input === '' ? `${tool} was not allowed` : `${tool} was not allowed: ${input}` });
  };
  const take = (event: AgentEvent) => {
    // Most results repeat the error before them.
    const words = event.type === 'result' && event.message === lastError ? '' : lineOf(event);
    if (words !== '') line(words);
    guard?.take(event);
    account.add(guard === undefined ? event : besidesPolicy(event, guard));
    if (event.type === 'usage' && spend !== undefined) {
      const usage = account.usage();
      if (usage !== undefined) spend(usage);
    }
    if (event.type === 'retry') retried?.(event);
    if (event.type === 'error') lastError = event.message;
    if (event.type === 'text') for (const each of reportsIn(event.text)) tell(each);
    if (event.type === 'tool-result' && event.denied === true) deny(event.id, event.tool || 'a tool', event.input);
    if (event.type === 'result') for (const { id, tool, input } of event.denials) deny(id, tool, input);
  };
  const joined = joinParts(take);
  const stream = openJsonStream({
    value(value) {
      for (const event of reader(value)) joined.add(event);
    },
    noise(text) {
      joined.add({ type: 'other', name: 'no JSON' });
      line(text);
    },
  });
  return {
    push: stream.push,
    end() {
      stream.end();
      joined.end();
      guard?.end();
    },
    account: account.now,
  };
}

/** Without what a policy refused: that says nothing of the agent's permissions. */
function besidesPolicy(event: AgentEvent, { hasTold }: Guard): AgentEvent {
  if (event.type === 'result') return { ...event, denials: event.denials.filter(({ id }) => !hasTold(id)) };
  if (event.type !== 'tool-result' || !hasTold(event.id)) return event;
  const { denied: _, ...rest } = event;
  return rest;
}

/** Texts that come in parts are told as one, when something else comes. */
function joinParts(take: (event: AgentEvent) => void) {
  let parts: string[] = [];
  let length = 0;
  const flush = () => {
    if (parts.length === 0) return;
    const text = parts.join('');
    parts = [];
    length = 0;
    take({ type: 'text', text });
  };
  return {
    add(event: AgentEvent): void {
      if (event.type === 'text' && event.part === true) {
        const room = longestText - length;
        if (room > 0) parts.push(event.text.slice(0, room));
        length += Math.min(room, event.text.length);
        return;
      }
      // A line that is none of the CLI's own does not end a text, and neither do figures, nor thoughts on the way.
      if (event.type !== 'other' && event.type !== 'usage' && event.type !== 'thinking') flush();
      take(event);
    },
    end: flush,
  };
}
