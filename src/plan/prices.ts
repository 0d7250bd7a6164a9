// What models cost. The table beside this file is a list of estimates with a date; what people say in settings comes before it.
import type { PlanAgent, PlanPrice, Prices } from '../schema/types.gen.ts';
import table from './prices.json' with { type: 'json' };

/** When the table of prices was made. */
export const pricesDate: string = table.date;

/** The providers whose own prices the table holds. */
const vendors: readonly (string | undefined)[] = ['anthropic', 'openai', 'google', 'gemini'];

/** An agent, as far as the price of its model depends on it. */
type Priced = Pick<PlanAgent, 'adapter' | 'model' | 'provider' | 'base_url'>;

/** What the model of an agent costs; undefined where it is not named, or its price is not known. */
export function priceOf(agent: Priced, own: Prices = {}): PlanPrice | undefined {
  if (agent.model === undefined) return undefined;
  return priceIn(own, agent.model) ?? (isDirect(agent) ? priceIn(table.models, agent.model) : undefined);
}

/** Whether the vendor of a model is asked itself: others take prices of their own for the same model. */
function isDirect({ adapter, provider, base_url }: Priced): boolean {
  if (adapter === 'codex' || adapter === 'gemini' || adapter === 'claude') return true;
  return adapter === 'llm' && base_url === undefined && vendors.includes(provider?.trim().toLowerCase());
}

/** Whether agents of this adapter work with a model and need not say what it cost in money. */
export function reportsTokensOnly(adapter: PlanAgent['adapter']): boolean {
  return adapter === 'codex' || adapter === 'gemini' || adapter === 'llm';
}

/** The price under the longest name that fits. */
function priceIn(prices: Prices, model: string): PlanPrice | undefined {
  const fitting = Object.keys(prices).filter((pattern) => fits(pattern, model));
  const best = fitting.reduce((long, each) => (each.length > long.length ? each : long), '');
  return best === '' ? undefined : prices[best];
}

/** Whether a model bears a name in which * stands for any characters; the case does not matter. */
function fits(pattern: string, model: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const name = model.toLowerCase();
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
