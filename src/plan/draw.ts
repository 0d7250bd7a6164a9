// A plan as text: for people, for tools that draw, and for programs.
import type { AgentName, Plan, PlanTask, TaskName } from '../schema/types.gen.ts';
import { agentLimitWords, runLimitWords } from '../spec/sizes.ts';
import { budgetLines } from './budget-lines.ts';
import { type EdgeLabel, toGraph } from './to-graph.ts';

/** Most needs that are named in a line. */
const mostNeeds = 4;

/** The plan level by level: what can start, who does it and what it waits for. The longest path is marked with `*`. */
export function drawTree(plan: Plan): string {
  const { tasks, levels, longest_path: longest } = plan;
  const draw = treeDrawer(plan);
  const place = new Map(plan.order.map((name, at) => [name, at]));
  const earlier = (a: TaskName, b: TaskName) => (place.get(a) ?? 0) - (place.get(b) ?? 0);
  const rows = levels.flatMap((level, at) =>
    level.toSorted(earlier).map((name, place) => draw(name, at, place, level.length)),
  );
  const named = (noun: string, value: number) => `${value} ${noun}${value === 1 ? '' : 's'}`;
  const heading =
    `${plan.orchestra}: ${plan.strategy}, ${named('task', tasks.length)} in ${named('level', levels.length)}, ` +
    `at most ${plan.max_parallel_tasks} at once`;
  const groups = plan.groups.map(
    ({ name, max_concurrency: most }) => `group ${visible(name)}${most === null ? '' : `: at most ${most} at once`}`,
  );
  return `${[heading, ...groups, ...limitLines(plan), ...budgetLines(plan).map((line) => `budget of ${line}`), '', ...rows, '', `* longest path: ${named('task', longest.length)}`].join('\n')}\n`;
}

/** What limits the run and its agents; nothing where nothing does. */
function limitLines({ agents, limits = {} }: Plan): string[] {
  const ofRun = runLimitWords(limits);
  const ofAgents = agents.flatMap(({ name, limits: own = {} }) => {
    const words = agentLimitWords(own);
    return words.length === 0 ? [] : [`agent ${name}: at most ${words.join(', ')}`];
  });
  return [...(ofRun.length === 0 ? [] : [`run: ${ofRun.join(', ')}`]), ...ofAgents];
}

/** Draws the line of one task. */
function treeDrawer(plan: Plan) {
  const tasks = new Map(plan.tasks.map((task) => [task.name, task]));
  const who = whoOf(plan);
  const longest = new Set(plan.longest_path);
  const levelOf = new Map(plan.levels.flatMap((level, at) => level.map((name) => [name, at] as const)));
  const widest = (texts: readonly string[]) => texts.reduce((width, text) => Math.max(width, text.length), 0);
  const nameWidth = widest(plan.tasks.map(({ name }) => name));
  const whoWidth = widest(plan.agents.map(({ name }) => who(name)));
  const numberWidth = String(plan.levels.length).length;
  return (name: TaskName, level: number, place: number, size: number): string => {
    const task = tasks.get(name) as PlanTask;
    const number = (place === 0 ? String(level + 1) : '').padStart(numberWidth);
    const branch = size === 1 ? '──' : place === 0 ? '┬─' : place === size - 1 ? '└─' : '├─';
    const facts = [waitsFor(task, plan, levelOf), ...factsOf(task)].filter((fact) => fact !== '').join('; ');
    const mark = longest.has(name) ? '*' : ' ';
    return `${number} ${branch} ${mark} ${name.padEnd(nameWidth)}  ${who(task.agent).padEnd(whoWidth)}  ${facts}`.trimEnd();
  };
}

function waitsFor({ needs }: PlanTask, { levels }: Plan, levelOf: ReadonlyMap<TaskName, number>): string {
  const first = needs[0];
  if (first === undefined) return '';
  const level = levelOf.get(first.task) ?? 0;
  const whole =
    needs.length > mostNeeds &&
    needs.length === levels[level]?.length &&
    needs.every(({ task }) => levelOf.get(task) === level);
  const until = (end: boolean) => (end ? ' (however it ends)' : '');
  if (whole && needs.every((need) => need.until === first.until))
    return `after all of level ${level + 1}${until(first.until === 'end')}`;
  const named = needs.slice(0, mostNeeds).map((need) => `${need.task}${until(need.until === 'end')}`);
  const more = needs.length > mostNeeds ? ` and ${needs.length - mostNeeds} more` : '';
  return `after ${named.join(', ')}${more}`;
}

function factsOf({ group, priority }: PlanTask): string[] {
  return [group === null ? '' : `in ${visible(group)}`, priority === 'medium' ? '' : `${priority} priority`];
}

