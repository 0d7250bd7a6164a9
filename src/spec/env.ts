// What of an environment an agent gets, as written and put together.
import type { PlanEnv } from '../schema/types.gen.ts';

/** An `env:` that conforms to the schema, or nothing, as names to pass through and values to set. */
export function toEnv(written: unknown): PlanEnv {
  if (Array.isArray(written)) return { pass: written, set: {} };
  const values = written !== null && typeof written === 'object' ? Object.entries(written) : [];
  return { pass: [], set: Object.fromEntries(values.map(([name, value]) => [name, String(value)])) };
}

/** Two environments together. Of a name that both speak of counts what `over` says. */
export function mergedEnv(over: PlanEnv, under: PlanEnv): PlanEnv {
  const said = new Set([...over.pass, ...Object.keys(over.set)]);
  const values = Object.entries(under.set).filter(([name]) => !said.has(name));
  return {
    pass: [...under.pass.filter((name) => !said.has(name)), ...over.pass],
    set: { ...Object.fromEntries(values), ...over.set },
  };
}
