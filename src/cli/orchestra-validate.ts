import { join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { tellOn } from '../reporters/wrap.ts';
import { type Command, type Io, setupFault } from './command.ts';
import { formatOf, formatOptions } from './formats.ts';
import { findProject, orchestraFiles, type Project } from './project.ts';
import type { Choices, Compiled } from './team.ts';

export const orchestraValidate: Command = {
  path: ['orchestra', 'validate'],
  summary: 'check orchestras and the playbooks that they use; without operands all of this project',
  operands: '[orchestra...]',
  options: formatOptions,
  example: 'super orchestra validate --format github',
  async run(call, io) {
    const project = await findProject(io.cwd);
    const format = formatOf(call);
    const asked = await subjectsOf(project, call.operands);
    if (asked.length === 0) {
      // Whoever checks nothing, and hears that all is well, stands in the wrong folder.
      const looked = join(project.root, 'orchestras');
      throw setupFault(`there is no orchestra to check: looked in ${looked}`, nextStep);
    }
    const { choicesHere } = await import('./adapters.ts');
    const { printReport } = await import('./diagnose.ts');
    const choices = await choicesHere(project, io.env);
    const checked: Compiled[] = [];
    for (const subject of asked) checked.push(await check(project, subject, choices, io));
    const [only, ...more] = checked;
    const file = only !== undefined && more.length === 0 ? only.file : `${checked.length} orchestras`;
    // What is wrong with the settings refuses every run.
    const told = [...checked, choices.around];
    const faulty = choices.around.files.filter(({ diagnostics }) => diagnostics.length > 0);
    const subject = [file, ...faulty.map((each) => each.file)].join(' and ');
    const { misspeltVariables } = await import('./variables.ts');
    for (const note of await misspeltVariables(io.env)) tellOn(io.stderr, `super: note: ${note}\n`);
    const unread = checked.some((each) => each.unread === true);
    return printReport({ file: subject, diagnostics: once(told), texts: allTexts(told), unread }, format, io);
  },
};

const nextStep = 'begin a project: super init; or write an orchestra: super orchestra create <id>';

type Told = Pick<Compiled, 'diagnostics' | 'texts'>;

const fromStdin = '-';

/** Paths of what is to be checked; `-` stays as it is. */
async function subjectsOf(project: Project, operands: readonly string[]): Promise<readonly string[]> {
  if (operands.length === 0) return orchestraFiles(project);
  const { findOrchestra } = await import('./lookup.ts');
  return [...new Set(operands.map((asked) => (asked === fromStdin ? asked : findOrchestra(project, asked))))];
}

async function check(project: Project, path: string, choices: Choices, io: Io): Promise<Compiled> {
  const { compileBytes, compileFile } = await import('./team.ts');
  if (path !== fromStdin) return compileFile(project, path, choices);
  return compileBytes(project, '<stdin>', new TextEncoder().encode(await io.stdin()), choices);
}

/** Orchestras that share a playbook share its faults: they are told once. */
function once(checked: readonly Told[]): readonly Diagnostic[] {
  const all = checked.flatMap(({ diagnostics }) => diagnostics.map((each) => [JSON.stringify(each), each] as const));
  return [...new Map(all).values()];
}

function allTexts(checked: readonly Told[]): ReadonlyMap<string, string> {
  return new Map(checked.flatMap(({ texts }) => [...texts]));
}
