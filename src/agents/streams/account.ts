// What an attempt comes to: the fold of its events. It grows with the longest text, never with the number of events.
import type { Usage } from '../../schema/types.gen.ts';
import type { AgentEvent, ErrorTold, ResultGiven, Retried, UsageTold } from './events.ts';

/** What is known of an attempt so far. */
export interface Account {
  readonly session: string | undefined;
  /** Version of the CLI, where the stream tells it. */
  readonly version: string | undefined;
  /** The last text that was no aside. */
  readonly text: string;
  /** Undefined while nothing was said about it. */
  readonly usage: Usage | undefined;
  /** The last terminal event. */
  readonly result: ResultGiven | undefined;
  readonly error: ErrorTold | undefined;
  /** The last try to reach the model again, where nothing came of it yet. */
  readonly retry: Retried | undefined;
  /** When it can be asked again, in milliseconds since 1970. */
  readonly retryAt: number | undefined;
  /** Whether one was not allowed for a path outside of the folders that it may use. */
  readonly outside: boolean;
  /** Tools that were not allowed, each once. */
  readonly denied: readonly string[];
  /** How many events of each type; of `other` ones by their native names, as far as there is room. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Most native names that are counted one by one. */
const mostNames = 100;

/** Most answers of which more may be told. */
const mostAnswers = 100;

/** Most tools of which is kept that they were not allowed. */
const mostDenied = 20;

/** An account that is being kept. */
export interface OpenAccount {
  add(event: AgentEvent): void;
  now(): Account;
  /** The usage of it alone: asked for at every answer. */
  usage(): Account['usage'];
}

/** Begins an account. Parts of texts must have been put together before. */
export function openAccount(): OpenAccount {
  const counts: Record<string, number> = Object.create(null);
  const spent = openUsage();
  let session: string | undefined;
  let version: string | undefined;
  let text = '';
  let result: ResultGiven | undefined;
  let error: ErrorTold | undefined;
  let retry: Retried | undefined;
  let retryAt: number | undefined;
  let outside = false;
  const denied = new Set<string>();
  const deny = (tool: string) => denied.size < mostDenied && denied.add(tool || 'a tool');
  return {
    add(event) {
      count(counts, event);
      if (event.type === 'text' || event.type === 'tool-call') retry = undefined;
      switch (event.type) {
        case 'session':
          session = event.id;
          version = event.version ?? version;
          return;
        case 'text':
          if (event.aside !== true && event.text.trim() !== '') text = event.text;
          return;
        case 'usage':
          return spent.add(event);
        case 'result':
          result = event;
          for (const { tool } of event.denials) deny(tool);
          return;
        case 'error':
          retryAt = event.retryAt ?? retryAt;
          if (event.minor !== true) error = event;
          return;
        case 'tool-result':
          if (event.denied === true) deny(event.tool);
          outside ||= event.outside === true;
          return;
        case 'retry':
          retry = event;
          return;
        case 'thinking':
        case 'tool-call':
        case 'file-change':
        case 'other':
          return;
        default:
          event satisfies never;
      }
    },
    usage: spent.sum,
    now: () => ({
      ...{ session, version, text, usage: spent.sum(), result, error, retry, retryAt },
      ...{ outside, denied: [...denied], counts: { ...counts } },
    }),
  };
}

function count(counts: Record<string, number>, event: AgentEvent): void {
  counts[event.type] = (counts[event.type] ?? 0) + 1;
  if (event.type !== 'other') return;
  const name = `other:${event.name.slice(0, 80)}`;
  if (name in counts || Object.keys(counts).length < mostNames) counts[name] = (counts[name] ?? 0) + 1;
}

/** Of what is told in several ways the most trustworthy counts: totals, then turns, then what single answers had cost at least. */
function openUsage() {
  let total: Usage | undefined;
  let turns: Usage | undefined;
  /** Of answers that are not remembered one by one any more, and of all but the latest. */
  let former: Usage | undefined;
  let others: Usage | undefined;
  const open = new Map<string | undefined, Usage>();
  let latest: { readonly message: string | undefined; readonly usage: Usage } | undefined;
  const allBut = (message: string | undefined) =>
    [...open].reduce((sum, [each, usage]) => (each === message ? sum : plus(sum, usage)), former);
  return {
    add({ usage, of, message }: UsageTold): void {
      if (of === 'total') total = usage;
      else if (of === 'turn') turns = plus(turns, usage);
      else {
        // An answer is told once for each of its parts, every time with all that it has cost so far; those of several agents by turns.
        const goesOn = latest !== undefined && latest.message === message;
        if (latest !== undefined && !goesOn) others = open.has(message) ? allBut(message) : plus(others, latest.usage);
        latest = { message, usage };
        if (!goesOn) open.delete(message);
        open.set(message, usage);
        const [oldest] = open.size > mostAnswers ? open : [];
        if (oldest === undefined) return;
        open.delete(oldest[0]);
        former = plus(former, oldest[1]);
      }
    },
    sum: () => turns ?? total ?? (latest === undefined ? undefined : plus(others, latest.usage)),
  };
}

function plus(one: Usage | undefined, other: Usage): Usage {
  if (one === undefined) return other;
  const cached = (one.cached_tokens ?? 0) + (other.cached_tokens ?? 0);
  const cost = (one.cost_usd ?? 0) + (other.cost_usd ?? 0);
  return {
    input_tokens: one.input_tokens + other.input_tokens,
    output_tokens: one.output_tokens + other.output_tokens,
    ...((one.cached_tokens ?? other.cached_tokens) !== undefined && { cached_tokens: cached }),
    ...((one.cost_usd ?? other.cost_usd) !== undefined && { cost_usd: cost }),
  };
}
