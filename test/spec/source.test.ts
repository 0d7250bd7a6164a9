import { describe, expect, test } from 'vitest';
import { hasErrors } from '../../src/diagnostics/diagnostic.ts';
import {
  maxAliases,
  maxBlanks,
  maxBytes,
  maxDepth,
  maxFaults,
  maxItems,
  maxKeys,
  maxMarks,
  maxOddities,
  maxParts,
  maxText,
  maxTopKeys,
} from '../../src/spec/limits.ts';
import { parseSource, type Source } from '../../src/spec/source.ts';

function sourceOf(text: string): Source {
  const { value, diagnostics } = parseSource('a.yaml', text);
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error('no value');
  return value;
}

/** The diagnostics of a text, a line each: place, code and sentence. */
function faultsOf(text: string): string[] {
  return parseSource('a.yaml', text).diagnostics.map(
    ({ line, column, end_column, code, message }) => `${line}:${column}-${end_column} ${code}: ${message}`,
  );
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');
}

/** What a place covers in the text. */
function covered(source: Source, at: (string | number)[], part: 'key' | 'value' = 'value'): string {
  const { line, column, end_column } = source.locate({ code: 'wrong-type', message: '', at, part });
  return `${line}:${column} ${source.text.split('\n')[line - 1]?.slice(column - 1, end_column - 1)}`;
}

describe('data', () => {
  test('is plain, typed by the core schema, in objects without a prototype', () => {
    const { data } = sourceOf(
      'a: 1\nb: yes\nc: true\nd: ~\ne: [x, {y: 0x1f}]\nf: 1.50\ng: "1"\nh:\ni: |\n  two\n  lines\n',
    );
    expect(Object.getPrototypeOf(data)).toBeNull();
    expect(JSON.parse(JSON.stringify(data))).toEqual({
      ...{ a: 1, b: 'yes', c: true, d: null, e: ['x', { y: 31 }], f: 1.5, g: '1', h: null, i: 'two\nlines\n' },
    });
  });

  test('is the same with CRLF, a byte order mark, a document start and comments', () => {
    expect(sourceOf('\ufeff# note\r\n---\r\na: b\r\nc:\r\n  - d\r\n').data).toEqual({ a: 'b', c: ['d'] });
  });

  test('has aliases resolved; an anchor that is set anew counts from there on', () => {
    expect(sourceOf('a: &x [1]\nb: *x\nc: &x 2\nd: [*x, *x]\n').data).toEqual({ a: [1], b: [1], c: 2, d: [2, 2] });
  });

  test('of a file with a directive for YAML 1.1 is still read by 1.2', () => {
    expect(sourceOf('%YAML 1.1\n---\na: yes\n').data).toEqual({ a: 'yes' });
  });

  test('keeps half surrogates', () => {
    expect(sourceOf('a: "\ud800"\n').data).toEqual({ a: '\ud800' });
  });
});

describe('places', () => {
  const source = sourceOf(
    'orchestra:\n  id: "demo"   # note\ntasks:\n  - name: one\n    description: |\n      first\n      {goal}\n    context: [a,\n      b]\n  -\n  - x\nempty:\nagain: &a {k: v}\nalias: *a\n',
  );

  test.each([
    [['orchestra', 'id'], '2:7 "demo"'],
    [['tasks'], '4:3 - name: one'],
    [['tasks', 0, 'description'], '5:18 |'],
    [['tasks', 0, 'context'], '8:14 [a,'],
    [['tasks', 0, 'context', 1], '9:7 b'],
    [['tasks', 2], '11:5 x'],
    [['empty'], '12:1 empty'],
    [['alias', 'k'], '13:15 v'],
    [['alias'], '14:8 *a'],
    [['orchestra', 'name'], '1:1 orchestra'],
    [['tasks', 0, 'agent'], '4:5 name'],
    [['nothing'], '1:1 o'],
    [['tasks', 9], '3:1 tasks'],
    [[], '1:1 orchestra:'],
  ])('value at %j', (at, expected) => {
    expect(covered(source, at)).toBe(expected);
  });

  test('of keys, of parts of a text, and of what is not there', () => {
    expect(covered(source, ['orchestra', 'id'], 'key')).toBe('2:3 id');
    expect(covered(source, ['tasks', 0], 'key')).toBe('4:5 name');
    const within = { code: 'unknown-placeholder', message: '', at: ['tasks', 0, 'description'] } as const;
    expect(source.locate({ ...within, within: '{goal}' })).toMatchObject({ line: 7, column: 7, end_column: 13 });
    expect(source.locate({ ...within, within: '{task}' })).toMatchObject({ line: 5, column: 18 });
    expect(source.has(['tasks', 0, 'context', 1])).toBe(true);
    expect(source.has(['tasks', 0, 'context', 2])).toBe(false);
  });
});

