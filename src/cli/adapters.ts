import { adapterTable } from '../agents/table.ts';
import { type AdapterChoice, candidates } from '../plan/adapter-choice.ts';
import type { AdapterName, AgentName, PlanAgent } from '../schema/types.gen.ts';

import type { Project } from './project.ts';
import { type Around, adapterWishes, settingsAround } from './settings.ts';
import type { Choices } from './team.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** How adapters are chosen on this machine for agents that name none. */
export async function adaptersHere(root: string, env: Env): Promise<AdapterChoice> {
  const problems = await problemsOf(candidates, root, env);
  return { rehearse: false, unusable: (name) => problems.get(name) };
}

/** What decides about the orchestras of a project from outside of them: settings, and what is usable here. Throws a Refusal for settings that cannot be read. */
export async function choicesHere(project: Project, env: Env): Promise<Choices & { readonly around: Around }> {
  const around = await settingsAround(project, env);
  const adapters = await adaptersHere(project.root, env);
  return { around, adapters: { ...adapters, ...adapterWishes(around) } };
}

/** Why adapters cannot be used here, for an agent that asks nothing particular of them; undefined for those that can. */
export async function problemsOf(
  names: readonly AdapterName[],
  root: string,
  env: Env,
): Promise<ReadonlyMap<AdapterName, string | undefined>> {
  const adapters = adapterTable({ launchers: startNothing, env, root });
  return new Map(
    await Promise.all(names.map(async (name) => [name, await adapters[name].check(anyAgent(name))] as const)),
  );
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
