import { join } from 'node:path';
import { printable } from '../diagnostics/printable.ts';
import { tellOn } from '../reporters/wrap.ts';
import { type Command, exit, usageFault } from './command.ts';
import { nameFor } from './paths.ts';
import { findProject, playbookFiles } from './project.ts';

export const agentCreate: Command = {
  path: ['agent', 'create'],
  summary: 'write a new playbook',
  operands: '<name>',
  example: 'super agent create tester',
  async run({ operands: [name = ''] }, io) {
    const { homeOf, nearestName, writeNew } = await import('./new-file.ts');
    if (!/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(name)) {
      const rule = 'a letter, then letters, digits, _, - or ., 64 characters at most';
      throw usageFault(
        `"${name}" cannot be the name of an agent`,
        `${rule}\n${nearestName(name, /^[^A-Za-z]+/)}`.trim(),
      );
    }
    const { answering } = await import('./team.ts');
    const { newPlaybook } = await import('../authoring/project.ts');
    const project = await findProject(io.cwd);
    const [taken] = answering(playbookFiles(project), name);
    if (taken !== undefined) {
      const hint = 'edit it, or choose another name';
      throw usageFault(`the agent "${name}" exists already: ${nameFor(project, taken.file)}`, hint);
    }
    const file = join(homeOf(project, 'agents'), `${name}_playbook.yaml`);
    writeNew(project, file, newPlaybook(name));
    tellOn(
      io.stdout,
      `wrote ${printable(nameFor(project, file))}\nedit it, then see what the agent is told: super agent show ${name}\n`,
    );
    return exit.succeeded;
  },
};
