// The settings around an orchestra: variables, the project's .super, a person's config.yaml. A file that is not there costs a look.
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type Checked, type Diagnostic, hasErrors, type Path } from '../diagnostics/diagnostic.ts';
import type { AdapterChoice } from '../plan/adapter-choice.ts';
import { decode } from '../spec/decode.ts';
import { defaultsPath, mergedSettings, readConfig, readProjectFile } from '../spec/settings.ts';
import { parseSource, type Source } from '../spec/source.ts';
import type { Settings, Surroundings } from '../spec/spec.ts';
import { type Io, Refusal, setupFault, usageFault } from './command.ts';
import { isFile, nameFor, orRefuse } from './paths.ts';
import type { Project } from './project.ts';
import type { SettingsFile } from './settings-file.ts';

/** Settings from outside of an orchestra, and the files that they come from. */
export interface Around extends Surroundings {
  readonly environment: Settings;
  readonly defaults: Settings;
  /** The project's file, then the person's, as far as they are there. */
  readonly files: readonly SettingsFile[];
  readonly diagnostics: readonly Diagnostic[];
  readonly texts: ReadonlyMap<string, string>;
}

/** Reads the file .super of a project. */
export function readMarker(project: Project, path: string): SettingsFile {
  const read = readSettings(project, path, defaultsPath, readProjectFile);
  const { value, ...file } = read;
  return {
    ...file,
    settings: value?.defaults ?? {},
    ...(value?.name !== undefined && { project: value.name }),
  };
}

/** Where a person's settings are looked for; undefined where the environment names no home. */
export function configPath(env: Io['env']): string | undefined {
  const { XDG_CONFIG_HOME: folder = '', HOME: home = '' } = env;
  // The standard has relative paths ignored.
  if (isAbsolute(folder)) return join(folder, 'super', 'config.yaml');
  return isAbsolute(home) ? join(home, '.config', 'super', 'config.yaml') : undefined;
}

/** The settings around the orchestras of a project. Throws a Refusal for a variable that is wrong and a file that cannot be read. */
export async function settingsAround(project: Project, env: Io['env']): Promise<Around> {
  const files = filesAround(project, env);
  const refusal = files.find((file) => file.refusal !== undefined)?.refusal;
  if (refusal !== undefined) throw setupFault(refusal);
  const [first = {}, second = {}] = files.map(({ settings }) => settings);
  return {
    environment: await environmentSettings(env),
    defaults: files.length < 2 ? first : mergedSettings(first, second),
    files,
    diagnostics: files.flatMap(({ diagnostics }) => diagnostics),
    texts: new Map(files.flatMap(({ file, text }) => (text === undefined ? [] : [[file, text] as const]))),
  };
}

/** The files of settings that are there: the project's, then the person's. */
export function filesAround(project: Project, env: Io['env']): readonly SettingsFile[] {
  const path = configPath(env);
  const { value, ...config } = path !== undefined && isFile(path) ? readSettings(project, path, [], readConfig) : none;
  return [
    ...(project.marker === undefined ? [] : [project.marker]),
    ...(config.file === undefined ? [] : [{ ...config, settings: value ?? {} }]),
  ];
}

const none = { value: undefined, file: undefined };

/** What the variables of the environment set. Throws a Refusal that names one that is wrong. */
export async function environmentSettings(env: Io['env']): Promise<Settings> {
  if (!Object.keys(env).some((name) => name.startsWith('SUPER_'))) return {};
  const { readVariables } = await import('../spec/variables.ts');
  const { value, faults } = readVariables(env);
  const [fault] = faults;
  if (fault === undefined) return value;
  const { variable, message, hint } = fault;
  const sentence = message.includes(variable) ? message : `${variable}: ${message}`;
  throw usageFault(`the environment is wrong: ${sentence}`, hint);
}

/** How settings choose the adapters of agents that name none. */
export function adapterWishes({ environment, files }: Around): Pick<AdapterChoice, 'variable' | 'preferred'> {
  const source = files.find(({ settings }) => settings.adapter !== undefined);
  return {
    ...(environment.adapter !== undefined && { variable: environment.adapter }),
    ...(source?.settings.adapter !== undefined && {
      preferred: { adapter: source.settings.adapter, file: source.file },
    }),
  };
}

/** What was made of a file of settings. */
type Read<T> = Omit<SettingsFile, 'settings' | 'project'> & { readonly value?: T };

function readSettings<T>(project: Project, path: string, at: Path, read: (source: Source) => Checked<T>): Read<T> {
  const file = nameFor(project, path);
  const bytes = bytesOf(file, path);
  if (typeof bytes === 'string') return { file, at, diagnostics: [], refusal: bytes };
  const { value: text, diagnostics } = decode(file, bytes);
  if (text === undefined) return { file, at, diagnostics };
  const source = parseSource(file, text);
  // To be empty is no fault here: nothing has to be said.
  if (source.diagnostics.some(({ code }) => code === 'file-empty')) return { file, at, diagnostics: [], text };
  if (source.value === undefined) return { file, at, diagnostics: source.diagnostics, text };
  const { value, diagnostics: found } = read(source.value);
  const all = [...source.diagnostics, ...found];
  return {
    file,
    at,
    text,
    source: source.value,
    diagnostics: all,
    ...(value !== undefined && !hasErrors(all) && { value }),
  };
}

/** The bytes of a file, or why it cannot be read. */
function bytesOf(file: string, path: string): Uint8Array | string {
  try {
    return orRefuse(file, () => readFileSync(path));
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}
