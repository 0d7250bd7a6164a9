// Why a model API gave no answer, in words; and how long to wait before it is asked again. Pure.
import type { FailureSigns } from '../run/ports.ts';
import { askedWaitIn } from './asked-wait.ts';

/** What is known of a call that failed. */
export interface CallFailure {
  readonly message: string;
  /** HTTP status; undefined where there was no answer at all. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body of the answer. */
  readonly body?: string;
  readonly retryable: boolean;
  /** Code of the system, such as ECONNREFUSED, or the word of the provider for this kind of error. */
  readonly code?: string;
}

/** Whom was asked, and with which key. */
export interface Asked {
  readonly provider: string;
  readonly model: string;
  readonly baseUrl?: string;
  readonly keyVariable?: string;
  readonly hasKey: boolean;
}

/** What happened, in a sentence that names what a person can change. */
export function failureText(failure: CallFailure, asked: Asked): string {
  const { provider, model, baseUrl, keyVariable, hasKey } = asked;
  const { status } = failure;
  const said = failure.message.trim() === '' ? '' : `: ${failure.message.trim()}`;
  if (status === 401 || status === 403) {
    const verb = status === 401 ? 'refused' : 'may not do this';
    if (hasKey)
      return `${provider} answers ${status}, the key in ${keyVariable} ${status === 401 ? 'was ' : ''}${verb}${said}`;
    return `${provider} answers ${status}, it wants a key: name the variable that holds it with api_key_env${said}`;
  }
  if (status === 404) return `${provider} answers 404: is there a model "${model}"${at(baseUrl)}?${spaced(said)}`;
  if (status === 429) return `${provider} answers 429, too many requests or no quota left${said}`;
  if (status !== undefined) return `${provider} answers ${status}${said}`;
  if (failure.code === 'ECONNREFUSED') return `nothing answers${at(baseUrl)} (${provider}): is it running?`;
  if (failure.code === 'ENOTFOUND' || failure.code === 'EAI_AGAIN')
    return `no machine is known by that name${at(baseUrl)} (${provider})`;
  return `${provider} could not be asked${said}`;
}

/** By what the cause is known. */
export function signsOf(failure: CallFailure, now: number): FailureSigns {
  const { message, status, code } = failure;
  const retryAfterMs = askedWait(failure, now);
  return {
    message,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** The provider's word for a kind of error, in the body of an answer. */
export function codeIn(body: string | undefined): string | undefined {
  try {
    const { error } = JSON.parse(body ?? '') as {
      readonly error?: { readonly code?: unknown; readonly type?: unknown };
    };
    return [error?.code, error?.type].find((each) => typeof each === 'string');
  } catch {
    return undefined;
  }
}

function at(baseUrl: string | undefined): string {
  return baseUrl === undefined ? '' : ` at ${baseUrl}`;
}

function spaced(said: string): string {
  return said === '' ? '' : ` It says${said}`;
}

/** What a provider asks to wait, in milliseconds: retry-after-ms, or retry-after in seconds or as a date, else what its answer says. */
export function askedWait({ headers, body }: Pick<CallFailure, 'headers' | 'body'>, now: number): number | undefined {
  return waitInHeaders(headers, now) ?? askedWaitIn(body ?? '', now);
}

function waitInHeaders(headers: CallFailure['headers'], now: number): number | undefined {
  const exact = Number.parseFloat(headers?.['retry-after-ms'] ?? '');
  if (exact >= 0) return exact;
  const written = headers?.['retry-after'];
  if (written === undefined) return undefined;
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(written) ? Number.parseFloat(written) : (dateOf(written) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : undefined;
}

/** A date as HTTP writes it. Date.parse takes nearly anything for one. */
function dateOf(written: string): number {
  return /^\s*[a-z]{3}/i.test(written) ? Date.parse(written) : Number.NaN;
}

/** Milliseconds to wait after the `failed`-th failure (from 1) where the provider does not say: 2 s, doubled each time, at most a minute. */
export function usualWait(failed: number): number {
  return Math.min(2000 * 2 ** (failed - 1), 60_000);
}
