import { Document, isMap, isScalar, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { AgentName, Strategy, TaskName } from '../schema/types.gen.ts';

/** A task as it will be written; `depth` says how many producers stand before it. */
export interface TaskDraft {
  readonly name: TaskName;
  readonly agent: AgentName;
  readonly description: string;
  readonly context: readonly TaskName[];
  readonly depth: number;
}

/** An orchestra before it is text. */
export interface OrchestraDraft {
  readonly id: string;
  readonly name: string;
  readonly strategy: Strategy;
  readonly agents: readonly (
    | AgentName
    | { readonly name: string; readonly description: string; readonly run: string }
  )[];
  readonly tasks: readonly TaskDraft[];
  readonly groups: readonly { readonly name: string; readonly tasks: readonly TaskName[] }[];
  readonly manager?: AgentName;
  readonly schema?: string;
}

/** The draft as YAML with comments for whoever edits it. */
export function orchestraText(draft: OrchestraDraft): string {
  const document = new Document(toData(draft));
  document.commentBefore = header(draft);
  comment(document, ['orchestra', 'execution', 'strategy'], strategyComments[draft.strategy]);
  comment(
    document,
    ['orchestra', 'execution', 'retry_strategy'],
    ' how long to wait before a task with retry_count is tried again',
  );
  comment(
    document,
    ['orchestra', 'execution', 'manager'],
    ' briefs the others first and joins their results at the end',
  );
  explain(document, ['agents'], ' Each name is a playbook under agents/, or a map that describes an agent in place.');
  explain(document, ['tasks'], ' A task waits for those under `context:` and receives their outputs.');
  draft.tasks.forEach((_, index) => {
    const node = document.getIn(['tasks', index, 'description'], true);
    if (isScalar(node)) node.type = 'BLOCK_FOLDED';
    const received = document.getIn(['tasks', index, 'context'], true) as YAMLMap | undefined;
    if (received !== undefined) received.flow = true;
    const item = document.getIn(['tasks', index], true);
    if (index > 0 && isMap(item)) item.spaceBefore = true;
  });
  return document.toString({ lineWidth: 100, flowCollectionPadding: false });
}

function toData(draft: OrchestraDraft): object {
  const description = `Works on one goal with ${draft.agents.length === 1 ? 'one agent' : `${draft.agents.length} agents`}.`;
  return {
    metadata: { name: draft.name, id: draft.id, version: '1.0.0', kind: 'basic', description },
    orchestra: {
      id: draft.id,
      name: draft.name,
      description,
      workspace: { type: 'local_fs', path: `./orchestra_workspaces/${draft.id}` },
      execution: {
        strategy: draft.strategy,
        max_parallel_tasks: draft.strategy === 'sequential' ? 1 : 4,
        task_timeout_seconds: 300,
        retry_strategy: 'exponential_backoff',
        ...(draft.groups.length === 0
          ? {}
          : { task_groups: draft.groups.map((group) => ({ ...group, execution_strategy: 'parallel' })) }),
        ...(draft.manager === undefined ? {} : { manager: draft.manager }),
      },
    },
    agents: draft.agents,
    tasks: draft.tasks.map(({ name, agent, description, context }) => ({
      name,
      agent,
      description,
      ...(context.length === 0 ? {} : { context }),
      priority: 'medium',
      timeout_seconds: 600,
    })),
  };
}

function header({ id, name, schema }: OrchestraDraft): string {
  return [
    ...(schema === undefined ? [] : [` yaml-language-server: $schema=${schema}`]),
    ` ${name}`,
    '',
    ` Look first:  super orchestra run ${id} --goal "what you want" --dry-run`,
    ` Run it:      super orchestra run ${id} --goal "what you want"`,
    ` Check it:    super orchestra validate ${id}`,
    '',
    ' This file is yours: rename, reorder and rewrite. {goal} stands for the goal of a run.',
  ].join('\n');
}

const strategyComments: Readonly<Record<Strategy, string>> = {
  sequential: ' one after the other; or parallel, mixed (task_groups), hierarchical (a manager)',
  parallel: ' at once, but for context; or sequential, mixed (task_groups), hierarchical (a manager)',
  mixed: ' group after group; or sequential, parallel, hierarchical (a manager)',
  hierarchical: ' a manager briefs and joins; or sequential, parallel, mixed (task_groups)',
};

/** A comment at the end of a value's line. */
function comment(document: Document, path: readonly (string | number)[], text: string): void {
  const node = document.getIn(path, true);
  if (isScalar(node)) node.comment = text;
}

/** A comment on the line above a top-level key, with a blank line before it. */
function explain(document: Document, path: readonly string[], text: string): void {
  const pair = isMap(document.contents)
    ? document.contents.items.find((each: Pair) => isScalar(each.key) && each.key.value === path[0])
    : undefined;
  const key = pair?.key as Scalar | undefined;
  if (key === undefined) return;
  key.commentBefore = text;
  key.spaceBefore = true;
}
