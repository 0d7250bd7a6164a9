// Tasks that come into a run and leave it: those of the plan, and those that agents delegate.
import { remainingLengths, topologicalOrder } from '../plan/graph.ts';
import type { PlanTask, TaskName } from '../schema/types.gen.ts';
import { forgetLook, release, settleNeed } from './ready.ts';
import type { RunState, TaskState } from './state.ts';

/** Adds tasks with their edges; a synthesis also waits for those that are not of the plan. */
export function addTasks(state: RunState, tasks: readonly PlanTask[]): void {
  for (const task of tasks) {
    const entry: TaskState = {
      task,
      index: state.inOrder.length,
      status: 'pending',
      attempt: state.formerAttempts.get(task.name) ?? 0,
      failures: 0,
      repairs: 0,
      unmet: 0,
      remaining: 1,
      busy: 0,
    };
    state.tasks.set(task.name, entry);
    state.inOrder.push(entry);
    state.counts.pending += 1;
  }
  for (const task of tasks) {
    for (const need of task.needs) connect(state, task.name, need.task);
  }
  if (tasks !== state.plan.tasks) joinSynthesis(state, tasks);
  rearrange(state);
}

function connect(state: RunState, name: TaskName, need: TaskName): void {
  const waiting = state.tasks.get(name) as TaskState;
  const list = state.dependents.get(need);
  if (list === undefined) state.dependents.set(need, [waiting]);
  else list.push(waiting);
  const needed = state.tasks.get(need);
  if (needed?.endedAt === undefined) waiting.unmet += 1;
  else settleNeed(waiting, needed);
}

/** The manager's synthesis also waits for what was delegated, and receives it. */
function joinSynthesis(state: RunState, tasks: readonly PlanTask[]): void {
  const synthesis = state.inOrder.find(({ task }) => task.role === 'synthesis');
  if (synthesis === undefined || synthesis.status !== 'pending') return;
  const { task } = synthesis;
  synthesis.task = {
    ...task,
    needs: [...task.needs, ...tasks.map(({ name }) => ({ task: name, until: 'success' as const }))],
    context: [...task.context, ...tasks.map(({ name }) => name)],
  };
  for (const { name } of tasks) connect(state, task.name, name);
}

/** Tasks whose delegating attempt did not come to its end leave the plan: its next attempt decides anew. */
export function discardUnconfirmed(state: RunState): void {
  const gone = new Set<TaskName>();
  for (const [name, by] of state.delegatedBy) {
    const status = state.tasks.get(by)?.status;
    if (status !== 'succeeded' && status !== 'reused') gone.add(name);
  }
  if (gone.size === 0) return;
  for (const name of gone) {
    const task = state.tasks.get(name) as TaskState;
    state.counts[task.status] -= 1;
    state.formerAttempts.set(name, task.attempt);
    state.retrying.delete(task);
    state.doomed.delete(task);
    state.unlooked.delete(task);
    state.tasks.delete(name);
    state.delegatedBy.delete(name);
    state.dependents.delete(name);
  }
  state.inOrder = state.inOrder.filter(({ task }) => !gone.has(task.name));
  for (const [name, list] of state.dependents)
    state.dependents.set(
      name,
      list.filter(({ task }) => !gone.has(task.name)),
    );
  state.inOrder.forEach((entry, index) => {
    const { task } = entry;
    entry.index = index;
    if (!task.needs.some((need) => gone.has(need.task))) return;
    const needs = task.needs.filter((need) => !gone.has(need.task));
    entry.task = { ...task, needs, context: task.context.filter((name) => !gone.has(name)) };
  });
  recount(state);
}

/** Counts anew what each pending task waits for, after ended tasks became pending again or left. */
export function recount(state: RunState): void {
  state.doomed.clear();
  for (const entry of state.inOrder) {
    if (entry.status !== 'pending') continue;
    entry.unmet = 0;
    delete entry.blame;
    for (const need of entry.task.needs) {
      const needed = state.tasks.get(need.task);
      if (needed?.endedAt === undefined) entry.unmet += 1;
      else settleNeed(entry, needed);
    }
    // What it needs is done again, so it waits for that and no longer for its retry.
    if (entry.unmet > 0 && state.retrying.delete(entry)) delete entry.notBefore;
    if (entry.unmet > 0) forgetLook(entry);
  }
  const failed = state.inOrder.filter(({ status }) => status === 'failed');
  const first = failed.reduce<TaskState | undefined>(
    (a, b) => (a === undefined || (b.endedSeq ?? 0) < (a.endedSeq ?? 0) ? b : a),
    undefined,
  );
  if (first === undefined) delete state.firstFailed;
  else state.firstFailed = first;
  rearrange(state);
}

/** After tasks came or went: path lengths are measured anew, and what is ready is queued by them. */
function rearrange(state: RunState): void {
  const needs = state.inOrder.map(({ task }) => task.needs.map((need) => state.tasks.get(need.task)?.index ?? 0));
  const remaining = remainingLengths(
    needs,
    topologicalOrder(needs, (a, b) => a < b),
  );
  remaining.forEach((length, index) => {
    (state.inOrder[index] as TaskState).remaining = length;
  });
  state.ready.clear();
  state.unlooked.clear();
  for (const task of state.inOrder) {
    if (task.status === 'pending' && task.unmet === 0 && !state.retrying.has(task)) release(state, task);
  }
}
