// Settings that stand in the environment: SUPER_MAX_PARALLEL_TASKS=4, SUPER_LIMITS_MEMORY=2GiB.
import type { Finding, Path } from '../diagnostics/diagnostic.ts';
import { validate } from '../schema/config.gen.js';
import { keysAt } from '../schema/terms.gen.ts';
import type { Config } from '../schema/types.gen.ts';
import { explainFaults } from './faults.ts';
import { settingFaults, toSettings } from './settings.ts';
import type { Settings } from './spec.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A setting by its place in a file of settings, and the variable that sets it. */
export interface SettingName {
  readonly at: Path;
  readonly variable: string;
}

/** Settings that are made of others, each of which has a variable. */
const groups = ['limits', 'budget'] as const;

function isGroup(key: unknown): key is (typeof groups)[number] {
  return groups.some((group) => group === key);
}

/** Every setting with a variable. Variables of agents and prices of models are none, so `env` and `prices` have none. */
export const settingNames: readonly SettingName[] = (keysAt.config['#'] ?? [])
  .flatMap((key): Path[] => {
    if (isGroup(key)) return (keysAt.config[`#/properties/${key}`] ?? []).map((inner) => [key, inner]);
    return key === 'env' || key === 'prices' ? [] : [[key]];
  })
  .map((at) => ({ at, variable: `SUPER_${at.join('_').toUpperCase()}` }));

/** What is wrong with the value of a variable. */
export interface VariableFault {
  readonly variable: string;
  readonly message: string;
  readonly hint: string;
}

/** Reads the variables that are set; one that is empty counts as not set. */
export function readVariables(env: Env): { readonly value: Settings; readonly faults: readonly VariableFault[] } {
  const config: Record<string, unknown> = {};
  for (const { at, variable } of settingNames) {
    const text = env[variable]?.trim() ?? '';
    if (text === '') continue;
    const [key] = at;
    if (isGroup(key)) config[key] = { ...(config[key] as object | undefined), [String(at.at(-1))]: typed(text) };
    else config[String(key)] = typed(text);
  }
  const findings = validate(config)
    ? settingFaults(config, [])
    : explainFaults(validate.errors ?? [], config, 'config');
  return { value: findings.length === 0 ? toSettings(config as Config) : {}, faults: findings.map(faultOf) };
}

function typed(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : text;
}

function faultOf({ at, message, hint = '' }: Finding): VariableFault {
  const variable = settingNames.find((name) => name.at.join('.') === at.join('.'))?.variable ?? '';
  // The sentence names the key of a file; who set a variable knows that name.
  return { variable, message: message.replace(`"${at.at(-1)}"`, variable), hint };
}
