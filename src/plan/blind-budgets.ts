// Budgets that cannot see what they are to limit: a limit of money for an agent whose model has no known price.
import type { Finding, Path } from '../diagnostics/diagnostic.ts';
import type { AgentName, Plan, PlanAgent, PlanBudget } from '../schema/types.gen.ts';
import type { AgentSpec, OrchestraSpec } from '../spec/spec.ts';
import { reportsTokensOnly } from './prices.ts';

/** One warning for each agent of whose spending a budget knows less than it limits. */
export function blindBudgets(
  plan: Plan,
  spec: OrchestraSpec,
  { agents }: { readonly agents: ReadonlyMap<AgentName, AgentSpec> },
): readonly Finding[] {
  const places = new Map<AgentName, Path>(spec.agents.map(({ name, at }) => [name, at]));
  return plan.agents.flatMap((agent): Finding[] => {
    const own = [agent.budget, ...plan.tasks.filter((task) => task.agent === agent.name).map((task) => task.budget)];
    // A rehearsal is warned for what it stands for.
    const adapter = agent.adapter === 'rehearsal' ? agents.get(agent.name)?.adapter : agent.adapter;
    const problem = blindness({ ...agent, adapter: adapter ?? null }, plan.budget, own);
    return problem === undefined ? [] : [{ code: 'budget-blind', at: places.get(agent.name) ?? [], ...problem }];
  });
}

function blindness(agent: PlanAgent, ofRun: PlanBudget | undefined, own: readonly (PlanBudget | undefined)[]) {
  const money = own.some((budget) => budget?.max_cost_usd !== undefined);
  const tokens = own.some((budget) => budget?.max_tokens !== undefined);
  if (agent.adapter === 'command') {
    if (!money && !tokens) return undefined;
    const what = [...(money ? ['max_cost_usd'] : []), ...(tokens ? ['max_tokens'] : [])].join(' and ');
    return {
      message: `${what} cannot limit agent "${agent.name}": a command tells neither tokens nor money`,
      hint: 'limit its time: max_wall',
    };
  }
  if (!money && ofRun?.max_cost_usd === undefined) return undefined;
  if (!reportsTokensOnly(agent.adapter) || agent.price !== undefined) return undefined;
  return {
    message: `max_cost_usd cannot count agent "${agent.name}": ${whyUnpriced(agent)}`,
    hint:
      agent.model === undefined
        ? 'name its model, or limit max_tokens'
        : `say the price under "prices:" in .super or config.yaml, or limit max_tokens`,
  };
}

/** Why the tokens of an agent are not counted as money. */
export function whyUnpriced({ model }: Pick<PlanAgent, 'model'>): string {
  return model === undefined ? 'it names no model, so that no price is known' : `the price of ${model} is not known`;
}
