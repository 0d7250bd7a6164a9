import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { AdapterChoice } from '../plan/adapter-choice.ts';
import { type Command, exit, type Io } from './command.ts';
import { formatOf, formatOptions } from './formats.ts';
import { findProject, orchestraFiles, type Project } from './project.ts';
import type { Compiled } from './team.ts';

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
    if (asked.length === 0 && format === 'text') {
      io.stdout.write('there are no orchestras here\nwrite one: super orchestra create <id>\n');
      return exit.succeeded;
    }
    const { adaptersHere } = await import('./adapters.ts');
    const { printReport } = await import('./diagnose.ts');
    const adapters = await adaptersHere(project.root, io.env);
    const checked: Compiled[] = [];
    for (const subject of asked) checked.push(await check(project, subject, adapters, io));
    const [only, ...more] = checked;
    const file = only !== undefined && more.length === 0 ? only.file : `${checked.length} orchestras`;
    return printReport({ file, diagnostics: once(checked), texts: allTexts(checked) }, format, io);
  },
};

const fromStdin = '-';

/** Paths of what is to be checked; `-` stays as it is. */
async function subjectsOf(project: Project, operands: readonly string[]): Promise<readonly string[]> {
  if (operands.length === 0) return orchestraFiles(project);
  const { findOrchestra } = await import('./lookup.ts');
  return [...new Set(operands.map((asked) => (asked === fromStdin ? asked : findOrchestra(project, asked))))];
}

async function check(project: Project, path: string, adapters: AdapterChoice, io: Io): Promise<Compiled> {
  const { compileBytes, compileFile } = await import('./team.ts');
  if (path !== fromStdin) return compileFile(project, path, { adapters });
  return compileBytes(project, '<stdin>', new TextEncoder().encode(await io.stdin()), { adapters });
}

/** Orchestras that share a playbook share its faults: they are told once. */
function once(checked: readonly Compiled[]): readonly Diagnostic[] {
  const all = checked.flatMap(({ diagnostics }) => diagnostics.map((each) => [JSON.stringify(each), each] as const));
  return [...new Map(all).values()];
}

function allTexts(checked: readonly Compiled[]): ReadonlyMap<string, string> {
  return new Map(checked.flatMap(({ texts }) => [...texts]));
}
