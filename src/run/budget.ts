// What may still be spent. Pure: of a state, a time, and what running attempts have told so far.
//
// Before a start so much is reserved as the dearest attempt of the same agent took so far (of a task's own budget: the dearest
// attempt of that task); before there was one, what the task's own budget lets it take, else nothing. Time is not reserved: it passes by
// itself.
import { dollars, grouped } from '../diagnostics/figures.ts';
import type { AgentName, BudgetExceeded, PlanAgent, PlanBudget, TaskName, Usage } from '../schema/types.gen.ts';
import { workerOf } from './launch.ts';
import { add, elapsedOf, nothingSpent, spentBy, wallOf } from './spending.ts';
import type { RunState, Spent, TaskState } from './state.ts';

/** What running attempts have used so far, as far as they told it. */
export type Told = ReadonlyMap<TaskName, Usage>;

/** An amount that is used up: dollars, tokens or seconds. */
export type Excess = Pick<BudgetExceeded, 'budget' | 'limit' | 'used' | 'needed'>;

/** Whether a task may start as far as budgets go. */
export type Leave =
  | { readonly type: 'start' }
  /** Attempts that run have reserved what is left. */
  | { readonly type: 'wait' }
  /** The budget of the task, or of its agent, is used up: the sentence says how. */
  | { readonly type: 'fail'; readonly message: string }
  | { readonly type: 'exceed'; readonly excess: Excess };

/** Sums of fractions are not exact. */
const inexact = 1e-9;

const amounts = [
  { name: 'max_cost_usd', key: 'max_cost_usd', of: 'cost', unit: 1 },
  { name: 'max_tokens', key: 'max_tokens', of: 'tokens', unit: 1 },
  { name: 'max_wall', key: 'max_wall_seconds', of: 'wall', unit: 1000 },
] as const;

/** The first amount of a budget that is used up, or of which less is left than `needed`. */
function usedUp(budget: PlanBudget | undefined, spent: Readonly<Spent>, needed: Readonly<Spent>): Excess | undefined {
  for (const { name, key, of, unit } of amounts) {
    const limit = budget?.[key];
    if (limit === undefined) continue;
    const used = spent[of] / unit;
    const more = of === 'wall' ? 0 : needed[of] / unit;
    if (used >= limit * (1 - inexact)) return { budget: name, limit, used };
    if (used + more > limit * (1 + inexact)) return { budget: name, limit, used, needed: more };
  }
  return undefined;
}

/** The first amount of a budget of which more was spent than there is. Time that is over is more. */
function overspent(budget: PlanBudget | undefined, spent: Readonly<Spent>): Excess | undefined {
  for (const { name, key, of, unit } of amounts) {
    const limit = budget?.[key];
    if (limit === undefined) continue;
    const used = spent[of] / unit;
    if (used > limit * (1 + inexact) || (of === 'wall' && used >= limit)) return { budget: name, limit, used };
  }
  return undefined;
}

const nothing: Readonly<Spent> = nothingSpent();

/** What the run has spent, what running attempts told of themselves included. */
function spentByRun(state: RunState, now: number, told: Told): Spent {
  const spent = { ...spentBy(state.usage), wall: wallOf(state.spending, now) };
  for (const { task } of state.running) add(spent, spentBy(told.get(task.name)));
  return spent;
}

/** What of the run's budget is used up; undefined while something is left, and where there is none. */
export function runExcess(state: RunState, now: number, told: Told): Excess | undefined {
  return usedUp(state.budget, spentByRun(state, now, told), nothing);
}

/** Whether a task may start. Its run has something left. */
export function leaveFor(state: RunState, task: TaskState, now: number, told: Told): Leave {
  const needed = ownerOf(state, task)?.most ?? nothing;
  const message = ownExhaustion(state, task);
  if (message !== undefined) return { type: 'fail', message };
  const spent = spentByRun(state, now, nobodyTold);
  const alone = usedUp(state.budget, spent, needed);
  if (state.running.size === 0) return alone === undefined ? { type: 'start' } : { type: 'exceed', excess: alone };
  add(spent, reserved(state, told, state.running));
  return usedUp(state.budget, spent, expected(state, task)) === undefined ? { type: 'start' } : { type: 'wait' };
}

const nobodyTold: Told = new Map();

/** Whether running attempts of a task's agent have reserved what is left of that agent's budget. */
export function isHeld(state: RunState, task: TaskState, told: Told): boolean {
  const owner = ownerOf(state, task);
  if (owner?.agent.budget === undefined) return false;
  const running = runningOf(state, owner.agent.name);
  if (running.length === 0 || usedUp(owner.agent.budget, owner.spent, owner.most) !== undefined) return false;
  const spent = { ...owner.spent };
  add(spent, reserved(state, told, running));
  return usedUp(owner.agent.budget, spent, owner.most) !== undefined;
}

