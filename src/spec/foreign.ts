// Documents of other systems, and of older descriptions of this one, that people try first. None of them is run: what
// they leave open would have to be guessed. The guess is shown instead, for a person to correct.
import { stringify } from 'yaml';
import { type Finding, hasErrors, type Path } from '../diagnostics/diagnostic.ts';
import type { Strategy } from '../schema/types.gen.ts';
import { slugOf } from './fault-words.ts';
import { judgeOrchestra } from './orchestra-faults.ts';

type Dict = Readonly<Record<string, unknown>>;

/** A task that is guessed from a foreign document. */
interface GuessedTask {
  readonly name: string;
  readonly agent: string;
  readonly description: string;
  readonly context?: readonly string[];
}

interface Guess {
  readonly strategy: Strategy;
  readonly tasks: readonly GuessedTask[];
}

interface Shape {
  /** What the document is, in a sentence. */
  readonly message: string;
  /** Where the document shows that it has this shape. */
  sign(document: Dict): Path | undefined;
  /** The same in this language. */
  orchestra(document: Dict): object;
}

const shapes: readonly Shape[] = [
  {
    message: 'this is a playbook: it describes one agent, not an orchestra',
    sign: ({ apiVersion, kind }) => {
      if (text(apiVersion).startsWith('agent/')) return ['apiVersion'];
      return kind === 'AgentSpec' ? ['kind'] : undefined;
    },
    orchestra: (document) => fromPlaybook(document),
  },
  {
    message: 'this has the shape orchestra/v1, which is not run',
    sign: ({ apiVersion, kind, spec, orchestra, tasks }) => {
      // What has all of ours has only keys too many.
      if (isMap(orchestra) && Array.isArray(tasks)) return undefined;
      if (text(apiVersion).startsWith('orchestra/')) return ['apiVersion'];
      if (kind === 'Orchestra' || kind === 'OrchestraSpec') return ['kind'];
      return 'agents' in map(spec) || 'workflow' in map(spec) ? ['spec'] : undefined;
    },
    orchestra: (document) => written(document, fromWorkflow(map(document.spec))),
  },
  {
    message: 'this has the shape orchestration.coordination, which is not run',
    sign: ({ orchestration }) => (isMap(orchestration) ? ['orchestration'] : undefined),
    orchestra: (document) => written(document, fromPatterns(document)),
  },
  {
    message: 'this has the shape orchestra.coordination, which is not run',
    sign: ({ orchestra }) => ('coordination' in map(orchestra) ? ['orchestra', 'coordination'] : undefined),
    orchestra: (document) => withoutRoles(document),
  },
  {
    message: 'this is a fragment, not a whole orchestra',
    sign: (document) => {
      if ('orchestra' in document || 'tasks' in document || 'agents' in document) return undefined;
      const sign = clusterKeys.find((key) => key in document);
      return sign === undefined ? undefined : [sign];
    },
    orchestra: (document) => fromFragment(document),
  },
];

/** Most characters of an orchestra that is shown. */
const longestHint = 20_000;

/** The one diagnostic for a document of another shape, with the orchestra that it would be here; undefined for all others. */
export function foreignShape(data: unknown): Finding | undefined {
  if (!isMap(data)) return undefined;
  for (const { message, sign, orchestra } of shapes) {
    const at = sign(data);
    if (at === undefined) continue;
    const text = stringify(orchestra(data), { lineWidth: 0 }).trimEnd();
    const hint =
      text.length > longestHint
        ? 'the orchestra that it could be is too long to be shown'
        : `the orchestra that it could be:\n${text}`;
    return { code: 'foreign-shape', message, at, part: 'key', hint };
  }
  return undefined;
}

/** The document with as much of its own agents and tasks as can stay: nobody shall write again what they have. */
function withoutRoles(document: Dict): object {
  const { orchestra, agents = null, tasks, ...others } = document;
  const { coordination, agents: roles, ...section } = map(orchestra);
  const guess = fromRoles(coordination, roles ?? agents);
  const own = { ...guess, tasks: ownTasks(tasks) };
  const named = agents === null && guess.tasks.length > 0 ? guess.tasks.map(({ agent }) => agent) : agents;
  const team = named === null ? {} : { agents: named };
  const head = { ...document, ...section };
  const bare = written(head, own.tasks.length > 0 ? own : guess);
  const execution = { strategy: guess.strategy, ...map(section.execution) };
  const tries: readonly object[] = [
    { ...others, orchestra: { ...section, execution }, ...team, tasks },
    { orchestra: bare.orchestra, ...team, tasks },
    { orchestra: bare.orchestra, ...team, tasks: bare.tasks },
  ];
  return tries.find((each) => !hasErrors(judgeOrchestra(each).findings)) ?? bare;
}

