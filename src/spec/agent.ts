import { brief } from '../diagnostics/brief.ts';
import type { Checked, Finding, Path } from '../diagnostics/diagnostic.ts';
import { hasErrors, inReadingOrder } from '../diagnostics/diagnostic.ts';
import { validate } from '../schema/agent.gen.js';
import type { AdapterName, AgentLimits, AgentName, Budget, Permissions, Policy } from '../schema/types.gen.ts';
import { limitFaults } from './amounts.ts';
import { budgetFaults, someBudget, toBudget } from './budgets.ts';
import { toEnv } from './env.ts';
import { explainFaults } from './faults.ts';
import { systemPrompt } from './persona.ts';
import { partOf, shapeFaults } from './rules/agent-shape.ts';
import { commandFaults } from './rules/commands.ts';
import { checkPolicy } from './rules/policies.ts';
import { toLimits } from './sizes.ts';
import type { Source } from './source.ts';
import type { AgentSpec, PlaybookTaskSpec } from './spec.ts';
import { violations } from './stretches.ts';

type Dict = Readonly<Record<string, unknown>>;

/** What an adapter cannot do without being right: a fault in one of these is an error, everything else only a warning. */
const working = new Set(
  `adapter run argv shell module options env secrets cwd model provider base_url api_key_env permissions allowed_tools max_turns
  args policy fallback_agents fallback_models limits budget`.split(/\s+/),
);

/** Keys of `spec`, any of which makes a document the description of an agent. */
const telling = [...working, 'persona', 'instructions', 'tasks', 'language_model', 'input_fields', 'output_fields'];

/** Where the flat form keeps what the playbook form keeps elsewhere. */
const flat: Readonly<Record<string, Path>> = {
  name: ['metadata', 'name'],
  id: ['metadata', 'id'],
  version: ['metadata', 'version'],
  description: ['metadata', 'description'],
  tier: ['metadata', 'level'],
  framework: ['spec', 'framework'],
  model: ['spec', 'language_model'],
  instructions: ['spec', 'instructions'],
  tools: ['spec', 'tools'],
  optimization: ['spec', 'optimization'],
  dataset: ['spec', 'dataset'],
};

/** Most warnings about the form of one file; one more counts the rest. */
const mostWarnings = 5;

/** Reads a playbook, however uneven: what is only shown may be wrong and is warned of, what an adapter needs may not. */
export function readPlaybook(source: Source, name: AgentName): Checked<AgentSpec> {
  const isFlat = isMap(source.data) && !('spec' in source.data) && 'instructions' in source.data;
  const document = isFlat ? unflatten(source.data as Dict) : source.data;
  if (!describesAgent(document)) return { diagnostics: [source.locate(notAPlaybook)] };
  const faults = isFlat ? [...faultsOf(document).map(backToFlat), flatForm] : faultsOf(document);
  const agent = hasErrors(faults) ? undefined : toAgent(document, source.file, name);
  const findings = agent === undefined ? faults : [...faults, ...misfits(agent)];
  const warnings = summarize(findings.filter(({ code }) => code === 'playbook-form').sort(inOrderOf(source)));
  const rest = findings.filter(({ code }) => code !== 'playbook-form');
  const diagnostics = inReadingOrder([...rest, ...warnings].map((each) => source.locate(each)));
  return agent === undefined || hasErrors(findings) ? { diagnostics } : { value: agent, diagnostics };
}

function inOrderOf(source: Source): (a: Finding, b: Finding) => number {
  return (a, b) => {
    const [left, right] = [source.locate(a), source.locate(b)];
    return left.line - right.line || left.column - right.column;
  };
}

/** What an adapter or a shell would trip over although each key is well formed. */
function misfits(agent: AgentSpec): Finding[] {
  return [
    ...shapeFaults(agent).map(({ key, ...fault }) => ({ ...fault, at: ['spec', key], part: partOf(key) })),
    ...commandFaults(agent).map(({ key, ...fault }) => ({ ...fault, at: ['spec', key] })),
    ...policyFaults(agent),
  ];
}

function policyFaults({ policy }: AgentSpec): Finding[] {
  const findings: Finding[] = [];
  if (policy !== undefined) checkPolicy(policy, ['spec', 'policy'], (finding) => findings.push(finding));
  return findings;
}

const notAPlaybook: Finding = {
  code: 'not-a-playbook',
  message: 'this file describes no agent',
  at: [],
  hint: 'a playbook has `metadata:` with a description and `spec:` with persona, instructions, tasks or run',
};

const flatForm: Finding = {
  code: 'playbook-form',
  message: 'this is the flat form of a playbook; it was read as one',
  at: [],
  hint: 'move name, id, version and description below `metadata:` and the rest below `spec:`',
};

