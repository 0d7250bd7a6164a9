import { didYouMean } from '../diagnostics/suggest.ts';
import type { AgentAdapter, AgentCall } from '../run/ports.ts';
import type { PlanAgent } from '../schema/types.gen.ts';
import { keyVariableOf, type ModelApi, modelApiOf, modelApis } from '../spec/model-apis.ts';
import { missingFolder } from './command.ts';
import type { AgentDoors } from './doors.ts';
import { hostFile } from './host-file.ts';
import { startHosted } from './hosted.ts';
import { type LlmOptions, optionFault } from './llm-options.ts';

/** What the host of a model API is given. */
export interface LlmCall {
  readonly protocol: ModelApi['protocol'];
  /** As the agent names it. */
  readonly provider: string;
  readonly model: string;
  readonly baseUrl?: string;
  /** The variable that holds the key, where there is one. */
  readonly keyVariable?: string;
  /** Whether it works without a key. */
  readonly keyless: boolean;
  readonly system: string;
  readonly promptFile?: string;
  readonly options: LlmOptions;
  /** How long the attempt may take; absent where that is not limited. */
  readonly timeoutSeconds?: number;
  readonly outputFile: string;
}

/** Asks a model API. What comes is written to standard output while it comes; the whole of it is the output. */
export function llmAdapter(doors: AgentDoors): AgentAdapter {
  return {
    check: async (agent) => whatIsMissing(agent, doors),
    start: (call) =>
      startHosted(doors, call, {
        name: 'llm',
        program: [hostFile('llm')],
        call: { ...callOf(call) },
        unanswered: 'the process that asks the model ended before it had an answer',
        noOutputFails: true,
        tellsSigns: true,
      }),
  };
}

function callOf({ agent, files, task }: AgentCall): LlmCall {
  const { provider = '', model = '' } = agent;
  const api = modelApiOf(provider);
  const baseUrl = baseUrlOf(agent, api);
  const keyVariable = keyVariableOf(agent);
  return {
    protocol: api?.protocol ?? 'openai-compatible',
    provider,
    model,
    ...(baseUrl !== undefined && { baseUrl }),
    ...(keyVariable !== undefined && { keyVariable }),
    keyless: isKeyless(agent, baseUrl),
    system: agent.system_prompt,
    ...(files.prompt !== undefined && { promptFile: files.prompt }),
    options: agent.options as LlmOptions,
    ...(task.timeout_seconds !== null && { timeoutSeconds: task.timeout_seconds }),
    outputFile: files.output,
  };
}

function whatIsMissing(agent: PlanAgent, { env, root }: AgentDoors): string | undefined {
  const { provider, model, base_url: written } = agent;
  const known = Object.keys(modelApis);
  if (provider === undefined) return `it names no provider: one of ${known.join(', ')}`;
  const api = modelApiOf(provider);
  if (api === undefined) {
    return `its provider "${provider}" is not one of ${known.join(', ')}${meant(provider, known)}`;
  }
  if (model === undefined) return 'it names no model';
  if (written !== undefined && !isAddress(written)) return `its base_url is no http address: ${written}`;
  const baseUrl = baseUrlOf(agent, api);
  if (api.protocol === 'openai-compatible' && baseUrl === undefined) {
    return `its provider ${provider} needs a base_url, for example http://127.0.0.1:8080/v1`;
  }
  const variable = keyVariableOf(agent);
  const key = variable === undefined ? undefined : (agent.env.set[variable] ?? env[variable]);
  if (variable !== undefined && (key ?? '') === '' && !isKeyless(agent, baseUrl)) {
    return agent.api_key_env === undefined
      ? `${variable} is not set, which holds the key of ${provider}; api_key_env names another variable`
      : `${variable} is not set, which api_key_env names`;
  }
  return optionFault(agent.options) ?? missingFolder(agent, root);
}

/** Programs on this machine rarely ask for a key; where the agent names one it is wanted. */
function isKeyless(agent: PlanAgent, baseUrl: string | undefined): boolean {
  return agent.api_key_env === undefined && baseUrl !== undefined && isLoopback(new URL(baseUrl).hostname);
}

/** The address as the protocol wants it: that of servers which speak as OpenAI's does ends with their version. */
function baseUrlOf({ base_url: written }: PlanAgent, api: ModelApi | undefined): string | undefined {
  if (written === undefined) return api?.baseUrl;
  const bare = written.replace(/\/+$/, '');
  return api?.protocol === 'openai-compatible' && new URL(written).pathname === '/' ? `${bare}/v1` : bare;
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function isLoopback(host: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}

function meant(written: string, known: readonly string[]): string {
  const hint = didYouMean(written, known);
  return hint === undefined ? '' : `; ${hint}`;
}
