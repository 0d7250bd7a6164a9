// Streams that real CLIs printed, recorded with the exit codes that they ended with: what is made of them, whatever the pieces in
// which they come.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openComplaint } from '../../src/agents/complaint.ts';
import { expectGolden } from '../golden/golden.ts';
import { outcomeOf, sizes, split, type Teller } from './streams/hear.ts';

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

/** What is made of a stream that comes in these pieces, or of the complaint of a CLI that printed nothing else. */
function outcome(cli: Teller, name: string, pieces: Iterable<Uint8Array>): string {
  const complains = name.endsWith('.stderr.txt');
  const complaint = openComplaint();
  if (complains) for (const piece of pieces) complaint.push(piece);
  return `${JSON.stringify(outcomeOf(cli, complains ? [] : pieces, codes[name], complaint.text()), null, 1)}\n`;
}

for (const cli of ['claude', 'codex', 'gemini', 'acp'] as const) {
  describe(cli, () => {
    for (const file of readdirSync(join(folder, cli)).sort()) {
      const name = `${cli}/${file}`;
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
        for (let seed = 1; seed <= 20; seed += 1) expect(outcome(cli, name, split(bytes, sizes(seed)))).toBe(whole);
        expect(outcome(cli, name, [Buffer.from(bytes.toString().replaceAll('\n', '\r\n'))])).toBe(whole);
      });
    }
  });
}
