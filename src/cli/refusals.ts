import { schemaFault } from '../backends/output-schema.ts';
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
  const problems = (await Promise.all(checks)).filter((each) => each !== undefined);
  return [...cluster, ...undecided, ...problems, ...schemaRefusals(plan)];
}

/** Tasks whose output_schema no output could be measured by. */
function schemaRefusals({ tasks }: Plan): string[] {
  const refusals: string[] = [];
  for (const { name, output_schema } of tasks) {
    if (output_schema === undefined) continue;
    const fault = schemaFault(output_schema);
    if (fault !== undefined) refusals.push(`task ${name}: its output_schema cannot be used: ${fault}`);
  }
  return refusals;
}
