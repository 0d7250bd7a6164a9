import { describe, expect, test } from 'vitest';
import type { Stream } from '../../src/reporters/reporter.ts';
import { chooseReporter, makeReporter, wantsColor } from '../../src/reporters/table.ts';
import type { RunEvent } from '../../src/schema/types.gen.ts';
import { planOf } from '../run/rig.ts';
import { chainWithFault, eventsOf, play, stageOf } from './stage.ts';

const terminal = { isTTY: true };
const pipe = { isTTY: false };
const asked = (json: boolean, quiet: boolean) => ({ json, quiet });

test.each([
  ['a person at a terminal', asked(false, false), terminal, {}, 'pretty'],
  ['a terminal that cannot move its cursor', asked(false, false), terminal, { TERM: 'dumb' }, 'plain'],
  ['continuous integration', asked(false, false), terminal, { CI: 'true' }, 'plain'],
  ['GitHub Actions', asked(false, false), terminal, { GITHUB_ACTIONS: 'true' }, 'plain'],
  ['CI=false', asked(false, false), terminal, { CI: 'false' }, 'pretty'],
  ['a pipe', asked(false, false), pipe, {}, 'plain'],
  ['--quiet', asked(false, true), terminal, {}, 'quiet'],
  ['--json --quiet', asked(true, true), terminal, {}, 'json'],
] as const)('%s', (_what, options, stream, env, expected) => {
  expect(chooseReporter(options, stream, env)).toBe(expected);
});

test.each<[Pick<Stream, 'isTTY'>, Record<string, string>, boolean]>([
  [terminal, {}, true],
  [pipe, {}, false],
  [pipe, { FORCE_COLOR: '1' }, true],
  [terminal, { FORCE_COLOR: '0' }, false],
  [terminal, { NO_COLOR: '1' }, false],
  [terminal, { NO_COLOR: '' }, true],
  [terminal, { TERM: 'dumb' }, false],
  [terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, true],
])('colour on %j with %j: %j', (stream, env, expected) => expect(wantsColor(stream, env)).toBe(expected));

describe('what each prints of a run that fails', () => {
  const report = async (name: 'json' | 'quiet' | 'plain', env = {}) => {
    const { plan, behave } = chainWithFault(1);
    const events = await eventsOf(plan, behave);
    const stage = stageOf(plan);
    await play(await makeReporter(name, stage, env), plan, events);
    return { events, out: stage.stdout.writes.join(''), err: stage.stderr.writes.join('') };
  };

  test('json: the journal on standard output, and nothing else', async () => {
    const { events, out, err } = await report('json');
    expect(out).toBe(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    expect(err).toBe('');
  });

  test('quiet: the failure on standard error, and nothing else', async () => {
    const { out, err } = await report('quiet', { GITHUB_ACTIONS: 'true' });
    expect(out).toBe('');
    expect(err).toBe(
      'implement failed: agent-exit: exit code 1: no such module\n' +
        '  log: orchestra_workspaces/test/runs/r/attempts/implement/1/stderr.log\n',
    );
  });

  test('quiet: of a run that succeeds, by how much it has exceeded its budget', async () => {
    const plan = planOf([{ name: 'a' }], { budget: { max_tokens: 1000, max_cost_usd: 1 } });
    const usage = { input_tokens: 1100, output_tokens: 20, cost_usd: 0.5 };
    const stage = stageOf(plan);
    await play(await makeReporter('quiet', stage, {}), plan, await eventsOf(plan, () => ({ usage })));
    const words = '1,120 tokens of 1,000 tokens used, 120 tokens too many';
    expect(stage.stderr.writes.join('')).toBe(`super: the run has exceeded its budget: ${words}\n`);
    const loud = stageOf(plan);
    await play(await makeReporter('plain', loud, {}), plan, await eventsOf(plan, () => ({ usage })));
    expect(loud.stderr.writes.join('')).toContain(`budget  $0.50 of $1.00 spent; ${words}\n`);
  });

  test('quiet: nothing at all of a run that succeeds', async () => {
    const { plan } = chainWithFault(1);
    const stage = stageOf(plan);
    await play(await makeReporter('quiet', stage, {}), plan, await eventsOf(plan));
    expect([...stage.stdout.writes, ...stage.stderr.writes]).toEqual([]);
  });

  test('GitHub Actions: of a replay nothing is an error', async () => {
    const { plan, behave } = chainWithFault(1);
    const [started, ...events] = await eventsOf(plan, behave);
    const stage = stageOf(plan);
    const replays = '20261120-024512-123-k3f9';
    const told = [{ ...started, replays } as RunEvent, ...events];
    await play(await makeReporter('json', stage, { GITHUB_ACTIONS: 'true' }), plan, told);
    const lines = stage.stderr.writes.join('').trimEnd().split('\n');
    expect(lines.map((line) => line.split('::')[1])).toEqual([
      `notice title=replay of ${replays}%3A test%3A implement failed`,
      `notice title=replay of ${replays}%3A test%3A failed`,
    ]);
  });

  test('GitHub Actions: annotations beside the events', async () => {
    const { out, err } = await report('json', { GITHUB_ACTIONS: 'true' });
    const id = '20261120-024512-123-k3f9';
    expect(out).not.toContain('::error');
    expect(err).toBe(
      '::error title=test%3A implement failed::agent-exit: exit code 1: no such module' +
        '%0Alog: orchestra_workspaces/test/runs/r/attempts/implement/1/stderr.log\n' +
        '::notice title=test%3A failed::1 succeeded, 1 failed, 1 skipped' +
        `%0Anext: super runs logs ${id} implement%0Anext: super orchestra resume ${id}` +
        `%0Anext: super orchestra resume ${id} --with-changes\n`,
    );
  });

  test('GitHub Actions: what waits for a person is a warning, in one line of the log', async () => {
    const plan = planOf([{ name: 'asks' }]);
    const stage = stageOf(plan);
    const events = await eventsOf(plan, ({ report }) => {
      report({ kind: 'finding', text: 'a table' });
      report({ kind: 'blocker', text: '100 % no database:\n::error::start it' });
      return {};
    });
    await play(await makeReporter('json', stage, { GITHUB_ACTIONS: 'true' }), plan, events);
    expect(stage.stderr.writes.join('')).toBe(
      '::warning title=test%3A asks waits for a person::100 %25 no database: ::error::start it\n' +
        '::notice title=test%3A succeeded::1 succeeded\n',
    );
  });
});
