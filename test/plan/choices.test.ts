// Which adapter an agent gets and why, and which tasks --only keeps.
import { describe, expect, test } from 'vitest';
import { chooseAdapter } from '../../src/plan/adapter-choice.ts';
import { selectTasks } from '../../src/plan/select.ts';
import type { AdapterName, Plan, TaskName } from '../../src/schema/types.gen.ts';
import type { AgentSpec } from '../../src/spec/spec.ts';
import { planOf } from '../run/rig.ts';
import { edges } from './compiled.ts';

const agent = (more: Partial<AgentSpec> = {}) => ({ file: 'o.yaml', has_language_model: false, ...more }) as AgentSpec;
const none = { rehearse: false, unusable: (name: AdapterName) => `${name} is not here` };
const option = { ...none, option: 'claude' as const };
const preferred = { ...none, preferred: { adapter: 'gemini' as const, file: '.super' } };
const variable = { ...preferred, variable: 'codex' as const };

describe('the adapter of an agent', () => {
  test.each([
    ['what the agent says', agent({ adapter: 'command', run: 'x' }), option, 'command', 'run in o.yaml'],
    ['argv', agent({ adapter: 'command', argv: ['x'] }), none, 'command', 'argv in o.yaml'],
    ['a named one', agent({ adapter: 'codex' }), option, 'codex', 'adapter: codex in o.yaml'],
    ['else --adapter', agent({ has_language_model: true }), { ...option, variable: 'codex' }, 'claude', '--adapter'],
    ['else SUPER_ADAPTER', agent({ has_language_model: true }), variable, 'codex', 'SUPER_ADAPTER'],
    ['else its language model', agent({ has_language_model: true }), preferred, 'llm', 'language_model in o.yaml'],
    ['else what settings prefer', agent(), preferred, 'gemini', 'adapter in .super'],
    [
      'a rehearsal over everything',
      agent({ adapter: 'command', run: 'x' }),
      { ...option, rehearse: true },
      'rehearsal',
      '--rehearse',
    ],
  ] as const)('%s', (_, spec, choice, adapter, why) => {
    expect(chooseAdapter(spec, choice)).toEqual({ adapter, why });
  });

  test('else the first usable of claude, codex, gemini; none: null, and what was looked for', () => {
    const only = (usable: AdapterName) => ({
      rehearse: false,
      unusable: (name: AdapterName) => (name === usable ? undefined : 'no'),
    });
    for (const name of ['claude', 'codex', 'gemini'] as const) {
      expect(chooseAdapter(agent(), only(name))).toEqual({
        adapter: name,
        why: 'first usable of claude, codex, gemini',
      });
    }
    expect(chooseAdapter(agent(), none)).toEqual({
      adapter: null,
      why: 'claude: claude is not here; codex: codex is not here; gemini: gemini is not here',
    });
  });
});

describe('--only', () => {
  const plan = planOf([
    { name: 'a', agent: 'x' },
    { name: 'b', context: ['a'], agent: 'y' },
    { name: 'c', needs: ['b!'], agent: 'x' },
    { name: 'd', agent: 'z' },
  ]);
  const only = (...names: string[]) => selectTasks(plan, names as TaskName[]);

  test('keeps the tasks and everything that they wait for, in file order, with their edges', () => {
    expect(edges(only('c'))).toEqual({ a: '', b: 'a>', c: 'b!' });
    expect(edges(only('d', 'a'))).toEqual({ a: '', d: '' });
    expect(only('c')).toMatchObject({
      order: ['a', 'b', 'c'],
      levels: [['a'], ['b'], ['c']],
      longest_path: ['a', 'b', 'c'],
    });
  });

  test('keeps the agents that are used; with delegation all', () => {
    expect(only('d').agents.map(({ name }) => name)).toEqual(['z']);
    const delegating = {
      ...plan,
      delegation: { max_depth: 1, max_delegated_tasks: 1, timeout_seconds: null, max_attempts: 1 },
    };
    expect(selectTasks(delegating, ['d'] as TaskName[]).agents).toEqual(plan.agents);
  });

  test('keeps those who may take over from them', () => {
    const takingOver = { x: ['y'], y: ['x', 'z'] } as Readonly<Record<string, readonly string[]>>;
    const agents = plan.agents.map((agent) => ({ ...agent, fallback_agents: takingOver[agent.name] ?? [] }));
    const chosen = selectTasks({ ...plan, agents: agents as unknown as Plan['agents'] }, ['a'] as TaskName[]);
    expect(chosen.agents.map(({ name }) => name)).toEqual(['x', 'y', 'z']);
  });

  test('of everything is the plan itself', () => {
    const all = selectTasks(
      plan,
      plan.tasks.map(({ name }) => name),
    );
    expect({ ...all, agents: [] }).toEqual({ ...plan, agents: [] });
  });
});
