// What an agent tells by the Agent Client Protocol, message by message, and what its host adds in lines of its own:
// {"type": "super.refused"} for what it was not allowed, {"type": "super.failed"} for an end without an answer.

import { wishOf } from '../acp-policy.ts';
import type { AgentEvent, EventReader, Native } from './events.ts';
import { brieflyOf, countOf, faultOf, isObject, objectOf, objectsOf, textOf } from './native.ts';

/** What is remembered of a call of a tool. */
interface Call {
  readonly tool: string;
  readonly input: string;
  readonly command: string;
  readonly told: boolean;
  /** Files that it changes, and whether they are new. */
  readonly changed: ReadonlyMap<string, 'added' | 'changed'>;
}

/** What is remembered while a stream is read. */
interface Memory {
  readonly calls: Map<string, Call>;
  readonly refused: Set<string>;
  /** The message that is being told. */
  message: string | undefined;
  version: string | undefined;
  cost: number | undefined;
  /** Most tokens that the model was seen to have before it. */
  held: number;
}

/** Most calls under way that are remembered. */
const mostCalls = 1000;

/** Reads what comes from an agent, and what its host adds. */
export function acpReader(): EventReader {
  const memory: Memory = {
    calls: new Map(),
    refused: new Set(),
    message: undefined,
    version: undefined,
    cost: undefined,
    held: 0,
  };
  return (value) => {
    if (value.type === 'super.refused') return refused(value, memory);
    if (value.type === 'super.failed') {
      const gone = value.gone === true && { gone: true as const };
      return [{ type: 'result', ok: false, ...faultOf(textOf(value.message)), ...gone, denials: [] }];
    }
    if (value.method === 'session/update') return readUpdate(objectOf(objectOf(value.params).update), memory);
    if (typeof value.method === 'string') return [{ type: 'other', name: value.method }];
    if (isObject(value.result)) return readResult(value.result, memory);
    if (isObject(value.error)) return [{ type: 'error', ...faultOf(textOf(value.error.message)) }];
    return [{ type: 'other', name: textOf(value.type) }];
  };
}

function refused(value: Native, memory: Memory): readonly AgentEvent[] {
  const id = textOf(value.id);
  if (id !== '' && memory.refused.size < mostCalls) memory.refused.add(id);
  const [tool, input, problem] = [textOf(value.tool), textOf(value.input), textOf(value.why)];
  const command = textOf(value.command);
  const told = memory.calls.get(id)?.told === true;
  const answered: AgentEvent = { type: 'tool-result', id, tool, input, ok: false, problem, denied: true };
  memory.calls.delete(id);
  if (told) return [answered];
  return [{ type: 'tool-call', id, tool, input, ...(command !== '' && { command }) }, answered];
}

function readResult(result: Native, memory: Memory): readonly AgentEvent[] {
  if (typeof result.sessionId === 'string') {
    const { version } = memory;
    return [{ type: 'session', id: result.sessionId, ...(version !== undefined && { version }) }];
  }
  if (typeof result.stopReason === 'string') return [...usageOf(result, memory.cost), verdictOf(result.stopReason)];
  const version = textOf(objectOf(result.agentInfo).version);
  if (version !== '') memory.version = version;
  return [{ type: 'other', name: 'protocolVersion' in result ? 'initialize' : 'result' }];
}

const reasons: Readonly<Record<string, string>> = {
  refusal: 'the agent refused to go on',
  max_tokens: 'the agent reached the most tokens that it may use',
  max_turn_requests: 'the agent reached the most requests that it may make in one turn',
  cancelled: 'the agent was cancelled',
};

function verdictOf(stopReason: string): AgentEvent {
  if (stopReason === 'end_turn') return { type: 'result', ok: true, denials: [] };
  const message = reasons[stopReason] ?? 'the agent stopped for a reason that is not known';
  return { type: 'result', ok: false, message: `${message} (stop reason ${stopReason})`, denials: [] };
}

/** Tokens of all the session, in one of the two places where agents tell them. */
function usageOf(result: Native, cost: number | undefined): readonly AgentEvent[] {
  const quota = objectOf(objectOf(objectOf(result._meta).quota).token_count);
  const told = Object.keys(objectOf(result.usage)).length > 0 ? objectOf(result.usage) : quota;
  const output = countOf(told.outputTokens ?? told.output_tokens);
  const thoughts = countOf(told.thoughtTokens);
  const cached = countOf(told.cachedReadTokens ?? told.cachedInputTokens);
  const written = countOf(told.cachedWriteTokens);
  const bare = countOf(told.inputTokens ?? told.input_tokens);
  if (bare + output === 0) return [];
  // Some count what came from the cache as part of the input, and thoughts as part of the output, others beside it: the total tells.
  const rest = countOf(told.totalTokens) - bare - output;
  const beside = cached + written > 0 && rest >= cached + written;
  const thoughtsBeside = thoughts > 0 && rest >= thoughts + (beside ? cached + written : 0);
  return [
    {
      type: 'usage',
      of: 'total',
      usage: {
        input_tokens: beside ? bare + cached + written : bare,
        output_tokens: thoughtsBeside ? output + thoughts : output,
        cached_tokens: cached,
        ...(cost !== undefined && { cost_usd: cost }),
      },
    },
  ];
}

