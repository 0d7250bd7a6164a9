// The program in which a model API is asked. What comes of the answer goes to standard output at once, what the model thinks to
// standard error, so that whoever watches the logs sees it move; the whole answer becomes the output.
import { readFileSync, writeFileSync } from 'node:fs';
import { APICallError, type CallWarning, type LanguageModelUsage, streamText } from 'ai';
import type { Usage } from '../schema/types.gen.ts';
import { conclude, readCall, report, spend } from './host-side.ts';
import type { HostResult } from './hosted.ts';
import type { LlmCall } from './llm.ts';
import { type Asked, askedWait, type CallFailure, codeIn, failureText, signsOf, usualWait } from './llm-failure.ts';
import { openModel } from './llm-models.ts';
import { usageReader } from './llm-usage.ts';
import { reportsIn } from './streams/reports.ts';

/** How often a person is told that a wait goes on, in milliseconds; also keeps it from counting as silence. */
const waitStep = 5000;

/** Longest wait within an attempt, in milliseconds: for longer than this, another model or agent may be tried first. */
const longestWait = 60_000;

/** Most reports of one answer that reach the journal. */
const mostReports = 1000;

/** A whole answer. */
interface Answer {
  readonly text: string;
  /** Libraries say more than their types: an answer that broke off is "interrupted". */
  readonly finish: string;
  readonly rawFinish: string | undefined;
  readonly usage: Usage | undefined;
}

/** What became of one call; `begun`: whether anything of an answer had come. `message` says more than the failure itself. */
type Outcome =
  | { readonly type: 'answered'; readonly answer: Answer }
  | { readonly type: 'failed'; readonly failure: CallFailure; readonly begun: boolean; readonly message?: string };

process.exit(conclude(await run(readCall<LlmCall>(process.argv[2]))));

async function run(call: LlmCall): Promise<HostResult> {
  const key = call.keyVariable === undefined ? undefined : process.env[call.keyVariable] || undefined;
  const prompt = call.promptFile === undefined ? '' : readFileSync(call.promptFile, 'utf8');
  if (prompt.trim() === '') return { error: 'there is nothing to ask: the prompt is empty', reason: 'adapter' };
  try {
    const model = await openModel(call, key);
    const outcome = await askUntilAnswered(call, key !== undefined, () => ask(call, model, prompt));
    if (outcome.type === 'answered') return judge(outcome.answer, call);
    const { failure, message } = outcome;
    const error = message ?? failureText(failure, askedOf(call, key !== undefined));
    return { error, reason: 'agent-exit', signs: signsOf(failure, Date.now()) };
  } catch (error) {
    process.stderr.write(`${(error as Error).stack}\n`);
    return { error: (error as Error).message, reason: 'adapter' };
  }
}

function askedOf({ provider, model, baseUrl, keyVariable }: LlmCall, hasKey: boolean): Asked {
  return {
    provider,
    model,
    hasKey,
    ...(baseUrl !== undefined && { baseUrl }),
    ...(keyVariable !== undefined && { keyVariable }),
  };
}

/** Asks again what failed before anything had come, where that can help: after the wait that the provider asks for, else the usual one. */
async function askUntilAnswered(call: LlmCall, hasKey: boolean, askOnce: () => Promise<Outcome>): Promise<Outcome> {
  const retries = call.options.max_retries ?? 2;
  for (let failed = 1; ; failed += 1) {
    const outcome = await askOnce();
    if (outcome.type === 'answered' || outcome.begun || !outcome.failure.retryable || failed > retries) return outcome;
    const wait = Math.ceil(askedWait(outcome.failure, Date.now()) ?? usualWait(failed));
    const left = (call.timeoutSeconds ?? Number.POSITIVE_INFINITY) * 1000 - performance.now();
    const text = failureText(outcome.failure, askedOf(call, hasKey));
    if (wait > left) {
      const message = `${text}; it asks to wait ${inSeconds(wait)}, which is longer than the task may still take`;
      return { ...outcome, message };
    }
    if (wait > longestWait) return { ...outcome, message: `${text}; it asks to wait ${inSeconds(wait)}` };
    report({ kind: 'progress', text: `${text}; asking again in ${inSeconds(wait)} (${failed} of ${retries})` });
    await sit(wait);
  }
}

async function sit(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= waitStep) {
    process.stderr.write(`waiting ${inSeconds(left)}\n`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, waitStep)));
  }
}

function inSeconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}