/** Why no further attempt of a task can be paid from its own budget or its agent's; undefined where one can. */
function ownExhaustion(state: RunState, entry: TaskState): string | undefined {
  const { task, spent, most } = entry;
  const ofTask = usedUp(task.budget, spent ?? nothing, most ?? nothing);
  if (ofTask !== undefined) return `the budget of the task: ${excessWords(ofTask)}`;
  const owner = ownerOf(state, entry);
  const ofAgent = owner === undefined ? undefined : usedUp(owner.agent.budget, owner.spent, owner.most);
  return owner === undefined || ofAgent === undefined ? undefined : ofAgentWords(owner.agent, ofAgent);
}

/** Why no other attempt of a running task, by the agent `next`, can be paid when this one ends with this usage; undefined where one can. */
export function exhaustionAfter(
  state: RunState,
  entry: TaskState,
  usage: Usage | undefined,
  now: number,
  next: AgentName = workerOf(entry),
): string | undefined {
  const { task, spent = nothing, most = nothing } = entry;
  const this_ = { ...spentBy(usage), wall: elapsedOf(state, entry, now) };
  const ofTask = usedUp(task.budget, sum(spent, this_), larger(most, this_));
  if (ofTask !== undefined) return `the budget of the task: ${excessWords(ofTask)}`;
  const owner = state.spending.agents.get(next);
  if (owner === undefined) return undefined;
  const worked = next === workerOf(entry) ? this_ : nothing;
  const ofAgent = usedUp(owner.agent.budget, sum(owner.spent, worked), larger(owner.most, worked));
  return ofAgent === undefined ? undefined : ofAgentWords(owner.agent, ofAgent);
}

/** Why an attempt that ended with this usage has spent more than its task or its agent may; undefined where it has not. */
export function overspending(state: RunState, entry: TaskState, usage: Usage | undefined): string | undefined {
  const { task, spent } = entry;
  const ofTask = overspent(withoutTime(task.budget), sum(spent ?? nothing, spentBy(usage)));
  if (ofTask !== undefined) return `the budget of the task: ${excessWords(ofTask)}`;
  const owner = ownerOf(state, entry);
  if (owner === undefined) return undefined;
  const ofAgent = overspent(withoutTime(owner.agent.budget), sum(owner.spent, spentBy(usage)));
  return ofAgent === undefined ? undefined : ofAgentWords(owner.agent, ofAgent);
}

/** The account of the agent that works on a task. */
function ownerOf({ spending }: RunState, entry: TaskState) {
  return spending.agents.get(workerOf(entry));
}

function ofAgentWords({ name }: PlanAgent, excess: Excess): string {
  return `the budget of agent ${name}: ${excessWords(excess)}`;
}

/** Time is watched while an attempt runs: who is done in time is not asked for the moment until it was noticed. */
function withoutTime(budget: PlanBudget | undefined): PlanBudget {
  const { max_wall_seconds, ...rest } = budget ?? {};
  return rest;
}

/** Running attempts that spend more than their task or their agent may, and why they are to end. */
export function spendthrifts(state: RunState, now: number, told: Told): { task: TaskState; message: string }[] {
  if (!state.spending.own) return [];
  return [...state.running].flatMap((entry) => {
    const { task, spent = nothing } = entry;
    const ofTask = overspent(task.budget, sum(spent, runningCost(state, entry, now, told)));
    if (ofTask !== undefined) return [{ task: entry, message: `the budget of the task: ${excessWords(ofTask)}` }];
    const owner = ownerOf(state, entry);
    if (owner?.agent.budget === undefined) return [];
    const all = { ...owner.spent };
    for (const each of runningOf(state, owner.agent.name)) add(all, runningCost(state, each, now, told));
    const ofAgent = overspent(owner.agent.budget, all);
    if (ofAgent === undefined) return [];
    return [{ task: entry, message: ofAgentWords(owner.agent, ofAgent) }];
  });
}

/** When a budget is used up next by time alone, in milliseconds since 1970. `ending`: attempts that were told to end. */
export function nextDue(state: RunState, now: number, ending: ReadonlySet<TaskName>): number | undefined {
  const { spending, budget, exceeded } = state;
  const dues: number[] = [];
  const limit = budget.max_wall_seconds;
  if (limit !== undefined && exceeded === undefined && spending.since !== undefined) {
    dues.push(limit * 1000 - wallOf(spending, now));
  }
  if (spending.own && spending.heldSince === undefined) {
    for (const entry of state.running) if (!ending.has(entry.task.name)) dues.push(...ownDues(state, entry, now));
  }
  return dues.length === 0 ? undefined : now + Math.max(1, Math.ceil(Math.min(...dues)));
}

