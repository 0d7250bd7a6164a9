import { adapterTable } from '../agents/table.ts';
import { type AdapterChoice, candidates } from '../plan/adapter-choice.ts';
import type { AgentAdapter } from '../run/ports.ts';
import type { AdapterName, AgentName, PlanAgent } from '../schema/types.gen.ts';

/** Why each adapter that needs no agent of its own to be asked about cannot be used here; undefined where it can. */
export type Usability = ReadonlyMap<AdapterName, string | undefined>;

/** Asks the adapters that may be chosen for an agent, once. */
export async function usabilityOf(adapters: Readonly<Record<AdapterName, AgentAdapter>>): Promise<Usability> {
  const answers = candidates.map(async (name) => [name, await adapters[name].check(anyAgent(name))] as const);
  return new Map(await Promise.all(answers));
}

/** How adapters are chosen on this machine for agents that name none. */
export async function adaptersHere(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<AdapterChoice> {
  const usability = await usabilityOf(adapterTable({ launchers: startNothing, env, root }));
  return { rehearse: false, unusable: (name) => usability.get(name) };
}

function startNothing(): never {
  throw new Error('a check starts nothing');
}

function anyAgent(adapter: AdapterName): PlanAgent {
  return {
    name: adapter as string as AgentName,
    adapter,
    why: '',
    file: '',
    description: '',
    system_prompt: '',
    shell: 'sh -eu',
    options: {},
    env: { pass: [], set: {} },
    secrets: [],
    cwd: '.',
  };
}
