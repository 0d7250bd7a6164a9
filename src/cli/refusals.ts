import { schemaFault } from '../backends/output-schema.ts';
import type { AgentAdapter } from '../run/ports.ts';
import type { AdapterName, AgentName, Plan } from '../schema/types.gen.ts';

export type Adapters = Readonly<Record<AdapterName, AgentAdapter>>;

/** What was found before a plan runs here. */
export interface Readiness {
  /** One sentence for everything that keeps it from running. */
  readonly refusals: string[];
  /** Agents that only stand by for others and cannot run here, and why: they are passed over. */
  readonly unusable: ReadonlyMap<AgentName, string>;
  /** A sentence for each of those. */
  readonly warnings: readonly string[];
}

/** What no adapter, and no rehearsal, can mend. */
export const clusterRefusal =
  'orchestration_type: kubernetes needs a cluster backend, which this version does not have';

/** Looks at everything that a plan needs here. */
export async function readinessOf(plan: Plan, adapters: Adapters): Promise<Readiness> {
  const cluster = plan.orchestration_type === 'kubernetes' ? [clusterRefusal] : [];
  const reserve = standingBy(plan);
  const homeless = plan.agents.filter(({ adapter, name }) => adapter === null && !reserve.has(name));
  const undecided =
    homeless.length === 0
      ? []
      : [`no adapter was found for ${homeless.map(({ name }) => name).join(', ')} (${homeless[0]?.why})`];
  const checks = plan.agents.map(async (agent) => {
    const { adapter, name, why } = agent;
    if (adapter === null)
      return reserve.has(name)
        ? [{ name, why: 'no adapter', words: `agent ${name}: no adapter was found (${why})` }]
        : [];
    const problem = await adapters[adapter].check(agent);
    return problem === undefined ? [] : [{ name, why: problem, words: `agent ${name} (${adapter}): ${problem}` }];
  });
  const problems = (await Promise.all(checks)).flat();
  const failing = new Set(problems.map(({ name }) => name));
  const passedOver = problems.filter(({ name }) => reserve.has(name));
  const refused = problems
    .filter(({ name }) => !reserve.has(name))
    .map(({ name, words }) => `${words}${standInWords(plan, name, failing)}`);
  return {
    refusals: [...cluster, ...undecided, ...refused, ...schemaRefusals(plan)],
    unusable: new Map(passedOver.map(({ name, why }) => [name, why])),
    warnings: passedOver.map(({ words }) => `a fallback cannot be used here, ${words}`),
  };
}

/** Fallbacks take over while a run goes on, and not before it: who could is named, so that people may choose. */
function standInWords({ agents }: Plan, name: AgentName, failing: ReadonlySet<AgentName>): string {
  const { fallback_agents = [] } = agents.find((agent) => agent.name === name) ?? {};
  const standIn = agents.find((agent) => fallback_agents.includes(agent.name) && !failing.has(agent.name));
  return standIn === undefined
    ? ''
    : `; its fallback ${standIn.name} (${standIn.adapter}) could run here: name that as the agent of its tasks, or mend this`;
}

/** Agents that are nothing but fallbacks of others. Where tasks are delegated, those that cannot run here get none. */
function standingBy({ agents, tasks }: Plan): ReadonlySet<AgentName> {
  const working = new Set(tasks.map(({ agent }) => agent));
  const fallbacks = agents.flatMap(({ fallback_agents = [] }) => fallback_agents);
  return new Set(fallbacks.filter((name) => !working.has(name)));
}

/** Tasks whose output_schema no output could be measured by; of a plan that was made from a file this has been told. */
export function schemaRefusals({ tasks }: Plan): string[] {
  const refusals: string[] = [];
  for (const { name, output_schema } of tasks) {
    if (output_schema === undefined) continue;
    const fault = schemaFault(output_schema);
    if (fault === undefined) continue;
    const where = fault.pointer === '' ? '' : `${fault.pointer}: `;
    refusals.push(`task ${name}: its output_schema cannot be used: ${where}${fault.message}`);
  }
  return refusals;
}
