import { expect, test } from 'vitest';
import { plainReporter } from '../../src/reporters/plain.ts';
import { quietReporter } from '../../src/reporters/quiet.ts';
import { planOf } from '../run/rig.ts';
import { eventsOf, play, stageOf } from './stage.ts';

test('at the end stands what agents found, were not allowed, and wait for; of a flood the beginning', async () => {
  const plan = planOf([{ name: 'quiet' }, { name: 'loud' }, { name: 'asks' }]);
  const events = await eventsOf(plan, ({ task, report }) => {
    if (task.name === 'quiet') report({ kind: 'milestone', text: 'half of it' });
    if (task.name === 'loud') for (let n = 1; n <= 9; n += 1) report({ kind: 'finding', text: `number ${n}\u001b[2J` });
    if (task.name === 'asks') report({ kind: 'blocker', text: 'no database' });
    return {};
  });
  const stage = stageOf(plan);
  await play(plainReporter(stage), plan, events);
  const said = stage.stderr.writes.join('');
  expect(said.slice(said.indexOf('SUCCEEDED'))).toContain(`
finding: loud: number 1
finding: loud: number 2
finding: loud: number 3
finding: loud: number 4
finding: loud: number 5
blocker: asks: no database
and 4 more reports in its events.jsonl
`);
  expect(said.slice(said.indexOf('SUCCEEDED'))).not.toContain('half of it');
});

test('a blocker comes after any number of findings, and is told where nothing else is', async () => {
  const plan = planOf([{ name: 'asks' }]);
  const events = await eventsOf(plan, ({ report }) => {
    for (let n = 1; n <= 9; n += 1) report({ kind: 'finding', text: `number ${n}` });
    report({ kind: 'blocker', text: 'no database' });
    return {};
  });
  const stage = stageOf(plan);
  await play(quietReporter(stage), plan, events);
  expect(stage.stderr.writes.join('')).toBe('blocker: asks: no database\n');
});
