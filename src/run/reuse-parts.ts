// All that an output depends on, in parts that have names: together they are the key that it is kept under, and where another
// key comes out, they say what has changed.
import type { AdapterName, PlanAgent, TaskName } from '../schema/types.gen.ts';
import type { LookOrder } from './ports.ts';
import { canonical, usesGoal } from './unchanged.ts';

/** Parts by name, in the order of their names. A value is the text itself where people may read it, else its digest. */
export type Parts = Readonly<Record<string, string>>;

/** What the parts of a task are made of, besides what its run knows. */
export interface Surroundings {
  /** Files that the task says it depends on: path and digest. */
  readonly files: ReadonlyMap<string, string>;
  /** Digest of the module that the agent is, where it is one. */
  readonly module?: string;
  /** Version of the program that the agent is, where it is one and that is known. */
  readonly program?: string;
  /** The caller's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A digest in hexadecimal. */
  digest(text: string): string;
}

/** Changes whenever outputs come to depend on something else, or parts get other names. */
const version = '2';

/** Keys of an agent whose values people may read: words and numbers, nothing that could hold a secret. */
const readable: ReadonlySet<string> = new Set([
  'adapter',
  'cwd',
  'max_turns',
  'model',
  'module',
  'name',
  'permissions',
  'provider',
  'shell',
] satisfies (keyof PlanAgent)[]);

/** Variables of its vendor that every coding CLI gets, and by which it is told who is to think, and where that one is. */
const thinkerVariables: Readonly<Partial<Record<AdapterName, RegExp>>> = {
  claude: /^(ANTHROPIC|CLAUDE)_((.*_)?(MODEL|URL|ENDPOINT|HOST)|.*USE_.*)$/,
  codex: /^(OPENAI|CODEX)_((.*_)?(MODEL|URL|ENDPOINT|HOST|API_BASE)|.*USE_.*)$/,
  gemini: /^(GEMINI|GOOGLE)_((.*_)?(MODEL|URL|ENDPOINT|HOST)|.*USE_.*)$/,
};

/** An address on this machine without its port: what stands between an agent and its model often takes one at random. */
const ownPort = /(?<=^\w+:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])):\d+/;