function describesAgent(document: unknown): document is Dict {
  if (!isMap(document)) return false;
  const spec = map(document.spec);
  return telling.some((key) => isPresent(spec[key])) || isPresent(map(document.metadata).description);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** The playbook that a flat document would be; its model says `name` where a playbook says `model`. */
function unflatten(data: Dict): Dict {
  const metadata: Record<string, unknown> = {};
  const spec: Record<string, unknown> = {};
  const document: Record<string, unknown> = { apiVersion: 'agent/v1', kind: 'AgentSpec', metadata, spec };
  for (const [key, value] of Object.entries(data)) {
    const [room, place] = Object.hasOwn(flat, key) ? (flat[key] ?? []) : [];
    if (room === undefined) document[key] = value;
    else (room === 'spec' ? spec : metadata)[String(place)] = key === 'model' ? modelOf(value) : value;
  }
  return document;
}

function modelOf(value: unknown): unknown {
  if (!isMap(value)) return typeof value === 'string' ? { model: value } : value;
  const { name, ...rest } = value;
  return name === undefined ? value : { ...rest, model: name };
}

/** The same finding, at the place where the flat form has it. */
function backToFlat(finding: Finding): Finding {
  for (const [key, [room, place]] of Object.entries(flat)) {
    if (finding.at[0] !== room || finding.at[1] !== place) continue;
    const rest = finding.at.slice(2);
    return { ...finding, at: [key, ...(key === 'model' && rest[0] === 'model' ? ['name', ...rest.slice(1)] : rest)] };
  }
  return finding;
}

/** What the schema finds wrong, each as an error or a warning by what depends on it. */
function faultsOf(document: Dict): Finding[] {
  const faults = explainFaults(violations(validate, document), document, 'agent');
  const findings = faults.map((finding) =>
    isHarmful(finding) ? finding : { ...finding, code: 'playbook-form' as const },
  );
  const isWhole = (key: string) => !faults.some(({ at }) => at[0] === 'spec' && at[1] === key);
  const { limits, budget } = map(document.spec);
  return [
    ...findings,
    ...(isWhole('limits') ? limitFaults(limits as Dict, ['spec', 'limits']) : []),
    ...(isWhole('budget') ? budgetFaults(budget as Budget, ['spec', 'budget']) : []),
  ];
}

/** What holds an agent back: what is misspelt there, or is nearly one of these, would hold back nothing. */
const guards: ReadonlySet<string> = new Set(['permissions', 'policy', 'limits', 'budget', 'secrets']);

/** Whether an adapter would do something else than what was meant. Unknown keys are notes, but for those by which somebody meant a guard. */
function isHarmful({ at, code, hint }: Finding): boolean {
  if (at[0] !== 'spec') return false;
  if (code !== 'unknown-key') return working.has(String(at[1]));
  if (at.length > 2) return guards.has(String(at[1]));
  return guards.has(/^did you mean "([^"]+)"\?/.exec(hint ?? '')?.[1] ?? '');
}

/** Warnings of one kind at like places become one; of the kinds that are left the first few are told and the rest counted. */
function summarize(findings: readonly Finding[]): Finding[] {
  const kinds = Map.groupBy(findings, (each) => (isUnread(each) ? 'unread' : each.at.map(anyIndex).join('/')));
  const told = [...kinds.values()].flatMap(([first, ...more]) => (first === undefined ? [] : [joined(first, more)]));
  const [untold, ...rest] = told.slice(mostWarnings);
  if (untold === undefined) return told;
  const message = rest.length === 0 ? untold.message : `${untold.message}; further kinds of deviation: ${rest.length}`;
  return [...told.slice(0, mostWarnings), { ...untold, message }];
}

function joined(first: Finding, more: readonly Finding[]): Finding {
  if (isUnread(first)) {
    const keys = [first, ...more].map((each) => `"${brief(String(each.at.at(-1)))}"`).join(', ');
    const message = more.length === 0 ? `unknown key ${keys}` : `unknown keys ${keys}`;
    return { ...first, message, hint: 'not read; a key that starts with x- is yours to use' };
  }
  return more.length === 0 ? first : { ...first, message: `${first.message} (and ${more.length} more like it)` };
}

/** Whether a finding speaks of a key that is not nearly the name of another one. */
function isUnread({ part, hint }: Finding): boolean {
  return part === 'key' && !hint?.startsWith('did you mean');
}

function anyIndex(key: string | number): string {
  return typeof key === 'number' ? '*' : key;
}

