// From the files of a project to a plan: reads an orchestra and those playbooks that its agents stand for.
import { readFileSync } from 'node:fs';
import { type Checked, type Diagnostic, hasErrors, inReadingOrder } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/suggest.ts';
import { type CompileOptions, compile, type Team } from '../plan/compile.ts';
import type { AgentName, Plan } from '../schema/types.gen.ts';
import { readPlaybook } from '../spec/agent.ts';
import { decode } from '../spec/decode.ts';
import { firstFew } from '../spec/limits.ts';
import { parseSource, type Source } from '../spec/source.ts';
import type { AgentEntry, AgentSpec, OrchestraSpec } from '../spec/spec.ts';
import { setupFault, usageFault } from './command.ts';
import { readFrugally } from './memory.ts';
import { missingFiles, modulePath, unmatchedPatterns } from './named-files.ts';
import { unusableSchemas } from './output-schemas.ts';
import { nameFor, orRefuse } from './paths.ts';
import { type PlaybookFile, type Project, playbookFiles } from './project.ts';
import type { Around } from './settings.ts';

/** What was made of a file, and what was read on the way. */
export interface Read<T> extends Checked<T> {
  /** The file as diagnostics name it. */
  readonly file: string;
  /** The files that were read, as text, by the names that diagnostics give them. */
  readonly texts: ReadonlyMap<string, string>;
  /** Whether faults of its form kept some of what it means from being checked. */
  readonly unread?: boolean;
}

/** An orchestra on its way to a plan. */
export interface Compiled extends Read<Plan> {
  /** The orchestra as it was read; there may be one even when there is no plan. */
  readonly spec?: OrchestraSpec;
}

export type Choices = Omit<CompileOptions, 'team'>;

/** Compiles an orchestra file with the playbooks of its project. Throws a Refusal when a file cannot be read at all. */
export function compileFile(project: Project, path: string, options: Choices): Compiled {
  return compileBytes(project, nameFor(project, path), readBytes(project, path), options);
}

/** What was compiled, with what is wrong with the settings around it; where these have errors nothing is compiled. */
export function withSettings<T extends Read<unknown>>(around: Around, compile: () => T): T | Read<never> {
  const files = around.files.filter(({ diagnostics }) => diagnostics.length > 0).map(({ file }) => file);
  if (files.length === 0) return compile();
  const { diagnostics, texts } = around;
  if (hasErrors(diagnostics)) return { file: files.join(' and '), diagnostics, texts };
  const compiled = compile();
  return {
    ...compiled,
    file: [compiled.file, ...files].join(' and '),
    diagnostics: inReadingOrder([...diagnostics, ...compiled.diagnostics]),
    texts: new Map([...texts, ...compiled.texts]),
  };
}

/** Compiles an orchestra that is not in a file; `name` stands for the file in diagnostics. */
export function compileBytes(project: Project, name: string, bytes: Uint8Array, options: Choices): Compiled {
  readFrugally(bytes.length);
  const source = parseBytes(name, bytes);
  if (source.value === undefined)
    return { file: name, diagnostics: source.diagnostics, texts: source.texts, unread: true };
  const texts = new Map(source.texts);
  const orchestra = source.value;
  let spec: OrchestraSpec | undefined;
  const { value, unread, ...compiled } = compile(orchestra, {
    ...options,
    team: (read) => {
      spec = read;
      return loadTeam(project, read, orchestra, texts);
    },
  });
  const diagnostics = inReadingOrder([...source.diagnostics, ...compiled.diagnostics]);
  return {
    file: name,
    ...(value !== undefined && !hasErrors(diagnostics) && { value }),
    ...(unread === true ? { unread } : spec !== undefined && { spec }),
    diagnostics,
    texts,
  };
}

