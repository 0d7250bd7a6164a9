// Streams that nobody has recorded yet, and that the CLIs may print all the same: what is made of them, whatever the pieces in which
// they come.
import { expect, test } from 'vitest';
import { outcomeOf, sizes, split, type Teller } from './hear.ts';

/** Lines of these values. */
const lines = (...values: readonly object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

const usage = (input_tokens: number, output_tokens: number) => ({ input_tokens, output_tokens });

const claude = {
  says: (text: string, more: object = {}) => ({
    type: 'assistant',
    message: { id: 'm', content: [{ type: 'text', text }], usage: usage(10, 5) },
    ...more,
  }),
  part: (event: object, parent_tool_use_id: string | null = null) => ({
    type: 'stream_event',
    event,
    parent_tool_use_id,
  }),
  ends: (more: object = {}) => ({ type: 'result', subtype: 'success', is_error: false, result: 'x', ...more }),
};

const codex = {
  says: (text: string) => ({ type: 'item.completed', item: { id: 'i', type: 'agent_message', text } }),
};

const gemini = {
  says: (content: string) => ({ type: 'message', role: 'assistant', content, delta: true }),
  ends: (more: object = {}) => ({ type: 'result', status: 'success', ...more }),
};

const acp = {
  update: (update: object) => ({ method: 'session/update', params: { update } }),
  says: (text: string, messageId?: string) =>
    acp.update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text }, messageId }),
  thinks: () => acp.update({ sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'hm' } }),
  ends: (more: object = {}) => ({ id: 2, result: { stopReason: 'end_turn', ...more } }),
};

const report = '{"type":"milestone","text":"half of it"}';
const reported = { kind: 'milestone', text: 'half of it' };

interface Case {
  readonly says: string;
  readonly of: Teller;
  readonly stream: string;
  readonly code?: number;
  readonly outcome: object;
  /** All that it says of its usage. */
  readonly usage?: object | undefined;
}

