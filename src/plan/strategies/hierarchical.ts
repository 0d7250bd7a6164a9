import type { AgentName, TaskName } from '../../schema/types.gen.ts';
import { managerTask } from '../../spec/manager-tasks.ts';
import type { TaskSpec } from '../../spec/spec.ts';
import { addContext, addNeed, type Draft, type DraftTask } from '../draft.ts';
import { someCache } from '../reuse.ts';

/** The manager briefs before and synthesises after; between the two the tasks run as in parallel. */
export function hierarchical(draft: Draft): void {
  const { spec } = draft;
  const manager = spec.execution.manager ?? spec.agents[0]?.name;
  if (manager === undefined) return;
  const declared = [...draft.tasks];
  const brief = add(
    draft,
    manager,
    'brief',
    `Break the goal '{goal}' down for your team and say what each shall look at.`,
  );
  const { name } = (draft.tasks[brief] as DraftTask).task;
  declared.forEach((task, index) => {
    if (task.explicit && !receives(spec.tasks[index], name)) addNeed(task, brief, 'success');
    else addContext(task, brief);
  });
  const synthesis = add(draft, manager, 'synthesis', `Join the results of your team into one answer to '{goal}'.`);
  const last = draft.tasks[synthesis];
  if (last === undefined) return;
  for (let index = 0; index < synthesis; index++) {
    last.needs.set(index, 'success');
    last.context.push(index);
  }
}

/** Whether a task says that it wants the output of another one. */
function receives(task: TaskSpec | undefined, name: TaskName): boolean {
  const { context = [], dependencies = [] } = task ?? {};
  return context.includes(name) || dependencies.some((each) => each.task === name && each.type === 'requires_output');
}

function add(draft: Draft, manager: AgentName, role: 'brief' | 'synthesis', description: string): number {
  const index = draft.tasks.length;
  const name = managerTask(manager, role);
  const task: DraftTask = {
    task: {
      name,
      agent: manager,
      role,
      depth: 0,
      description,
      priority: 'medium',
      timeout_seconds: draft.spec.execution.task_timeout_seconds,
      stall_seconds: null,
      max_attempts: draft.spec.execution.retry.strategy === 'none' ? 1 : draft.spec.execution.retry.max_attempts,
      group: null,
      ...someCache(undefined, draft.spec.cache),
    },
    explicit: true,
    needs: new Map(),
    context: [],
  };
  draft.tasks.push(task);
  draft.indexOf.set(name, index);
  return index;
}
