// The table of known faults of agents that work with a model: by what each is known, what is tried, and what a person can do.
//
// A rule looks at what the CLI or the API said of the failure, and never at what an agent read, wrote, said or ran.
import type { AdapterName } from '../schema/types.gen.ts';
import type { FailureSigns } from './ports.ts';

/** What is tried, in order. The last word says what becomes of the task when nothing more can be tried. */
export type RecoveryAction =
  /** Arguments of its command line, where they are not there yet. */
  | { readonly type: 'arguments'; readonly words: readonly string[] }
  /** The folder of the project, where that is more than the one in which it worked, or it would not even begin. */
  | { readonly type: 'project' }
  /** As long as the agent or its API asked, where it asked for no longer than this. `once`: not where the last wait was in vain. */
  | { readonly type: 'wait'; readonly mostSeconds: number; readonly once?: true }
  /** The next of the agent's fallback_models. */
  | { readonly type: 'model' }
  /** The next of the agent's fallback_agents. */
  | { readonly type: 'agent' }
  /** It gets no better by itself: the task fails, and a person is told. */
  | { readonly type: 'escalate' }
  /** It may pass: the attempts that the task has are made, then a person is told. `later`: not in the same moment. */
  | { readonly type: 'retry'; readonly later?: true };

/** Signs that belong together: all that are named must be there. */
interface Look {
  readonly exitCode?: number;
  readonly status?: readonly number[];
  readonly code?: RegExp;
  readonly message?: RegExp;
  readonly stderr?: RegExp;
  /** Any tool that was not allowed, or one that wanted a path outside of the folders that it may use. */
  readonly denied?: true;
  readonly outside?: true;
}

/** What a person can do: the same for all adapters, or for each; {tools} are those that were not allowed. */
type Advice = string | Readonly<Partial<Record<AdapterName, string>>>;

/** A known fault. */
export interface RecoveryRule {
  readonly name: string;
  readonly adapters: readonly AdapterName[];
  /** Any of these. */
  readonly looks: readonly Look[];
  readonly actions: readonly RecoveryAction[];
  readonly advice: Advice;
}

const clis = ['claude', 'codex', 'gemini'] as const;
const modelled = [...clis, 'acp', 'llm'] as const;

const model = { type: 'model' } as const;
const agent = { type: 'agent' } as const;
const escalate = { type: 'escalate' } as const;
const retry = { type: 'retry' } as const;
const retryLater = { type: 'retry', later: true } as const;

/** Rather than for longer than this, something else is tried first. */
const waitShortly = { type: 'wait', mostSeconds: 60, once: true } as const;
/** Longest wait. */
const waitLong = { type: 'wait', mostSeconds: 6 * 3600 } as const;

