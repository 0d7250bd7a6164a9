// Streams of coding CLIs that other projects recorded, when they lie beside this repository: ../shared/fixtures/agent-streams, or a
// folder that SUPER_AGENT_STREAMS names.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { claudeReader } from '../../src/agents/streams/claude-events.ts';
import { codexReader } from '../../src/agents/streams/codex-events.ts';
import type { EventReader } from '../../src/agents/streams/events.ts';
import { openListener } from '../../src/agents/streams/listener.ts';

const folder =
  process.env.SUPER_AGENT_STREAMS ?? fileURLToPath(new URL('../../../shared/fixtures/agent-streams', import.meta.url));
const isHere = existsSync(join(folder, 'takopi'));
if (!isHere) console.log(`compat: skipped, there are no agent streams in ${folder}`);

function hear(reader: EventReader, file: string, lines = Number.POSITIVE_INFINITY) {
  const told: string[] = [];
  const listener = openListener(reader, { line: (text) => told.push(text), report() {} });
  const text = readFileSync(join(folder, file), 'utf8').split('\n').slice(0, lines).join('\n');
  listener.push(Buffer.from(text));
  listener.end();
  return { account: listener.account(), told };
}

test.skipIf(!isHere)('claude 2.0: a session with tools, and one that ended in an error', () => {
  const file = 'takopi/claude_stream_json_session.jsonl';
  const first = hear(claudeReader(), file, 7).account;
  expect(first).toMatchObject({
    version: '2.0.75',
    result: { ok: true, text: 'I see README.md, pyproject.toml, and src/.', denials: [] },
    usage: { input_tokens: 130, output_tokens: 76, cost_usd: 0.012345 },
    counts: { 'tool-call': 2, 'tool-result': 2, 'file-change': 1, text: 2 },
  });
  expect(hear(claudeReader(), file).account.result).toMatchObject({
    ok: false,
    message: 'Permission denied: cannot write to /root/secret.txt',
    denials: [{ tool: 'Write', input: '/root/secret.txt' }],
  });
});

test.skipIf(!isHere)('claude 2.1.7: what was written into the cache was read, too', () => {
  expect(hear(claudeReader(), 'gleam-sdk/basic_query.ndjson').account).toMatchObject({
    version: '2.1.7',
    result: { ok: true, text: '4' },
    usage: { input_tokens: 21_580, output_tokens: 25, cached_tokens: 0, cost_usd: 0.1354875 },
  });
});

test.skipIf(!isHere)('codex: every kind of item', () => {
  const { account, told } = hear(codexReader(), 'takopi/codex_exec_json_all_formats.jsonl');
  expect(account).toMatchObject({
    result: { ok: false, message: 'Aborted: required dependency `npm` is missing; cannot continue.' },
    text: 'Updated src/compute_answer.py and tests pass.',
    usage: { input_tokens: 1840, output_tokens: 732, cached_tokens: 256 },
    counts: { thinking: 1, 'tool-call': 7, 'tool-result': 7, 'file-change': 2, 'other:item/todo_list': 2 },
  });
  expect(told).toEqual([
    '[shell] pytest -q',
    '[shell] pytest -q',
    '[shell: failed] ....F',
    '[apply_patch] src/compute_answer.py README.md',
    '[changed] src/compute_answer.py',
    '[added] README.md',
    '[apply_patch] src/compute_answer.py',
    '[apply_patch: failed] failed',
    '[github.search_issues] {"q":"exec --json"}',
    '[github.search_issues]',
    '[github.search_issues: failed] tool timeout',
    '[web_search] codex exec --json schema',
    'Updated src/compute_answer.py and tests pass.',
    '[note] command output truncated',
    '[failed] Aborted: required dependency `npm` is missing; cannot continue.',
    '[error] codex exec exited non-zero after turn.failed',
  ]);
});

test.skipIf(!isHere)('codex: remarks are no part of the answer, and what is unknown passes', () => {
  const { account } = hear(codexReader(), 'takopi/codex_exec_json_phase_and_unknown.jsonl');
  expect(account).toMatchObject({
    result: { ok: true },
    text: 'Implemented the requested changes.',
    counts: { text: 2, 'other:item/future_item': 1, 'tool-call': 1, 'tool-result': 1 },
  });
});
