import type { AgentEvent, Denial, EventReader, Native, UsageTold } from './events.ts';
import { brieflyOf, countOf, inputOf, isObject, objectOf, objectsOf, statusOf, textOf } from './native.ts';

/** Tools that write files, and where their input names the file. */
const writers: Readonly<Record<string, string>> = {
  Write: 'file_path',
  Edit: 'file_path',
  MultiEdit: 'file_path',
  NotebookEdit: 'notebook_path',
};

/** Tools that take a text for a shell. */
const shells: readonly string[] = ['Bash', 'Monitor'];

/** Most tools under way that are remembered. */
const mostCalls = 1000;

interface Call {
  readonly tool: string;
  readonly input: string;
  /** The file that it writes. */
  readonly path?: string;
}

/** Reads what `claude -p --output-format stream-json --verbose` prints. */
export function claudeReader(): EventReader {
  const calls = new Map<string, Call>();
  const denied = new Set<string>();
  const begun = new Map<string, Native>();
  let hasSpoken = false;
  return (value) => {
    switch (textOf(value.type)) {
      case 'system':
        return readSystem(value, denied);
      case 'assistant': {
        const events = readAssistant(value, calls);
        hasSpoken ||= events.some(({ type }) => type === 'text');
        return events;
      }
      case 'stream_event':
        return readPart(objectOf(value.event), textOf(value.parent_tool_use_id), begun);
      case 'user':
        return readUser(value, calls, denied);
      case 'result':
        return readResult(value, hasSpoken);
      case 'rate_limit_event':
        return [readLimit(objectOf(value.rate_limit_info))];
      default:
        return [{ type: 'other', name: textOf(value.type) }];
    }
  };
}

function readSystem(value: Native, denied: Set<string>): AgentEvent[] {
  const subtype = textOf(value.subtype);
  if (subtype === 'init') {
    const model = textOf(value.model);
    const version = textOf(value.claude_code_version);
    return [
      {
        type: 'session',
        id: textOf(value.session_id),
        ...(model !== '' && { model }),
        ...(version !== '' && { version }),
      },
    ];
  }
  if (subtype === 'api_retry') {
    const status = statusOf(value.error_status);
    return [
      {
        type: 'retry',
        message: textOf(value.error),
        attempt: countOf(value.attempt),
        of: countOf(value.max_retries),
        wait_ms: countOf(value.retry_delay_ms),
        ...(status !== undefined && { status }),
      },
    ];
  }
  // The tool's own answer follows, and says nothing of whose decision it was.
  if (subtype === 'permission_denied') denied.add(textOf(value.tool_use_id));
  return [{ type: 'other', name: `system/${subtype}` }];
}

/** Which of the limits of an account are near, or reached: until when is told here alone. */
function readLimit(info: Native): AgentEvent {
  if (info.status !== 'rejected') return { type: 'other', name: 'rate_limit_event' };
  const seconds = countOf(info.resetsAt);
  return {
    type: 'error',
    minor: true,
    message: ['a limit of the account is reached', textOf(info.rateLimitType)].filter((each) => each !== '').join(': '),
    ...(seconds > 0 && { retryAt: seconds * 1000 }),
  };
}

function readAssistant(value: Native, calls: Map<string, Call>): readonly AgentEvent[] {
  const message = objectOf(value.message);
  const aside = isAside(value);
  // What the CLI says in the place of its model when that cannot be reached.
  const code = textOf(value.error);
  if (value.is_api_error_message === true || code !== '') {
    const status = statusOf(value.api_error_status);
    const said = objectsOf(message.content).map((each) => textOf(each.text));
    const kind = { ...(status !== undefined && { status }), ...(code !== '' && { code }) };
    return [{ type: 'error', message: said.join(' '), ...kind }];
  }
  const events = objectsOf(message.content).map((block) => readBlock(block, aside, calls));
  const usage = isObject(message.usage) ? [usageOf(message.usage, textOf(message.id))] : [];
  return [...events, ...usage];
}

/**
 * A part of an answer, which --include-partial-messages gives beside the whole: what it took is whole at its end only. `begun`: the
 * answers that agents have begun, one for each agent.
 */
function readPart(event: Native, agent: string, begun: Map<string, Native>): readonly AgentEvent[] {
  const message = event.type === 'message_start' ? objectOf(event.message) : begun.get(agent);
  if (event.type === 'message_start' && (begun.size < mostCalls || begun.has(agent)))
    begun.set(agent, objectOf(message));
  if (event.type !== 'message_delta' || message === undefined) return [{ type: 'other', name: 'stream_event' }];
  begun.delete(agent);
  return [usageOf({ ...objectOf(message.usage), ...objectOf(event.usage) }, textOf(message.id))];
}

/** Whether it comes from an agent that the agent itself started. */
function isAside(value: Native): boolean {
  return textOf(value.parent_tool_use_id) !== '';
}

function readBlock(block: Native, aside: boolean, calls: Map<string, Call>): AgentEvent {
  const kind = textOf(block.type);
  if (kind === 'text') return { type: 'text', text: textOf(block.text), ...(aside && { aside }) };
  if (kind === 'thinking') return { type: 'thinking', text: textOf(block.thinking) };
  if (kind !== 'tool_use' && kind !== 'server_tool_use') return { type: 'other', name: `assistant/${kind}` };
  const id = textOf(block.id);
  const tool = textOf(block.name);
  const input = inputOf(block.input);
  const path = Object.hasOwn(writers, tool) ? textOf(objectOf(block.input)[writers[tool] ?? '']) : '';
  if (calls.size < mostCalls) calls.set(id, { tool, input, ...(path !== '' && { path }) });
  const command = shells.includes(tool) ? textOf(objectOf(block.input).command) : '';
  return { type: 'tool-call', id, tool, input, ...(command !== '' && { command }) };
}