function toAgent(document: Dict, file: string, name: AgentName): AgentSpec {
  const spec = map(document.spec);
  const description = text(map(document.metadata).description);
  const language = map(spec.language_model);
  const tasks = list(spec.tasks).filter(isMap).map(toTask);
  const running = howItRuns({
    // A playbook that names both an adapter and a model of another kind means the adapter's own model.
    ...(spec.adapter === undefined || spec.adapter === 'llm' ? fromLanguageModel(language) : {}),
    ...spec,
    ...(isModelApi(spec, language) && { options: { ...modelOptions(language), ...map(spec.options) } }),
  });
  return {
    name,
    file,
    description,
    system_prompt: isPlainCommand(spec)
      ? ''
      : systemPrompt({
          persona: spec.persona,
          description,
          instructions: text(spec.instructions),
          constraints: spec.constraints,
          tasks,
          outputs: list(spec.output_fields)
            .filter(isMap)
            .map((each) => ({ name: text(each.name), description: text(each.description) })),
        }),
    has_language_model: text(language.provider) !== '' || text(language.model) !== '',
    tasks,
    ...running,
  };
}

/** Whether nothing but a command is there: it is given no text that it has not asked for. */
function isPlainCommand(spec: Dict): boolean {
  const runs = isPresent(spec.run) || isPresent(spec.argv) || isPresent(spec.module);
  return runs && !isPresent(spec.persona) && !isPresent(spec.instructions);
}

function fromLanguageModel(language: Dict): Dict {
  const { model, provider, api_base: base_url, api_key_env } = language;
  return Object.fromEntries(
    Object.entries({ model, provider, base_url, api_key_env }).filter(([, value]) => text(value) !== ''),
  );
}

/** What a language_model says that is an option of the llm adapter. */
function modelOptions({ temperature, max_tokens }: Dict): Dict {
  return {
    ...(typeof temperature === 'number' && { temperature }),
    ...(typeof max_tokens === 'number' && { max_output_tokens: max_tokens }),
  };
}

/** Whether an agent is a model API as far as its own file says. */
function isModelApi({ adapter, run, argv, module }: Dict, language: Dict): boolean {
  if (isPresent(adapter)) return adapter === 'llm';
  return [run, argv, module].every((each) => !isPresent(each)) && isPresent(language.model);
}

/** How a validated agent runs, a playbook's or one written in place: defaults filled in, the adapter implied by run, argv or module. */
export function howItRuns(raw: Dict) {
  const implied =
    raw.run !== undefined || raw.argv !== undefined ? 'command' : raw.module !== undefined ? 'module' : undefined;
  const adapter = (raw.adapter ?? implied) as AdapterName | undefined;
  return {
    ...(adapter === undefined ? {} : { adapter }),
    ...strings(raw, ['run', 'module', 'model', 'provider', 'base_url', 'api_key_env']),
    ...(raw.argv === undefined ? {} : { argv: raw.argv as readonly string[] }),
    shell: (raw.shell as string | undefined) ?? 'sh -eu',
    options: (raw.options as Dict | undefined) ?? {},
    env: toEnv(raw.env),
    secrets: (raw.secrets as readonly string[] | undefined) ?? [],
    cwd: (raw.cwd as string | undefined) ?? '.',
    ...(raw.permissions === undefined ? {} : { permissions: raw.permissions as Permissions }),
    ...(raw.allowed_tools === undefined ? {} : { allowed_tools: raw.allowed_tools as readonly string[] }),
    ...(raw.max_turns === undefined ? {} : { max_turns: raw.max_turns as number }),
    ...(raw.args === undefined ? {} : { args: raw.args as readonly string[] }),
    ...(raw.policy === undefined ? {} : { policy: raw.policy as Policy }),
    ...(raw.fallback_agents === undefined ? {} : { fallback_agents: raw.fallback_agents as readonly AgentName[] }),
    ...(raw.fallback_models === undefined ? {} : { fallback_models: raw.fallback_models as readonly string[] }),
    ...(raw.limits === undefined ? {} : { limits: toLimits(raw.limits as AgentLimits) }),
    ...someBudget(toBudget((raw.budget as Budget | undefined) ?? {})),
  };
}

function strings<K extends string>(raw: Dict, keys: readonly K[]): { readonly [P in K]?: string } {
  return Object.fromEntries(keys.filter((key) => raw[key] !== undefined).map((key) => [key, raw[key]])) as {
    [P in K]?: string;
  };
}

function toTask(raw: Dict): PlaybookTaskSpec {
  const names = (fields: unknown) =>
    list(fields)
      .map((each) => text(isMap(each) ? each.name : each))
      .filter((each) => each !== '');
  return {
    name: text(raw.name),
    description: text(raw.description),
    instruction: text(raw.instruction),
    inputs: names(raw.inputs),
    outputs: names(raw.outputs),
  };
}

function isMap(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function map(value: unknown): Dict {
  return isMap(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text or a number as text; blank for anything else, which was warned of. */
function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}
