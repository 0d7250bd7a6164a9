import type { AgentAdapter } from '../run/ports.ts';
import type { AdapterName, Plan } from '../schema/types.gen.ts';

export type Adapters = Readonly<Record<AdapterName, AgentAdapter>>;

/** One sentence for everything that keeps a plan from running here. */
export async function refusalsOf(plan: Plan, adapters: Adapters): Promise<string[]> {
  const cluster =
    plan.orchestration_type === 'kubernetes'
      ? ['orchestration_type: kubernetes needs a cluster backend, which this version does not have']
      : [];
  const homeless = plan.agents.filter(({ adapter }) => adapter === null);
  const undecided =
    homeless.length === 0
      ? []
      : [`no adapter was found for ${homeless.map(({ name }) => name).join(', ')} (${homeless[0]?.why})`];
  const checks = plan.agents.map(async (agent) => {
    const problem = agent.adapter === null ? undefined : await adapters[agent.adapter].check(agent);
    return problem === undefined ? undefined : `agent ${agent.name} (${agent.adapter}): ${problem}`;
  });
  return [...cluster, ...undecided, ...(await Promise.all(checks)).filter((each) => each !== undefined)];
}
