// Settings from outside of orchestras: the file .super of a project, a person's config.yaml, and how they are put together.
import { type Checked, type Finding, hasErrors, inReadingOrder, type Path } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/suggest.ts';
import { validate as validateConfig } from '../schema/config.gen.js';
import { validate as validateProject } from '../schema/project.gen.js';
import { keysAt } from '../schema/terms.gen.ts';
import type { Config, ProjectFile } from '../schema/types.gen.ts';
import type { SchemaFault, Validator } from '../schema/validator.ts';
import { durationFaults, limitFaults } from './amounts.ts';
import { budgetFaults, toBudget } from './budgets.ts';
import { toSeconds } from './durations.ts';
import { mergedEnv, toEnv } from './env.ts';
import { kindOf } from './fault-words.ts';
import { explainFaults } from './faults.ts';
import { toLimits } from './sizes.ts';
import type { Source } from './source.ts';
import type { ProjectSpec, Settings } from './spec.ts';

/** Where the settings of a project stand in its file. */
export const defaultsPath: Path = ['defaults'];

/** Reads a person's config.yaml. A value comes without errors only. */
export function readConfig(source: Source): Checked<Settings> {
  const findings = faultsOf(source, validateConfig, 'config', 'max_parallel_tasks: 4');
  const all = findings.length > 0 ? findings : settingFaults(source.data as Config, []);
  return checked(source, all, () => toSettings(source.data as Config));
}

/**
 * Reads the file .super. Keys of its top that mean nothing here are warned of, because other programs have files of that name; what is
 * nearly a key of ours is an error, because what stands below it would silently not count.
 */
export function readProjectFile(source: Source): Checked<ProjectSpec> {
  const findings = faultsOf(source, validateProject, 'project', 'project: my_project').map(unreadKey);
  const file = source.data as ProjectFile;
  const all = hasErrors(findings) ? findings : [...findings, ...settingFaults(file.defaults ?? {}, defaultsPath)];
  return checked(source, all, () => ({
    ...(file.project !== undefined && { name: file.project }),
    defaults: toSettings(file.defaults ?? {}),
  }));
}

function checked<T>(source: Source, findings: readonly Finding[], read: () => T): Checked<T> {
  const diagnostics = inReadingOrder(findings.map((finding) => source.locate(finding)));
  return hasErrors(findings) ? { diagnostics } : { value: read(), diagnostics };
}

function faultsOf(
  { data }: Source,
  validate: Validator,
  document: 'config' | 'project',
  example: string,
): readonly Finding[] {
  if (validate(data)) return [];
  if (data === null || typeof data !== 'object' || Array.isArray(data)) {
    const message = `the file must be a map, not ${kindOf(data, ['object'])}`;
    return [{ code: 'wrong-type', message, at: [], hint: `write "key: value" lines, like ${example}` }];
  }
  return explainFaults(validate.errors as readonly SchemaFault[], data, document);
}

function unreadKey(finding: Finding): Finding {
  const [key] = finding.at;
  if (finding.code !== 'unknown-key' || finding.at.length !== 1 || typeof key !== 'string') return finding;
  const isSetting = keysAt.config['#']?.includes(key) === true;
  const meant = isSetting ? undefined : didYouMean(key, keysAt.project['#'] ?? []);
  if (meant !== undefined) return { ...finding, hint: `${meant} a key that starts with x- is yours to use` };
  const hint = isSetting
    ? `put it under "defaults:"`
    : 'keys of other programs may stand here; one that starts with x- is yours to use';
  return { ...finding, code: 'project-form', message: `${finding.message}: it is not read`, hint };
}

/** What the schema cannot say of amounts that are texts. */
export function settingFaults(settings: Config, at: Path): readonly Finding[] {
  return [
    ...durationFaults(settings, at, ['task_timeout_seconds', 'run_timeout_seconds']),
    ...durationFaults(settings, at, ['grace_seconds'], true),
    ...limitFaults(settings.limits, [...at, 'limits']),
    ...budgetFaults(settings.budget, [...at, 'budget']),
  ];
}

/** Settings that conform to the schema. */
export function toSettings(written: Config): Settings {
  const { adapter, max_parallel_tasks, on_failure, limits, budget, prices, env } = written;
  const { task_timeout_seconds: task, run_timeout_seconds: run, grace_seconds: grace } = written;
  return {
    ...(adapter !== undefined && { adapter }),
    ...(max_parallel_tasks !== undefined && { max_parallel_tasks }),
    ...(task !== undefined && { task_timeout_seconds: toSeconds(task) }),
    ...(run !== undefined && { run_timeout_seconds: toSeconds(run) }),
    ...(grace !== undefined && { grace_seconds: toSeconds(grace) }),
    ...(on_failure !== undefined && { on_failure }),
    ...(limits !== undefined && { limits: toLimits(limits) }),
    ...(budget !== undefined && { budget: toBudget(budget) }),
    ...(prices !== undefined && { prices }),
    ...(env !== undefined && { env: toEnv(env) }),
  };
}

/** Two settings together: what `over` says, and where it says nothing what `under` says. */
export function mergedSettings(over: Settings, under: Settings): Settings {
  const limits = { ...under.limits, ...over.limits };
  const budget = { ...under.budget, ...over.budget };
  const prices = { ...under.prices, ...over.prices };
  const env = mergedEnv(over.env ?? toEnv(undefined), under.env ?? toEnv(undefined));
  return {
    ...under,
    ...over,
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(Object.keys(budget).length > 0 && { budget }),
    ...(Object.keys(prices).length > 0 && { prices }),
    ...(env.pass.length + Object.keys(env.set).length > 0 && { env }),
  };
}
