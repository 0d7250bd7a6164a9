import type { AgentEvent, EventReader, Native } from './events.ts';
import { brieflyOf, commandOf, countOf, faultOf, inputOf, isObject, objectOf, objectsOf, textOf } from './native.ts';

/** Most items under way that are remembered. */
const mostItems = 1000;

/** Reads what `codex exec --json` prints. */
export function codexReader(): EventReader {
  /** Items that were told as begun: what is told at its end alone is a call of a tool, too. */
  const begun = new Set<string>();
  return (value) => {
    switch (textOf(value.type)) {
      case 'thread.started':
        return [{ type: 'session', id: textOf(value.thread_id) }];
      case 'turn.completed':
        return [...usageOf(value.usage), { type: 'result', ok: true, denials: [] }];
      case 'turn.failed':
        return [{ type: 'result', ok: false, ...faultOf(wordsOf(value.error), objectOf(value.error)), denials: [] }];
      case 'error':
        return [readError(textOf(value.message))];
      case 'item.started':
      case 'item.completed':
        return readItem(objectOf(value.item), value.type === 'item.completed', begun);
      default:
        return [{ type: 'other', name: textOf(value.type) }];
    }
  };
}

function usageOf(usage: unknown): readonly AgentEvent[] {
  if (!isObject(usage)) return [];
  const figures = {
    input_tokens: countOf(usage.input_tokens),
    output_tokens: countOf(usage.output_tokens),
    cached_tokens: countOf(usage.cached_input_tokens),
  };
  return [{ type: 'usage', of: 'total', usage: figures }];
}

function wordsOf(error: unknown): string {
  return textOf(error) || textOf(objectOf(error).message);
}

/** "Reconnecting... 1/5 (unexpected status 429 ...)" is no failure yet. */
function readError(said: string): AgentEvent {
  const retry = /^Reconnecting\D*(\d+)\/(\d+)\s*(?:\((.*)\)\s*)?$/s.exec(said);
  if (retry === null) return { type: 'error', ...faultOf(said) };
  return { type: 'retry', ...faultOf(retry[3] ?? said), attempt: Number(retry[1]), of: Number(retry[2]) };
}

function readItem(item: Native, ended: boolean, begun: Set<string>): readonly AgentEvent[] {
  const kind = textOf(item.type);
  const message = textOf(item.text);
  if (kind === 'agent_message') {
    if (!ended) return [{ type: 'other', name: `item/${kind}` }];
    return [{ type: 'text', text: message, ...(item.phase === 'commentary' && { aside: true }) }];
  }
  if (kind === 'reasoning') return [{ type: 'thinking', text: message }];
  // Remarks about models that it does not know and the like: the turn goes on.
  if (kind === 'error') return [{ type: 'error', ...faultOf(textOf(item.message)), minor: true }];
  if (kind === 'file_change') return ended ? readFileChange(item) : [{ type: 'other', name: `item/${kind}` }];
  const call = callOf(kind, item);
  if (call === undefined) return [{ type: 'other', name: `item/${kind}` }];
  const id = textOf(item.id);
  const called: AgentEvent = { type: 'tool-call', id, ...call };
  if (!ended) {
    if (begun.size < mostItems) begun.add(id);
    return [called];
  }
  const answered = answerOf(id, call, item);
  if (begun.delete(id)) return [answered];
  // What was declined before it began has run nothing.
  if (item.status === 'declined') return [{ type: 'tool-call', id, tool: call.tool, input: call.input }, answered];
  return [called, answered];
}

interface Call {
  readonly tool: string;
  readonly input: string;
  readonly command?: string;
}

/** The tool of an item, and what it is to do; undefined for what is no tool. */
function callOf(kind: string, item: Native): Call | undefined {
  if (kind === 'command_execution') {
    const command = commandOf(item.command);
    return { tool: 'shell', input: brieflyOf(command), command };
  }
  if (kind === 'web_search') return { tool: 'web_search', input: brieflyOf(textOf(item.query)) };
  if (kind === 'mcp_tool_call')
    return { tool: `${textOf(item.server)}.${textOf(item.tool)}`, input: inputOf(item.arguments) };
  if (kind === 'collab_tool_call') return { tool: textOf(item.tool), input: brieflyOf(textOf(item.prompt)) };
  return undefined;
}

function answerOf(id: string, { tool, input }: Call, item: Native): AgentEvent {
  const status = textOf(item.status);
  const code = typeof item.exit_code === 'number' ? item.exit_code : 0;
  const ok = status !== 'failed' && status !== 'declined' && code === 0 && !isObject(item.error);
  const said = textOf(objectOf(item.error).message) || lastLineOf(textOf(item.aggregated_output));
  const problem = ok ? '' : brieflyOf(said) || (code === 0 ? status : `exit code ${code}`);
  return { type: 'tool-result', id, tool, input, ok, problem, ...(status === 'declined' && { denied: true as const }) };
}

function lastLineOf(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

const changes: Readonly<Record<string, 'added' | 'changed' | 'removed'>> = {
  add: 'added',
  update: 'changed',
  delete: 'removed',
};

function readFileChange(item: Native): readonly AgentEvent[] {
  const files = objectsOf(item.changes);
  const id = textOf(item.id);
  const call = {
    type: 'tool-call' as const,
    id,
    tool: 'apply_patch',
    input: files.map(({ path }) => textOf(path)).join(' '),
  };
  const ok = item.status !== 'failed' && item.status !== 'declined';
  const answer: AgentEvent = {
    type: 'tool-result',
    id,
    tool: call.tool,
    input: call.input,
    ok,
    problem: ok ? '' : textOf(item.status),
    ...(item.status === 'declined' && { denied: true as const }),
  };
  if (!ok) return [call, answer];
  const changed = files.map(({ path, kind }) => ({
    type: 'file-change' as const,
    path: textOf(path),
    change: changes[textOf(kind)] ?? ('changed' as const),
  }));
  return [call, answer, ...changed];
}
