// What providers tell of the usage while an answer comes, chunk by chunk, each in the words of its own protocol.
import type { Usage } from '../schema/types.gen.ts';
import type { Native } from './streams/events.ts';
import { countOf, isObject, objectOf } from './streams/native.ts';

/** Takes the chunks of one answer as they came; gives all that it has used so far, where a chunk tells something new. */
export type UsageReader = (chunk: unknown) => Usage | undefined;

/** Begins to read the chunks of an answer. */
export function usageReader(): UsageReader {
  let told = '';
  let start: Native = {};
  return (chunk) => {
    const value = objectOf(chunk);
    const found = value.usage ?? objectOf(value.message).usage ?? objectOf(value.response).usage ?? value.usageMetadata;
    if (!isObject(found)) return undefined;
    // Anthropic says at the start what was read, and at the end what was written.
    start = { ...start, ...found };
    const usage = usageOf(start);
    const text = JSON.stringify(usage);
    if (text === told || usage.input_tokens + usage.output_tokens === 0) return undefined;
    told = text;
    return usage;
  };
}

/** In the words of Anthropic, OpenAI's two protocols, and Google. */
function usageOf(told: Native): Usage {
  const read = countOf(told.cache_read_input_tokens);
  const written = countOf(told.cache_creation_input_tokens);
  const details = objectOf(told.input_tokens_details ?? told.prompt_tokens_details);
  const cached = read + countOf(details.cached_tokens) + countOf(told.cachedContentTokenCount);
  const input = countOf(told.input_tokens) + countOf(told.prompt_tokens) + countOf(told.promptTokenCount);
  const output = countOf(told.output_tokens) + countOf(told.completion_tokens) + countOf(told.candidatesTokenCount);
  return {
    input_tokens: input + read + written,
    output_tokens: output + countOf(told.thoughtsTokenCount),
    cached_tokens: cached,
  };
}