/** In how many milliseconds the time of a task is over, and that of its agent. */
function ownDues(state: RunState, entry: TaskState, now: number): number[] {
  const { task, spent = nothing } = entry;
  const owner = ownerOf(state, entry);
  const ofTask = task.budget?.max_wall_seconds;
  const ofAgent = owner?.agent.budget?.max_wall_seconds;
  const dues: number[] = [];
  if (ofTask !== undefined) dues.push(ofTask * 1000 - spent.wall - elapsedOf(state, entry, now));
  if (owner !== undefined && ofAgent !== undefined) {
    const running = runningOf(state, owner.agent.name);
    const elapsed = running.reduce((total, each) => total + elapsedOf(state, each, now), 0);
    dues.push((ofAgent * 1000 - owner.spent.wall - elapsed) / running.length);
  }
  return dues;
}

/** Whether anything is limited by a budget. */
export function isBudgeted({ spending, budget }: RunState): boolean {
  return spending.own || amounts.some(({ key }) => budget[key] !== undefined);
}

function runningOf(state: RunState, agent: AgentName): TaskState[] {
  return [...state.running].filter((each) => workerOf(each) === agent);
}

function runningCost(state: RunState, entry: TaskState, now: number, told: Told): Spent {
  return { ...spentBy(told.get(entry.task.name)), wall: elapsedOf(state, entry, now) };
}

/** What an attempt of a task may come to, as far as anybody can know. */
function expected(state: RunState, entry: TaskState): Spent {
  const { cost, tokens } = ownerOf(state, entry)?.most ?? nothing;
  const { max_cost_usd = 0, max_tokens = 0 } = entry.task.budget ?? {};
  return { cost: cost || max_cost_usd, tokens: tokens || max_tokens, wall: 0 };
}

/** What running attempts may come to: what they told, and what was to be expected of them at least. */
function reserved(state: RunState, told: Told, running: Iterable<TaskState>): Spent {
  const all = nothingSpent();
  for (const each of running) {
    add(all, larger(expected(state, each), spentBy(told.get(each.task.name))));
  }
  return all;
}

function larger(a: Readonly<Spent>, b: Readonly<Spent>): Spent {
  return { tokens: Math.max(a.tokens, b.tokens), cost: Math.max(a.cost, b.cost), wall: 0 };
}

function sum(a: Readonly<Spent>, b: Readonly<Spent>): Spent {
  return { tokens: a.tokens + b.tokens, cost: a.cost + b.cost, wall: a.wall + b.wall };
}

/** Whether nothing but budgets kept a run from its success: its own, or those of tasks and agents. */
export function failedByBudgets({ outcome, because, counts, inOrder }: RunState): boolean {
  if (outcome !== 'failed' || because !== undefined) return because === 'budget';
  return counts.failed > 0 && inOrder.every(({ status, reason }) => status !== 'failed' || reason === 'budget');
}

/** The run's budget and what is spent of it up to a time, for other programs; null each where it has none. */
export function budgetFacts(state: RunState, at: number) {
  if (Object.keys(state.budget).length === 0) return { budget: null, spent: null };
  const spent = { ...spentFacts(spentByRun(state, at, nobodyTold)), exceeded: state.exceeded?.budget ?? null };
  return { budget: state.budget, spent };
}

/** What is spent, for other programs. */
export function spentFacts({ cost, tokens, wall }: Readonly<Spent> = nothing) {
  return { cost_usd: cost, tokens, wall_seconds: Math.max(0, Math.round(wall / 100) / 10) };
}

/** How much of each amount of the run's budget is spent, in words, and by how much it is exceeded; empty where it has none. */
export function spentWords(state: RunState, now: number): string[] {
  return spentAmounts(state, now).map(({ words }) => words);
}

/** The same of the amounts that are exceeded. */
export function overrunWords(state: RunState, now: number): string[] {
  return spentAmounts(state, now).flatMap(({ words, exceeded }) => (exceeded ? [words] : []));
}

/** What it takes to notice that time is over is not told to be too much. */
const leastSeconds = 0.05;

function spentAmounts(state: RunState, now: number) {
  const spent = spentByRun(state, now, nobodyTold);
  return amounts.flatMap(({ name, key, of, unit }) => {
    const limit = state.budget[key];
    if (limit === undefined) return [];
    const used = spent[of] / unit;
    const exceeded = used > limit * (1 + inexact) && (of !== 'wall' || used - limit >= leastSeconds);
    const more = exceeded ? `, ${amountWords(name, used - limit)} too ${of === 'tokens' ? 'many' : 'much'}` : '';
    return [{ words: `${excessWords({ budget: name, limit, used })}${more}`, exceeded }];
  });
}

/** What is used up, with figures. */
export function excessWords({ budget, limit, used, needed }: Excess): string {
  const words = (value: number) => amountWords(budget, value);
  const verb = budget === 'max_cost_usd' ? 'spent' : 'used';
  const more = needed === undefined ? '' : `, and another attempt is expected to take ${words(needed)}`;
  return `${words(used)} of ${words(limit)} ${verb}${more}`;
}

function amountWords(budget: string, value: number): string {
  if (budget === 'max_cost_usd') return dollars(value);
  if (budget === 'max_tokens') return `${grouped(value)} tokens`;
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${Math.round(value * 10) / 10} s`;
}
