// Streams that real CLIs printed, recorded with the exit codes that they ended with: what is made of them, whatever the pieces in
// which they come.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { claude } from '../../src/agents/claude.ts';
import { codex } from '../../src/agents/codex.ts';
import type { CodingCli } from '../../src/agents/coding-cli.ts';
import { openComplaint } from '../../src/agents/complaint.ts';
import { gemini } from '../../src/agents/gemini.ts';
import { openListener } from '../../src/agents/streams/listener.ts';
import { verdictOf } from '../../src/agents/verdict.ts';
import type { Progress } from '../../src/run/ports.ts';
import { expectGolden } from '../golden/golden.ts';

const folder = resolve(import.meta.dirname, '../fixtures/agent-streams');

/** Exit codes other than 0, by file. */
const codes: Readonly<Record<string, number>> = {
  'claude/budget.jsonl': 1,
  'claude/e401.jsonl': 1,
  'claude/e429.jsonl': 1,
  'claude/e500.jsonl': 1,
  'claude/nokey.jsonl': 1,
  'claude/resume-missing.jsonl': 1,
  'claude/sigkill.jsonl': 137,
  'claude/sigterm-slow.jsonl': 143,
  'claude/sigterm.jsonl': 143,
  'codex/chatwire.stderr.txt': 1,
  'codex/e400.jsonl': 1,
  'codex/e401.jsonl': 1,
  'codex/e500.jsonl': 1,
  'codex/nokey.jsonl': 1,
  'codex/notgit.stderr.txt': 1,
  'codex/sigint.jsonl': 1,
  'codex/sigkill-wrapper.jsonl': 137,
  'gemini/e400.jsonl': 144,
  'gemini/e401.jsonl': 145,
  'gemini/e500b.jsonl': 244,
  'gemini/sigkill-wrapper.jsonl': 137,
};

/** What is made of a stream that comes in these pieces. */
function outcome(cli: CodingCli, name: string, pieces: Iterable<Uint8Array>): string {
  const lines: string[] = [];
  const reports: Progress[] = [];
  const listener = openListener(cli.reader(), {
    line: (text) => lines.push(text),
    report: (progress) => reports.push(progress),
  });
  const complains = name.endsWith('.stderr.txt');
  if (!complains) for (const piece of pieces) listener.push(piece);
  listener.end();
  const account = listener.account();
  const complaint = openComplaint();
  if (complains) for (const piece of pieces) complaint.push(piece);
  const around = { complaint: complaint.text(), adapter: cli.name, now: Date.UTC(2026, 10, 20, 12) };
  const verdict = verdictOf({ type: 'exited', code: codes[name] ?? 0 }, account, around);
  const { text, counts, session, version } = account;
  return `${JSON.stringify({ verdict, answer: account.result?.text ?? text, counts, session, version, reports, lines }, null, 1)}\n`;
}

function* split(bytes: Uint8Array, size: () => number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + size());
    // A copy, as what comes out of a pipe shares its memory with what comes next.
    yield new Uint8Array(bytes.subarray(at, end));
    at = end;
  }
}

/** Sizes of pieces, the same in every run. */
function* sizes(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield 1 + (state % 700);
  }
}

for (const cli of [claude, codex, gemini]) {
  describe(cli.name, () => {
    for (const file of readdirSync(join(folder, cli.name)).sort()) {
      const name = `${cli.name}/${file}`;
      const bytes = readFileSync(join(folder, name));
      test(file, () => {
        const whole = outcome(cli, name, [bytes]);
        expectGolden(`agent-streams/${name}.outcome.json`, whole);
        expect(
          outcome(
            cli,
            name,
            split(bytes, () => 1),
          ),
        ).toBe(whole);
        for (let seed = 1; seed <= 20; seed += 1) {
          const random = sizes(seed);
          expect(
            outcome(
              cli,
              name,
              split(bytes, () => random.next().value ?? 1),
            ),
          ).toBe(whole);
        }
        expect(outcome(cli, name, [Buffer.from(bytes.toString().replaceAll('\n', '\r\n'))])).toBe(whole);
      });
    }
  });
}