/** The agents of an orchestra: those written in place, else playbooks, of which only the needed ones are read, into `texts`. */
function loadTeam(project: Project, spec: OrchestraSpec, source: Source, texts: Map<string, string>): Team {
  const playbooks = playbookFiles(project);
  const agents = new Map<AgentName, AgentSpec>();
  const diagnostics: Diagnostic[] = [];
  const missing: Diagnostic[] = [];
  const load = (file: PlaybookFile) => {
    const playbook = loadPlaybook(project, file);
    for (const [name, text] of playbook.texts) texts.set(name, text);
    diagnostics.push(...playbook.diagnostics);
    if (playbook.value !== undefined) agents.set(playbook.value.name, withModule(project, playbook.value));
  };
  for (const entry of spec.agents) {
    if (entry.type === 'inline') {
      agents.set(entry.name, withModule(project, entry.agent));
      missing.push(...missingFiles(project, entry.agent, source, entry.at));
    } else if (!agents.has(entry.name)) {
      const found = answering(playbooks, entry.name);
      if (found.length > 1) diagnostics.push(ambiguous(project, entry, found, source));
      else found.forEach(load);
    }
  }
  missing.push(...unmatchedPatterns(project, spec, agents, source));
  diagnostics.push(...firstFew(unusableSchemas(spec, source)));
  diagnostics.push(...firstFew(missing));
  const known = new Set([...spec.agents.flatMap(inlineName), ...playbooks.map(({ name }) => name)]);
  return { agents, known: [...known], diagnostics };
}

/** The agent with a module that is found from anywhere: the plan takes relative paths from the project's folder, where nobody needs to stand. */
function withModule(project: Project, agent: AgentSpec): AgentSpec {
  if (agent.module === undefined || project.cwd === project.root) return agent;
  return { ...agent, module: modulePath(project, agent, agent.module) };
}

/** The playbooks that answer to a name: `<name>_playbook.yaml` anywhere, else `<name>.yaml` in agents/ itself. */
export function answering(playbooks: readonly PlaybookFile[], name: string): readonly PlaybookFile[] {
  const named = playbooks.filter((each) => each.name === name);
  const proper = named.filter(({ file }) => /_playbook\.ya?ml$/.test(file));
  return proper.length > 0 ? proper : named;
}

/** The playbook that a name stands for. Throws a Refusal when there is none, or more than one. */
export function findPlaybook(project: Project, name: string): PlaybookFile {
  const playbooks = playbookFiles(project);
  const [found, ...others] = answering(playbooks, name);
  if (found !== undefined && others.length === 0) return found;
  if (found !== undefined) {
    const list = [found, ...others].map(({ file }) => `  ${nameFor(project, file)}`).join('\n');
    throw usageFault(`"${name}" is the name of ${others.length + 1} playbooks:\n${list}`, 'rename all but one of them');
  }
  const names = [...new Set(playbooks.map((each) => each.name))];
  const known = names.length === 0 ? 'there are no playbooks under agents/' : `agents here: ${names.join(', ')}`;
  throw setupFault(`there is no agent "${name}"`, [didYouMean(name, names), known].filter(Boolean).join('\n'));
}

/** Reads one playbook. Throws a Refusal when the file cannot be read at all. */
export function loadPlaybook(project: Project, { name, file }: PlaybookFile): Read<AgentSpec> {
  const { value: source, ...read } = loadSource(project, file);
  if (source === undefined) return read;
  const { value, diagnostics } = readPlaybook(source, name as AgentName);
  return {
    ...read,
    ...(value !== undefined && { value }),
    diagnostics: [
      ...read.diagnostics,
      ...diagnostics,
      ...(value === undefined ? [] : missingFiles(project, value, source, ['spec'])),
    ],
  };
}

/** Reads a YAML file of the project. Throws a Refusal when it cannot be read at all. */
export function loadSource(project: Project, path: string): Read<Source> {
  return parseBytes(nameFor(project, path), readBytes(project, path));
}

function parseBytes(file: string, bytes: Uint8Array): Read<Source> {
  const { value: text, diagnostics } = decode(file, bytes);
  if (text === undefined) return { file, diagnostics, texts: new Map() };
  return { file, ...parseSource(file, text), texts: new Map([[file, text]]) };
}

function readBytes(project: Project, path: string): Uint8Array {
  return orRefuse(nameFor(project, path), () => readFileSync(path));
}

function inlineName(entry: AgentEntry): readonly string[] {
  return entry.type === 'inline' ? [entry.name] : [];
}

function ambiguous(project: Project, entry: AgentEntry, found: readonly PlaybookFile[], source: Source): Diagnostic {
  const files = found.map(({ file }) => nameFor(project, file));
  return source.locate({
    code: 'ambiguous-agent',
    message: `${files.length} playbooks answer to "${entry.name}": ${files.join(', ')}`,
    at: entry.at,
    hint: 'rename all but one of them',
  });
}