describe('faults', () => {
  test.each([
    ['a: b\n  c: d\n', '2:3-7 yaml-syntax: this line is indented too far'],
    ['a: b: c\n', '1:4-5 yaml-syntax: a value may not hold ": " without quotes'],
    ['a: [b]]\n', '1:7-8 yaml-syntax: this bracket closes nothing'],
    ['a: {b: c\nd: e\n', '1:4-5 yaml-syntax: this { is never closed'],
    ['a: [b, c', '1:4-5 yaml-syntax: this [ is never closed'],
    ["a: 'it''s\nb: c\n", '1:4-10 yaml-syntax: this quote is never closed'],
    ["a: 'it''s'\nb: 'x", '2:4-6 yaml-syntax: this quote is never closed'],
    ['a: "b\\"\nc: d\n', '1:4-8 yaml-syntax: this quote is never closed'],
    ['a: "\\q"\n', '1:5-6 yaml-syntax: there is no such escape in double quotes'],
    ['a:\n\tb: c\n', '2:1-2 yaml-syntax: tabs may not indent'],
    ['a: - b\n', '1:4-5 yaml-syntax: a list may not start here'],
    ['a: > b\n', '1:6-7 yaml-syntax: nothing may follow | or > on its line'],
    ['a: [b,,c]\n', '1:7-8 yaml-syntax: a comma without an item before it'],
    ['a: 1\nb: 2\na: 3\n', '3:1-2 yaml-duplicate-key: key "a" stands here twice'],
    ['{a: 1, "a": 2}\n', '1:8-11 yaml-duplicate-key: key "a" stands here twice'],
    ['prototype: 1\n', '1:1-10 yaml-forbidden-key: no key may be called "prototype"'],
    ['true: 1\n', '1:1-5 yaml-key-type: a key must be a string, not the boolean true'],
    ['? {a: b}\n: c\n', '1:3-9 yaml-key-type: a key must be a string'],
    ['a: &x 1\n*x : 2\n', '2:1-3 yaml-key-type: a key must be a string'],
    ['a: !!binary aGk=\n', '1:4-12 yaml-tag: tag !!binary cannot be used here'],
    ['a: !!int x\n', '1:4-9 yaml-tag: tag !!int cannot be used here'],
    ['!own k: 1\n', '1:1-5 yaml-tag: tag !own cannot be used here'],
    ['a: !own &x\n  - b\n', '1:4-8 yaml-tag: tag !own cannot be used here'],
    ['a: &x !own {b: !!str c}\n', '1:7-11 yaml-tag: tag !own cannot be used here'],
    ['a: !<tag:x,y> b\n', '1:6-13 yaml-tag: tag tag:x,y cannot be used here'],
    ['- !own\n- b\n', '1:3-7 yaml-tag: tag !own cannot be used here'],
    ['? [a]\n', '1:3-6 yaml-key-type: a key must be a string'],
    ['a: &x [*x]\n', '1:8-10 yaml-aliases: "*x" stands inside what it stands for'],
    ['...\n', '1:1-2 file-empty: the file is empty'],
    ['', '1:1-2 file-empty: the file is empty'],
    ['a: \0\n', '1:4-5 file-binary: the text holds a NUL character'],
  ])('%j', (text, expected) => {
    expect(faultsOf(text)).toEqual([expected]);
  });

  test('core tags that say what is there anyway are allowed', () => {
    expect(
      sourceOf('a: !!str 1\nb: !!map {c: !!seq []}\nd: !!float 1.5\ne: !!null\nf: !!bool true\ng: ! x\n').data,
    ).toEqual({
      ...{ a: '1', b: { c: [] }, d: 1.5, e: null, f: true, g: 'x' },
    });
  });

  test('of syntax: the first, because what follows is mostly its doing', () => {
    const text = 'a: @x\nb: [c @d, @e]\nc: %f\nd: "\\q \\p"\n';
    const lines = parseSource('a.yaml', text).diagnostics.map(({ line }) => line);
    expect(lines).toEqual([1]);
  });

  test('that leave the rest readable come with a value, and the first of two equal keys counts', () => {
    const { value, diagnostics } = parseSource('a.yaml', 'a: 1\n2: x\na: 3\n__proto__: {b: 1}\n');
    expect(value?.data).toEqual({ a: 1 });
    expect(diagnostics.map(({ code }) => code)).toEqual(['yaml-key-type', 'yaml-duplicate-key', 'yaml-forbidden-key']);
    expect(hasErrors(diagnostics)).toBe(true);
  });

  test('that are too many to read are counted', () => {
    const { diagnostics } = parseSource('a.yaml', 'a: 1\n'.repeat(maxFaults + 51));
    expect(diagnostics).toHaveLength(maxFaults);
    expect(diagnostics.at(-1)?.hint).toContain('50 more faults');
  });
});

