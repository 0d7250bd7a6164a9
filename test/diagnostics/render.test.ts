import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { explain } from '../../src/diagnostics/explain.ts';
import { renderGithub } from '../../src/diagnostics/github.ts';
import { widthOf } from '../../src/diagnostics/printable.ts';
import { renderText } from '../../src/diagnostics/render.ts';
import { toSarif } from '../../src/diagnostics/sarif.ts';
import { wrapLine } from '../../src/reporters/wrap.ts';

const fault: Diagnostic = {
  code: 'unknown-agent',
  severity: 'error',
  message: 'agent "reviwer" is not declared',
  file: 'orchestras/feature_orchestra.yaml',
  line: 2,
  column: 12,
  end_line: 2,
  end_column: 19,
  hint: 'did you mean "reviewer"?',
};
const text = 'tasks:\n    agent: reviwer\n';

/** The lines of one diagnostic about a part of a source line. */
function linesOf(source: string, part: string, change: Partial<Diagnostic> = {}): string[] {
  const column = source.indexOf(part) + 1;
  const place = { line: 1, column, end_line: 1, end_column: column + part.length };
  return renderText([{ ...fault, hint: '', ...place, ...change }], () => source)
    .trimEnd()
    .split('\n')
    .slice(1);
}

test('a byte order mark is no part of the first line', () => {
  const [first = '', second = ''] = linesOf('agent: reviwer', 'reviwer');
  const place = { line: 1, column: 8, end_line: 1, end_column: 15 };
  const marked = renderText([{ ...fault, hint: '', ...place }], () => '\ufeffagent: reviwer').split('\n');
  expect(marked.slice(1, 3)).toEqual([first, second]);
});

test('a diagnostic is its place, its line, its carets and its hint', () => {
  expect(renderText([fault], () => text)).toBe(`\
orchestras/feature_orchestra.yaml:2:12: error: agent "reviwer" is not declared [unknown-agent]
 2 |     agent: reviwer
   |            ^~~~~~~ did you mean "reviewer"?
`);
});

test('further lines of a hint stand below, indented alike', () => {
  expect(
    renderText([{ ...fault, hint: 'first\na:\n  - b\n\nc' }], () => text)
      .split('\n')
      .slice(2),
  ).toEqual(['   |            ^~~~~~~ first', '     a:', '       - b', '', '     c', '']);
});

test('without the text of the file there is no excerpt', () => {
  expect(
    renderText([fault], () => undefined)
      .split('\n')
      .slice(1),
  ).toEqual(['     did you mean "reviewer"?', '']);
  expect(renderText([{ ...fault, hint: '' }], () => undefined).split('\n')).toHaveLength(2);
});

test.each([
  ['wide characters', 'name: 日本語 x', 'x', ' 1 | name: 日本語 x', '   |              ^'],
  ['a wide fault', 'name: 日本 x', '日本', ' 1 | name: 日本 x', '   |       ^~~~'],
  ['joined marks', 'e\u0301e\u0301: x', 'x', ' 1 | e\u0301e\u0301: x', '   |     ^'],
  ['emoji', '- 😀: x', 'x', ' 1 | - 😀: x', '   |       ^'],
  ['tabs', '\tid: x', 'x', ' 1 |   id: x', '   |       ^'],
  ['control characters', 'a\x1b[31m: x', 'x', ' 1 | a␛[31m: x', '   |         ^'],
  ['direction marks and half surrogates', '\u202ea\ud800: x', 'x', ' 1 | \ufffda\ufffd: x', '   |      ^'],
  ['a carriage return', 'id: x\r\n', 'x', ' 1 | id: x', '   |     ^'],
])('%s keep the caret in place', (_name, source, part, ...expected) => {
  expect(linesOf(source, part)).toEqual(expected);
});

test('a long line is shown around its fault', () => {
  for (const [before, after] of [
    [0, 5000],
    [5000, 0],
    [5000, 5000],
    [5e6, 5e6],
  ] as const) {
    const [line = '', carets = ''] = linesOf(`${'x'.repeat(before)}fault${'y'.repeat(after)}`, 'fault');
    expect(widthOf(line)).toBeLessThanOrEqual(130);
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('~') + 1)).toBe('fault');
    expect([line.startsWith(' 1 | …'), line.endsWith('…')]).toEqual([before > 0, after > 0]);
  }
});

test('a fault wider than the window is cut, and so are its carets', () => {
  const [line = '', carets = ''] = linesOf(`a: ${'b'.repeat(500)}`, 'b'.repeat(500));
  expect(line).toMatch(/^ 1 \| a: b+…$/);
  expect(carets.length).toBe(line.length - 1);
});

test('what a user wrote cannot steer the terminal from a message, a hint or a file name', () => {
  const rendered = renderText([{ ...fault, file: 'a\x1b]0;b', message: 'x\x07\ny', hint: '\x1b[2J' }], () => undefined);
  expect(rendered).toBe('a␛]0;b:2:12: error: x␇␊y [unknown-agent]\n     ␛[2J\n');
});

test('parts can be painted', () => {
  const painted = renderText(
    [fault],
    () => text,
    (part, shown) => `<${part}>${shown}</>`,
  );
  for (const part of ['place', 'error', 'code', 'gutter', 'caret', 'hint']) expect(painted).toContain(`<${part}>`);
});

