import type { Plan, PlanBudget } from '../schema/types.gen.ts';
import { budgetWords } from '../spec/budgets.ts';

/** Most tasks with a budget of their own that are named. */
const mostTasks = 10;

/** Who may spend how much, a line each; nothing where nothing is limited. `ofRun`: the budget of the run, where it is not the planned one. */
export function budgetLines(plan: Pick<Plan, 'agents' | 'tasks' | 'budget'>, ofRun = plan.budget): string[] {
  const line = (who: string, budget: PlanBudget | undefined) => {
    const words = budgetWords(budget ?? {});
    return words.length === 0 ? [] : [`${who}: at most ${words.join(', ')}`];
  };
  const tasks = plan.tasks.flatMap(({ name, budget }) => line(`task ${name}`, budget));
  const more = tasks.length - mostTasks;
  return [
    ...line('the run', ofRun),
    ...plan.agents.flatMap(({ name, budget }) => line(`agent ${name}`, budget)),
    ...tasks.slice(0, mostTasks),
    ...(more > 0 ? [`and ${more} more ${more === 1 ? 'task' : 'tasks'}`] : []),
  ];
}