/** Asks once. Never rejects for what the provider does. */
async function ask(call: LlmCall, model: Awaited<ReturnType<typeof openModel>>, prompt: string): Promise<Outcome> {
  const texts: string[] = [];
  const failed = (error: unknown): Outcome => ({ type: 'failed', failure: failureOf(error), begun: texts.length > 0 });
  try {
    const usageIn = usageReader();
    // Errors come as parts of the stream; without a function of ours they would be printed, too.
    const asked = { model, prompt, ...settingsOf(call), maxRetries: 0, include: { rawChunks: true }, onError() {} };
    for await (const part of streamText(asked).stream) {
      if (part.type === 'error') return failed(part.error);
      if (part.type === 'raw') spend(usageIn(part.rawValue));
      if (part.type === 'reasoning-delta') process.stderr.write(part.text);
      if (part.type === 'start-step') warn(part.warnings);
      if (part.type === 'text-delta') {
        texts.push(part.text);
        process.stdout.write(part.text);
      }
      if (part.type === 'finish') {
        const { finishReason: finish, rawFinishReason: rawFinish } = part;
        return {
          type: 'answered',
          answer: { text: texts.join(''), finish, rawFinish, usage: usageOf(part.totalUsage) },
        };
      }
    }
    return failed(new Error('the answer broke off'));
  } catch (error) {
    return failed(error);
  }
}

function settingsOf({ system, options }: LlmCall) {
  const { temperature, top_p: topP, max_output_tokens: maxOutputTokens, stop_sequences, seed, reasoning } = options;
  return {
    ...(system !== '' && { instructions: system }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(stop_sequences !== undefined && { stopSequences: [...stop_sequences] }),
    ...(seed !== undefined && { seed }),
    ...(reasoning !== undefined && { reasoning }),
  };
}

function warn(warnings: readonly CallWarning[]): void {
  for (const warning of warnings) {
    const text =
      warning.type === 'other' || warning.type === 'deprecated'
        ? warning.message
        : `${warning.feature}: ${warning.details ?? 'the model does not support it'}`;
    report({ kind: 'finding', text: text.replaceAll('maxOutputTokens', 'options.max_output_tokens') });
  }
}

function failureOf(error: unknown): CallFailure {
  const code = codeOf(error);
  const rest = code === undefined ? {} : { code };
  if (!APICallError.isInstance(error)) {
    return { message: error instanceof Error ? error.message : String(error), retryable: false, ...rest };
  }
  const { message, statusCode: status, responseHeaders: headers, isRetryable: retryable, responseBody } = error;
  const word = code ?? codeIn(responseBody);
  const kind = word === undefined ? {} : { code: word };
  const more = { ...(headers && { headers }), ...(responseBody !== undefined && { body: responseBody }) };
  return { message, retryable, ...kind, ...(status !== undefined && { status }), ...more };
}

/** The code of the system fault at the bottom of an error. */
function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return undefined;
}

function usageOf({ inputTokens, outputTokens, inputTokenDetails }: LanguageModelUsage): Usage | undefined {
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const { cacheReadTokens } = inputTokenDetails;
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    ...(cacheReadTokens !== undefined && { cached_tokens: cacheReadTokens }),
  };
}

/** Whether an answer is one, by what the provider says of its end. What has no end is none, however much of it there is. */
function judge({ text, finish, rawFinish, usage }: Answer, call: LlmCall): HostResult {
  const used = usage === undefined ? {} : { usage };
  const word = rawFinish ?? finish;
  const failed = (error: string): HostResult => ({ error, reason: 'agent-exit', ...used });
  if (finish === 'content-filter') {
    return failed(`the model refused to answer, or its provider did (finish reason ${word})`);
  }
  if (finish === 'length') {
    report({
      kind: 'finding',
      text: `the answer is cut off: the most tokens that it may have were reached (finish reason ${word}); options.max_output_tokens gives it more`,
    });
  } else if (finish !== 'stop') {
    if (finish !== 'other' || rawFinish === undefined) {
      return failed(`the answer broke off: nothing says that it is whole (finish reason ${word})`);
    }
    report({ kind: 'finding', text: `the model ended for a reason that is not known: ${word}` });
  }
  for (const each of reportsIn(text).slice(0, mostReports)) report(each);
  const answer = text.trimEnd();
  if (answer !== '' && !text.endsWith('\n')) process.stdout.write('\n');
  writeFileSync(call.outputFile, answer === '' ? '' : `${answer}\n`);
  return used;
}
