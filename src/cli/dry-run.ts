// `run --dry-run`: everything that a run would do, without doing any of it.
import { resolve } from 'node:path';
import { policyFacts, policyLines } from '../agents/enforcement.ts';
import { adapterTable } from '../agents/table.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import { printable } from '../diagnostics/printable.ts';
import { whyUnpriced } from '../plan/blind-budgets.ts';
import { budgetLines } from '../plan/budget-lines.ts';
import { pricesDate, reportsTokensOnly } from '../plan/prices.ts';
import { counted } from '../reporters/words.ts';
import { tellOn } from '../reporters/wrap.ts';
import type { Plan, PlanAgent, PlanTask, Policy } from '../schema/types.gen.ts';
import { agentLimitWords, runLimitWords } from '../spec/sizes.ts';
import { columns } from './columns.ts';
import { exit, type Io, printJson } from './command.ts';
import { reportDiagnostics } from './diagnose.ts';
import { nameFor } from './paths.ts';
import { readinessOf } from './refusals.ts';
import { type Reusing, reuseLines, reuseOf } from './reusing.ts';
import type { RunRequest } from './run-request.ts';
import { variableWarnings } from './variables.ts';

/** Tells what a run would do; gives 0 for a file that can be planned, 3 for one that cannot. */
export async function dryRun(request: RunRequest, json: boolean, io: Io): Promise<number> {
  const { compiled, project } = request;
  const plan = compiled.value;
  const startNothing = () => {
    throw new Error('a dry run starts nothing');
  };
  const adapters = adapterTable({ launchers: startNothing, root: project.root, env: io.env });
  const ready = plan === undefined ? undefined : await readinessOf(plan, adapters);
  const refused = ready?.refusals ?? [];
  const warnings = plan === undefined ? [] : [...(ready?.warnings ?? []), ...(await variableWarnings(plan, io.env))];
  const reuse = plan === undefined ? [] : await reuseOf(plan, project.root);
  if (json) {
    const ok = !hasErrors(compiled.diagnostics);
    printJson(io, {
      ok,
      diagnostics: compiled.diagnostics,
      ...(plan !== undefined && { plan: planJson(plan, reuse) }),
      refused,
      warnings,
    });
    return ok ? exit.succeeded : exit.invalid;
  }
  const code = reportDiagnostics(compiled, io);
  for (const each of warnings) tellOn(io.stderr, `super: warning: ${printable(each)}\n`);
  if (plan === undefined) return code;
  const [head, table, rest] = planText(plan, request, refused, reuseLines(reuse, plan));
  const lines = (texts: readonly string[]) => texts.map((text) => `${printable(text)}\n`).join('');
  tellOn(io.stdout, `${lines(head)}\n`);
  io.stdout.write(columns(table, io.stdout));
  tellOn(io.stdout, `\n${lines(rest)}`);
  return code;
}

function planJson(plan: Plan, reuse: readonly Reusing[]) {
  const cacheOf = new Map(reuse.map(({ task, files }) => [task, files === undefined ? null : { files }]));
  return {
    orchestra: plan.orchestra,
    strategy: plan.strategy,
    max_parallel_tasks: plan.max_parallel_tasks,
    on_failure: plan.on_failure,
    ...(plan.run_timeout_seconds !== null && { run_timeout_seconds: plan.run_timeout_seconds }),
    ...(plan.grace_seconds !== undefined && { grace_seconds: plan.grace_seconds }),
    ...limitsOf(plan),
    ...(plan.budget !== undefined && { budget: plan.budget }),
    tasks: plan.tasks.map((task) => ({
      name: task.name,
      agent: task.agent,
      adapter: agentOf(plan, task)?.adapter ?? null,
      adapter_because: agentOf(plan, task)?.why ?? '',
      needs: task.needs.map((need) => need.task),
      context: task.context,
      priority: task.priority,
      timeout_seconds: task.timeout_seconds,
      max_attempts: task.max_attempts,
      ...limitsOf(agentOf(plan, task)),
      ...budgetsOf(agentOf(plan, task), task),
      ...(task.cache !== undefined && { cache: cacheOf.get(task.name) ?? null }),
      ...fallbacksOf(agentOf(plan, task)),
      ...policyOf(agentOf(plan, task)),
    })),
    order: plan.order,
    levels: plan.levels,
    longest_path: plan.longest_path,
  };
}

/** The limits of a plan or an agent as a key, which is not there where nothing is limited. */
function limitsOf<T extends object>(owner: { readonly limits?: T } | undefined): { readonly limits?: T } {
  return owner?.limits === undefined ? {} : { limits: owner.limits };
}

/** The budgets that an attempt of a task is paid from, besides that of the run. */
function budgetsOf(agent: PlanAgent | undefined, { budget }: PlanTask) {
  return {
    ...(budget !== undefined && { budget }),
    ...(agent?.budget !== undefined && { agent_budget: agent.budget }),
  };
}

/** The models and agents that take over, as keys; none where nothing does. */
function fallbacksOf(agent: PlanAgent | undefined) {
  const { fallback_models, fallback_agents } = agent ?? {};
  return {
    ...(fallback_models !== undefined && { fallback_models: fallback_models.map(({ model }) => model) }),
    ...(fallback_agents !== undefined && { fallback_agents }),
  };
}

/** What its agent may do in a shell, as a key, which is not there where no policy says anything. */
function policyOf(agent: PlanAgent | undefined) {
  return agent?.policy === undefined ? {} : { policy: policyFacts(agent.adapter, agent.policy) };
}