/** Every rule; the first that fits counts. */
export const recoveryRules: readonly RecoveryRule[] = [
  {
    name: 'codex-trust',
    adapters: ['codex'],
    looks: [{ stderr: /Not inside a trusted directory|\bgit repository\b/i }],
    actions: [{ type: 'arguments', words: ['--skip-git-repo-check'] }, agent, escalate],
    advice: 'let it work in a git repository, or give the agent args: [--skip-git-repo-check]',
  },
  {
    // To trust a folder is to run what its settings say: that is for a person.
    name: 'gemini-untrusted',
    adapters: ['gemini'],
    looks: [{ exitCode: 55 }, { code: /^FatalUntrustedWorkspaceError$/ }, { stderr: /not running in a trusted/i }],
    actions: [agent, escalate],
    advice: 'trust the folder in gemini, or give the agent args: [--skip-trust]',
  },
  {
    name: 'claude-root',
    adapters: ['claude'],
    looks: [{ stderr: /root\/sudo/ }],
    actions: [agent, escalate],
    advice: 'as root it takes permissions: full only with env: {IS_SANDBOX: "1"}',
  },
  {
    name: 'too-long',
    adapters: modelled,
    looks: [
      { status: [413] },
      { code: /^(context_length_exceeded|prompt_too_long|ContextWindowExceeded)$/i },
      {
        message: /(prompt|input) is too long|ran out of room|maximum context length|context window|input token count/i,
      },
    ],
    actions: [model, agent, escalate],
    advice:
      'make the task smaller, hand it less under context:, or name a model that takes more under fallback_models:',
  },
  {
    name: 'unknown-model',
    adapters: modelled,
    looks: [
      { status: [404] },
      { code: /^(model_not_found|ModelNotFoundError)$/ },
      {
        message:
          /issue with the selected model|\bmodel\b.{0,80}(does not exist|not found|is not (supported|available))/i,
      },
    ],
    actions: [model, agent, escalate],
    advice: 'give the agent a model that is there: model:, or fallback_models:',
  },
  {
    name: 'no-credit',
    adapters: modelled,
    looks: [
      { status: [402] },
      { code: /^(billing_error|insufficient_quota)$/ },
      { message: /credit balance is too low|insufficient[_ ](quota|credits|balance)/i },
    ],
    actions: [agent, escalate],
    advice: 'there is no credit left: add some where the key comes from, or name another agent under fallback_agents:',
  },
  {
    name: 'missing-variable',
    adapters: ['codex'],
    looks: [{ message: /^Missing environment variable: / }],
    actions: [agent, escalate],
    advice: 'set it: a variable that is not of its vendor reaches it by env: or secrets: of the agent',
  },
  {
    name: 'authentication',
    adapters: modelled,
    looks: [
      { status: [401, 403] },
      { exitCode: 41 },
      { code: /^(authentication_failed|authentication_error|oauth_org_not_allowed|FatalAuthenticationError)$/ },
      {
        message: /^(Not logged in|Invalid API key|OAuth token|Login expired)|authenticat|unauthori[sz]ed/i,
      },
    ],
    actions: [agent, escalate],
    advice: {
      claude: 'log in with "claude", or set ANTHROPIC_API_KEY',
      codex: 'log in with "codex login", or set CODEX_API_KEY',
      gemini: 'choose how to log in with "gemini", or set GEMINI_API_KEY',
      acp: 'log in with the agent itself, or name the variable with its key under secrets:',
      llm: 'put a key that is accepted into the variable that api_key_env names',
    },
  },
  {
    name: 'rate-limit',
    adapters: modelled,
    looks: [
      { status: [429] },
      { code: /^(rate_limit|rate_limit_error|rate_limit_exceeded|RetryableQuotaError|TerminalQuotaError)$/ },
      {
        message:
          /^You.ve hit your .{0,40}limit|\blimit reached\b|exhausted your (daily )?(quota|capacity)|too many requests|\brate[_ -]limit/i,
      },
    ],
    actions: [waitShortly, model, agent, waitLong, retryLater],
    advice: 'wait until there is quota again, or name others under fallback_models: or fallback_agents:',
  },
  {
    name: 'overloaded',
    adapters: modelled,
    looks: [
      { status: [500, 502, 503, 504, 529] },
      { code: /^(overloaded|overloaded_error|server_error|api_error)$/ },
      { message: /experiencing high demand|\boverloaded\b|at capacity/i },
    ],
    actions: [waitShortly, model, agent, waitLong, retryLater],
    advice: 'try again later, or name others under fallback_models: or fallback_agents:',
  },
  {
    name: 'unreachable',
    adapters: modelled,
    looks: [
      { code: /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/ },
      { message: /unable to connect|connection (refused|error)|error sending request/i },
    ],
    actions: [agent, retryLater],
    advice: 'see whether the API can be reached from here',
  },
  {
    name: 'max-turns',
    adapters: ['claude', 'gemini'],
    looks: [
      { code: /^(error_max_turns|FatalTurnLimitedError)$/ },
      { message: /^Reached max(imum number of turns| session turns)/ },
    ],
    actions: [retry],
    advice: { claude: 'raise max_turns:', gemini: 'raise model.maxSessionTurns in its settings.json' },
  },
  {
    // The folders of the run are always given to it. Which others it may use, but for that of the project, is for a person to say,
    // and not for what it asks for.
    name: 'gemini-directories',
    adapters: ['gemini'],
    looks: [{ outside: true }, { stderr: /workspace director(y|ies)/i }, { message: /workspace director(y|ies)/i }],
    actions: [{ type: 'project' }, agent, escalate],
    advice: 'let it work in a folder above, or give the agent args: ["--include-directories=<folder>"]',
  },
  {
    // The system lets it not read or write what it needs for itself: a login, its settings.
    name: 'access-denied',
    adapters: clis,
    looks: [
      { stderr: /\bpermission denied\b|\b(EACCES|EPERM)\b/i },
      { message: /^(error: )?permission denied\b|\b(EACCES|EPERM)\b/i },
    ],
    actions: [agent, escalate],
    advice: 'give it access to what it names; it keeps files of its own in its home folder',
  },
  {
    // What was not allowed is a reason only where nothing else is known: most agents find another way.
    name: 'permission-denied',
    adapters: [...clis, 'acp'],
    looks: [{ denied: true }],
    actions: [escalate],
    advice: {
      claude: 'it was not allowed to use {tools}: permissions: and allowed_tools: say what it may',
      codex: 'it was not allowed to use {tools}: permissions: say what it may',
      gemini: 'it was not allowed to use {tools}: permissions: and allowed_tools: say what it may',
      acp: 'it was not allowed to use {tools}: permissions: say what it may',
    },
  },
];

/** Characters of a message that are looked at. */
const mostCharacters = 2000;

/** The rule for a failure; undefined where its cause is not known. */
export function ruleFor(adapter: AdapterName | null, signs: FailureSigns | undefined): RecoveryRule | undefined {
  if (adapter === null || signs === undefined) return undefined;
  return recoveryRules.find(
    ({ adapters, looks }) => adapters.includes(adapter) && looks.some((look) => isSeen(look, signs)),
  );
}

function isSeen(look: Look, signs: FailureSigns): boolean {
  const says = (pattern: RegExp | undefined, text: string | undefined) =>
    pattern === undefined || (text !== undefined && pattern.test(text.slice(0, mostCharacters)));
  return (
    (look.exitCode === undefined || look.exitCode === signs.exitCode) &&
    (look.status === undefined || (signs.status !== undefined && look.status.includes(signs.status))) &&
    says(look.code, signs.code) &&
    says(look.message, signs.message) &&
    says(look.stderr, signs.stderr) &&
    (look.denied === undefined || (signs.denied ?? []).length > 0) &&
    (look.outside === undefined || signs.outside === true)
  );
}

/** What a person can do about a failure; blank where nothing is known. */
export function adviceFor(adapter: AdapterName | null, signs: FailureSigns | undefined): string {
  const { advice = '' } = ruleFor(adapter, signs) ?? {};
  const words = typeof advice === 'string' ? advice : ((adapter === null ? undefined : advice[adapter]) ?? '');
  return words.replace('{tools}', () => [...new Set(signs?.denied)].slice(0, 5).join(', '));
}

/** The same where the fault gets no better by itself: what may pass is tried again, and needs no advice before that. */
export function lastingAdviceFor(adapter: AdapterName | null, signs: FailureSigns | undefined): string {
  const lasts = ruleFor(adapter, signs)?.actions.at(-1)?.type === 'escalate';
  return lasts ? adviceFor(adapter, signs) : '';
}
