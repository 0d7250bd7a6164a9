import { expect, test, vi } from 'vitest';
import { prettyReporter } from '../../src/reporters/pretty.ts';
import { apply, initialState } from '../../src/run/fold.ts';
import { expectGolden } from '../golden/golden.ts';
import { chainWithFault, eventsOf, remembering, stageOf } from './stage.ts';

/** What a terminal of these columns shows in the end: cursor movement, line ends, erasing; colours are left out. */
function shownBy(text: string): string {
  const rows: string[] = [''];
  let row = 0;
  let column = 0;
  let saved: [number, number] = [0, 0];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal reads control characters
  for (const [part, count, letter] of text.matchAll(/\x1b\[\??([\d;]*)([A-Za-z])|\x1b[78]|\n|\r|[^\x1b\n\r]+/g)) {
    const times = Number(count === undefined || count === '' ? 1 : count);
    if (part === '\x1b7') saved = [row, column];
    else if (part === '\x1b8') [row, column] = saved;
    else if (part === '\n') [row, column] = [row + 1, 0];
    else if (part === '\r' || letter === 'G') column = 0;
    else if (letter === 'A') row = Math.max(0, row - times);
    else if (letter === 'B') row += times;
    else if (letter === 'J') rows.splice(row, rows.length, (rows[row] ?? '').slice(0, column));
    else if (letter === 'K') rows[row] = count === '2' ? '' : (rows[row] ?? '').slice(0, column);
    else if (letter === undefined) {
      rows[row] =
        (rows[row] ?? '').padEnd(column).slice(0, column) + part + (rows[row] ?? '').slice(column + part.length);
      column += part.length;
    }
    while (rows.length <= row) rows.push('');
  }
  return rows.map((line) => line.trimEnd()).join('\n');
}

/** Plays a run on a terminal; gives what was written, and what stood there after each event. */
async function display(color: boolean, attempts: number, typed = '') {
  const { plan, behave } = chainWithFault(attempts);
  const stage = stageOf(plan, { color, stderr: remembering({ columns: 100, rows: 30 }) });
  const { stdout, stderr } = stage;
  const reporter = prettyReporter(stage);
  const state = initialState(plan);
  const moments: string[] = [];
  for (const event of await eventsOf(plan, behave)) {
    apply(state, event);
    reporter.onEvent(event, state);
    // listr2 loads its parts before it first draws; from then on it draws at once.
    await vi.waitFor(() => expect(stderr.writes.join('')).toContain('design'));
    stderr.writes.push(typed);
    reporter.tick?.(state, Date.parse(event.ts) + 500);
    moments.push(shownBy(stderr.writes.join('')));
  }
  await reporter.close(state);
  return { text: stderr.writes.join(''), stdout: stdout.writes, moments };
}

test('the display is replaced in place, and in the end header and summary are left', async () => {
  const { text, stdout, moments } = await display(false, 1);
  expect(stdout).toEqual([]);
  expectGolden('reporters/pretty.txt', [...moments, shownBy(text)].join(`\n${'-'.repeat(40)}\n`));
});

test('the cursor is given back, and nothing that agents say reaches the terminal raw', async () => {
  const { text } = await display(true, 2);
  expect(text.lastIndexOf('\x1b[?25h')).toBeGreaterThan(text.lastIndexOf('\x1b[?25l'));
  expect(text).toContain('\x1b[32m');
  expect(text).not.toContain('\x1b]0;');
  expect(text).not.toContain('\x1b[2J');
});

test('who types and presses Enter meanwhile leaves nothing behind, and the terminal keeps its modes', async () => {
  const { text } = await display(false, 1, 'abc\r\n\r\n');
  const { text: alone } = await display(false, 1);
  expect(shownBy(text)).toBe(shownBy(alone));
});

test('a terminal that gets narrower or lower shows each row once', async () => {
  const { plan, behave } = chainWithFault(1);
  const screen = { columns: 100, rows: 30 };
  const stderr = remembering(screen);
  const sized = {
    ...stderr,
    get columns() {
      return screen.columns;
    },
    get rows() {
      return screen.rows;
    },
  };
  const reporter = prettyReporter(stageOf(plan, { stderr: sized }));
  const state = initialState(plan);
  for (const [at, event] of (await eventsOf(plan, behave)).slice(0, 5).entries()) {
    apply(state, event);
    reporter.onEvent(event, state);
    await vi.waitFor(() => expect(stderr.writes.join('')).toContain('design'));
    [screen.columns, screen.rows] = [100 - at, 30 - at];
    reporter.tick?.(state, Date.parse(event.ts) + 500);
    const shown = shownBy(stderr.writes.join(''));
    for (const { task } of state.inOrder) expect(shown.split(`${task.name} `), shown).toHaveLength(2);
  }
  await reporter.close(undefined);
});

test('a run that never began draws nothing', async () => {
  const stage = stageOf(chainWithFault(1).plan, { stderr: remembering({ columns: 80, rows: 24 }) });
  await prettyReporter(stage).close(undefined);
  expect(stage.stderr.writes).toEqual([]);
});
