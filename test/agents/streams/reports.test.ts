import { expect, test } from 'vitest';
import { reportsIn } from '../../../src/agents/streams/reports.ts';

test('objects with a known type, alone on a line, in a fence, or within a sentence', () => {
  const text = `I start.
{"type":"milestone","text":"schema written","percent":40}
Then this: {"type": "finding", "text": "a } and a \\" in it"} and on.
\`\`\`json
{
  "type": "blocker",
  "payload": {"text": "no database", "progress": 60}
}
\`\`\`
{"type":"request_review","message":"please look"}`;
  expect(reportsIn(text)).toEqual([
    { kind: 'milestone', text: 'schema written', percent: 40 },
    { kind: 'finding', text: 'a } and a " in it' },
    { kind: 'blocker', text: 'no database', percent: 60 },
    { kind: 'review-requested', text: 'please look' },
  ]);
});

test.each([
  'I reached a milestone; a blocker is gone, review please.',
  '{"type":"task","text":"unknown type"}',
  '{"type":"milestone"}',
  '{"type":"milestone","text":""}',
  '{"type":"milestone","text":7}',
  '{"type":["milestone"],"text":"x"}',
  '{"type":"toString","text":"x"}',
  "{'type':'milestone','text':'x'}",
  '{"type":"milestone","text":"cut',
  'an event looks like `{"type":"blocker","text":"what is in the way"}`',
  '{"example": {"type":"blocker","text":"only shown"}}',
  '["type","milestone"] {type: milestone}',
])('%s reports nothing', (text) => {
  expect(reportsIn(text)).toEqual([]);
});

test('a percentage that is none is left out, and a long text is cut', () => {
  expect(reportsIn('{"type":"progress","text":"x","percent":140}')).toEqual([{ kind: 'progress', text: 'x' }]);
  expect(reportsIn(`{"type":"progress","text":"${'x'.repeat(9000)}"}`)[0]?.text).toHaveLength(4000);
});

test('text that is made of braces takes no time', () => {
  const before = performance.now();
  expect(reportsIn('{"'.repeat(500_000))).toEqual([]);
  expect(reportsIn('{ "a": '.repeat(200_000))).toEqual([]);
  expect(reportsIn(`${'{ "a": '.repeat(1000)}\n{"type":"progress","text":"x"}`)).toEqual([
    { kind: 'progress', text: 'x' },
  ]);
  expect(performance.now() - before).toBeLessThan(15_000);
});