function readUser(value: Native, calls: Map<string, Call>, denied: Set<string>): readonly AgentEvent[] {
  const answers = objectsOf(objectOf(value.message).content).filter(({ type }) => type === 'tool_result');
  if (answers.length === 0) return [{ type: 'other', name: 'user' }];
  return answers.flatMap((answer): AgentEvent[] => {
    const id = textOf(answer.tool_use_id);
    const call = calls.get(id);
    calls.delete(id);
    const ok = answer.is_error !== true;
    const said = ok ? '' : contentOf(answer.content);
    const told: AgentEvent = {
      type: 'tool-result',
      id,
      tool: call?.tool ?? '',
      input: call?.input ?? '',
      ok,
      problem: brieflyOf(said),
      // What a command itself said stands below "Exit code".
      ...((denied.delete(id) || refusal.test(said)) && { denied: true as const }),
      ...(said.startsWith('<tool_use_error>') && { unused: true as const }),
    };
    if (!ok || call?.path === undefined) return [told];
    const change = objectOf(value.tool_use_result).type === 'create' ? 'added' : 'changed';
    return [told, { type: 'file-change', path: call.path, change }];
  });
}

/** How the CLI answers for a tool that was not allowed. */
const refusal = /^Permission to use \w+ .*has been denied\b/s;

function contentOf(content: unknown): string {
  return (
    textOf(content) ||
    objectsOf(content)
      .map((each) => textOf(each.text))
      .join(' ')
  );
}

/** In the names of the API: what was written into the cache and read out of it was read, too. */
function usageOf(usage: Native, message: string): UsageTold {
  const cached = countOf(usage.cache_read_input_tokens);
  return {
    type: 'usage',
    of: 'message',
    message,
    usage: {
      input_tokens: countOf(usage.input_tokens) + countOf(usage.cache_creation_input_tokens) + cached,
      output_tokens: countOf(usage.output_tokens),
      cached_tokens: cached,
    },
  };
}

function readResult(value: Native, hasSpoken: boolean): readonly AgentEvent[] {
  const subtype = textOf(value.subtype);
  const ok = subtype === 'success' && value.is_error !== true;
  const structured = value.structured_output;
  const said = textOf(value.result);
  // Who asks for JSON gets it here, whatever the model said beside it.
  const text = structured === undefined || structured === null ? said : JSON.stringify(structured);
  const errors = Array.isArray(value.errors) ? value.errors.map(textOf).filter((each) => each !== '') : [];
  const status = statusOf(value.api_error_status);
  return [
    // Of an answer that was told nowhere else.
    ...(ok && !hasSpoken && text !== '' ? [{ type: 'text' as const, text }] : []),
    ...usageOfResult(value),
    {
      type: 'result',
      ok,
      ...(ok && { text }),
      ...(!ok && { message: errors.join('; ') || (subtype === 'success' && said) || subtype.replaceAll('_', ' ') }),
      ...(!ok && status !== undefined && { status }),
      ...(subtype.startsWith('error_') && { code: subtype }),
      ...(subtype === 'error_max_budget_usd' && { budget: true as const }),
      denials: objectsOf(value.permission_denials).map(denialOf),
    },
  ];
}

function denialOf(value: Native): Denial {
  return { id: textOf(value.tool_use_id), tool: textOf(value.tool_name), input: inputOf(value.tool_input) };
}

/**
 * What this result cost. `usage` leaves out what other models and agents took, and is empty where a limit was met; modelUsage and
 * total_cost_usd count the turns of a resumed conversation once more. Newer versions say what is new since the result before.
 */
function usageOfResult(value: Native): readonly UsageTold[] {
  const models = (each: unknown) => objectsOf(Object.values(objectOf(each))).filter((one) => 'inputTokens' in one);
  const recent = models(value.model_usage_since_last_result);
  if (recent.length > 0) return [{ type: 'usage', of: 'turn', usage: sumOf(recent, costOf(recent)) }];
  const all = models(value.modelUsage);
  const cost = typeof value.total_cost_usd === 'number' ? value.total_cost_usd : costOf(all);
  if (all.length > 0) return [{ type: 'usage', of: 'total', usage: sumOf(all, cost) }];
  if (!isObject(value.usage)) return [];
  const { usage } = usageOf(value.usage, '');
  return [
    { type: 'usage', of: 'total', usage: { ...usage, ...(cost !== undefined && { cost_usd: Math.max(0, cost) }) } },
  ];
}

/** Undefined where none of them tells it. */
function costOf(models: readonly Native[]): number | undefined {
  const costs = models.map(({ costUSD }) => costUSD).filter((cost) => typeof cost === 'number');
  return costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + Math.max(0, cost), 0);
}

function sumOf(models: readonly Native[], cost: number | undefined) {
  const sum = (...names: readonly string[]) =>
    models.reduce((total, model) => total + names.reduce((part, name) => part + countOf(model[name]), 0), 0);
  return {
    input_tokens: sum('inputTokens', 'cacheCreationInputTokens', 'cacheReadInputTokens'),
    output_tokens: sum('outputTokens'),
    cached_tokens: sum('cacheReadInputTokens'),
    ...(cost !== undefined && { cost_usd: Math.max(0, cost) }),
  };
}