describe('limits', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

  test('depth: 64 levels may be, 65 may not', () => {
    expect(faultsOf(nested(maxDepth))).toEqual([]);
    expect(faultsOf(nested(maxDepth + 1))).toEqual(['1:65-67 yaml-depth: nested more than 64 levels deep']);
    expect(faultsOf('- '.repeat(maxDepth + 1))).toEqual([expect.stringContaining('yaml-depth')]);
  });

  test('depth counts what aliases stand for', () => {
    const half = nested(maxDepth / 2);
    expect(faultsOf(`- &a ${half}\n- ${'['.repeat(31)}*a${']'.repeat(31)}\n`)).toEqual([]);
    expect(faultsOf(`- &a ${half}\n- ${'['.repeat(32)}*a${']'.repeat(32)}\n`)).toEqual([
      expect.stringContaining('yaml-depth'),
    ]);
  });

  test('aliases: 100 uses may be, 101 may not', () => {
    const uses = (count: number) => `- &a x\n${'- *a\n'.repeat(count)}`;
    expect(faultsOf(uses(maxAliases))).toEqual([]);
    expect(faultsOf(uses(maxAliases + 1))).toEqual(['102:3-5 yaml-aliases: the file has more than 100 aliases']);
  });

  test('aliases are counted in what the file says, not in its texts, and with those that are keys', () => {
    expect(faultsOf(`- &a x\n${'- "*a"\n- |\n  *a\n- b *a\n'.repeat(maxAliases)}# *a`)).toEqual([]);
    expect(faultsOf(`a: &a x\nb: [${'*a, '.repeat(maxAliases)}]\n*a : y\n`)).toEqual([
      '3:1-3 yaml-aliases: the file has more than 100 aliases',
    ]);
  });

  test('parts: of a file with too many of them the rest is not read', () => {
    const entries = maxParts / 100_000;
    expect(faultsOf(`tasks: [${`{x-a: [${','.repeat(100_000)}]},`.repeat(entries)}`)).toEqual([
      expect.stringMatching(/^1:\d+-\d+ file-size: the file has more than 4,000,000 keys, values and list items$/),
    ]);
  });

  test('parts of one task, and of all that is no task: so many and no more', () => {
    const message = 'file-size: more than 250,000 keys and list items belong together here';
    const lists = (count: number) => `[${','.repeat(98)}],`.repeat(count);
    const task = `\n  - {x-a: [${lists(2000)}]}`;
    expect(faultsOf(`tasks:${task}${task}\n`)).not.toContainEqual(expect.stringContaining('file-size'));
    expect(faultsOf(`metadata:${task}${task}\n`)).toEqual([expect.stringContaining(message)]);
    expect(faultsOf(`tasks:${task}\nx-a:${task}\n`)).not.toContainEqual(expect.stringContaining('file-size'));
    expect(faultsOf(`tasks:\n  - {x-a: [${lists(2600)}]}`)).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ['keys of a map', maxKeys, (n: number) => `a:\n${lines(n, (i) => `  k${i}: 1`)}`, '10002:9-10'],
    ['keys in braces', maxKeys, (n: number) => `a: {${'b, '.repeat(n - 1)}b}\n`, '1:30003-30004'],
    ['keys at the top', maxTopKeys, (n: number) => lines(n, (i) => `k${i}: 1`), '1001:6-7'],
  ])('%s: so many and no more', (_what, most, text, place) => {
    const message = `${place} file-size: this map has more than ${most.toLocaleString('en-US')} keys`;
    expect(faultsOf(text(most))).not.toContainEqual(expect.stringContaining('file-size'));
    expect(faultsOf(text(most + 1))).toEqual([message]);
  });

  test('items of a list: so many and no more; of entries that is known as soon as the first is read', () => {
    const message = `file-size: this list has more than ${maxItems.toLocaleString('en-US')} items`;
    expect(faultsOf(`a:\n${'- 1\n'.repeat(maxItems)}`)).toEqual([]);
    expect(faultsOf(`a:\n${'- 1\n'.repeat(maxItems + 1)}`)).toEqual([`${maxItems + 2}:1-2 ${message}`]);
    expect(faultsOf(`a: [${'1,'.repeat(maxItems + 1)}]`)).toEqual([expect.stringContaining(message)]);
    const tasks = `tasks:\n${'  - name: |\n      - b\n  # c\n\n'.repeat(maxItems)}`;
    expect(faultsOf(`${tasks}  - b\n`)).toEqual([`${maxItems * 4 + 2}:3-4 ${message}`]);
    const agents = `agents:\n${'  - b\n'.repeat(maxItems - 1)}  - "`;
    expect(faultsOf(`tasks:\n  - name: a\n${agents}`)).toEqual([expect.stringContaining('never closed')]);
  });

  test('blank lines and comments: so many and no more, those of texts apart', () => {
    const message = 'file-size: the file has more than 400,000 blank lines and comments';
    expect(faultsOf(`a:\n${'\n  # x\n'.repeat(maxBlanks / 2)}  b\n`)).toEqual([]);
    expect(faultsOf(`a: 1\n${'\n# x\n'.repeat(maxBlanks / 2)}\n`)).toEqual([`${maxBlanks + 2}:1-2 ${message}`]);
    expect(faultsOf(`a: 1\n${' \r\n'.repeat(maxBlanks + 1)}`)).toEqual([expect.stringContaining(message)]);
    expect(faultsOf(`a: |\n${'\n  # x\n'.repeat(maxBlanks)}`)).toEqual([]);
  });

  test('a text may be long, but not so long', () => {
    const message = 'file-size: this text has more than 4,000,000 characters';
    expect(faultsOf(`a: ${'x'.repeat(maxText)}\n`)).toEqual([]);
    expect(faultsOf(`a: ${'x'.repeat(maxText + 1)}\n`)).toEqual([expect.stringMatching(`^1:4-\\d+ ${message}`)]);
    expect(faultsOf(`a: "${'x'.repeat(maxText - 1)}"\n`)).toEqual([expect.stringMatching(`^1:4-\\d+ ${message}`)]);
    expect(faultsOf(`a: |\n  ${'x\n  '.repeat(maxText / 3)}\n`)).toEqual([expect.stringMatching(message)]);
  });

  test('anchors, tags, directives: so many and no more', () => {
    const items = (sign: string) => (count: number) => `a:\n${`- ${sign} x\n`.repeat(count)}`;
    const [anchors, tags] = [items('&a'), items('!!str')];
    expect([...faultsOf(anchors(maxMarks)), ...faultsOf(tags(maxMarks))]).toEqual([]);
    expect(faultsOf(anchors(maxMarks + 1))).toEqual(['10002:3-5 yaml-aliases: the file has more than 10,000 anchors']);
    expect(faultsOf(tags(maxMarks + 1))).toEqual(['10002:3-8 yaml-tag: the file has more than 10,000 tags']);
    expect(faultsOf(`${'%X y\n'.repeat(maxOddities + 1)}---\na: 1`)).toEqual([
      '1001:1-5 yaml-syntax: more than 1,000 directives',
    ]);
  });

  test('size', () => {
    expect(faultsOf('#'.repeat(maxBytes + 1))).toEqual(['1:1-2 file-size: the file has 65 MiB; 64 MiB are the limit']);
  });
});

