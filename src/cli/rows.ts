// Orchestras and playbooks of a project as lists show them: a broken one is a row too, and hides no other.
import { resolve } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type AdapterChoice, chooseAdapter } from '../plan/adapter-choice.ts';
import { readOrchestra } from '../spec/orchestra.ts';
import { choicesHere } from './adapters.ts';
import { type Io, Refusal } from './command.ts';
import { idOf } from './lookup.ts';
import { nameFor } from './paths.ts';
import { orchestraFiles, type PlaybookFile, type Project, playbookFiles } from './project.ts';
import { lastRun } from './runs.ts';
import { type Choices, compileFile, loadPlaybook, loadSource } from './team.ts';

export interface AgentRow {
  readonly name: string;
  readonly file: string;
  /** Null where none is usable here. */
  readonly adapter: string | null;
  readonly tasks: readonly string[];
  /** The first thing that is wrong with it. */
  readonly error?: string;
}

export interface OrchestraRow {
  readonly id: string;
  /** Null, like the strategy, where the file cannot be read. */
  readonly name: string | null;
  readonly file: string;
  readonly strategy: string | null;
  readonly agents: readonly string[];
  readonly tasks: readonly string[];
  readonly last_run: ReturnType<typeof lastRun>;
  /** The first thing that is wrong with it. */
  readonly error?: string;
}

/** Every playbook of a project. */
export async function agentRows(project: Project, io: Io): Promise<readonly AgentRow[]> {
  const { adapters } = await choicesHere(project, io.env);
  return playbookFiles(project).map((playbook) => agentRow(project, playbook, adapters));
}

/** Every orchestra of a project. */
export async function orchestraRows(project: Project, io: Io): Promise<readonly OrchestraRow[]> {
  const choices = await choicesHere(project, io.env);
  return orchestraFiles(project).map((path) => orchestraRow(project, path, choices));
}

function agentRow(project: Project, playbook: PlaybookFile, adapters: AdapterChoice): AgentRow {
  const read = orRefusal(() => loadPlaybook(project, playbook));
  const agent = read.value;
  return {
    name: playbook.name,
    file: nameFor(project, playbook.file),
    adapter: agent === undefined ? null : chooseAdapter(agent, adapters).adapter,
    tasks: agent?.tasks.map(({ name }) => name) ?? [],
    ...errorOf(read),
  };
}

function orchestraRow(project: Project, path: string, choices: Choices): OrchestraRow {
  const compiled = orRefusal(() => compileFile(project, path, choices));
  const { spec } = compiled;
  const id = spec?.id ?? idOf(path);
  return {
    id,
    name: spec?.name ?? null,
    file: nameFor(project, path),
    strategy: spec?.execution.strategy ?? null,
    agents: spec?.agents.map(({ name }) => name) ?? [],
    tasks: spec?.tasks.map(({ name }) => name) ?? [],
    last_run: lastRun(resolve(project.root, spec?.workspace ?? `orchestra_workspaces/${id}`)),
    ...errorOf(compiled),
  };
}

/** Where an agent of this name is written in orchestras. */
export function inlineAgents(project: Project, name: string): readonly Diagnostic[] {
  return orchestraFiles(project).flatMap((path) => {
    const { value: source } = orRefusal(() => loadSource(project, path));
    const orchestra = source === undefined ? undefined : readOrchestra(source).value;
    const entry = orchestra?.agents.find((each) => each.type === 'inline' && each.name === name);
    if (source === undefined || entry === undefined) return [];
    return [source.locate({ code: 'unknown-agent', message: `agent "${name}" has no playbook`, at: entry.at })];
  });
}

/** A file that could not be read at all, and why. */
interface Refused {
  readonly value?: undefined;
  readonly spec?: undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly refusal: string;
}

/** What was read, or that it could not be, where one bad file shall not hide the others. */
export function orRefusal<T extends object>(read: () => T): T | Refused {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return { diagnostics: [], refusal: error.message };
    throw error;
  }
}

/** The first error of what was read, on one line with its place; undefined where there is none. */
export function firstFault(read: { readonly diagnostics: readonly Diagnostic[] } | Refused): string | undefined {
  if ('refusal' in read) return read.refusal;
  const first = read.diagnostics.find(({ severity }) => severity === 'error');
  return first && `${first.file}:${first.line}:${first.column}: ${first.message}`;
}

function errorOf(read: { readonly diagnostics: readonly Diagnostic[] } | Refused): { readonly error?: string } {
  const error = firstFault(read);
  return error === undefined ? {} : { error };
}
