// Whether an attempt of a coding CLI succeeded. Exit codes lie in both directions, and so does prose: it has only if a terminal
// event says so, no error flag stands in it, and the exit code is 0.
import { constants as system } from 'node:os';
import type { LaunchEnd } from '../process/order.ts';
import type { AgentEnd } from '../run/ports.ts';
import type { Account } from './account.ts';
import { endOf } from './command.ts';

/** What else is known of the end of an attempt. */
export interface Circumstances {
  /** The last thing on standard error that looks like a message; empty for none. */
  readonly complaint: string;
  /** What a person can do about a fault that is known; empty for others. */
  advice(said: string, status: number | undefined, code: number): string;
}

/** How an attempt ended. */
export function verdictOf(end: LaunchEnd, account: Account, { complaint, advice }: Circumstances): AgentEnd {
  const spent = account.usage === undefined ? {} : { usage: account.usage };
  if (end.type !== 'exited') return { ...endOf(end), ...spent };
  const { result, error } = account;
  const { code } = end;
  if (result?.ok === true && code === 0) return { type: 'done', noOutputFails: true, ...spent };
  if (result === undefined && code === 0 && isSilent(account)) {
    return { type: 'failed', reason: 'no-output', message: 'ended without saying anything', exit_code: code, ...spent };
  }
  const said = result?.ok === true ? undefined : (result ?? error);
  const words = said?.message ?? complaint;
  const status = said?.status;
  const what = words === '' || result?.ok === true ? howItEnded(account, code) : withStatus(words, status);
  const told = result?.ok !== true && words === '' ? '' : advice(`${words}\n${complaint}`, status, code);
  return {
    type: 'failed',
    reason: result?.budget === true ? 'budget' : 'agent-exit',
    message: told === '' ? what : `${what} (${told})`,
    exit_code: code,
    ...spent,
  };
}

function isSilent({ counts }: Account): boolean {
  return Object.keys(counts).length === 0;
}

function howItEnded({ result }: Account, code: number): string {
  if (result?.ok === true) return `it reported success, but ended with ${exitWords(code)}`;
  return `ended without a result: ${exitWords(code)}`;
}

/** The words of a CLI, with the status where they leave it out. */
function withStatus(words: string, status: number | undefined): string {
  if (status === undefined || new RegExp(`(status|error:?|\\()\\s*${status}\\b`, 'i').test(words)) return words;
  return `status ${status}: ${words}`;
}

const signals: readonly (keyof typeof system.signals)[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGILL',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGSEGV',
  'SIGPIPE',
  'SIGTERM',
];

/** An exit code in words. Not every code above 128 is a signal: gemini ends with an HTTP status modulo 256. */
function exitWords(code: number): string {
  const signal = signals.find((name) => system.signals[name] === code - 128);
  return signal === undefined ? `exit code ${code}` : `signal ${signal.slice('SIG'.length)} (exit code ${code})`;
}
