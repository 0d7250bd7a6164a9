// The settings around an orchestra: variables, the project's .super, a person's config.yaml. A file that is not there costs a look.
import { isAbsolute, join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { AdapterChoice } from '../plan/adapter-choice.ts';
import { mergedSettings, readConfig } from '../spec/settings.ts';
import type { Settings, Surroundings } from '../spec/spec.ts';
import { type Io, setupFault, usageFault } from './command.ts';
import { isFile } from './paths.ts';
import type { Project } from './project.ts';
import { readSettings, type SettingsFile } from './settings-file.ts';

/** Settings from outside of an orchestra, and the files that they come from. */
export interface Around extends Surroundings {
  readonly environment: Settings;
  readonly defaults: Settings;
  /** The project's file, then the person's, as far as they are there. */
  readonly files: readonly SettingsFile[];
  readonly diagnostics: readonly Diagnostic[];
  readonly texts: ReadonlyMap<string, string>;
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
  const { value, ...config } =
    path !== undefined && isFile(path) ? readSettings(project.cwd, path, [], readConfig) : none;
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