function readUpdate(update: Native, memory: Memory): readonly AgentEvent[] {
  const kind = textOf(update.sessionUpdate);
  switch (kind) {
    case 'agent_message_chunk':
      return readChunk(update, memory);
    case 'agent_thought_chunk':
      return [{ type: 'thinking', text: textOf(objectOf(update.content).text) }];
    case 'tool_call':
    case 'tool_call_update':
      return readCall(update, memory);
    case 'usage_update':
      return readUsage(update, memory);
    default:
      return [{ type: 'other', name: kind }];
  }
}

/** What a session has cost so far, and how much its model has before it: no less than that was used. */
function readUsage(update: Native, memory: Memory): readonly AgentEvent[] {
  const { amount, currency } = objectOf(update.cost);
  if (typeof amount === 'number' && amount >= 0 && currency === 'USD') memory.cost = amount;
  memory.held = Math.max(memory.held, countOf(update.used));
  const { cost, held } = memory;
  if (held === 0 && cost === undefined) return [{ type: 'other', name: textOf(update.sessionUpdate) }];
  const usage = { input_tokens: held, output_tokens: 0, ...(cost !== undefined && { cost_usd: cost }) };
  return [{ type: 'usage', of: 'message', usage }];
}

function readChunk(update: Native, memory: Memory): readonly AgentEvent[] {
  const text = textOf(objectOf(update.content).text);
  const message = textOf(update.messageId);
  const part: AgentEvent = { type: 'text', text, part: true };
  const another = memory.message !== undefined && memory.message !== message;
  memory.message = message;
  // A text that is no part ends the one before: they are two messages.
  return another ? [{ type: 'text', text: '' }, part] : [part];
}

function readCall(update: Native, memory: Memory): readonly AgentEvent[] {
  const id = textOf(update.toolCallId);
  if (memory.refused.has(id)) return [{ type: 'other', name: 'tool_call_update of a refused call' }];
  memory.message = undefined;
  const before = memory.calls.get(id);
  const status = textOf(update.status);
  const ended = status === 'completed' || status === 'failed';
  const { tool, input, command } = wishOf([update]);
  const call: Call = {
    tool: tool === 'a tool' ? (before?.tool ?? tool) : tool,
    input: input === '' ? (before?.input ?? '') : input,
    command: command === '' ? (before?.command ?? '') : command,
    // An agent may say what it is about before it knows the input.
    told:
      before?.told === true || ended || status === 'in_progress' || Object.keys(objectOf(update.rawInput)).length > 0,
    changed: new Map([...(before?.changed ?? []), ...changesIn(update)]),
  };
  const events: AgentEvent[] = [];
  if (call.told && before?.told !== true) {
    const running = status === 'in_progress' && { running: true as const };
    const shell = call.command !== '' && { command: call.command };
    events.push({ type: 'tool-call', id, tool: call.tool, input: call.input, ...shell, ...running });
  }
  if (ended) {
    memory.calls.delete(id);
    events.push(answerOf(id, call, update, status === 'completed'));
    if (status === 'completed') {
      for (const [path, change] of call.changed) events.push({ type: 'file-change', path, change });
    }
  } else if (before !== undefined || memory.calls.size < mostCalls) memory.calls.set(id, call);
  return events.length > 0 ? events : [{ type: 'other', name: textOf(update.sessionUpdate) }];
}

function changesIn(update: Native): readonly (readonly [string, 'added' | 'changed'])[] {
  return objectsOf(update.content)
    .filter(({ type }) => type === 'diff')
    .map(({ path, oldText }) => [textOf(path), textOf(oldText) === '' ? 'added' : 'changed'] as const);
}

function answerOf(id: string, { tool, input }: Call, update: Native, completed: boolean): AgentEvent {
  const code = objectOf(objectOf(update._meta).terminal_exit).exit_code;
  const ok = completed && (typeof code !== 'number' || code === 0);
  const said = objectsOf(update.content)
    .map(({ content }) => textOf(objectOf(content).text))
    .find((text) => text !== '');
  const words = brieflyOf(said ?? textOf(update.rawOutput));
  const problem = ok ? '' : words || (typeof code === 'number' ? `exit code ${code}` : 'failed');
  return { type: 'tool-result', id, tool, input, ok, problem };
}
