import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bench, openBench } from './call.ts';

let bench: Bench;
beforeAll(() => {
  bench = openBench();
});
afterAll(() => bench.close());

test('a rehearsal writes what it is, and the same each time', async () => {
  const agent = bench.agent({ adapter: 'rehearsal', run: 'touch ran', description: 'Builds things' });
  const context = { design: `${'long '.repeat(40)}\nsecond`, empty: '' };
  const texts: string[] = [];
  for (let n = 0; n < 2; n += 1) {
    const end = await bench.adapters.rehearsal.start(bench.call(agent, context)).ended;
    expect(end).toEqual({ type: 'done', noOutputFails: false });
    texts.push(bench.read('output.txt'));
  }
  expect(texts[0]).toBe(`[rehearsal] build: a stand-in, no agent was run

Agent: worker (Builds things)
Goal: Ship it
Task: Build it
Received:
- design: ${'long '.repeat(16)}...
- empty: 
`);
  expect(texts[1]).toBe(texts[0]);
  expect([bench.read('ran'), bench.read('stdout.log')]).toEqual(['', '']);
});
