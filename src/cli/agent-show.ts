import { printableLines } from '../diagnostics/printable.ts';
import { tellOn } from '../reporters/wrap.ts';
import { agentLimitWords } from '../spec/sizes.ts';
import type { AgentSpec } from '../spec/spec.ts';
import { columns } from './columns.ts';
import { type Command, exit, flag, type Io, printJson, setupFault } from './command.ts';
import { findProject, type Project, playbookFiles } from './project.ts';

export const agentShow: Command = {
  path: ['agent', 'show'],
  summary: 'show an agent as it will run: adapter and why, environment, and all that it is told about itself',
  operands: '<agent>',
  options: [{ flags: '--json', description: 'one JSON document' }],
  example: 'super agent show developer',
  async run(call, io) {
    const { answering, findPlaybook, loadPlaybook } = await import('./team.ts');
    const { choicesHere } = await import('./adapters.ts');
    const { policyFacts, policyLines } = await import('../agents/enforcement.ts');
    const { chooseAdapter } = await import('../plan/adapter-choice.ts');
    const { printReport, reportDiagnostics } = await import('./diagnose.ts');
    const project = await findProject(io.cwd);
    const [name = ''] = call.operands;
    if (answering(playbookFiles(project), name).length === 0) await refuseInline(project, name);
    const read = loadPlaybook(project, findPlaybook(project, name));
    const agent = read.value;
    if (agent === undefined) return printReport(read, flag(call, 'json') ? 'json' : 'text', io);
    reportDiagnostics(read, io);
    const chosen = chooseAdapter(agent, (await choicesHere(project, io.env)).adapters);
    if (flag(call, 'json')) {
      const policy = agent.policy === undefined ? {} : { policy: policyFacts(chosen.adapter, agent.policy) };
      printJson(io, { ...shown(agent), ...chosen, ...policy, prompt: agent.system_prompt });
    } else printPage(agent, chosen, policyLines(policyFacts(chosen.adapter, agent.policy)), io);
    return exit.succeeded;
  },
};

/** An agent that has no playbook may be written in orchestras: then that is the place to look. Throws a Refusal that says where. */
async function refuseInline(project: Project, name: string): Promise<void> {
  const { inlineAgents } = await import('./rows.ts');
  const found = inlineAgents(project, name);
  if (found.length === 0) return;
  const { printable } = await import('../diagnostics/printable.ts');
  const { quoted } = await import('../reporters/words.ts');
  const places = found.map(
    ({ file, line, column }) =>
      `${file}:${line}:${column}; to see how it would run: super orchestra run ${quoted(file)} --dry-run`,
  );
  throw setupFault(
    `agent "${name}" has no playbook; it is written in ${found.length === 1 ? 'an orchestra' : 'orchestras'}`,
    places.map(printable).join('\n'),
  );
}

/** An agent without the values of its environment, which may be secret. */
function shown(agent: AgentSpec): object {
  const { system_prompt, has_language_model, env, secrets, options, tasks, ...rest } = agent;
  return {
    ...rest,
    environment: { pass: env.pass, set: Object.keys(env.set), secrets },
    options: Object.keys(options),
    tasks: tasks.map(({ name }) => name),
  };
}

function printPage(
  agent: AgentSpec,
  chosen: { readonly adapter: string | null; readonly why: string },
  policy: readonly string[],
  io: Io,
): void {
  const { env, secrets } = agent;
  const facts = [
    ['agent', agent.name],
    ['file', agent.file],
    ['adapter', `${chosen.adapter ?? 'none usable'} (${chosen.why})`],
    ['model', [agent.provider, agent.model].filter((part) => part !== undefined).join(' ')],
    ['address', agent.base_url ?? ''],
    ['key', agent.api_key_env ?? ''],
    ['argv', agent.argv === undefined ? '' : JSON.stringify(agent.argv)],
    ['module', agent.module ?? ''],
    ['may', agent.permissions ?? ''],
    ['tools', agent.allowed_tools?.join(', ') ?? ''],
    ...policy.map((line, at) => [at === 0 ? 'policy' : '', line]),
    ['turns', agent.max_turns === undefined ? '' : `at most ${agent.max_turns}`],
    ['arguments', agent.args === undefined ? '' : JSON.stringify(agent.args)],
    ['folder', agent.cwd === '.' ? '' : agent.cwd],
    ['passed on', env.pass.join(', ')],
    ['set', Object.keys(env.set).join(', ')],
    ['secrets', secrets.join(', ')],
    ['at most', agentLimitWords(agent.limits ?? {}).join(', ')],
    ['tasks', agent.tasks.map(({ name }) => name).join(', ')],
  ].filter(([, value]) => value !== '');
  // Playbooks come from strangers too: nothing in them may speak to the terminal.
  const script =
    agent.run === undefined ? '' : `\nIt runs (${agent.shell}):\n\n${printableLines(agent.run.trimEnd())}\n`;
  const prompt = agent.system_prompt === '' ? '' : `\nIt is told:\n\n${printableLines(agent.system_prompt)}\n`;
  io.stdout.write(columns(facts, io.stdout) + script);
  tellOn(io.stdout, prompt);
}