describe('hostile files get a diagnostic soon, and never an exception', () => {
  const hostile: Record<string, string> = {
    'open brackets': '['.repeat(1e7),
    'closing brackets': ']'.repeat(1e7),
    'nested maps': '{a:'.repeat(1e6),
    dashes: '- '.repeat(1e6),
    'question marks': '? '.repeat(1e6),
    colons: ': '.repeat(1e6),
    anchors: '&a '.repeat(2e5),
    tags: '!a '.repeat(2e5),
    aliases: '*a '.repeat(2e5),
    'aliases in brackets': `a: &a [x]\nb: [${'*a,'.repeat(2e6)}]`,
    'open quote': `a: "${'x\n'.repeat(5e5)}`,
    'open quotes': 'a: "x\n'.repeat(1e5),
    quotes: '"" '.repeat(1e5),
    'a staircase': Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    documents: '---\n'.repeat(1e6),
    directives: '%X y\n'.repeat(1e5),
    blanks: ' \n'.repeat(1e6),
    pipes: '|'.repeat(1e6),
    'a long key': ':'.repeat(1e6),
    tabs: 'a:\n\tb: c\n'.repeat(2e4),
    bomb: [...'abcdefgh']
      .map((c, i) => `${c}: &${c} [${Array(10).fill(i === 0 ? '1' : `*${'abcdefgh'[i - 1]}`)}]`)
      .join('\n'),
    'signs of the lexer': '[\x18\x02\x1f'.repeat(1e4),
  };

  test.each(Object.entries(hostile))('%s', (_name, text) => {
    const started = performance.now();
    const { diagnostics, value } = parseSource('a.yaml', text);
    // Ten times what it takes, so that a slow machine passes and quadratic work does not.
    expect(performance.now() - started).toBeLessThan(5000);
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.length).toBeLessThanOrEqual(3);
    expect(value).toBeUndefined();
  });

  test('100,000 keys are read and found again in linear time', () => {
    const keys = lines(1e4, (i) => `      k${i}: ${i}`);
    const source = sourceOf(lines(10, (i) => `k${i}:\n${keys}`));
    const places = Array.from({ length: 1e5 }, (_, i) =>
      source.locate({ code: 'unknown-key', message: '', at: [`k${i % 10}`, `k${i % 1e4}`] }),
    );
    expect(places.at(-1)).toMatchObject({ column: 14 });
  });

  describe('what no honest file has a thousand times is told once, and the rest is not read', () => {
    const more = (list: string) => `so it is in 1,000 more entries of "${list}"; what follows was not read`;

    test.each([
      ['tasks', '  - {name: a, agent: b, descripton: c}\n', 'unknown key "descripton"', 'did you mean "description"?'],
      ['tasks', '  - name: a\n    agnt: b\n', 'unknown key "agnt"', 'did you mean "agent"?'],
      ['tasks', '  - a\n', 'an entry must be a map', 'each starts with "- name:"'],
      ['tasks', '  - [a]\n', 'an entry must be a map', 'each starts with "- name:"'],
      ['agents', '  - {name: a, "comand": b}\n', 'unknown key "comand"', 'keys here: '],
      ['agents', '  - [a]\n', 'an entry must be a map', 'each starts with "- name:"'],
    ])('%s: %j', (list, entry, message, hint) => {
      const read = (count: number) => parseSource('a.yaml', `${list}:\n${entry.repeat(count)}`).diagnostics;
      expect(read(maxOddities + 1)).toEqual([]);
      const [fault, ...others] = read(maxOddities + 2);
      expect(others).toEqual([]);
      expect(fault).toMatchObject({ line: entry.startsWith('  - name') ? 3 : 2, message });
      expect(fault?.hint.startsWith(hint)).toBe(true);
      expect(fault?.hint.endsWith(more(list))).toBe(true);
    });

    test('entries in brackets are looked at too; keys of their own and aliases are no faults', () => {
      expect(faultsOf(`tasks: [${'x,'.repeat(maxOddities + 2)}]\n`)).toEqual([
        '1:9-10 wrong-type: an entry must be a map',
      ]);
      expect(faultsOf(`tasks:\n${'  - {name: a, x-b: 1, "agent": c}\n'.repeat(2000)}`)).toEqual([]);
      expect(faultsOf(`agents:\n${'  - a\n'.repeat(2000)}metadata:\n${'  - {b: c}\n'.repeat(2000)}`)).toEqual([]);
    });

    test('a list instead of a map, values after a value', () => {
      expect(faultsOf('- 1\n'.repeat(maxOddities + 2))).toEqual([
        '1:1-2 wrong-type: the file must be a map, not a list',
      ]);
      expect(faultsOf(`a: ${'"b" '.repeat(maxOddities / 2)}"`)).toEqual([expect.stringContaining('never closed')]);
      expect(faultsOf(`a: ${'"b" '.repeat(maxOddities)}\nb: "`)).toEqual([
        '1:8-11 yaml-syntax: nothing may follow this value',
      ]);
    });
  });
});
