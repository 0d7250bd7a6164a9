// Which rule is found for what CLIs and APIs say, and that nothing else finds one.
import { describe, expect, test } from 'vitest';
import type { FailureSigns } from '../../src/run/ports.ts';
import { adviceFor, lastingAdviceFor, recoveryRules, ruleFor } from '../../src/run/recovery-rules.ts';
import type { AdapterName } from '../../src/schema/types.gen.ts';

const cases: readonly (readonly [rule: string | undefined, adapter: AdapterName, signs: FailureSigns])[] = [
  [
    'codex-trust',
    'codex',
    { exitCode: 1, stderr: 'Not inside a trusted directory and --skip-git-repo-check was not specified.' },
  ],
  [
    undefined,
    'claude',
    { exitCode: 1, stderr: 'Not inside a trusted directory and --skip-git-repo-check was not specified.' },
  ],
  ['codex-trust', 'codex', { exitCode: 1, stderr: 'We currently require codex to run inside a git repository.' }],
  [undefined, 'codex', { exitCode: 1, message: 'Not inside a trusted directory' }],
  ['gemini-untrusted', 'gemini', { exitCode: 55 }],
  ['gemini-untrusted', 'gemini', { exitCode: 1, stderr: 'Gemini CLI is not running in a trusted directory.' }],
  [undefined, 'codex', { exitCode: 55 }],
  [
    'claude-root',
    'claude',
    { exitCode: 1, stderr: '--dangerously-skip-permissions cannot be used with root/sudo privileges' },
  ],
  ['too-long', 'claude', { status: 400, code: 'invalid_request', message: 'Prompt is too long' }],
  ['too-long', 'codex', { message: "Codex ran out of room in the model's context window. Start a new thread" }],
  [
    'too-long',
    'gemini',
    { status: 400, message: 'The input token count (1200000) exceeds the maximum number of tokens' },
  ],
  ['too-long', 'llm', { status: 400, code: 'context_length_exceeded', message: 'too many' }],
  ['too-long', 'llm', { status: 413, message: 'Payload Too Large' }],
  [
    'unknown-model',
    'claude',
    { status: 404, code: 'model_not_found', message: "There's an issue with the selected model (x)." },
  ],
  [
    'unknown-model',
    'codex',
    { status: 400, message: "The 'gpt-9' model is not supported when using Codex with a ChatGPT account." },
  ],
  ['unknown-model', 'gemini', { status: 404, message: 'models/gemini-9 is not found for API version v1beta' }],
  ['unknown-model', 'llm', { status: 404, message: 'Not Found' }],
  ['no-credit', 'claude', { status: 400, code: 'billing_error', message: 'Credit balance is too low' }],
  ['no-credit', 'llm', { status: 429, code: 'insufficient_quota', message: 'You exceeded your current quota' }],
  ['missing-variable', 'codex', { exitCode: 1, message: 'Missing environment variable: `STANDIN_KEY`.' }],
  [
    'authentication',
    'claude',
    { status: 401, code: 'authentication_failed', message: 'Failed to authenticate. API Error: 401 no' },
  ],
  ['authentication', 'claude', { code: 'authentication_failed', message: 'Not logged in · Please run /login' }],
  ['authentication', 'codex', { status: 401, message: 'unexpected status 401 Unauthorized: no' }],
  ['authentication', 'codex', { status: 403, message: 'forbidden' }],
  ['authentication', 'gemini', { exitCode: 41, stderr: 'Please set an Auth method' }],
  ['authentication', 'gemini', { exitCode: 145, status: 401, code: 'unknown', message: 'no' }],
  ['authentication', 'acp', { message: 'Authentication required' }],
  ['authentication', 'llm', { status: 401, message: 'invalid x-api-key' }],
  ['rate-limit', 'claude', { status: 429, code: 'rate_limit', message: 'API Error: Request rejected (429)' }],
  ['rate-limit', 'claude', { code: 'rate_limit', message: "You've hit your session limit · resets 3pm" }],
  ['rate-limit', 'codex', { message: 'You’ve hit your usage limit. Try again at 3:14 PM.' }],
  [
    'rate-limit',
    'gemini',
    { status: 429, message: 'You exceeded your current quota, please check your plan and billing details.' },
  ],
  ['rate-limit', 'llm', { status: 429, message: 'slow down', retryAfterMs: 3000 }],
  ['rate-limit', 'acp', { status: 429, message: 'Internal error: status 429: too much' }],
  ['overloaded', 'claude', { status: 529, code: 'overloaded', message: 'Overloaded' }],
  ['overloaded', 'claude', { status: 500, code: 'server_error', message: 'API Error: 500' }],
  ['overloaded', 'codex', { message: 'We’re currently experiencing high demand, which may cause temporary errors.' }],
  ['overloaded', 'llm', { status: 503, message: 'busy' }],
  ['unreachable', 'llm', { code: 'ECONNREFUSED', message: 'Cannot connect to API' }],
  ['unreachable', 'claude', { message: 'API Error: Unable to connect to API (ConnectionRefused)' }],
  ['max-turns', 'claude', { code: 'error_max_turns', message: 'Reached maximum number of turns (1)' }],
  [
    'max-turns',
    'gemini',
    { exitCode: 53, code: 'FatalTurnLimitedError', message: 'Reached max session turns for this session.' },
  ],
  ['gemini-directories', 'gemini', { denied: ['read_file'], outside: true }],
  ['gemini-directories', 'gemini', { exitCode: 1, stderr: 'Path must be within one of the workspace directories: /x' }],
  ['gemini-directories', 'gemini', { message: 'File path must be within one of the workspace directories' }],
  [undefined, 'claude', { exitCode: 1, stderr: 'Path must be within one of the workspace directories: /x' }],
  ['access-denied', 'claude', { exitCode: 1, stderr: 'Permission denied' }],
  [
    'access-denied',
    'codex',
    { exitCode: 1, stderr: "Error: EACCES: permission denied, open '/home/x/.codex/auth.json'" },
  ],
  ['access-denied', 'gemini', { message: 'Permission denied: /etc/x' }],
  [undefined, 'claude', { message: 'It said that permission denied once' }],
  ['rate-limit', 'claude', { message: 'API Error: rate_limit_error' }],
  ['rate-limit', 'codex', { message: '429 Too Many Requests' }],
  ['permission-denied', 'gemini', { denied: ['read_file'] }],
  ['permission-denied', 'claude', { denied: ['Write'] }],
  ['authentication', 'claude', { status: 401, denied: ['Write'] }],
  [undefined, 'claude', { exitCode: 1, status: 400, code: 'invalid_request', message: 'stand-in 400' }],
  [undefined, 'claude', { exitCode: 137 }],
  [undefined, 'codex', { exitCode: 1, message: 'Aborted: required dependency `npm` is missing; cannot continue.' }],
  [undefined, 'claude', {}],
  ...(['command', 'module', 'rehearsal'] as const).map(
    (adapter) => [undefined, adapter, { status: 401, exitCode: 41 }] as const,
  ),
];

