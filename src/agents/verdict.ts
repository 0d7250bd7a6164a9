// Whether an attempt of a coding CLI succeeded. Exit codes lie in both directions, and so does prose: it has only if a terminal
// event says so, no error flag stands in it, and the exit code is 0.
import { constants as system } from 'node:os';
import type { LaunchEnd } from '../process/order.ts';
import type { AgentEnd, FailureSigns } from '../run/ports.ts';
import { lastingAdviceFor } from '../run/recovery-rules.ts';
import type { AdapterName } from '../schema/types.gen.ts';
import { askedWaitIn } from './asked-wait.ts';
import { endOf } from './command.ts';
import type { Account } from './streams/account.ts';
import type { Retried } from './streams/events.ts';
import { faultOf } from './streams/native.ts';

/** What else is known of the end of an attempt. */
export interface Circumstances {
  readonly adapter: AdapterName | null;
  /** The last thing on standard error that looks like a message; empty for none. */
  readonly complaint: string;
  /** That it was ended because it tried in vain to reach its model. */
  readonly hopeless?: Retried | undefined;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** How an attempt ended. */
export function verdictOf(end: LaunchEnd, account: Account, around: Circumstances): AgentEnd {
  const spent = account.usage === undefined ? {} : { usage: account.usage };
  if (end.type !== 'exited') return { ...endOf(end), ...spent };
  const { result } = account;
  const { code } = end;
  if (result?.ok === true && code === 0) {
    const signs = denialsOf(account);
    return { type: 'done', noOutputFails: true, ...spent, ...(signs.denied !== undefined && { signs }) };
  }
  if (result === undefined && code === 0 && isSilent(account)) {
    return { type: 'failed', reason: 'no-output', message: 'ended without saying anything', exit_code: code, ...spent };
  }
  const said = causeOf(account, around);
  const signs = signsOf(account, code, around);
  const last = account.result?.gone === true && around.complaint !== '' ? `: ${around.complaint}` : '';
  const words = said === undefined ? around.complaint : `${said.message}${last}`;
  const what = words === '' || result?.ok === true ? howItEnded(account, code) : withStatus(words, said?.status);
  const advice = lastingAdviceFor(around.adapter, signs);
  return {
    type: 'failed',
    reason: result?.budget === true ? 'budget' : 'agent-exit',
    message: advice === '' ? what : `${what} (${advice})`,
    exit_code: code,
    ...spent,
    signs,
  };
}

/** What of all that was told is the cause. A result that says none leaves it to the error before it. */
function causeOf({ result, error }: Account, { hopeless }: Circumstances) {
  if (result?.ok === true) return undefined;
  return result === undefined || (result.message ?? '') === '' ? (error ?? result ?? hopeless) : result;
}

/** By what the cause is known. Prose, tools and what they print have no part in it. */
function signsOf(account: Account, exitCode: number, around: Circumstances): FailureSigns {
  const { error, counts, retryAt } = account;
  const said = causeOf(account, around);
  const begun = (counts.text ?? 0) + (counts['tool-call'] ?? 0) > 0;
  const complaint = begun ? '' : around.complaint;
  // Who has told nothing else tells it there.
  const isAlone = complaint !== '' && (account.result === undefined || account.result.gone === true);
  const alone = isAlone ? faultOf(complaint) : undefined;
  const isOfTool = said !== undefined && 'ofTool' in said && said.ofTool === true;
  const told = said === undefined || account.result?.gone === true ? (alone ?? said) : isOfTool ? undefined : said;
  // Most results repeat the error before them, which says more of its kind.
  const same = error !== undefined && error.message === told?.message ? error : undefined;
  const status = told?.status ?? same?.status;
  const code = (told !== undefined && 'code' in told ? told.code : undefined) ?? same?.code;
  const asked = askedWaitIn(told?.whole ?? told?.message ?? '', around.now);
  const retryAfterMs = asked ?? (retryAt === undefined ? undefined : Math.max(0, retryAt - around.now));
  return {
    exitCode,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(told?.message !== undefined && { message: told.message }),
    ...(complaint !== '' && { stderr: complaint }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    // What was not allowed is not why it was killed, nor what it names another cause for.
    ...(account.result !== undefined && told === undefined && denialsOf(account)),
  };
}

function denialsOf({ denied, outside }: Account): Pick<FailureSigns, 'denied' | 'outside'> {
  return denied.length === 0 ? {} : { denied, ...(outside && { outside }) };
}

function isSilent({ counts }: Account): boolean {
  return Object.keys(counts).length === 0;
}

function howItEnded({ result }: Account, code: number): string {
  if (result?.ok === true) return `it reported success, but ended with ${exitWords(code)}`;
  if (result !== undefined) return `it reported a failure and no cause: ${exitWords(code)}`;
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
