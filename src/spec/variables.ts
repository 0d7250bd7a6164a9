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

/** Every setting with a variable. Variables of agents are no variable, so `env` has none. */
export const settingNames: readonly SettingName[] = (keysAt.config['#'] ?? [])
  .flatMap((key): Path[] => {
    if (key === 'limits') return (keysAt.config['#/properties/limits'] ?? []).map((limit) => [key, limit]);
    return key === 'env' ? [] : [[key]];
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
  const limits: Record<string, unknown> = {};
  for (const { at, variable } of settingNames) {
    const text = env[variable]?.trim() ?? '';
    if (text === '') continue;
    (at.length === 1 ? config : limits)[String(at.at(-1))] = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : text;
  }
  if (Object.keys(limits).length > 0) config.limits = limits;
  const findings = validate(config)
    ? settingFaults(config, [])
    : explainFaults(validate.errors ?? [], config, 'config');
  return { value: findings.length === 0 ? toSettings(config as Config) : {}, faults: findings.map(faultOf) };
}

function faultOf({ at, message, hint = '' }: Finding): VariableFault {
  const variable = settingNames.find((name) => name.at.join('.') === at.join('.'))?.variable ?? '';
  // The sentence names the key of a file; who set a variable knows that name.
  return { variable, message: message.replace(`"${at.at(-1)}"`, variable), hint };
}