/** What is sure about tasks that were written for another system. */
function ownTasks(written: unknown): readonly GuessedTask[] {
  const names = new Map<string, number>();
  const tasks = list(written).filter(isMap);
  const known = new Set(tasks.map((task) => nameIn(task.name, '')));
  return tasks.map((task, index) => {
    const name = unique(nameIn(task.name, `task_${index + 1}`), names);
    const needs = list(task.context ?? task.depends_on).map((each) => nameIn(each, ''));
    const context = needs.filter((need) => need !== name && known.has(need) && need !== '');
    const description = text(task.description) || descriptionOf(name);
    return { name, agent: nameIn(task.agent, 'worker'), description, ...(context.length > 0 && { context }) };
  });
}

function written(document: Dict, guess: Guess) {
  const metadata = map(document.metadata);
  const id =
    slugOf(text(metadata.id) || text(metadata.name) || text(document.id) || text(document.name), '_') || 'team';
  const description = text(metadata.description) || text(document.description);
  const tasks = guess.tasks.length > 0 ? guess.tasks : [taskOf('worker', '')];
  return {
    orchestra: { id, ...(description && { description }), execution: { strategy: guess.strategy } },
    agents: [...new Set(tasks.map(({ agent }) => agent))],
    tasks,
  };
}

/** spec.workflow: a list of phases, or steps with a mode; without either every agent gets a task. */
function fromWorkflow(spec: Dict): Guess {
  const roles = rolesOf(list(spec.agents));
  const { workflow } = spec;
  if (Array.isArray(workflow)) return fromPhases(workflow.filter(isMap));
  const strategy = strategyFor(map(workflow).mode, map(spec.coordination).strategy);
  const steps = list(map(workflow).steps).filter(isMap);
  if (steps.length === 0) return { strategy, tasks: roles.map(({ agent, role }) => taskOf(agent, role)) };
  const names = new Map<string, number>();
  const tasks = steps.map((step, index) => {
    const agent = nameIn(step.agent, `agent_${index + 1}`);
    const wanted = nameIn(step.task ?? step.name, `${agent}_task`);
    return { name: unique(wanted, names), agent, description: descriptionOf(wanted) };
  });
  return { strategy, tasks };
}

function fromPhases(phases: readonly Dict[]): Guess {
  const names = new Map<string, number>();
  const tasksOf = new Map<string, string[]>();
  const tasks = phases.flatMap((phase, index) => {
    const phaseName = nameIn(phase.name, `phase_${index + 1}`);
    const agents = list(phase.agents ?? phase.agent).map((each, i) => nameIn(each, `agent_${i + 1}`));
    const context = list(phase.depends_on).flatMap((each) => tasksOf.get(nameIn(each, '')) ?? []);
    const mine = (agents.length > 0 ? agents : ['worker']).map((agent) => ({
      name: unique(agents.length > 1 ? cutName(`${phaseName}_${agent}`) : phaseName, names),
      agent,
      description: descriptionOf(phaseName),
      ...(context.length > 0 && { context }),
    }));
    tasksOf.set(
      phaseName,
      mine.map(({ name }) => name),
    );
    return mine;
  });
  return { strategy: 'parallel', tasks };
}

/** orchestration.patterns: a pipeline is a chain, everything else runs side by side. */
function fromPatterns(document: Dict): Guess {
  const roles = rolesOf(list(document.agents));
  const names = new Map<string, number>();
  const tasks: GuessedTask[] = [];
  const add = (agent: string, before?: string): string => {
    const { name, ...rest } = taskOf(agent, roles.find((each) => each.agent === agent)?.role ?? '');
    const own = unique(name, names);
    tasks.push({ name: own, ...rest, ...(before !== undefined && { context: [before] }) });
    return own;
  };
  for (const pattern of list(map(document.orchestration).patterns).filter(isMap)) {
    let before: string | undefined;
    for (const each of list(pattern.flow ?? pattern.agents)) {
      const task = add(nameIn(each, 'worker'), pattern.flow === undefined ? undefined : before);
      before = task;
    }
  }
  for (const { agent } of roles) if (!tasks.some((task) => task.agent === agent)) add(agent);
  return { strategy: 'parallel', tasks };
}

