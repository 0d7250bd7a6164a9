import { tellOn } from '../reporters/wrap.ts';
import { columns } from './columns.ts';
import { type Call, type Command, exit, flag, type Io, printJson } from './command.ts';
import type { Effective, Origin, Subject } from './effective.ts';
import type { Project } from './project.ts';
import type { Around } from './settings.ts';
import type { Read } from './team.ts';

export const config: Command = {
  path: ['config'],
  summary: 'say which settings count here, from variables, .super, your config.yaml; and for an orchestra, from it',
  operands: '[orchestra]',
  options: [
    { flags: '--show-origin', description: 'adds who says so: a variable, a place in a file, or nobody' },
    { flags: '--json', description: 'one JSON document' },
  ],
  example: 'super config --show-origin',
  async run(call, io) {
    const { findProject } = await import('./project.ts');
    const { settingsAround } = await import('./settings.ts');
    const { withSettings } = await import('./team.ts');
    const { printReport, reportDiagnostics } = await import('./diagnose.ts');
    const project = await findProject(io.cwd);
    const around = await settingsAround(project, io.env);
    const [asked] = call.operands;
    const read = asked === undefined ? undefined : await subjectOf(project, asked, around);
    const settings = { file: 'the settings', diagnostics: [], texts: new Map() };
    const told = withSettings(around, () => read ?? settings);
    const faulty = told.diagnostics.some(({ severity }) => severity === 'error');
    if (faulty || (asked !== undefined && read?.value === undefined))
      return printReport(told, flag(call, 'json') ? 'json' : 'text', io);
    reportDiagnostics(told, io);
    const { effectiveSettings } = await import('./effective.ts');
    await print(effectiveSettings(around, read?.value), project, around, call, io);
    return exit.succeeded;
  },
};

/** An orchestra as it is read with the settings around it. */
async function subjectOf(project: Project, asked: string, around: Around): Promise<Read<Subject>> {
  const { findOrchestra } = await import('./lookup.ts');
  const { loadSource } = await import('./team.ts');
  const { readOrchestra } = await import('../spec/orchestra.ts');
  const { value: source, ...rest } = loadSource(project, findOrchestra(project, asked));
  if (source === undefined) return rest;
  const { value: spec, diagnostics } = readOrchestra(source, {}, around);
  return {
    ...rest,
    ...(spec !== undefined && { value: { source, spec } }),
    diagnostics: [...rest.diagnostics, ...diagnostics],
  };
}

async function print(rows: readonly Effective[], project: Project, around: Around, call: Call, io: Io): Promise<void> {
  const files = await filesLookedAt(project, around, io);
  if (flag(call, 'json')) {
    printJson(io, { settings: rows.map(({ text, ...row }) => row), files });
    return;
  }
  const shown = flag(call, 'showOrigin');
  const cells = rows.map(({ key, text, origin }) => [key, text, ...(shown ? [originText(origin)] : [])]);
  io.stdout.write(columns(cells, io.stdout));
  if (shown)
    io.stdout.write(
      `\n${columns(
        files.map(({ file, state }) => ['file', state, file]),
        io.stdout,
      )}`,
    );
  const { misspeltVariables } = await import('./variables.ts');
  for (const note of await misspeltVariables(io.env)) tellOn(io.stderr, `super: note: ${note}\n`);
}

function originText(origin: Origin): string {
  if (origin.type === 'default') return 'default';
  return origin.type === 'environment' ? origin.variable : `${origin.file}:${origin.line}:${origin.column}`;
}

/** The files in which settings may stand. */
async function filesLookedAt(project: Project, { files }: Around, io: Io) {
  const { configPath } = await import('./settings.ts');
  const { nameFor } = await import('./paths.ts');
  const { join } = await import('node:path');
  const path = configPath(io.env);
  const possible = [join(project.root, '.super'), ...(path === undefined ? [] : [path])];
  return possible.map((each) => {
    const file = nameFor(project, each);
    return { file, state: files.some((read) => read.file === file) ? 'read' : 'not there' };
  });
}