test.each(cases)('%s: %s %j', (rule, adapter, signs) => {
  expect(ruleFor(adapter, signs)?.name).toBe(rule);
});

describe('the table', () => {
  test('every rule is found by something, has its own name, and ends in what becomes of the task', () => {
    const found = new Set(cases.map(([rule]) => rule));
    for (const { name, actions } of recoveryRules) {
      expect(found).toContain(name);
      expect(actions.findIndex(({ type }) => type === 'escalate' || type === 'retry')).toBe(actions.length - 1);
    }
    expect(new Set(recoveryRules.map(({ name }) => name)).size).toBe(recoveryRules.length);
  });

  test('every rule says for each of its adapters what a person can do', () => {
    for (const [rule, adapter, signs] of cases) {
      if (rule !== undefined) expect(adviceFor(adapter, signs), rule).not.toMatch(/^$|\{tools\}/);
    }
  });

  test('what may pass is no advice beside the failure of an attempt', () => {
    expect(lastingAdviceFor('claude', { status: 429 })).toBe('');
    expect(lastingAdviceFor('claude', { status: 401 })).toBe('log in with "claude", or set ANTHROPIC_API_KEY');
    expect(adviceFor('claude', { denied: ['Bash', 'Bash', 'Write'] })).toContain('to use Bash, Write:');
  });

  test('a message of any length costs little', () => {
    const began = performance.now();
    for (const { name } of recoveryRules) ruleFor('claude', { message: `${name} model `.repeat(500_000) });
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
