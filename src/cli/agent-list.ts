import { tellOn } from '../reporters/wrap.ts';
import { columns } from './columns.ts';
import { type Command, exit, flag, printJson } from './command.ts';
import { findProject } from './project.ts';

export const agentList: Command = {
  path: ['agent', 'list'],
  summary: 'list the playbooks of this project',
  options: [{ flags: '--json', description: 'one JSON document' }],
  example: 'super agent list',
  async run(call, io) {
    const { agentRows } = await import('./rows.ts');
    const agents = await agentRows(await findProject(io.cwd), io);
    if (flag(call, 'json')) printJson(io, { agents });
    else if (agents.length === 0) {
      tellOn(io.stdout, 'there are no playbooks under agents/\nwrite one: super agent create <agent>\n');
    } else {
      const rows = agents.map(({ name, adapter, tasks, file, error }) =>
        error === undefined
          ? [name, adapter ?? 'none usable', tasks.join(', ') || '-', file]
          : [name, 'broken', '-', error],
      );
      io.stdout.write(columns([['AGENT', 'ADAPTER', 'TASKS', 'FILE'], ...rows], io.stdout));
    }
    return exit.succeeded;
  },
};
