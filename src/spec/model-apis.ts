// The model APIs that the llm adapter speaks to, by the names that people give to providers.

/** How a provider is spoken to. */
export interface ModelApi {
  readonly protocol: 'anthropic' | 'openai' | 'google' | 'openai-compatible';
  /** The variable in which people usually keep its key; absent where there usually is none. */
  readonly keyVariable?: string;
  /** Its address where it usually runs on this machine. */
  readonly baseUrl?: string;
}

/** Every provider that is known. */
export const modelApis: Readonly<Record<string, ModelApi>> = {
  anthropic: { protocol: 'anthropic', keyVariable: 'ANTHROPIC_API_KEY' },
  openai: { protocol: 'openai', keyVariable: 'OPENAI_API_KEY' },
  google: { protocol: 'google', keyVariable: 'GEMINI_API_KEY' },
  gemini: { protocol: 'google', keyVariable: 'GEMINI_API_KEY' },
  'openai-compatible': { protocol: 'openai-compatible' },
  ollama: { protocol: 'openai-compatible', baseUrl: 'http://127.0.0.1:11434/v1' },
  lmstudio: { protocol: 'openai-compatible', baseUrl: 'http://127.0.0.1:1234/v1' },
  vllm: { protocol: 'openai-compatible', baseUrl: 'http://127.0.0.1:8000/v1' },
};

/** The model API of a provider, however its name is spelt; undefined for one that is not known. */
export function modelApiOf(provider: string): ModelApi | undefined {
  const name = provider
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s]+/g, '-');
  return known(name) ?? known(name.replaceAll('-', ''));
}

/** The variable that holds the key of an agent's model API: the one that it names, or the usual one. */
export function keyVariableOf(agent: {
  readonly provider?: string;
  readonly api_key_env?: string;
}): string | undefined {
  return agent.api_key_env ?? modelApiOf(agent.provider ?? '')?.keyVariable;
}

function known(name: string): ModelApi | undefined {
  return Object.hasOwn(modelApis, name) ? modelApis[name] : undefined;
}
