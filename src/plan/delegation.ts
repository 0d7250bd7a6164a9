// What an agent answers when it hands tasks to others: {"delegate": [{name, agent, description, context?, priority?}]}.
import { didYouMean } from '../diagnostics/suggest.ts';
import type { AgentName, PlanDelegation, PlanTask, Priority, TaskName } from '../schema/types.gen.ts';

/** What was found in an answer. */
export type Delegation =
  | { readonly type: 'none' }
  | { readonly type: 'tasks'; readonly tasks: readonly PlanTask[] }
  /** One sentence for each fault, for the agent to read. */
  | { readonly type: 'faulty'; readonly faults: readonly string[] };

/** What a delegated task may refer to, and how many there may be. */
export interface DelegationScope {
  readonly by: PlanTask;
  readonly limits: PlanDelegation;
  readonly agents: readonly AgentName[];
  /** Every task of the plan so far. */
  readonly taken: readonly TaskName[];
  /** Tasks whose outputs may be asked for. */
  readonly offered: readonly TaskName[];
  /** How many more tasks this run may take. */
  readonly most: number;
}

/** Reads an answer. Text without a delegation is an ordinary answer. */
export function readDelegation(answer: string, scope: DelegationScope): Delegation {
  const found = delegateJson(answer);
  if (found === undefined) return { type: 'none' };
  if (typeof found === 'string') return { type: 'faulty', faults: [found] };
  if (found.length === 0) return { type: 'none' };
  const faults: string[] = [];
  if (found.length > scope.most) {
    faults.push(`delegate: ${found.length} tasks, but this run takes ${scope.most} more at most`);
  }
  const batch = found.map((item) => nameOf(item));
  const tasks = found.map((item, index) => readTask(item, index, batch, scope, faults));
  if (faults.length === 0) faults.push(...circles(tasks));
  return faults.length > 0 ? { type: 'faulty', faults } : { type: 'tasks', tasks };
}

/** The list under "delegate": the whole answer as JSON, or the first fenced block that holds one. A sentence when it is there but broken. */
function delegateJson(answer: string): readonly unknown[] | string | undefined {
  const whole = answer.trim();
  const fenced = [...whole.matchAll(/^```[a-z]*[ \t]*\r?\n([\s\S]*?)^```/gim)].map((match) => (match[1] ?? '').trim());
  for (const candidate of [whole, ...fenced]) {
    if (!candidate.startsWith('{') || !/"delegate"\s*:/.test(candidate)) continue;
    const value = parse(candidate);
    if (value instanceof Error) return `the delegation is not JSON: ${value.message}`;
    if (!isRecord(value) || !Object.hasOwn(value, 'delegate')) continue;
    return Array.isArray(value.delegate) ? value.delegate : 'delegate: must be a list of tasks';
  }
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(item: unknown): string | undefined {
  return isRecord(item) && typeof item.name === 'string' ? item.name : undefined;
}

const keys = ['name', 'agent', 'description', 'context', 'priority'];
const priorities: readonly Priority[] = ['low', 'medium', 'high', 'critical'];

function readTask(
  item: unknown,
  index: number,
  batch: readonly (string | undefined)[],
  scope: DelegationScope,
  faults: string[],
): PlanTask {
  const at = `delegate[${index}]`;
  const fault = (key: string, text: string) => faults.push(`${at}.${key}: ${text}`);
  const given = isRecord(item) ? item : {};
  if (!isRecord(item)) faults.push(`${at}: must be an object with name, agent and description`);
  for (const key of Object.keys(given)) {
    if (!keys.includes(key)) fault(key, didYouMean(key, keys) ?? `is not a key of a task; keys are ${keys.join(', ')}`);
  }
  const name = checkName(given.name, index, batch, scope, fault);
  const agent = typeof given.agent === 'string' ? given.agent : '';
  if (!scope.agents.some((each) => each === agent)) {
    const hint = didYouMean(agent, scope.agents) ?? `agents are ${scope.agents.join(', ')}`;
    fault('agent', `no agent "${agent}"; ${hint}`);
  }
  if (typeof given.description !== 'string' || given.description.trim() === '')
    fault('description', 'must say what to do');
  const priority = given.priority ?? 'medium';
  if (!priorities.some((each) => each === priority)) fault('priority', `must be one of ${priorities.join(', ')}`);
  const context = checkContext(given.context, index, batch, scope, fault);
  return {
    name: name as TaskName,
    agent: agent as AgentName,
    role: 'delegated',
    depth: scope.by.depth + 1,
    description: String(given.description ?? '').trim(),
    needs: [...new Set([scope.by.name, ...context])].map((task) => ({ task, until: 'success' })),
    context,
    priority: priority as Priority,
    timeout_seconds: scope.limits.timeout_seconds,
    stall_seconds: null,
    max_attempts: scope.limits.max_attempts,
    group: null,
    ...(scope.limits.cache !== undefined && { cache: scope.limits.cache }),
  };
}

function checkName(
  value: unknown,
  index: number,
  batch: readonly (string | undefined)[],
  scope: DelegationScope,
  fault: (key: string, text: string) => void,
): string {
  const name = typeof value === 'string' ? value : '';
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name)) {
    fault('name', `"${name.slice(0, 80)}" must start with a letter and hold only letters, digits, _ and -, 64 at most`);
  }
  const lower = name.toLowerCase();
  const twice = batch.findIndex((each) => each?.toLowerCase() === lower) !== index;
  if (twice || scope.taken.some((each) => each.toLowerCase() === lower)) fault('name', `"${name}" is taken`);
  return name;
}

/** Left out: the delegating task's own output. */
function checkContext(
  value: unknown,
  index: number,
  batch: readonly (string | undefined)[],
  scope: DelegationScope,
  fault: (key: string, text: string) => void,
): TaskName[] {
  if (value === undefined || value === null) return [scope.by.name];
  if (!Array.isArray(value)) {
    fault('context', 'must be a list of task names');
    return [];
  }
  const offered = [...scope.offered, scope.by.name, ...batch.filter((name): name is string => name !== undefined)];
  for (const name of value) {
    if (name === batch[index]) fault('context', 'a task cannot wait for itself');
    else if (!offered.includes(name))
      fault('context', `no task "${name}"; ${didYouMean(String(name), offered) ?? 'leave it out'}`);
  }
  return [...new Set(value)];
}

function circles(tasks: readonly PlanTask[]): string[] {
  const open = new Set(tasks);
  for (let before = -1; open.size !== before; ) {
    before = open.size;
    const names = new Set([...open].map((task) => task.name));
    for (const task of open) if (!task.needs.some((need) => names.has(need.task))) open.delete(task);
  }
  return open.size === 0
    ? []
    : [`delegate: these tasks wait for each other: ${[...open].map((task) => task.name).join(', ')}`];
}