/** The parts of what a task is about to be told, and of who is to do it. */
export function partsOf(order: LookOrder, around: Surroundings): Parts {
  const { task, agent, goal, context, delegation } = order;
  const parts: Record<string, string> = { version, agent: agent.name };
  const add = (name: string, value: unknown) => {
    if (value !== undefined) parts[name] = around.digest(canonical(value));
  };
  add('description', task.description);
  if (usesGoal(task, agent)) add('goal', goal);
  if (task.role !== 'task' && task.role !== 'delegated') parts.role = task.role;
  add('expects', task.expects);
  add('output_schema', task.output_schema);
  add('delegation', delegation);
  if (context.length > 0) parts.context = context.map((item) => item.task).join(', ');
  for (const item of context) parts[`context ${item.task}`] = item.output.sha256;
  const patterns = task.cache?.files ?? [];
  if (patterns.length > 0) add('patterns', patterns);
  for (const [path, digest] of around.files) parts[`file ${path}`] = digest;
  addAgent(agent, around, parts, add);
  return Object.fromEntries(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function addAgent(
  agent: PlanAgent,
  { env, module, program, digest }: Surroundings,
  parts: Record<string, string>,
  add: (name: string, value: unknown) => void,
): void {
  const { name: _name, why, file, limits, budget, price, env: own, fallback_agents, fallback_models, ...rest } = agent;
  for (const [key, value] of Object.entries(rest)) {
    if (value === undefined) continue;
    if (readable.has(key)) parts[`agent ${key}`] = String(value);
    else add(`agent ${key}`, value);
  }
  for (const [name, value] of Object.entries(own.set)) parts[`env ${name}`] = digest(value);
  // A key that was exchanged for another one changes no output, and not even its digest is written down.
  const passed = own.pass.filter((name) => !agent.secrets.includes(name));
  for (const name of passed) parts[`env ${name}`] = env[name] === undefined ? 'not set' : digest(env[name]);
  const told = agent.adapter === null ? undefined : thinkerVariables[agent.adapter];
  for (const [name, value] of Object.entries(env)) {
    if (value && told?.test(name)) parts[`env ${name}`] ??= digest(value.replace(ownPort, ''));
  }
  if (module !== undefined) parts['agent module text'] = module;
  if (program !== undefined) parts['agent program'] = program;
}

/** What the output is kept under. */
export function keyOf(parts: Parts, digest: (text: string) => string): string {
  return digest(JSON.stringify(Object.entries(parts)));
}

/** Most files that are named one by one. */
const mostFiles = 20;

/** What is another today than it was then, in words; empty where nothing is. */
export function changesBetween(then: Parts, now: Parts): string[] {
  if (then.version !== now.version) return ['this version of super looks at other things than the one before'];
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort();
  const changed = names.filter((name) => then[name] !== now[name]);
  const files = changed.filter((name) => name.startsWith('file '));
  const others = changed.filter((name) => !name.startsWith('file ') && !isTold(name, changed, then, now));
  const hidden = files.length - mostFiles;
  return [
    ...others.map((name) => changeOf(name, then, now)),
    ...files.slice(0, mostFiles).map((name) => `${name.slice(5)} ${verbOf(name, then, now)}`),
    ...(hidden > 0 ? [`${hidden} more ${hidden === 1 ? 'file' : 'files'} changed, came or went`] : []),
  ];
}

/** Whether a change is told with another one: the parts of an agent that is another one altogether. */
function isTold(name: string, changed: readonly string[], then: Parts, now: Parts): boolean {
  if (/^(agent|env) /.test(name))
    return changed.includes('agent') && name !== 'agent model' && name !== 'agent adapter';
  if (!name.startsWith('context ')) return false;
  const task = name.slice(8);
  const had = listed(then.context).includes(task);
  return had !== listed(now.context).includes(task) && changed.includes('context');
}

function listed(names: string | undefined): readonly string[] {
  return names === undefined ? [] : names.split(', ');
}

function verbOf(name: string, then: Parts, now: Parts): string {
  if (then[name] === undefined) return 'is new';
  return now[name] === undefined ? 'is gone' : 'changed';
}

/** Parts whose names say what they are. */
const known: Readonly<Record<string, string>> = {
  description: 'the description',
  goal: 'the goal',
  expects: 'what is expected (expects)',
  output_schema: 'output_schema',
  delegation: 'what it may delegate',
  patterns: 'the patterns of its files (cache)',
  role: 'its role',
  'agent module text': 'the text of the module',
};

function changeOf(name: string, then: Parts, now: Parts): string {
  const before = then[name];
  const after = now[name];
  if (known[name] !== undefined) return `${known[name]} changed`;
  if (name === 'agent') return `the agent: ${before} -> ${after}`;
  if (name === 'context') return `its context: ${before ?? 'nothing'} -> ${after ?? 'nothing'}`;
  if (name.startsWith('context ')) return `the output of ${name.slice(8)} changed`;
  const agent = `agent ${now.agent}`;
  if (name === 'agent program')
    return `${agent}: the version of its program ${before ?? 'unknown'} -> ${after ?? 'unknown'}`;
  if (name.startsWith('env ')) return `${agent}: the variable ${name.slice(4)} changed`;
  const key = name.slice(6);
  // The files of people know it as instructions, persona and description.
  if (key === 'system_prompt') return `${agent}: its instructions (what it is told about itself) changed`;
  return readable.has(key)
    ? `${agent}: ${key} ${before ?? 'not said'} -> ${after ?? 'not said'}`
    : `${agent}: ${key} changed`;
}

/** What was compared, in words. `unmatched`: patterns that stand for no file. */
export function comparedIn(parts: Parts, unmatched: readonly string[] = []): string[] {
  const names = Object.keys(parts);
  const files = names.filter((name) => name.startsWith('file ')).length;
  const model = parts['agent model'] === undefined ? '' : `, model ${parts['agent model']}`;
  const outputs = listed(parts.context).map(
    (task) => `the output of ${task} (${parts[`context ${task as TaskName}`]?.slice(0, 8)})`,
  );
  return [
    'the description',
    ...(parts.goal === undefined ? [] : ['the goal']),
    `agent ${parts.agent} (${parts['agent adapter']}${model})`,
    ...outputs,
    ...(parts.patterns === undefined || (files === 0 && unmatched.length > 0)
      ? []
      : [files === 1 ? '1 file' : `${files} files`]),
    ...unmatched.map((pattern) => `0 files match ${pattern}`),
  ];
}
