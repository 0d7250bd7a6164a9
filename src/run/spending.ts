// What a run has spent, as its journal tells it. A part of the fold: it looks at each event before the fold changes anything.
//
// An attempt that was cut off with the process that ran it counts up to the last event before: its time, and what of its tokens and
// money was written down by then.
import type { Plan, PlanPrice, RunEvent, TaskName, Usage } from '../schema/types.gen.ts';
import { workerOf } from './launch.ts';
import type { RunState, Spending, Spent, TaskState } from './state.ts';

/** Nothing spent. */
export function nothingSpent(): Spent {
  return { tokens: 0, cost: 0, wall: 0 };
}

/** The accounts of a run that has not begun. */
export function openSpending(plan: Plan): Spending {
  const own = plan.agents.some(({ budget }) => budget) || plan.tasks.some(({ budget }) => budget);
  const agents = plan.agents.map(
    (agent) => [agent.name, { agent, spent: nothingSpent(), most: nothingSpent() }] as const,
  );
  return { own, agents: new Map(agents), unpriced: new Set(), ran: 0, held: 0, seenAt: 0 };
}

/** Takes an event into the accounts, before it changes the state. */
export function account(state: RunState, event: RunEvent, at: number): void {
  const { spending } = state;
  switch (event.type) {
    case 'run.started':
      spending.since = at;
      if (event.budget !== undefined) state.budget = { ...state.budget, ...event.budget };
      break;
    case 'run.resumed':
      for (const task of state.running) charge(state, task, task.told, spending.seenAt);
      halt(spending, spending.seenAt);
      spending.since = at;
      if (event.budget !== undefined) state.budget = { ...state.budget, ...event.budget };
      delete state.exceeded;
      delete state.curtailed;
      break;
    case 'run.paused':
      stopClock(spending, at);
      if (event.frozen === true) spending.heldSince ??= at;
      break;
    case 'run.unpaused':
      halt(spending, at);
      spending.since = at;
      break;
    case 'run.finished':
      halt(spending, at);
      break;
    case 'budget.exceeded':
      state.exceeded = event;
      break;
    case 'task.started':
      begin(state, event.task, at);
      break;
    case 'task.progressed':
    case 'recovery.applied':
      hear(state, event.task, event.usage_so_far);
      break;
    case 'plan.extended':
      hear(state, event.by, event.usage_so_far);
      break;
    case 'task.retry-scheduled':
    case 'task.succeeded':
    case 'task.failed':
    case 'task.cancelled': {
      const task = state.tasks.get(event.task);
      if (task?.status === 'running') charge(state, task, event.usage, at);
      break;
    }
    default:
  }
  spending.seenAt = Math.max(spending.seenAt, at);
}

function begin(state: RunState, name: TaskName, at: number): void {
  const task = state.tasks.get(name);
  if (task === undefined) return;
  task.heldBefore = heldBy(state.spending, at);
  delete task.told;
}

/** Before the end of an attempt: it is told what it has used so far. */
function hear(state: RunState, name: TaskName, usage: Usage | undefined): void {
  const task = state.tasks.get(name);
  if (usage !== undefined && task?.status === 'running') task.told = usage;
}

function stopClock(spending: Spending, at: number): void {
  if (spending.since !== undefined) spending.ran += Math.max(0, at - spending.since);
  delete spending.since;
}

/** Neither the run's clock runs nor are its agents held. */
function halt(spending: Spending, at: number): void {
  stopClock(spending, at);
  spending.held = heldBy(spending, at);
  delete spending.heldSince;
}

/** For how many milliseconds the agents of a run have been held in all. */
function heldBy({ held, heldSince }: Spending, at: number): number {
  return held + (heldSince === undefined ? 0 : Math.max(0, at - heldSince));
}

/** For how many milliseconds a run has been under way. */
export function wallOf({ ran, since }: Spending, now: number): number {
  return ran + (since === undefined ? 0 : Math.max(0, now - since));
}

/** For how many milliseconds the running attempt of a task has worked. */
export function elapsedOf(state: RunState, { startedAt, heldBefore = 0 }: TaskState, now: number): number {
  return Math.max(0, now - (startedAt ?? now) - (heldBy(state.spending, now) - heldBefore));
}

function charge(state: RunState, task: TaskState, usage: Usage | undefined, at: number): void {
  const { spending } = state;
  const spent = { ...spentBy(usage), wall: elapsedOf(state, task, at) };
  const owner = spending.agents.get(workerOf(task));
  if (owner !== undefined) {
    add(owner.spent, spent);
    raise(owner.most, spent);
  }
  if (usage !== undefined || task.task.budget !== undefined) {
    task.spent ??= nothingSpent();
    task.most ??= nothingSpent();
    add(task.spent, spent);
    raise(task.most, spent);
  }
  if (usage === undefined) return;
  state.usage = plus(state.usage, usage);
  if (usage.cost_usd === undefined && spent.tokens > 0) spending.unpriced.add(workerOf(task));
}

/** What a usage comes to, but for time. */
export function spentBy(usage: Usage | undefined): Spent {
  const { input_tokens, output_tokens, cost_usd = 0 } = usage ?? { input_tokens: 0, output_tokens: 0 };
  return { tokens: input_tokens + output_tokens, cost: cost_usd, wall: 0 };
}

/** Adds to an account. */
export function add(to: Spent, more: Readonly<Spent>): void {
  to.tokens += more.tokens;
  to.cost += more.cost;
  to.wall += more.wall;
}

function raise(most: Spent, spent: Readonly<Spent>): void {
  most.tokens = Math.max(most.tokens, spent.tokens);
  most.cost = Math.max(most.cost, spent.cost);
}

function plus(before: Usage | undefined, usage: Usage): Usage {
  const one = before ?? { input_tokens: 0, output_tokens: 0 };
  const sum = (a: number | undefined, b: number | undefined) =>
    a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
  const cached_tokens = sum(one.cached_tokens, usage.cached_tokens);
  const cost_usd = sum(one.cost_usd, usage.cost_usd);
  return {
    input_tokens: one.input_tokens + usage.input_tokens,
    output_tokens: one.output_tokens + usage.output_tokens,
    ...(cached_tokens !== undefined && { cached_tokens }),
    ...(cost_usd !== undefined && { cost_usd }),
    ...((one.estimated === true || usage.estimated === true) && { estimated: true }),
  };
}

/** A usage with what it cost by the price of the model, where its agent tells no money. Written into a cache counts as read. */
export function priced(usage: Usage, price: PlanPrice | undefined): Usage {
  if (price === undefined || usage.cost_usd !== undefined) return usage;
  const { input_tokens, output_tokens, cached_tokens = 0 } = usage;
  const fresh = Math.max(0, input_tokens - cached_tokens);
  const micros = fresh * price.input + cached_tokens * (price.cached ?? price.input) + output_tokens * price.output;
  return { ...usage, cost_usd: micros / 1_000_000, estimated: true };
}
