import type { LanguageModel } from 'ai';
import type { LlmCall } from './llm.ts';
import { patientFetch } from './patient-fetch.ts';

/** The model of a call. Only the code of its own provider is loaded. */
export async function openModel(call: LlmCall, key: string | undefined): Promise<Exclude<LanguageModel, string>> {
  const { protocol, provider, model, baseUrl } = call;
  const address = { fetch: patientFetch, ...(baseUrl !== undefined && { baseURL: baseUrl }) };
  // Without one the libraries would look into variables that were not meant for them, or refuse.
  const apiKey = key ?? 'none';
  switch (protocol) {
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic({ ...address, apiKey })(model);
    }
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return createOpenAI({ ...address, apiKey })(model);
    }
    case 'google': {
      const { createGoogle } = await import('@ai-sdk/google');
      return createGoogle({ ...address, apiKey })(model);
    }
    case 'openai-compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      const settings = { ...address, name: provider, baseURL: baseUrl ?? '', includeUsage: true };
      return createOpenAICompatible({ ...settings, ...(key !== undefined && { apiKey: key }) })(model);
    }
    default:
      return protocol satisfies never;
  }
}
