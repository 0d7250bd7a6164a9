// Variables of the caller's environment that matter here: those that agents name, and those that look like settings.
import type { Plan } from '../schema/types.gen.ts';
import { keyVariableOf } from '../spec/model-apis.ts';
import type { Io } from './command.ts';
import { orchestraFiles, type Project, playbookFiles } from './project.ts';
import { detachedRun } from './run-id.ts';

type Env = Io['env'];

/** Most agents that a sentence names. */
const mostNamed = 5;

/** What somebody may have meant to set and has not: a sentence for each variable. */
export async function variableWarnings(plan: Plan, env: Env): Promise<readonly string[]> {
  return [...unsetVariables(plan, env), ...(await misspeltVariables(env))];
}

function unsetVariables(plan: Plan, env: Env): readonly string[] {
  const atWork = plan.agents.filter(({ adapter }) => adapter !== 'rehearsal');
  const lacking = new Map<string, string[]>();
  const want = (what: string, agent: string) => lacking.set(what, [...(lacking.get(what) ?? []), agent]);
  for (const agent of atWork) {
    const { name, secrets, env: own } = agent;
    // Whether a model API needs its key is known to its adapter, which refuses the run where it does.
    const known = agent.adapter === 'llm' ? keyVariableOf(agent) : undefined;
    for (const secret of secrets) {
      if (secret !== known && (env[secret] ?? '') === '') want(`the secret ${secret}`, name);
    }
    for (const passed of own.pass) if (env[passed] === undefined) want(`the variable ${passed}`, name);
  }
  return [...lacking].map(([what, agents]) => `${what} is not set here, and ${namesOf(agents)} without it`);
}

function namesOf(agents: readonly string[]): string {
  const hidden = agents.length - mostNamed;
  const some = agents.slice(0, mostNamed).join(', ');
  if (agents.length === 1) return `agent ${some} starts`;
  return `agents ${some}${hidden > 0 ? ` and ${hidden} more` : ''} start`;
}

/** Variables that are nearly the name of a setting: they do nothing. */
export async function misspeltVariables(env: Env): Promise<readonly string[]> {
  const others = Object.keys(env).filter((name) => name.startsWith('SUPER_') && !ours.has(name));
  if (others.length === 0) return [];
  const { settingNames } = await import('../spec/variables.ts');
  const { didYouMean } = await import('../diagnostics/suggest.ts');
  const known = settingNames.map(({ variable }) => variable);
  return others.flatMap((name) => {
    const guess = known.includes(name) ? undefined : didYouMean(name, known);
    return guess === undefined ? [] : [`${name} is set and is no setting; ${guess}`];
  });
}

/** What agents get, which a super that an agent starts finds set, and what a run in the background is told. */
const ours: ReadonlySet<string> = new Set([
  ...'RUN_ID TASK ATTEMPT GOAL RUN_DIR CONTEXT_DIR INTERMEDIATE_DIR OUTPUT WITHIN'
    .split(' ')
    .map((name) => `SUPER_${name}`),
  detachedRun,
]);

/** Variables that agents of the project name, in playbooks and orchestras, each with the names of the agents. */
export async function namedVariables(project: Project): Promise<ReadonlyMap<string, readonly string[]>> {
  const { orRefusal } = await import('./rows.ts');
  const { compileFile, loadPlaybook } = await import('./team.ts');
  // Which adapter an agent would get changes nothing in what it names.
  const adapters = { rehearse: false, unusable: () => undefined };
  const found = new Map<string, Set<string>>();
  const add = ({
    name,
    secrets,
    env,
    api_key_env: key,
  }: Pick<Plan['agents'][number], 'name' | 'secrets' | 'env' | 'api_key_env'>) => {
    for (const variable of [...secrets, ...(env?.pass ?? []), ...(key === undefined ? [] : [key])]) {
      found.set(variable, (found.get(variable) ?? new Set()).add(name));
    }
  };
  for (const playbook of playbookFiles(project)) {
    const { value } = orRefusal(() => loadPlaybook(project, playbook));
    if (value !== undefined) add(value);
  }
  for (const file of orchestraFiles(project)) {
    const { value } = orRefusal(() => compileFile(project, file, { adapters }));
    value?.agents.forEach(add);
  }
  return new Map([...found].map(([variable, agents]) => [variable, [...agents]]));
}