function agentOf(plan: Plan, task: PlanTask) {
  return plan.agents.find(({ name }) => name === task.agent);
}

/** What a person reads before the table of tasks, its rows, and what comes after it. */
function planText(
  plan: Plan,
  { goal, project, compiled }: RunRequest,
  refused: readonly string[],
  reuse: readonly string[],
): readonly [head: readonly string[], table: readonly (readonly string[])[], rest: readonly string[]] {
  const total = counted(plan.tasks.length, 'task');
  const widest = plan.levels.reduce((most, level) => Math.max(most, level.length), 0);
  const head = [
    `Dry run of ${plan.orchestra}: ${total}, strategy ${plan.strategy}, at most ${plan.max_parallel_tasks} at once, on failure ${plan.on_failure}`,
    ...(goal === '' ? [] : [`Goal: ${goal.split('\n')[0]}`]),
    `Workspace: ${nameFor(project, resolve(project.root, plan.workspace))}`,
    ...runLines(plan),
    ...budgetLines(plan).map((line) => `Budget of ${line}`),
  ];
  const rest = [
    'Agents:',
    ...plan.agents.map(
      (agent) =>
        `  ${agent.name}: ${agent.adapter ?? 'no adapter'} (${agent.why})${fallbackWords(agent)}${atMost(agent)}${priceWords(agent)}`,
    ),
    ...policyText(plan, compiled.spec?.policy),
    '',
    `Longest path: ${some(plan.longest_path, ' -> ')} (${plan.longest_path.length} of ${total})`,
    `Widest moment: ${Math.min(widest, plan.max_parallel_tasks)} at once (${widest} could)`,
    ...(reuse.length === 0 ? [] : ['', ...reuse]),
    ...(refused.length === 0 ? [] : ['', 'A run would be refused:', ...refused.map((each) => `  ${each}`)]),
    '',
    'Nothing was written and nothing was started.',
  ];
  return [head, [['', 'TASK', 'AGENT', 'ADAPTER', 'WAITS FOR', 'LIMITS'], ...taskRows(plan)], rest];
}

/** What is said of the run as a whole; nothing where nothing is. */
function runLines({ run_timeout_seconds, grace_seconds, limits = {} }: Plan): readonly string[] {
  const words = [
    ...(run_timeout_seconds === null ? [] : [`at most ${run_timeout_seconds} s`]),
    ...runLimitWords(limits),
    ...(grace_seconds === undefined ? [] : [`agents have ${grace_seconds} s to end`]),
  ];
  return words.length === 0 ? [] : [`Run: ${words.join(', ')}`];
}

/** What is known of what the model of an agent costs; nothing for agents that say themselves what they cost. */
function priceWords(agent: PlanAgent): string {
  if (!reportsTokensOnly(agent.adapter)) return '';
  if (agent.price === undefined) return `, tokens are counted and no money: ${whyUnpriced(agent)}`;
  return `, money is estimated (table of prices of ${pricesDate}, or yours)`;
}

/** What takes its place when a known fault of it cannot be helped otherwise. */
function fallbackWords({ fallback_models = [], fallback_agents = [] }: PlanAgent): string {
  const models = fallback_models.map(({ model }) => `model ${model}`);
  const names = [...models, ...fallback_agents.map((name) => `agent ${name}`)];
  return names.length === 0 ? '' : `, in its place ${some(names, ', then ')}`;
}

/** What agents may do in a shell, and what holds them to it; nothing where no policy says anything. */
function policyText(plan: Plan, policy: Policy = {}): readonly string[] {
  const lines = plan.agents.flatMap((agent) =>
    policyLines(policyFacts(agent.adapter, agent.policy)).map((line) => `  ${agent.name}: ${line}`),
  );
  const said = lines.length > 0 || Object.values(policy).some((patterns) => patterns.length > 0);
  if (said) lines.push(...plan.agents.flatMap(notHeld).map((line) => `  ${line}`));
  return lines.length === 0 ? [] : ['', 'Policy (a guard rail, no sandbox):', ...lines];
}

/** That an agent is held to no policy, because nothing chooses there what is run but you. */
function notHeld({ name, adapter }: PlanAgent): readonly string[] {
  if (adapter !== 'command' && adapter !== 'module') return [];
  return [`not held: ${name} runs a ${adapter === 'command' ? 'script' : 'module'} of yours (${adapter})`];
}

function atMost({ limits = {} }: PlanAgent): string {
  const words = agentLimitWords(limits);
  return words.length === 0 ? '' : `, at most ${words.join(', ')}`;
}

/** A row for each task, in the order in which tasks can start. */
function taskRows(plan: Plan): readonly (readonly string[])[] {
  const byName = new Map(plan.tasks.map((task) => [task.name, task]));
  return plan.order.map((name, at) => {
    const task = byName.get(name) as PlanTask;
    const needs = task.needs.map((need) => (need.until === 'end' ? `${need.task} (any end)` : need.task));
    const timeout = task.timeout_seconds === null ? 'no limit' : `${task.timeout_seconds} s`;
    const limits = `${timeout}, ${counted(task.max_attempts, 'attempt')}`;
    return [String(at + 1), name, task.agent, agentOf(plan, task)?.adapter ?? 'none', some(needs) || '-', limits];
  });
}

function some(names: readonly string[], between = ', '): string {
  const most = 8;
  return names.length <= most
    ? names.join(between)
    : `${names.slice(0, most).join(between)}${between}... ${names.length - most} more`;
}