const cases: readonly Case[] = [
  {
    says: 'a result without figures: those of the answers count',
    of: 'claude',
    stream: lines(claude.says('x'), claude.ends()),
    outcome: { verdict: { type: 'done', usage: usage(10, 5) } },
  },
  {
    says: 'figures without money: none is claimed',
    of: 'claude',
    stream: lines(claude.ends({ usage: usage(1, 2) })),
    outcome: { verdict: { type: 'done' } },
    usage: { ...usage(1, 2), cached_tokens: 0 },
  },
  {
    says: 'no figures at all',
    of: 'claude',
    stream: lines(claude.ends()),
    outcome: { verdict: { type: 'done' } },
    usage: undefined,
  },
  {
    says: 'what an answer took stands at its end, where it is told in parts; another agent may answer at the same time',
    of: 'claude',
    stream: lines(
      claude.part({ type: 'message_start', message: { id: 'm', usage: usage(10, 1) } }),
      claude.part({ type: 'message_start', message: { id: 'other', usage: usage(100, 1) } }, 'toolu_1'),
      claude.says('x'),
      claude.part({ type: 'message_delta', delta: {}, usage: { output_tokens: 30 } }, 'toolu_1'),
      claude.part({ type: 'message_delta', delta: {}, usage: { output_tokens: 7 } }),
    ),
    code: 143,
    outcome: { verdict: { type: 'failed', usage: usage(110, 37) }, answer: 'x', counts: { text: 1 } },
  },
  {
    says: 'one object that holds the answer alone',
    of: 'claude',
    stream: JSON.stringify(claude.ends({ result: `Done.\n${report}` }), null, 2),
    outcome: {
      verdict: { type: 'done' },
      answer: `Done.\n${report}`,
      reports: [reported],
      lines: [`Done.\n${report}`],
    },
  },
  {
    says: 'an answer that was told before its result reports once',
    of: 'claude',
    stream: lines(claude.says(report), claude.ends({ result: report })),
    outcome: { reports: [reported], lines: [report] },
  },
  {
    says: 'what was asked for as JSON is the answer, whatever else is said',
    of: 'claude',
    stream: lines(claude.says('I have it.'), claude.ends({ result: 'I have it.', structured_output: { n: 42 } })),
    outcome: { answer: '{"n":42}' },
  },
  {
    says: 'words in the place of a model, in the form of older versions',
    of: 'claude',
    stream: lines(
      claude.says('API Error: 401 no such key', { error: 'authentication_failed' }),
      claude.ends({ is_error: true, result: 'API Error: 401 no such key' }),
    ),
    code: 1,
    outcome: {
      verdict: { message: expect.stringContaining('401'), signs: { code: 'authentication_failed' } },
      answer: '',
    },
  },
  {
    says: 'objects that follow each other on a line, whole or over several',
    of: 'claude',
    stream: `${JSON.stringify(claude.says('x'))} ${JSON.stringify(claude.says('y'), null, 2)}${JSON.stringify(claude.ends())}\n`,
    outcome: { verdict: { type: 'done' }, lines: ['x', 'y'] },
  },
  {
    says: 'bytes that are zero before an object',
    of: 'claude',
    stream: `\0\0\0${lines(claude.ends())}`,
    outcome: { verdict: { type: 'done' }, lines: ['x'] },
  },
  {
    says: 'a turn without figures',
    of: 'codex',
    stream: lines(codex.says('x'), { type: 'turn.completed' }),
    outcome: { verdict: { type: 'done' } },
    usage: undefined,
  },
  {
    says: 'a failure that leaves its cause to the error before it',
    of: 'codex',
    stream: lines({ type: 'error', message: 'stream disconnected' }, { type: 'turn.failed', error: {} }),
    code: 1,
    outcome: { verdict: { type: 'failed', message: 'stream disconnected' } },
  },
  {
    says: 'a failure of which nobody says the cause',
    of: 'codex',
    stream: lines({ type: 'turn.failed' }),
    code: 1,
    outcome: { verdict: { type: 'failed', message: 'it reported a failure and no cause: exit code 1' } },
  },
  {
    says: 'a failure whose error is a text, and a status beside what a provider said',
    of: 'codex',
    stream: lines({ type: 'turn.failed', error: '{"status":400,"error":{"message":"no such model"}}' }),
    code: 1,
    outcome: { verdict: { message: 'status 400: no such model', signs: { status: 400 } } },
  },
  {
    says: 'a result without figures',
    of: 'gemini',
    stream: lines(gemini.says('x'), gemini.ends()),
    outcome: { verdict: { type: 'done' } },
    usage: undefined,
  },
  {
    says: 'figures by model alone',
    of: 'gemini',
    stream: lines(
      gemini.says('x'),
      gemini.ends({ stats: { models: { a: { ...usage(10, 2), cached: 1 }, b: usage(20, 3) } } }),
    ),
    outcome: { verdict: { usage: { ...usage(30, 5), cached_tokens: 1 } } },
  },
  {
    says: 'thoughts, of which gemini tells in its totals alone',
    of: 'gemini',
    stream: lines(
      gemini.says('x'),
      gemini.ends({ stats: { ...usage(100, 10), total_tokens: 1110, cached: 50, models: {} } }),
    ),
    outcome: { verdict: { usage: { ...usage(100, 1010), cached_tokens: 50 } } },
  },
  {
    says: 'thoughts in the one object of gemini',
    of: 'gemini',
    stream: lines({
      response: 'x',
      stats: { models: { a: { tokens: { prompt: 100, candidates: 10, thoughts: 1000, total: 1110, cached: 50 } } } },
    }),
    outcome: { verdict: { usage: { ...usage(100, 1010), cached_tokens: 50 } } },
  },
  {
    says: 'a failure that leaves its cause to the error before it',
    of: 'gemini',
    stream: lines(
      { type: 'error', severity: 'error', message: 'The model returned nothing.' },
      gemini.ends({ status: 'error' }),
    ),
    outcome: { verdict: { type: 'failed', message: 'The model returned nothing.' } },
  },
  {
    says: 'a session that was cut short by its limit of turns, which gemini calls a success',
    of: 'gemini',
    stream: lines(
      gemini.says('x'),
      { type: 'error', severity: 'error', message: 'Maximum session turns exceeded' },
      gemini.ends(),
    ),
    outcome: { verdict: { type: 'failed', message: 'Maximum session turns exceeded' } },
  },
  {
    says: 'a warning is no cause of what comes later',
    of: 'gemini',
    stream: lines({ type: 'error', severity: 'warning', message: 'Loop detected' }, gemini.says('x'), gemini.ends()),
    outcome: { verdict: { type: 'done' }, lines: ['[note] Loop detected', 'x'] },
  },
  {
    says: 'one object that holds an error alone',
    of: 'gemini',
    stream: JSON.stringify({ session_id: 's', error: { type: 'ApiError', message: 'bad key', code: 401 } }, null, 2),
    code: 145,
    outcome: { verdict: { message: expect.stringContaining('status 401: bad key') }, session: 's' },
  },
  {
    says: 'a thought does not end a text',
    of: 'acp',
    stream: lines(acp.says('Hello '), acp.thinks(), acp.says('world'), acp.ends()),
    outcome: { answer: 'Hello world' },
  },
  {
    says: 'another message does',
    of: 'acp',
    stream: lines(acp.says('One.', '1'), acp.thinks(), acp.says('Two.', '2'), acp.ends()),
    outcome: { answer: 'Two.', lines: ['One.', 'Two.'] },
  },
  {
    says: 'figures in the second of two places, where the first is empty',
    of: 'acp',
    stream: lines(acp.says('x'), acp.ends({ usage: {}, _meta: { quota: { token_count: usage(12, 7) } } })),
    outcome: { verdict: { usage: usage(12, 7) } },
  },
  {
    says: 'thoughts that stand beside the output are part of it',
    of: 'acp',
    stream: lines(acp.ends({ usage: { totalTokens: 22, inputTokens: 10, outputTokens: 7, thoughtTokens: 5 } })),
    outcome: { verdict: { usage: usage(10, 12) } },
  },
  {
    says: 'thoughts that the output holds are not counted twice',
    of: 'acp',
    stream: lines(acp.ends({ usage: { totalTokens: 17, inputTokens: 10, outputTokens: 7, thoughtTokens: 5 } })),
    outcome: { verdict: { usage: usage(10, 7) } },
  },
];

test.each(cases)('$of: $says', ({ of, stream, code, outcome, ...figures }) => {
  const bytes = Buffer.from(stream);
  const whole = outcomeOf(of, [bytes], code);
  expect(whole).toMatchObject(outcome);
  if ('usage' in figures) expect(whole.verdict.usage).toEqual(figures.usage);
  expect(
    outcomeOf(
      of,
      split(bytes, () => 1),
      code,
    ),
  ).toEqual(whole);
  for (let seed = 1; seed <= 5; seed += 1) expect(outcomeOf(of, split(bytes, sizes(seed)), code)).toEqual(whole);
});
