// Who works on a task, and how: as planned, or as recoveries have changed it.
import type { AgentName, PlanAgent, RecoveryApplied } from '../schema/types.gen.ts';
import type { Launch, RunState, TaskState } from './state.ts';

/** What the next attempt of a task is launched with. */
export function launchOf({ task, recovery }: TaskState): Launch {
  return recovery?.launches.at(-1) ?? { agent: task.agent };
}

/** The agent of a task's next attempt while it is pending, else that of its latest one. */
export function workerOf(entry: TaskState): AgentName {
  return entry.status === 'pending' ? launchOf(entry).agent : (entry.worker ?? entry.task.agent);
}

/** The agent of a task's next attempt, with another model and more arguments where recoveries say so. */
export function launchedAgent({ spending }: RunState, entry: TaskState): PlanAgent {
  const { agent: name, model } = launchOf(entry);
  const agent = spending.agents.get(name)?.agent as PlanAgent;
  const more = entry.recovery?.arguments ?? [];
  const args = more.length === 0 ? {} : { args: [...(agent.args ?? []), ...more] };
  if (model === undefined) return more.length === 0 ? agent : { ...agent, ...args };
  const { price: _, ...rest } = agent;
  const price = agent.fallback_models?.find((each) => each.model === model)?.price;
  return { ...rest, ...args, model, ...(price !== undefined && { price }) };
}

/** A part of the fold: the next attempts are launched otherwise. What is to be waited for holds, too, when the run is cut off before its retry is recorded. */
export function changeLaunch(task: TaskState, event: RecoveryApplied, at: number): void {
  task.recovery ??= { applied: [], launches: [launchOf(task)], arguments: [], waited: false, due: false };
  const { recovery } = task;
  const { rule, action, agent, model, until } = event;
  // What another agent or model makes is not what this task's own would have made.
  if (agent !== undefined || model !== undefined) delete task.key;
  recovery.applied.push({ rule, action });
  recovery.due = true;
  recovery.waited = until !== undefined;
  if (agent !== undefined) recovery.arguments.length = 0;
  if (agent !== undefined || model !== undefined)
    recovery.launches.push({ agent: agent ?? launchOf(task).agent, ...(model !== undefined && { model }) });
  recovery.arguments.push(...(event.arguments ?? []));
  if (until === undefined) return;
  task.notBefore = Date.parse(until);
  task.retryDelay = Math.max(0, task.notBefore - at);
}
