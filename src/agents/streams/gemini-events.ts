import type { AgentEvent, EventReader, Native } from './events.ts';
import { brieflyOf, countOf, faultOf, inputOf, isObject, objectOf, objectsOf, statusOf, textOf } from './native.ts';

/** Tools that write files. */
const writers: readonly string[] = ['write_file', 'replace', 'edit'];

/** Errors by which gemini tells that a tool is not to be used: it hides the tool rather than refuse it. */
const denials: readonly string[] = ['tool_not_registered', 'policy_violation', 'permission_denied'];

/** What it says of a file that it may not touch, where its type of error speaks of something else. */
const denial = /^(access|permission) denied\b/i;

/** How it begins to say that of a path, in today's words and in those of older versions. */
const outside = /^(Path not in workspace:|(File )?path must be within)/i;

/** Errors of a call that never began. */
const faults: readonly string[] = ['invalid_tool_params'];

/** How it says that the work was ended by a limit of its own settings; its result is a success all the same. */
const shortened = /^Maximum session turns exceeded/;

/** Most tools under way that are remembered. */
const mostCalls = 1000;

interface Call {
  readonly tool: string;
  readonly input: string;
  /** The file that it writes; empty for other tools. */
  readonly path: string;
}

/** Reads what `gemini -o stream-json` prints, and the one object that `-o json` prints. */
export function geminiReader(): EventReader {
  const calls = new Map<string, Call>();
  /** Why the work was cut short, although the result will be called a success. */
  let cut: string | undefined;
  return (value) => {
    switch (textOf(value.type)) {
      case 'init': {
        const model = textOf(value.model);
        return [{ type: 'session', id: textOf(value.session_id), ...(model !== '' && { model }) }];
      }
      case 'message':
        return [readMessage(value)];
      case 'tool_use':
        return [readCall(value, calls)];
      case 'tool_result':
        return readAnswer(value, calls);
      case 'error':
        if (shortened.test(textOf(value.message))) cut = textOf(value.message);
        return [errorOf(value)];
      case 'result':
        return [...usageOf(value.stats), resultOf(value, cut)];
      case '':
        return ['stats', 'response', 'error'].some((key) => key in value)
          ? readWhole(value)
          : [{ type: 'other', name: '' }];
      default:
        return [{ type: 'other', name: textOf(value.type) }];
    }
  };
}

function readMessage(value: Native): AgentEvent {
  if (value.role !== 'assistant') return { type: 'other', name: `message/${textOf(value.role)}` };
  return { type: 'text', text: textOf(value.content), ...(value.delta === true && { part: true as const }) };
}

function readCall(value: Native, calls: Map<string, Call>): AgentEvent {
  const id = textOf(value.tool_id);
  const tool = textOf(value.tool_name);
  const path = writers.includes(tool) ? textOf(objectOf(value.parameters).file_path) : '';
  const input = inputOf(value.parameters);
  if (calls.size < mostCalls) calls.set(id, { tool, input, path });
  const command = tool === 'run_shell_command' ? textOf(objectOf(value.parameters).command) : '';
  return { type: 'tool-call', id, tool, input, ...(command !== '' && { command }) };
}

function readAnswer(value: Native, calls: Map<string, Call>): readonly AgentEvent[] {
  const id = textOf(value.tool_id);
  const call = calls.get(id);
  calls.delete(id);
  const ok = value.status !== 'error';
  const error = objectOf(value.error);
  const answer: AgentEvent = {
    type: 'tool-result',
    id,
    tool: call?.tool ?? '',
    input: call?.input ?? '',
    ok,
    problem: ok ? '' : brieflyOf(textOf(error.message) || textOf(value.output) || textOf(error.type)),
    ...((isDenial(error) || isOutside(error)) && { denied: true as const }),
    ...(isOutside(error) && { outside: true as const }),
    ...(faults.includes(textOf(error.type)) && { unused: true as const }),
  };
  if (!ok || call === undefined || call.path === '') return [answer];
  return [answer, { type: 'file-change', path: call.path, change: 'changed' }];
}

/** Whether a path lies outside of the folders that it may use. Before a tool starts, gemini tells that as a fault of its parameters. */
function isOutside({ type, message }: Native): boolean {
  return type === 'path_not_in_workspace' || (type === 'invalid_tool_params' && outside.test(textOf(message)));
}

function isDenial({ type, message }: Native): boolean {
  return denials.includes(textOf(type)) || denial.test(textOf(message));
}

function errorOf(value: Native): AgentEvent {
  const minor = value.severity === 'warning' && { minor: true as const };
  return { type: 'error', ...faultOf(textOf(value.message)), ...minor };
}

function resultOf(value: Native, cut: string | undefined): AgentEvent {
  if (value.status === 'success' && cut === undefined) return { type: 'result', ok: true, denials: [] };
  const error = objectOf(value.error);
  // Where it says no more than that it failed, the error before it is the cause.
  const said = textOf(error.message) || (cut ?? '');
  // What a tool could not do can end gemini, too, and then its words stand here.
  if (said.startsWith('Error executing tool ')) {
    return { type: 'result', ok: false, message: said, ofTool: true, denials: [] };
  }
  const kind = textOf(error.type);
  return { type: 'result', ok: false, ...(kind !== '' && { code: kind }), ...faultOf(said, error), denials: [] };
}

/** The figures of all models together, or those of each. Thoughts cost like what is said, and stand in the total alone. */
function usageOf(stats: unknown): readonly AgentEvent[] {
  if (!isObject(stats)) return [];
  const told = 'input_tokens' in stats ? [stats] : objectsOf(Object.values(objectOf(stats.models)));
  const sum = (name: string) => told.reduce((total, each) => total + countOf(each[name]), 0);
  if (told.length === 0) return [];
  const usage = {
    input_tokens: sum('input_tokens'),
    output_tokens: Math.max(sum('output_tokens'), sum('total_tokens') - sum('input_tokens')),
    cached_tokens: sum('cached'),
  };
  return [{ type: 'usage', of: 'total', usage }];
}

/** The one object of `-o json`, whose figures stand by model. */
function readWhole(value: Native): readonly AgentEvent[] {
  const tokens = objectsOf(Object.values(objectOf(objectOf(value.stats).models))).map((each) => objectOf(each.tokens));
  const sum = (name: string) => tokens.reduce((total, each) => total + countOf(each[name]), 0);
  const error = isObject(value.error) ? value.error : undefined;
  const response = textOf(value.response);
  const session = textOf(value.session_id);
  const usage = {
    input_tokens: sum('prompt'),
    output_tokens: sum('candidates') + sum('thoughts'),
    cached_tokens: sum('cached'),
  };
  const status = statusOf(error?.code);
  return [
    ...(session === '' ? [] : [{ type: 'session' as const, id: session }]),
    ...(response === '' ? [] : [{ type: 'text' as const, text: response }]),
    ...(tokens.length === 0 ? [] : [{ type: 'usage' as const, of: 'total' as const, usage }]),
    error === undefined
      ? { type: 'result', ok: true, text: response, denials: [] }
      : {
          type: 'result',
          ok: false,
          ...(status !== undefined && { status }),
          ...faultOf(textOf(error.message)),
          denials: [],
        },
  ];
}