/** Agents, each with a role and the agents that it depends on. */
function fromRoles(coordination: unknown, agents: unknown): Guess {
  const roles = rolesOf(list(agents));
  const isTask = new Set(roles.map(({ agent }) => agent));
  const tasks = roles.map(({ agent, role, needs }) => {
    const context = needs.filter((each) => isTask.has(each) && each !== agent).map((each) => taskOf(each, '').name);
    return { ...taskOf(agent, role), ...(context.length > 0 && { context }) };
  });
  const strategy = strategyFor(coordination, map(coordination).strategy);
  return { strategy: tasks.some((task) => 'context' in task) ? 'parallel' : strategy, tasks };
}

const clusterKeys = ['orchestration_type', 'replicas', 'resources'];

function fromFragment(document: Dict): object {
  const { orchestration_type, replicas } = document;
  const resources = Object.entries(map(document.resources)).filter(
    ([key, value]) => ['cpu', 'memory'].includes(key) && text(value) !== '',
  );
  const cluster = {
    ...(orchestration_type === 'kubernetes' && { orchestration_type }),
    ...(Number.isInteger(replicas) && Number(replicas) > 0 && { replicas }),
    ...(resources.length > 0 && { resources: Object.fromEntries(resources) }),
  };
  return {
    orchestra: { id: 'team', execution: { strategy: 'parallel', ...cluster } },
    agents: [{ name: 'worker', run: 'echo "$SUPER_GOAL"' }],
    tasks: [{ name: 'first_task', agent: 'worker' }],
  };
}

function fromPlaybook(document: Dict): object {
  const metadata = map(document.metadata);
  const agent = nameIn(metadata.id ?? metadata.name, 'worker').toLowerCase();
  const known = list(map(document.spec).tasks).filter(isMap);
  const names = new Map<string, number>();
  const tasks = known.map((task): GuessedTask => {
    const name = nameIn(task.name, `${agent}_task`);
    return { name: unique(name, names), agent, description: descriptionOf(name) };
  });
  return written(document, { strategy: 'sequential', tasks: tasks.length > 0 ? tasks : [taskOf(agent, '')] });
}

interface Role {
  readonly agent: string;
  readonly role: string;
  readonly needs: readonly string[];
}

function rolesOf(agents: readonly unknown[]): readonly Role[] {
  const roles = new Map<string, Role>();
  agents.forEach((each, index) => {
    const entry = map(each);
    const agent = nameIn(
      isMap(each) ? (entry.agent_id ?? entry.name ?? entry.id ?? entry.agent ?? entry.role) : each,
      `agent_${index + 1}`,
    );
    const needs = list(entry.dependencies ?? entry.depends_on).map((need) => nameIn(need, ''));
    roles.set(agent, { agent, role: text(entry.role).replaceAll('_', ' '), needs });
  });
  return [...roles.values()];
}

function taskOf(agent: string, role: string): GuessedTask {
  const part = role === '' || role === agent ? '' : ` as ${role}`;
  return { name: cutName(`${agent}_task`), agent, description: `Do your part${part} for '{goal}'.` };
}

function descriptionOf(task: string): string {
  const words = task.replace(/[_-]+/g, ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} for '{goal}'.`;
}

function strategyFor(...wishes: readonly unknown[]): Strategy {
  const ours: readonly Strategy[] = ['sequential', 'parallel', 'hierarchical'];
  return ours.find((each) => wishes.find((wish) => typeof wish === 'string') === each) ?? 'sequential';
}

function nameIn(value: unknown, otherwise: string): string {
  return slugOf(isMap(value) ? text(value.name ?? value.agent ?? value.task) : text(value), '_') || otherwise;
}

function unique(name: string, taken: Map<string, number>): string {
  const count = (taken.get(name.toLowerCase()) ?? 0) + 1;
  taken.set(name.toLowerCase(), count);
  return count === 1 ? name : unique(`${name.slice(0, 60)}_${count}`, taken);
}

function cutName(name: string): string {
  return name.slice(0, 64);
}

function isMap(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function map(value: unknown): Dict {
  return isMap(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}
