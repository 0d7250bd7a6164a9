import { printable } from '../diagnostics/printable.ts';
import { tellOn } from '../reporters/wrap.ts';
import { columns } from './columns.ts';
import { type Command, exit, flag, printJson } from './command.ts';
import { findProject } from './project.ts';

export const orchestraList: Command = {
  path: ['orchestra', 'list'],
  summary: 'list the orchestras of this project and how their last runs ended',
  options: [{ flags: '--json', description: 'one JSON document' }],
  example: 'super orchestra list',
  async run(call, io) {
    const { orchestraRows } = await import('./rows.ts');
    const orchestras = await orchestraRows(await findProject(io.cwd), io);
    if (flag(call, 'json')) printJson(io, { orchestras });
    else if (orchestras.length === 0) {
      tellOn(io.stdout, 'there are no orchestras here\nwrite one: super orchestra create <id>\n');
    } else {
      const rows = orchestras.map(({ id, name, strategy, agents, tasks, last_run }) => [
        id,
        name ?? '-',
        strategy ?? '-',
        String(agents.length),
        String(tasks.length),
        last_run === null ? 'never' : `${last_run.state} ${last_run.id}`,
      ]);
      io.stdout.write(columns([['ID', 'NAME', 'STRATEGY', 'AGENTS', 'TASKS', 'LAST RUN'], ...rows], io.stdout));
      for (const { error } of orchestras) if (error !== undefined) tellOn(io.stdout, `broken: ${printable(error)}\n`);
    }
    return exit.succeeded;
  },
};
