import { describe, expect, test } from 'vitest';
import { type DelegationScope, readDelegation } from '../../src/plan/delegation.ts';
import type { AgentName, PlanTask, TaskName } from '../../src/schema/types.gen.ts';
import { planOf } from '../run/rig.ts';

const [by] = planOf([{ name: 'boss_brief', role: 'brief' }]).tasks as [PlanTask];
const names = (...list: string[]) => list as TaskName[];
const scope: DelegationScope = {
  by,
  limits: { max_depth: 2, max_delegated_tasks: 20, timeout_seconds: 60, max_attempts: 2 },
  agents: ['boss', 'coder', 'tester'] as AgentName[],
  taken: names('boss_brief', 'build', 'boss_synthesis'),
  offered: names('boss_brief', 'build'),
  most: 3,
};
const item = (more: object = {}) => ({ name: 'dig', agent: 'coder', description: ' dig here ', ...more });
const answer = (...delegate: unknown[]) => JSON.stringify({ delegate });
const faults = (text: string, over: Partial<DelegationScope> = {}) => {
  const read = readDelegation(text, { ...scope, ...over });
  return read.type === 'faulty' ? read.faults : read.type;
};

describe('what is an answer and what is a delegation', () => {
  test.each([
    '',
    'Just prose.',
    '{"other": 1}',
    '[1]',
    '{"delegate": []}',
    'talk of "delegate": [] in prose',
    '```json\n{"x": 1}\n```',
  ])('none: %j', (text) => {
    expect(readDelegation(text, scope)).toEqual({ type: 'none' });
  });

  test.each([
    ['alone', answer(item())],
    ['with space around', `\n  ${answer(item())}\n\n`],
    ['in a block', `Here you are:\n\`\`\`json\n${answer(item())}\n\`\`\`\nGood luck.`],
    ['in a block without a language, Windows lines', `So:\r\n\`\`\`\r\n${answer(item())}\r\n\`\`\`\r\n`],
    ['in the second block', `\`\`\`sh\nls\n\`\`\`\nand\n\`\`\`json\n${answer(item())}\n\`\`\``],
    [
      'in the first of two',
      `\`\`\`json\n${answer(item())}\n\`\`\`\n\`\`\`json\n${answer(item({ name: 'other' }))}\n\`\`\``,
    ],
  ])('JSON %s', (_, text) => {
    expect(readDelegation(text, scope)).toEqual({
      type: 'tasks',
      tasks: [
        {
          name: 'dig',
          agent: 'coder',
          role: 'delegated',
          depth: 1,
          description: 'dig here',
          needs: [{ task: 'boss_brief', until: 'success' }],
          context: ['boss_brief'],
          priority: 'medium',
          timeout_seconds: 60,
          stall_seconds: null,
          max_attempts: 2,
          group: null,
        },
      ],
    });
  });

  test('broken JSON that means to delegate is a fault, not an answer', () => {
    expect(faults('{"delegate": [}')).toEqual([expect.stringMatching(/^the delegation is not JSON: /)]);
    expect(faults('{"delegate": {"name": "x"}}')).toEqual(['delegate: must be a list of tasks']);
  });
});

describe('faults, each in a sentence that the agent can act on', () => {
  test.each([
    [answer(item({ name: 'build' })), 'delegate[0].name: "build" is taken'],
    [answer(item({ name: 'BUILD' })), 'delegate[0].name: "BUILD" is taken'],
    [answer(item(), item({ name: 'DIG' })), 'delegate[1].name: "DIG" is taken'],
    [
      answer(item({ name: '../x' })),
      'delegate[0].name: "../x" must start with a letter and hold only letters, digits, _ and -, 64 at most',
    ],
    [answer(item({ agent: 'codr' })), 'delegate[0].agent: no agent "codr"; did you mean "coder"?'],
    [answer(item({ description: ' ' })), 'delegate[0].description: must say what to do'],
    [answer(item({ priority: 'urgent' })), 'delegate[0].priority: must be one of low, medium, high, critical'],
    [answer(item({ contxt: [] })), 'delegate[0].contxt: did you mean "context"?'],
    [answer(item({ context: 'build' })), 'delegate[0].context: must be a list of task names'],
    [answer(item({ context: ['dig'] })), 'delegate[0].context: a task cannot wait for itself'],
    [answer(item({ context: ['boss_synthesis'] })), 'delegate[0].context: no task "boss_synthesis"; leave it out'],
  ])('%s', (text, fault) => {
    expect(faults(text)).toEqual([fault]);
  });

  test('what is no object at all is told every fault, without a throw', () => {
    for (const odd of [null, 1, 'x', [], {}])
      expect(faults(answer(odd)), JSON.stringify(odd)).toContainEqual(expect.stringContaining('delegate[0]'));
  });

  test('too many', () => {
    const many = ['a', 'b', 'c', 'd'].map((name) => item({ name }));
    expect(faults(answer(...many))).toEqual(['delegate: 4 tasks, but this run takes 3 more at most']);
    expect(faults(answer(item()), { most: 0 })).toEqual(['delegate: 1 tasks, but this run takes 0 more at most']);
  });

  test('tasks that wait for each other', () => {
    const circle = answer(
      item({ name: 'a', context: ['b'] }),
      item({ name: 'b', context: ['a'] }),
      item({ name: 'c', context: ['a'] }),
    );
    expect(faults(circle)).toEqual(['delegate: these tasks wait for each other: a, b, c']);
  });
});

test('delegated tasks may receive from each other and from declared ones, and always wait for who delegated', () => {
  const read = readDelegation(
    answer(
      item({ name: 'a', context: ['build'] }),
      item({ name: 'b', context: ['a', 'a'], priority: 'high' }),
      item({ name: 'c', context: [] }),
    ),
    scope,
  );
  expect(read).toMatchObject({
    type: 'tasks',
    tasks: [
      { context: ['build'], needs: [{ task: 'boss_brief' }, { task: 'build' }] },
      { context: ['a'], needs: [{ task: 'boss_brief' }, { task: 'a' }], priority: 'high' },
      { context: [], needs: [{ task: 'boss_brief' }] },
    ],
  });
});

test('depth grows with each hand', () => {
  const read = readDelegation(answer(item()), { ...scope, by: { ...by, depth: 1 } });
  expect(read).toMatchObject({ tasks: [{ depth: 2 }] });
});
