// Looking for recorded outputs beside the loop: it takes no slot of an agent, and nobody waits for it but the task itself.
import type { AgentName, PlanAgent, RunId, TaskName } from '../schema/types.gen.ts';
import { contextOf, offer } from './attempt-order.ts';
import type { EventBody, Found, LookOrder, Missed, Reuse } from './ports.ts';
import { isStopping } from './schedule.ts';
import type { RunState, TaskState } from './state.ts';

/** What looking needs of its run. */
export interface LookingRun {
  readonly run: RunId;
  readonly goal: string;
  readonly state: RunState;
  readonly agents: ReadonlyMap<AgentName, PlanAgent>;
  readonly reuse: Reuse;
  /** Agents that cannot run here. */
  readonly unusable: ReadonlyMap<AgentName, string>;
  /** Records what does not come from the loop. */
  record(body: EventBody): void;
  /** Has the run decide again. */
  wake(): void;
  /** Takes a mistake of this program. */
  fail(error: unknown): void;
}

/** The looks of a run. */
export interface Lookups {
  /** Begins to look for what is due, unless nothing new starts. */
  begin(): void;
  /** What was found since this was asked last, as events. */
  arrivals(): readonly EventBody[];
  /** Keeps the output of a task for which these events were recorded, where it ended well by itself. */
  keep(task: TaskState, events: readonly EventBody[]): void;
  /** Resolves when nothing more is read or written for reuse. In a hurry what takes long is left undone. */
  close(hurry: boolean): Promise<void>;
}

/** How a finding begins that tells why an output is not kept. */
export const notKept = 'its output is not kept for reuse: ';

/** Most looks at once. */
const atOnce = 8;

/** Opens the looks of a run. */
export function openLookups({ state, reuse, record, wake, fail, ...run }: LookingRun): Lookups {
  const looking = new Set<TaskState>();
  const found: { readonly task: TaskState; readonly what: Found | Missed }[] = [];
  /** As told when it was looked for: what may be delegated changes while a task works. */
  const orders = new Map<TaskName, LookOrder>();
  const keeping = new Set<Promise<void>>();
  let closed = false;
  let hurried = false;

  const orderOf = (task: TaskState): LookOrder => ({
    run: run.run,
    goal: run.goal,
    task: task.task,
    agent: run.agents.get(task.task.agent) as PlanAgent,
    context: contextOf(state, task),
    ...offer(state, task, run.agents, run.unusable),
    ...(task.anew === true && { anew: 'it is done again, as was asked for' }),
    ...(task.task.cache?.anew === true && { anew: '--no-cache' }),
  });

  const look = (task: TaskState): void => {
    const order = orderOf(task);
    orders.set(task.task.name, order);
    looking.add(task);
    reuse
      .look(order)
      .then((what) => void found.push({ task, what }), fail)
      .finally(() => {
        looking.delete(task);
        wake();
      });
  };

  return {
    begin() {
      if (closed || state.status !== 'running' || isStopping(state)) return;
      for (const task of state.unlooked) {
        if (looking.size >= atOnce) return;
        if (!looking.has(task)) look(task);
      }
    },
    arrivals() {
      // It may have been cancelled meanwhile.
      return found.splice(0).flatMap(({ task, what }) => (state.unlooked.has(task) ? [eventOf(task, what)] : []));
    },
    keep(task, events) {
      const { name } = task.task;
      const success = events.find((event) => event.type === 'task.succeeded');
      // What was delegated would be missing beside the output that delegated it.
      const delegated = events.some((event) => event.type === 'plan.extended');
      if (success === undefined || task.key === undefined || delegated || closed) return;
      const order = orders.get(name) ?? orderOf(task);
      orders.delete(name);
      const { output, duration_ms, usage } = success;
      const made = { key: task.key, output, saved: { duration_ms, ...(usage !== undefined && { usage }) } };
      const kept = reuse.keep(order, made).then((why) => {
        if (why === undefined || hurried) return;
        record({
          type: 'task.progressed',
          task: name,
          kind: 'finding',
          text: `${notKept}${why}`,
        });
      }, fail);
      keeping.add(kept);
      void kept.finally(() => keeping.delete(kept));
    },
    async close(hurry) {
      closed = true;
      hurried = hurry;
      if (!hurry) await Promise.all(keeping);
      await reuse.close();
      await Promise.all(keeping);
    },
  };
}

function eventOf({ task }: TaskState, what: Found | Missed): EventBody {
  const because = [...what.because];
  if (what.type === 'missed') {
    return { type: 'reuse.missed', task: task.name, ...(what.key !== undefined && { key: what.key }), because };
  }
  const { output, run, key, saved } = what;
  return { type: 'task.reused', task: task.name, output, from_run: run, key, because, saved };
}