/** The plan as a Mermaid flowchart. A dashed arrow waits for an end, however it is. */
export function drawMermaid(plan: Plan): string {
  const graph = toGraph(plan);
  const who = whoOf(plan);
  const ids = new Map(plan.tasks.map(({ name }, index) => [name as string, `t${index}`]));
  const node = ({ name, agent }: PlanTask) => `${ids.get(name)}["${name}<br>${mermaidText(who(agent))}"]`;
  const lines = ['flowchart TD'];
  for (const { group, tasks } of byGroup(plan)) {
    if (group === null) lines.push(...tasks.map((task) => `  ${node(task)}`));
    else
      lines.push(
        `  subgraph ${groupId(plan, group)}["${mermaidText(group)}"]`,
        ...tasks.map((task) => `    ${node(task)}`),
        '  end',
      );
  }
  for (const edge of graph.edges()) {
    const { until } = graph.edge(edge) as EdgeLabel;
    lines.push(`  ${ids.get(edge.v)} ${until === 'end' ? '-.->' : '-->'} ${ids.get(edge.w)}`);
  }
  lines.push(
    '  classDef longest stroke-width:3px',
    `  class ${plan.longest_path.map((name) => ids.get(name)).join(',')} longest`,
  );
  return `${lines.join('\n')}\n`;
}

/** The plan for Graphviz. A dashed edge waits for an end, however it is; the longest path is bold. */
export function drawDot(plan: Plan): string {
  const graph = toGraph(plan);
  const who = whoOf(plan);
  const longest = new Set<string>(plan.longest_path);
  const node = ({ name, agent }: PlanTask) =>
    `${dotText(name)} [label=${dotText(`${name}\n${who(agent)}`)}${longest.has(name) ? ', penwidth=2' : ''}];`;
  const lines = [`digraph ${dotText(plan.orchestra)} {`, '  rankdir=LR;', '  node [shape=box];'];
  for (const { group, tasks } of byGroup(plan)) {
    if (group === null) lines.push(...tasks.map((task) => `  ${node(task)}`));
    else {
      lines.push(`  subgraph ${dotText(`cluster_${groupId(plan, group)}`)} {`, `    label=${dotText(visible(group))};`);
      lines.push(...tasks.map((task) => `    ${node(task)}`), '  }');
    }
  }
  for (const edge of graph.edges()) {
    const { until } = graph.edge(edge) as EdgeLabel;
    lines.push(`  ${dotText(edge.v)} -> ${dotText(edge.w)}${until === 'end' ? ' [style=dashed]' : ''};`);
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

/** The plan as nodes and edges, plain data. */
export function drawJson(plan: Plan) {
  const graph = toGraph(plan);
  const adapters = new Map(plan.agents.map(({ name, adapter }) => [name, adapter]));
  const levelOf = new Map(plan.levels.flatMap((level, at) => level.map((name) => [name, at + 1] as const)));
  const agents = new Map(plan.agents.map((agent) => [agent.name, agent]));
  const limitsOf = (name: AgentName) => {
    const agent = agents.get(name);
    return { ...(agent?.limits && { limits: agent.limits }), ...(agent?.budget && { agent_budget: agent.budget }) };
  };
  return {
    orchestra: plan.orchestra,
    strategy: plan.strategy,
    max_parallel_tasks: plan.max_parallel_tasks,
    ...(plan.limits !== undefined && { limits: plan.limits }),
    ...(plan.budget !== undefined && { budget: plan.budget }),
    nodes: plan.tasks.map(({ name, agent, role, group, priority, budget }) => ({
      name,
      agent,
      adapter: adapters.get(agent) ?? null,
      role,
      group,
      priority,
      level: levelOf.get(name) ?? null,
      ...limitsOf(agent),
      ...(budget !== undefined && { budget }),
    })),
    edges: graph.edges().map((edge) => {
      const { until, passesOutput } = graph.edge(edge) as EdgeLabel;
      return { from: edge.v, to: edge.w, until, passes_output: passesOutput };
    }),
    order: plan.order,
    longest_path: plan.longest_path,
  };
}

/** An agent with its adapter. */
function whoOf(plan: Plan): (agent: AgentName) => string {
  const adapters = new Map(plan.agents.map(({ name, adapter }) => [name, adapter]));
  return (agent) => `${agent} (${adapters.get(agent) ?? 'no adapter'})`;
}

/** Tasks under their groups, groups in the order of the plan; those without one come first. */
function byGroup(plan: Plan): { group: string | null; tasks: PlanTask[] }[] {
  const found = new Map<string | null, PlanTask[]>([[null, []]]);
  for (const { name } of plan.groups) found.set(name, []);
  for (const task of plan.tasks) found.get(task.group)?.push(task);
  return [...found].map(([group, tasks]) => ({ group, tasks })).filter(({ tasks }) => tasks.length > 0);
}

function groupId(plan: Plan, group: string): string {
  return `g${plan.groups.findIndex(({ name }) => name === group)}`;
}

/** Text that a person wrote freely, without anything that would steer a terminal. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');
}

function mermaidText(text: string): string {
  return visible(text).replace(/[#"<>&;`\\]/g, (character) => `#${character.charCodeAt(0)};`);
}

function dotText(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `"${escaped}"`;
}
