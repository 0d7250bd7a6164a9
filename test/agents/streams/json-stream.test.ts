import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Native } from '../../../src/agents/streams/events.ts';
import { openJsonStream } from '../../../src/agents/streams/json-stream.ts';

interface Heard {
  readonly values: Native[];
  readonly noise: string[];
}

function hear(pieces: Iterable<string | Uint8Array>, most?: number): Heard {
  const heard: Heard = { values: [], noise: [] };
  const stream = openJsonStream(
    { value: (value) => heard.values.push(value), noise: (line) => heard.noise.push(line) },
    most,
  );
  for (const piece of pieces) stream.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
  stream.end();
  return heard;
}

test('one object a line, a last line without an end, and nothing for blank lines', () => {
  expect(hear(['{"a":1}\n\n  \n{"b":', '2}\r\n{"c":3}'])).toEqual({
    values: [{ a: 1 }, { b: 2 }, { c: 3 }],
    noise: [],
  });
});

test('lines that are no JSON are told as they are, and hide nothing', () => {
  const text = ['warning: {odd}', '[debug] starting', '{"a":1}', 'null', '42', '"text"', '[1,2]', '{"b":2}', '}'];
  expect(hear([text.join('\n')])).toEqual({
    values: [{ a: 1 }, { b: 2 }],
    noise: ['warning: {odd}', '[debug] starting', 'null', '42', '"text"', '[1,2]', '}'],
  });
});

test('a line of prose that holds an event is none', () => {
  const line = 'log: {"type":"result","subtype":"success","is_error":false}';
  expect(hear([`${line}\n`])).toEqual({ values: [], noise: [line] });
});

test('an object over several lines, after noise and before another one', () => {
  const value = { session: 'x', stats: { list: [1, { deep: '}{"' }], empty: {} }, text: 'two\nlines' };
  const text = `Loaded credentials.\n${JSON.stringify(value, null, 2)}\n{"type":"result"}\n`;
  expect(hear([text])).toEqual({ values: [value, { type: 'result' }], noise: ['Loaded credentials.'] });
});

test('a list of objects is what it holds', () => {
  const list = [{ type: 'system' }, { type: 'result' }];
  expect(hear([JSON.stringify(list)]).values).toEqual(list);
  expect(hear([JSON.stringify(list, null, 4)]).values).toEqual(list);
});

test('a torn line is noise, and the object behind it is not lost', () => {
  for (const torn of ['{"type":"assis', '{"a":', '{"a":[1,', '{', '[{"a":1},']) {
    expect(hear([`${torn}\n{"type":"result","n":{"m":1}}\n`])).toEqual({
      values: [{ type: 'result', n: { m: 1 } }],
      noise: [torn],
    });
    expect(hear([`{"a":1}\n${torn}`])).toEqual({ values: [{ a: 1 }], noise: [torn] });
  }
});

test('what a program sends to a terminal before its first object', () => {
  expect(hear(['\u001b]0;title\u0007\u001b[2K\ufeff{"a":1}\n']).values).toEqual([{ a: 1 }]);
});

test('lines of megabytes', () => {
  const value = { text: 'é"\\\n'.repeat(1_000_000) };
  const bytes = Buffer.from(`${JSON.stringify(value)}\n{"b":2}\n`);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, at) =>
    bytes.subarray(at * 65_536, (at + 1) * 65_536),
  );
  expect(hear(pieces).values).toEqual([value, { b: 2 }]);
});

test('a line that is too long is noise of which the beginning is told', () => {
  const heard = hear([`{"a":"${'x'.repeat(900)}`, 'x'.repeat(900), '"}\n{"b":2}\n'], 1000);
  expect(heard.values).toEqual([{ b: 2 }]);
  expect(heard.noise).toEqual([`{"a":"${'x'.repeat(900)}`]);
  expect(hear([`{\n${'"a":1,\n'.repeat(300)}`, '{"b":2}\n'], 1000).values).toEqual([{ b: 2 }]);
});

test('any pieces give the same, and no bytes are kept', () => {
  const line = fc.oneof(
    fc.object({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
    fc.object({ maxDepth: 2 }).map((value) => JSON.stringify(value, null, 2)),
    fc.string(),
    fc.constantFrom('{"torn":', '[debug] x', '', 'é✓'),
  );
  fc.assert(
    fc.property(fc.array(line), fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (lines, sizes) => {
      const bytes = Buffer.from(lines.join('\n'));
      const whole = hear([bytes]);
      const shared = Buffer.alloc(40);
      const pieces = function* () {
        for (let at = 0; at < bytes.length; ) {
          const size = Math.min(sizes.next().value ?? 1, bytes.length - at);
          bytes.copy(shared, 0, at, at + size);
          yield shared.subarray(0, size);
          at += size;
        }
      };
      expect(hear(pieces())).toEqual(whole);
    }),
  );
});
