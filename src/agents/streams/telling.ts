import type { AgentEvent } from './events.ts';

/** What of an event people read in the log of an attempt; empty for what only the transcript keeps. */
export function lineOf(event: AgentEvent): string {
  switch (event.type) {
    case 'text':
      return event.text.trimEnd();
    case 'tool-call':
      return `[${event.tool}] ${event.input}`.trimEnd();
    case 'tool-result':
      return event.ok
        ? ''
        : `[${event.tool || 'tool'}: ${event.denied ? 'not allowed' : 'failed'}] ${event.problem}`.trimEnd();
    case 'file-change':
      return `[${event.change}] ${event.path}`;
    case 'retry':
      return `[retry${orderOf(event)}] ${[statusOf(event), event.message].filter((part) => part !== '').join(': ')}`;
    case 'error':
      return `[${event.minor ? 'note' : 'error'}] ${[statusOf(event), event.message].filter((part) => part !== '').join(': ')}`;
    case 'result':
      return event.ok
        ? ''
        : `[failed] ${[statusOf(event), event.message ?? ''].filter((part) => part !== '').join(': ')}`;
    case 'session':
    case 'thinking':
    case 'usage':
    case 'other':
      return '';
    default:
      return event satisfies never;
  }
}

function statusOf({ status }: { readonly status?: number }): string {
  return status === undefined ? '' : `status ${status}`;
}

function orderOf({ attempt, of }: { readonly attempt?: number; readonly of?: number }): string {
  return attempt === undefined || of === undefined ? '' : ` ${attempt} of ${of}`;
}