test('GitHub: one line, escaped', () => {
  const odd = { ...fault, file: 'a,b:c.yaml', message: '100%', hint: 'one\ntwo' };
  expect(renderGithub([odd])).toBe(
    '::error file=a%2Cb%3Ac.yaml,line=2,col=12,endLine=2,endColumn=19,title=unknown-agent::100%25%0Aone%0Atwo\n',
  );
});

test('SARIF: rules, results and regions', () => {
  const log = toSarif([fault, { ...fault, code: 'cycle', file: '/x y/#.yaml', hint: '' }], '1.2.3');
  expect(log).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'super', version: '1.2.3', rules: [{ id: 'cycle' }, { id: 'unknown-agent' }] } },
        columnKind: 'utf16CodeUnits',
        results: [
          {
            ruleId: 'unknown-agent',
            ruleIndex: 1,
            level: 'error',
            message: { text: `${fault.message}\n${fault.hint}` },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'orchestras/feature_orchestra.yaml' },
                  region: { startLine: 2, startColumn: 12, endLine: 2, endColumn: 19 },
                },
              },
            ],
          },
          {
            ruleId: 'cycle',
            ruleIndex: 0,
            locations: [{ physicalLocation: { artifactLocation: { uri: 'file:///x%20y/%23.yaml' } } }],
          },
        ],
      },
    ],
  });
});

test('explain: a code, a near miss, a stranger', () => {
  const explained = explain('self-reference');
  expect(explained).toMatchObject({
    type: 'explained',
    text: expect.stringContaining('Wrong:\n\n    orchestra: {id: demo}\n'),
  });
  expect(explain('self-refrence')).toMatchObject({ type: 'unknown', hint: 'did you mean "self-reference"?' });
  expect(explain('toString')).toMatchObject({ type: 'unknown', hint: expect.stringContaining('yaml-syntax') });
});

describe('in a terminal of so many columns', () => {
  const source = 'tasks: [{name: build, agent: worker, description: Build the whole thing, prioritty: high}]';
  const wrong = { ...fault, line: 1, end_line: 1, column: 74, end_column: 83, hint: 'did you mean "priority"?' };
  const shown = (columns: number) =>
    renderText([wrong], () => source, undefined, { columns, wrap: wrapLine })
      .split('\n')
      .filter((each) => /^ +\d* \||^ {5}\S/.test(each));

  test('40: the excerpt is cut at the fault, and the hint stands below', () => {
    expect(shown(40)).toEqual([
      ' 1 | …the whole thing, prioritty: high}…',
      '   |                   ^~~~~~~~~',
      '     did you mean "priority"?',
    ]);
  });

  test('100: the line is whole, and the hint stands below because it does not fit beside', () => {
    expect(shown(100)).toEqual([` 1 | ${source}`, `   | ${' '.repeat(73)}^~~~~~~~~`, '     did you mean "priority"?']);
  });

  test('120: all of it fits', () => {
    expect(shown(120)).toEqual([` 1 | ${source}`, `   | ${' '.repeat(73)}^~~~~~~~~ did you mean "priority"?`]);
  });

  test('56: a message is broken at words; its first line is one that programs know', () => {
    const message = 'unknown key "prioritty" in a task that has many words';
    const lines = renderText([{ ...wrong, message, hint: '' }], () => undefined, undefined, {
      columns: 56,
      wrap: wrapLine,
    });
    expect(lines.split('\n')).toEqual([
      'orchestras/feature_orchestra.yaml:1:74: error: unknown',
      '    key "prioritty" in a task that has many words',
      '    [unknown-agent]',
      '',
    ]);
  });

  test.each([24, 42, 53])('%i: where the first word does not fit beside the place, nothing does', (columns) => {
    const paint = (_part: string, text: string) => `\x1b[31m${text}\x1b[39m`;
    const message = 'unknown key "prioritty" in a task';
    for (const look of [undefined, paint]) {
      const lines = renderText([{ ...wrong, message }], () => undefined, look, { columns, wrap: wrapLine });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours above
      const [place, first = '', ...more] = lines.replaceAll(/\x1b\[\d+m/g, '').split('\n');
      expect(place).toBe('orchestras/feature_orchestra.yaml:1:74:');
      expect(first).toMatch(/^ {4}error: unknown/);
      expect([first, ...more].filter((line) => widthOf(line) > columns && line.trim().includes(' '))).toEqual([]);
    }
  });

  test('no excerpt is wider than the terminal, whatever the line holds', () => {
    const line = fc.array(fc.constantFrom('a', ' ', '\t', '日', '😀', '\x07', 'e\u0301'), { maxLength: 300 });
    fc.assert(
      fc.property(line, fc.nat(), fc.nat(400), fc.integer({ min: 24, max: 200 }), (parts, at, length, columns) => {
        const text = parts.join('');
        const column = (at % (text.length + 1)) + 1;
        const place = { line: 1, end_line: 1, column, end_column: column + 1 + length };
        const lines = renderText([{ ...fault, ...place }], () => text, undefined, {
          columns,
          wrap: (each) => [each],
        }).split('\n');
        expect(
          lines
            .filter((each) => /^ +1? \|/.test(each))
            .map(widthOf)
            .filter((width) => width > columns),
        ).toEqual([]);
      }),
    );
  });
});
