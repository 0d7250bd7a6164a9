// Every setting as it counts, and who says so: a variable, the orchestra, the project, the person, or nobody.
import type { Diagnostic, Path } from '../diagnostics/diagnostic.ts';
import { dollars, grouped } from '../diagnostics/figures.ts';
import { printable } from '../diagnostics/printable.ts';
import type { PlanBudget } from '../schema/types.gen.ts';
import { builtIn } from '../spec/orchestra.ts';
import { sizeText } from '../spec/sizes.ts';
import type { Source } from '../spec/source.ts';
import type { LimitsSpec, OrchestraSpec, Settings } from '../spec/spec.ts';
import { type SettingName, settingNames } from '../spec/variables.ts';
import type { Around } from './settings.ts';
import type { SettingsFile } from './settings-file.ts';

/** Who says what a setting is. */
export type Origin =
  | { readonly type: 'environment'; readonly variable: string }
  | { readonly type: 'orchestra' | 'settings'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly type: 'default' };

/** What a setting can be. */
type Value = string | number | boolean;

/** A setting that counts. */
export interface Effective {
  /** As in a file of settings, steps joined by dots. */
  readonly key: string;
  /** Seconds, bytes, processors, dollars, tokens, yes or no, or a word; null where there is no limit or it depends. */
  readonly value: Value | null;
  /** The same for people. */
  readonly text: string;
  readonly origin: Origin;
}

/** An orchestra that settings are looked up for, read with these settings around it. */
export interface Subject {
  readonly source: Source;
  readonly spec: OrchestraSpec;
}

/** Every setting as it counts, for one orchestra or for all that say nothing. */
export function effectiveSettings(around: Around, subject?: Subject): readonly Effective[] {
  return [
    ...settingNames.map((name) => effective(name, around, subject)),
    ...priceRows(around.files),
    ...environmentRows(around.files),
  ];
}

function effective(name: SettingName, around: Around, subject: Subject | undefined): Effective {
  const key = name.at.join('.');
  const origin = originOf(name, around, subject);
  const value = subject === undefined ? valueAround(name.at, around, origin) : valueFor(name.at, around, subject);
  return { key, value, text: textOf(name.at, value, origin, subject), origin };
}

function originOf({ at, variable }: SettingName, around: Around, subject: Subject | undefined): Origin {
  const execution: Path = ['orchestra', 'execution', ...at];
  const isDeaf = at[0] === 'max_parallel_tasks' && subject?.spec.execution.strategy === 'sequential';
  if (!isDeaf && valueIn(around.environment, at) !== undefined) return { type: 'environment', variable };
  if (subject?.source.has(execution)) return placeIn(subject.source, execution, 'orchestra');
  const file = isDeaf ? undefined : around.files.find(({ settings }) => valueIn(settings, at) !== undefined);
  if (file?.source === undefined) return { type: 'default' };
  return placeIn(file.source, [...file.at, ...at], 'settings');
}

function placeIn(source: Source, at: Path, type: 'orchestra' | 'settings'): Origin {
  const { file, line, column }: Diagnostic = source.locate({ code: 'unknown-key', message: '', at, part: 'key' });
  return { type, file, line, column };
}

const limitKeys: Readonly<Record<string, keyof LimitsSpec>> = {
  memory: 'memory_bytes',
  cpu: 'cpus',
  output: 'output_bytes',
  disk: 'disk_bytes',
  free_disk: 'free_disk_bytes',
  cache: 'cache_bytes',
};

const budgetKeys: Readonly<Record<string, keyof PlanBudget>> = {
  max_cost_usd: 'max_cost_usd',
  max_tokens: 'max_tokens',
  max_wall: 'max_wall_seconds',
  hard: 'hard',
};

/** A setting of this path among settings; undefined where nothing is said. */
function valueIn(settings: Settings, [key, limit]: Path): Value | undefined {
  if (key === 'budget') return settings.budget?.[budgetKeys[String(limit)] as keyof PlanBudget];
  if (limit !== undefined) return settings.limits?.[limitKeys[limit] as keyof LimitsSpec];
  return settings[key as Exclude<keyof Settings, 'limits' | 'budget' | 'prices' | 'env'>];
}

