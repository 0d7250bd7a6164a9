import type { AgentName, Strategy, TaskName } from '../schema/types.gen.ts';
import type { AgentSpec, PlaybookTaskSpec } from '../spec/spec.ts';
import { claimName, describeTask, paragraph, spaced, toTaskName } from './describe.ts';
import { type OrchestraDraft, orchestraText, type TaskDraft } from './orchestra-text.ts';
import { depths, inProductionOrder, type Placed } from './order.ts';

export interface CreateInput {
  /** Conforms to OrchestraId. */
  readonly id: string;
  /** Default: the id as a title. */
  readonly name?: string;
  /** Default: sequential. */
  readonly strategy?: Strategy;
  readonly playbooks: readonly AgentSpec[];
  /** Path or address of the schema, for editors; left out, no line speaks of it. */
  readonly schema?: string;
}

export interface Created {
  /** The orchestra, as YAML with comments. */
  readonly text: string;
  /** What was decided, in sentences for people. */
  readonly notes: readonly string[];
  readonly tasks: readonly TaskName[];
  readonly agents: readonly AgentName[];
}

/** A task on its way from a playbook into an orchestra. */
interface Candidate {
  readonly agent: AgentName;
  readonly task: PlaybookTaskSpec;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Writes an orchestra for these playbooks, or one with two commands that run where there are none. It passes validation as it is. */
export function createOrchestra(input: CreateInput): Created {
  const strategy = input.strategy ?? 'sequential';
  const notes: string[] = [];
  const candidates = candidatesOf(input.playbooks, notes);
  const tasks = candidates.length === 0 ? placeholders() : connect(candidates, strategy, notes);
  if (candidates.length === 0) notes.push('There are no playbooks: two commands stand in for agents; replace them.');
  const agents = [...new Set(tasks.map((each) => each.agent))];
  const draft: OrchestraDraft = {
    id: input.id,
    name: paragraph(input.name ?? '') || `${titled(input.id)} Orchestra`,
    strategy,
    agents: candidates.length === 0 ? inlineAgents : agents,
    tasks,
    groups: strategy === 'mixed' ? groupsOf(tasks) : [],
    ...(strategy === 'hierarchical' && agents[0] !== undefined ? { manager: agents[0] } : {}),
    ...(input.schema === undefined ? {} : { schema: input.schema }),
  };
  if (draft.manager !== undefined)
    notes.push(`The manager is ${draft.manager}, the first agent: say who it shall be under execution.`);
  return { text: orchestraText(draft), notes, tasks: tasks.map((each) => each.name), agents };
}

/** Every task of every playbook; a playbook without tasks gets one of its own. */
function candidatesOf(playbooks: readonly AgentSpec[], notes: string[]): Candidate[] {
  const known = new Set<AgentName>();
  return playbooks.flatMap(({ name: agent, tasks }) => {
    if (known.has(agent)) return [];
    known.add(agent);
    if (tasks.length === 0)
      notes.push(`${agent} names no tasks of its own: it got the task ${toTaskName(`${agent}_task`)}.`);
    const own = tasks.length > 0 ? tasks : [{ name: '', description: '', instruction: '', inputs: [], outputs: [] }];
    return own.map((task) => ({ agent, task, inputs: task.inputs, outputs: task.outputs }));
  });
}

/** Names and orders the tasks and decides what each receives. */
function connect(candidates: readonly Candidate[], strategy: Strategy, notes: string[]): readonly TaskDraft[] {
  const placed = inProductionOrder(candidates);
  const depth = depths(placed);
  const taken = reservedNames(strategy, placed[0]?.item.agent);
  const names = placed.map(({ item }) => {
    const wished = toTaskName(paragraph(item.task.name) || `${item.agent}_task`);
    const name = claimName(wished, item.agent, taken);
    if (name !== wished) notes.push(`The name ${wished} is taken: the one of ${item.agent} is called ${name}.`);
    return name;
  });
  notes.push(sayOrder(placed, names, strategy));
  return placed.map(({ item, sources }, index) => {
    const chained = strategy === 'sequential' && index > 0 ? [...sources, index - 1] : sources;
    const received = strategy === 'sequential' || strategy === 'mixed' ? [...new Set(chained)] : [];
    return {
      name: names[index] as TaskName,
      agent: item.agent,
      description: describeTask(item.task, item.agent),
      context: received.map((source) => names[source] as TaskName),
      depth: depth[index] ?? 0,
    };
  });
}

function sayOrder(placed: readonly Placed<Candidate>[], names: readonly TaskName[], strategy: Strategy): string {
  const fed = placed.flatMap(({ sources }, index) => (sources.length > 0 ? [names[index]] : [])).join(', ');
  if (fed === '') return 'No playbook takes what another one gives: the order is alphabetical by agent.';
  if (strategy === 'sequential' || strategy === 'mixed')
    return `Placed after the tasks whose outputs they take: ${fed}.`;
  return `These take what others give, and do not receive it with this strategy unless you add context: ${fed}.`;
}

/** Names that the hierarchical strategy gives to the manager's own tasks. */
function reservedNames(strategy: Strategy, manager: AgentName | undefined): Set<string> {
  if (strategy !== 'hierarchical' || manager === undefined) return new Set();
  const stem = manager.replaceAll('.', '_').toLowerCase();
  return new Set([`${stem}_brief`, `${stem}_synthesis`]);
}

/** Producers first: one group for each step from what needs nothing to what needs the most. */
function groupsOf(tasks: readonly TaskDraft[]): OrchestraDraft['groups'] {
  const groups = Map.groupBy(tasks, (task) => task.depth);
  return [...groups.keys()]
    .sort((a, b) => a - b)
    .map((depth) => ({ name: `stage_${depth + 1}`, tasks: (groups.get(depth) ?? []).map((task) => task.name) }));
}

function titled(id: string): string {
  return spaced(id).replace(/(^| )\p{Ll}/gu, (start) => start.toUpperCase());
}

const inlineAgents = [
  {
    name: 'agent_one',
    description: 'Starts the work',
    run: [
      '# A command gets its values as environment variables; nothing is ever put into its text.',
      'printf \'Goal: %s\\n\' "$SUPER_GOAL"',
      'printf \'Files here: %s\\n\' "$(ls | wc -l | tr -d " ")"',
      '',
    ].join('\n'),
  },
  {
    name: 'agent_two',
    description: 'Completes the work',
    run: [
      '# The output of each task under `context:` is a file in $SUPER_CONTEXT_DIR.',
      "echo 'Received:'",
      'cat "$SUPER_CONTEXT_DIR"/*.txt',
      '',
    ].join('\n'),
  },
] as const;

function placeholders(): readonly TaskDraft[] {
  return [
    {
      name: 'task_one' as TaskName,
      agent: 'agent_one' as AgentName,
      description: "Start working on '{goal}'. This task creates the first output.",
      context: [],
      depth: 0,
    },
    {
      name: 'task_two' as TaskName,
      agent: 'agent_two' as AgentName,
      description: "Complete '{goal}' using the output of the previous task.",
      context: ['task_one' as TaskName],
      depth: 1,
    },
  ];
}
