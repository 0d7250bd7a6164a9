// What keeps a plan from running here, in words.
import { expect, test } from 'vitest';
import { type Adapters, readinessOf } from '../../src/cli/refusals.ts';
import { planOfText } from '../plan/compiled.ts';

/** What a plan is refused for, where an agent (claude) has the fallback second (codex) and these adapters have a problem. */
async function refusals(problems: Readonly<Record<string, string>>, more: object = {}): Promise<readonly string[]> {
  const plan = planOfText(
    JSON.stringify({
      orchestra: { id: 'o' },
      agents: [
        { name: 'first', adapter: 'claude', fallback_agents: ['third', 'second'] },
        { name: 'second', adapter: 'codex' },
        { name: 'third', adapter: 'gemini' },
      ],
      tasks: [{ name: 'one', agent: 'first', description: 'Do it.' }],
      ...more,
    }),
  );
  const adapters = new Proxy({}, { get: (_, name: string) => ({ check: async () => problems[name] }) }) as Adapters;
  return (await readinessOf(plan, adapters)).refusals;
}

test('an agent that cannot run here is refused, and a fallback that could is named', async () => {
  const problem = 'agent first (claude): program not found: claude';
  const claude = 'program not found: claude';
  expect(await refusals({})).toEqual([]);
  expect(await refusals({ codex: 'none', gemini: 'none' })).toEqual([]);
  expect(await refusals({ claude, gemini: 'none' })).toEqual([
    `${problem}; its fallback second (codex) could run here: name that as the agent of its tasks, or mend this`,
  ]);
  expect(await refusals({ claude, codex: 'none', gemini: 'none' })).toEqual([problem]);
  const delegating = { orchestra: { id: 'o', execution: { strategy: 'hierarchical' } } };
  expect(await refusals({ codex: 'none', gemini: 'none' }, delegating)).toEqual([]);
  expect(await refusals({ claude }, { agents: [{ name: 'first', adapter: 'claude' }] })).toEqual([problem]);
});
