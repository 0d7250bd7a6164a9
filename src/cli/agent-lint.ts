import { tellOn } from '../reporters/wrap.ts';
import { type Command, exit } from './command.ts';
import { formatOf, formatOptions } from './formats.ts';
import { findProject, playbookFiles } from './project.ts';

export const agentLint: Command = {
  path: ['agent', 'lint'],
  summary: 'check playbooks; without operands all of this project',
  operands: '[agent...]',
  options: formatOptions,
  example: 'super agent lint developer',
  async run(call, io) {
    const { findPlaybook, loadPlaybook } = await import('./team.ts');
    const { printReport } = await import('./diagnose.ts');
    const project = await findProject(io.cwd);
    const format = formatOf(call);
    const names = [...new Set(call.operands)];
    const playbooks = names.length === 0 ? playbookFiles(project) : names.map((name) => findPlaybook(project, name));
    if (playbooks.length === 0 && format === 'text') {
      tellOn(io.stdout, 'there are no playbooks under agents/\nwrite one: super agent create <name>\n');
      return exit.succeeded;
    }
    const read = playbooks.map((playbook) => loadPlaybook(project, playbook));
    const [only, ...more] = read;
    return printReport(
      {
        file: only !== undefined && more.length === 0 ? only.file : `${read.length} playbooks`,
        diagnostics: read.flatMap(({ diagnostics }) => diagnostics),
        texts: new Map(read.flatMap(({ texts }) => [...texts])),
      },
      format,
      io,
    );
  },
};
