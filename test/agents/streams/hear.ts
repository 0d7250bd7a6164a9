// What is made of a stream, whatever the pieces in which it comes.
import { acpReader } from '../../../src/agents/streams/acp-events.ts';
import { claudeReader } from '../../../src/agents/streams/claude-events.ts';
import { codexReader } from '../../../src/agents/streams/codex-events.ts';
import type { EventReader } from '../../../src/agents/streams/events.ts';
import { geminiReader } from '../../../src/agents/streams/gemini-events.ts';
import { openListener } from '../../../src/agents/streams/listener.ts';
import { verdictOf } from '../../../src/agents/verdict.ts';
import type { Progress } from '../../../src/run/ports.ts';

const readers = { claude: claudeReader, codex: codexReader, gemini: geminiReader, acp: acpReader };

/** Whose stream it is. */
export type Teller = keyof typeof readers;

/** What is made of a stream that comes in these pieces, of an agent that ended with this code. */
export function outcomeOf(teller: Teller, pieces: Iterable<Uint8Array>, code = 0, complaint = '') {
  const lines: string[] = [];
  const reports: Progress[] = [];
  const reader: EventReader = readers[teller]();
  const listener = openListener(reader, { line: (text) => lines.push(text), report: (one) => reports.push(one) });
  for (const piece of pieces) listener.push(piece);
  listener.end();
  const account = listener.account();
  const around = { complaint, adapter: teller, now: Date.UTC(2026, 10, 20, 12) };
  const verdict = verdictOf({ type: 'exited', code }, account, around);
  const { text, counts, session, version } = account;
  return { verdict, answer: account.result?.text ?? text, counts, session, version, reports, lines };
}

/** The bytes in pieces of these sizes, each a copy: what comes out of a pipe shares its memory with what comes next. */
export function* split(bytes: Uint8Array, size: () => number): Generator<Uint8Array> {
  for (let at = 0, end = 0; at < bytes.length; at = end) {
    end = at + size();
    yield new Uint8Array(bytes.subarray(at, end));
  }
}

/** Sizes of pieces, the same for the same seed. */
export function sizes(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return 1 + (state % 700);
  };
}
