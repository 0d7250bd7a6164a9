import { existsSync, mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { printable } from '../diagnostics/printable.ts';
import { tellOn } from '../reporters/wrap.ts';
import { choices } from '../schema/terms.gen.ts';
import type { OrchestraId, Strategy } from '../schema/types.gen.ts';
import type { AgentSpec } from '../spec/spec.ts';
import { type Command, flag, type Io, textOption, usageFault } from './command.ts';
import { nameFor } from './paths.ts';
import { findProject, orchestraFiles, type Project, playbookFiles } from './project.ts';

export const orchestraCreate: Command = {
  path: ['orchestra', 'create'],
  summary: 'write an orchestra from the playbooks of this project',
  operands: '<id>',
  options: [
    { flags: '--force', description: 'replaces an orchestra of that name' },
    {
      flags: '-s, --strategy <strategy>',
      description: 'sequential where none is given',
      choices: choices.strategy,
    },
  ],
  example: 'super orchestra create feature',
  async run(call, io) {
    const id = await checkedId(call.operands[0] ?? '');
    const { homeOf, writeNew } = await import('./new-file.ts');
    const { createOrchestra } = await import('../authoring/create.ts');
    const project = await findProject(io.cwd);
    const folder = homeOf(project, 'orchestras');
    const path = join(folder, `${id}_orchestra.yaml`);
    await refuseTaken(project, id, path, flag(call, 'force'));
    const { agents, leftOut } = await usablePlaybooks(project);
    const strategy = textOption(call, 'strategy') as Strategy | undefined;
    const schema = schemaBeside(project, folder);
    const created = createOrchestra({
      id,
      playbooks: agents,
      ...(strategy !== undefined && { strategy }),
      ...(schema !== undefined && { schema }),
    });
    writeNew(project, path, created.text, { replace: flag(call, 'force') });
    mkdirSync(join(project.root, 'orchestra_workspaces', id), { recursive: true });
    tellOn(
      io.stdout,
      [
        `wrote   ${nameFor(project, path)}`,
        `agents  ${created.agents.join(', ')}`,
        `tasks   ${created.tasks.join(', ')}`,
        ...created.notes.map((note) => `note    ${note}`),
        ...leftOut.map((reason) => `left out: ${reason}`),
        `next    super orchestra run ${id} --goal "your goal" --dry-run`,
      ]
        .map((line) => `${printable(line)}\n`)
        .join(''),
    );
    return check(project, path, io);
  },
};

async function checkedId(asked: string): Promise<OrchestraId> {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(asked)) return asked;
  const { nearestName } = await import('./new-file.ts');
  const rule = 'a letter or digit, then letters, digits, _, - or ., 64 characters at most';
  throw usageFault(
    `"${asked}" cannot be the id of an orchestra`,
    `${rule}\n${nearestName(asked, /^[^A-Za-z0-9]+/)}`.trim(),
  );
}

/** An id stands for one file: the one to be written, which only --force replaces. */
async function refuseTaken(project: Project, id: string, path: string, force: boolean): Promise<void> {
  const { filesFor, idOf } = await import('./lookup.ts');
  const named = filesFor(project, id);
  const other = orchestraFiles(project).find((file) => file !== path && (named.includes(file) || idOf(file) === id));
  if (other !== undefined) {
    throw usageFault(
      `the orchestra "${id}" is ${nameFor(project, other)} already`,
      'choose another id, or delete that file',
    );
  }
  if (existsSync(path) && !force) {
    throw usageFault(`${nameFor(project, path)} exists already`, 'replace it with --force, or choose another id');
  }
}

/** The agents that an orchestra can name; of the other playbooks, why it cannot. */
async function usablePlaybooks(project: Project) {
  const { answering, loadPlaybook } = await import('./team.ts');
  const { firstFault, orRefusal } = await import('./rows.ts');
  const playbooks = playbookFiles(project);
  const agents: AgentSpec[] = [];
  const leftOut: string[] = [];
  for (const playbook of playbooks) {
    const file = nameFor(project, playbook.file);
    const same = answering(playbooks, playbook.name);
    const read = orRefusal(() => loadPlaybook(project, playbook));
    if (!same.includes(playbook)) continue;
    if (!/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(playbook.name))
      leftOut.push(`${file}: its name cannot be that of an agent`);
    else if (same.length > 1) leftOut.push(`${file}: ${same.length} playbooks answer to "${playbook.name}"`);
    else if (read.value === undefined || firstFault(read) !== undefined) leftOut.push(firstFault(read) ?? file);
    else agents.push(read.value);
  }
  return { agents, leftOut };
}

/** The schema for editors, relative to the folder of the orchestra, where a copy of it lies in this project. */
function schemaBeside(project: Project, folder: string): string | undefined {
  const copies = ['schemas', 'node_modules/super-orchestra/schemas'];
  const file = copies.map((copy) => join(project.root, copy, 'orchestra.schema.json')).find((each) => existsSync(each));
  return file === undefined ? undefined : relative(folder, resolve(file));
}

async function check(project: Project, path: string, io: Io): Promise<number> {
  const { choicesHere } = await import('./adapters.ts');
  const { compileFile } = await import('./team.ts');
  const { reportDiagnostics } = await import('./diagnose.ts');
  return reportDiagnostics(compileFile(project, path, await choicesHere(project, io.env)), io);
}