function valueAround(at: Path, { environment, defaults }: Around, { type }: Origin): Value | null {
  if (type === 'environment') return valueIn(environment, at) ?? null;
  return valueIn(defaults, at) ?? builtInValue(at);
}

/** What the orchestra was read to: the same as a run would do. */
function valueFor(at: Path, around: Around, { spec: { execution } }: Subject): Value | null {
  const { adapter } = { ...around.defaults, ...around.environment };
  const settings = { ...execution, ...(adapter !== undefined && { adapter }) } as unknown as Settings;
  return valueIn(settings, at) ?? (isNoLimit(at) ? null : builtInValue(at));
}

/** Timeouts can be said to be none, so that nobody is asked further. */
function isNoLimit([key]: Path): boolean {
  return String(key).endsWith('timeout_seconds');
}

function builtInValue([key, limit]: Path): Value | null {
  if (limit === 'hard') return false;
  const bytes = limitKeys[String(limit)];
  if (limit !== undefined) return bytes === 'free_disk_bytes' || bytes === 'cache_bytes' ? builtIn[bytes] : null;
  return Object.hasOwn(builtIn, String(key)) ? builtIn[key as keyof typeof builtIn] : null;
}

/** What the built-in value of a setting depends on. */
const depends: Readonly<Record<string, string>> = {
  adapter: 'the first usable of claude, codex, gemini',
  max_parallel_tasks: `${builtIn.max_parallel_tasks}; 1 in a chain`,
  on_failure: 'continue; stop in a chain',
};

function textOf(at: Path, value: Value | null, { type }: Origin, subject: Subject | undefined): string {
  const [key, limit] = at.map(String);
  const open = depends[key ?? ''];
  if (type === 'default' && open !== undefined && (subject === undefined || value === null)) return open;
  if (value === null) return 'no limit';
  if (key?.endsWith('_seconds')) return `${value} s`;
  if (typeof value !== 'number' || limit === undefined) return String(value);
  if (key === 'budget') return budgetText(String(limit), value);
  return limit === 'cpu' ? `${value} ${value === 1 ? 'processor' : 'processors'}` : sizeText(value);
}

function budgetText(limit: string, value: number): string {
  if (limit === 'max_wall') return `${value} s`;
  return limit === 'max_tokens' ? grouped(value) : dollars(value);
}

/** Models that people gave a price. */
function priceRows(files: readonly SettingsFile[]): readonly Effective[] {
  const rows = new Map<string, Effective>();
  for (const { settings, source, at } of files) {
    for (const [model, { input, output, cached }] of Object.entries(settings.prices ?? {})) {
      if (source === undefined || rows.has(model)) continue;
      const more = cached === undefined ? '' : `, ${dollars(cached)} cached`;
      const text = `${dollars(input)} read, ${dollars(output)} written${more}, a million tokens`;
      const origin = placeIn(source, [...at, 'prices', model], 'settings');
      rows.set(model, { key: `prices.${printable(model)}`, value: text, text, origin });
    }
  }
  return [...rows.values()];
}

/** Variables that every agent gets. Their values may be secret. */
function environmentRows(files: readonly SettingsFile[]): readonly Effective[] {
  const rows = new Map<string, Effective>();
  for (const { settings, source, at } of files) {
    const { pass = [], set = {} } = settings.env ?? {};
    const add = (name: string, path: Path, text: string) => {
      if (source === undefined || rows.has(name)) return;
      rows.set(name, {
        key: `env.${name}`,
        value: text,
        text,
        origin: placeIn(source, [...at, 'env', ...path], 'settings'),
      });
    };
    pass.forEach((name, index) => {
      add(name, [index], 'passed through');
    });
    for (const name of Object.keys(set)) add(name, [name], 'set');
  }
  return [...rows.values()];
}
