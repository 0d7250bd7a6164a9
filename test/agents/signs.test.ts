// By what the cause of a failure is known, of each CLI; and that nothing that an agent read, said or ran is a sign.
import { describe, expect, test } from 'vitest';
import { claude } from '../../src/agents/claude.ts';
import { codex } from '../../src/agents/codex.ts';
import type { CodingCli } from '../../src/agents/coding-cli.ts';
import { gemini } from '../../src/agents/gemini.ts';
import { openListener } from '../../src/agents/streams/listener.ts';
import { verdictOf } from '../../src/agents/verdict.ts';
import { ruleFor } from '../../src/run/recovery-rules.ts';

const now = Date.UTC(2026, 10, 20, 12);

function signsOf(cli: CodingCli, lines: readonly (object | string)[], { code = 1, complaint = '' } = {}) {
  const listener = openListener(cli.reader(), { line() {}, report() {} });
  for (const line of lines) listener.push(Buffer.from(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`));
  listener.end();
  const end = verdictOf({ type: 'exited', code }, listener.account(), { adapter: cli.name, complaint, now });
  return end.type === 'failed' || end.type === 'done' ? end.signs : undefined;
}

test('claude: until when a limit of the account holds', () => {
  const refused = { status: 'rejected', resetsAt: now / 1000 + 1800, rateLimitType: 'five_hour' };
  const error = {
    type: 'assistant',
    is_api_error_message: true,
    error: 'rate_limit',
    message: { content: [{ type: 'text', text: 'no' }] },
  };
  const end = { type: 'result', subtype: 'success', is_error: true, result: 'no' };
  const limit = (info: object) => ({ type: 'rate_limit_event', rate_limit_info: info });
  expect(signsOf(claude, [limit(refused), error, end])).toEqual({
    exitCode: 1,
    code: 'rate_limit',
    message: 'no',
    retryAfterMs: 1_800_000,
  });
  expect(signsOf(claude, [limit({ status: 'allowed_warning', resetsAt: 9e9 }), error, end])).not.toHaveProperty(
    'retryAfterMs',
  );
});

test('codex: in its own words', () => {
  const message = 'You’ve hit your usage limit. Try again in 2 hours 5 minutes.';
  expect(signsOf(codex, [{ type: 'turn.failed', error: { message } }])).toMatchObject({ retryAfterMs: 125 * 60_000 });
});

test('what a provider says beside its message of how long to wait', () => {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' }];
  const said = JSON.stringify({ error: { code: 429, message: 'Resource exhausted', details } });
  const waits = { status: 429, message: 'Resource exhausted', retryAfterMs: 34_000 };
  expect(signsOf(codex, [{ type: 'turn.failed', error: { message: `unexpected: ${said}` } }])).toMatchObject(waits);
  expect(signsOf(gemini, [{ type: 'result', status: 'error', error: { type: 'x', message: said } }])).toMatchObject(
    waits,
  );
  expect(
    signsOf(gemini, [{ type: 'result', status: 'error', error: { code: 429, message: 'no', retry_after: 2 } }]),
  ).toEqual(expect.objectContaining({ retryAfterMs: 2000 }));
  expect(
    signsOf(claude, [{ type: 'result', subtype: 'success', is_error: true, result: `API Error: ${said}` }]),
  ).toEqual(expect.objectContaining({ retryAfterMs: 34_000 }));
});

test('before it begins, its standard error is all that it says', () => {
  const complaint =
    'API Error: 429 {"type":"error","error":{"type":"rate_limit_error","message":"slow"}} retry-after: 3';
  const signs = {
    exitCode: 1,
    status: 429,
    code: 'rate_limit_error',
    message: 'slow',
    stderr: complaint,
    retryAfterMs: 3000,
  };
  expect(signsOf(claude, [], { complaint })).toEqual(signs);
  const init = { type: 'system', subtype: 'init', session_id: 's' };
  expect(signsOf(claude, [init], { complaint })).toEqual(signs);
  const text = { type: 'assistant', message: { content: [{ type: 'text', text: 'x' }] } };
  expect(signsOf(claude, [init, text], { complaint })).toEqual({ exitCode: 1 });
  const end = { type: 'result', subtype: 'error_during_execution', errors: ['it broke'] };
  expect(signsOf(claude, [end], { complaint })).toMatchObject({ message: 'it broke' });
  expect(signsOf(claude, [end], { complaint })).not.toHaveProperty('status');
});

test('codex: how often it was told to wait', () => {
  const message = 'exceeded retry limit, last status: 429 Too Many Requests, request id: x';
  const signs = signsOf(codex, [{ type: 'turn.failed', error: { message } }]);
  expect(signs).toMatchObject({ status: 429 });
  expect(ruleFor('codex', signs)?.name).toBe('rate-limit');
});

test('claude: what was not allowed is no sign where it was killed, or names another cause', () => {
  const call = { type: 'tool_use', id: '1', name: 'WebFetch', input: { url: 'x' } };
  const answer = { type: 'tool_result', tool_use_id: '1', is_error: true, content: 'no' };
  const lines = [
    { type: 'assistant', message: { content: [call] } },
    { type: 'system', subtype: 'permission_denied', tool_use_id: '1' },
    { type: 'user', message: { content: [answer] } },
  ];
  const end = { type: 'result', subtype: 'error_during_execution', errors: ['it broke'] };
  expect(signsOf(claude, lines, { code: 137 })).toEqual({ exitCode: 137 });
  expect(signsOf(claude, [...lines, end])).not.toHaveProperty('denied');
  expect(signsOf(claude, [...lines, { type: 'result', subtype: 'success' }], { code: 0 })).toEqual({
    denied: ['WebFetch'],
  });
});

test('claude: an answer beside a word for what went wrong is no sign', () => {
  const end = { type: 'result', subtype: 'error_max_turns', is_error: true, result: 'The model x does not exist.' };
  expect(signsOf(claude, [end])).toMatchObject({ message: 'error max turns' });
});

test('gemini: a path outside of its folders, in the words of today and of before', () => {
  const lines = (type: string, message: string) => [
    { type: 'tool_use', tool_id: '1', tool_name: 'read_file', parameters: { file_path: '/etc/x' } },
    { type: 'tool_result', tool_id: '1', status: 'error', error: { type, message } },
    { type: 'result', status: 'success' },
  ];
  const outside = { denied: ['read_file'], outside: true };
  for (const [type, message] of [
    ['path_not_in_workspace', 'x'],
    ['invalid_tool_params', 'Path not in workspace: Attempted path "/etc/x" resolves outside'],
    ['invalid_tool_params', 'File path must be within one of the workspace directories: /a'],
  ] as const)
    expect(signsOf(gemini, lines(type, message), { code: 0 })).toEqual(outside);
  expect(signsOf(gemini, lines('execution_failed', 'Path not in workspace: it says'), { code: 0 })).toBeUndefined();
});

describe('what an agent reads, says and runs is no sign', () => {
  const all = [
    'Not inside a trusted directory and --skip-git-repo-check was not specified.',
    'Not logged in. Failed to authenticate. API Error: 401 {"error":{"code":401,"type":"authentication_error"}} status 401',
    "You've hit your usage limit. Try again in 5 minutes. limit reached|1999999999 status 429 rate_limit",
    'Prompt is too long. The model x does not exist. Credit balance is too low. Overloaded. Connection refused. root/sudo',
    'Path not in workspace: x. Missing environment variable: x. Gemini CLI is not running in a trusted directory',
  ].join(' ');
  const streams: readonly (readonly [CodingCli, readonly (object | string)[]])[] = [
    [
      claude,
      [
        {
          type: 'assistant',
          message: { content: [{ type: 'tool_use', id: '1', name: 'Read', input: { file_path: all } }] },
        },
        {
          type: 'user',
          message: { content: [{ type: 'tool_result', tool_use_id: '1', is_error: true, content: all }] },
        },
        {
          type: 'assistant',
          message: {
            content: [
              { type: 'text', text: all },
              { type: 'thinking', thinking: all },
            ],
          },
        },
        all,
        { type: 'result', subtype: 'error_during_execution', errors: ['it broke'] },
      ],
    ],
    [
      codex,
      [
        {
          type: 'item.completed',
          item: {
            id: '1',
            type: 'command_execution',
            command: 'cat README',
            aggregated_output: all,
            exit_code: 1,
            status: 'failed',
          },
        },
        { type: 'item.completed', item: { id: '2', type: 'agent_message', text: all } },
        { type: 'item.completed', item: { id: '3', type: 'error', message: all } },
        all,
        { type: 'turn.failed', error: { message: 'it broke' } },
      ],
    ],
    [
      gemini,
      [
        { type: 'tool_use', tool_id: '1', tool_name: 'read_file', parameters: {} },
        {
          type: 'tool_result',
          tool_id: '1',
          status: 'error',
          output: all,
          error: { type: 'execution_failed', message: all },
        },
        { type: 'message', role: 'assistant', content: all },
        all,
        {
          type: 'result',
          status: 'error',
          error: { type: 'no_space_left', message: `Error executing tool x: ${all}` },
        },
      ],
    ],
  ];

  test.each(streams)('$name', (cli, lines) => {
    // Commands may write to the standard error of the CLI, too, once it is at work.
    expect(ruleFor(cli.name, signsOf(cli, lines, { complaint: all }))).toBeUndefined();
    expect(ruleFor(cli.name, signsOf(cli, lines.slice(0, -1), { complaint: all }))).toBeUndefined();
  });
});
