// How a policy is held to, for people who want to know before a run.
import type { AdapterName, Policy } from '../schema/types.gen.ts';
import { claude } from './claude.ts';
import { gemini } from './gemini.ts';

/** What becomes of a command that meets a pattern. */
type Enforcement = 'refused by its own rules' | 'refused when it asks' | 'ended when it is seen' | 'told';

/** What a policy says, pattern by pattern, and what holds an agent of this adapter to it. */
export interface PolicyFact {
  readonly verdict: 'deny' | 'confirm' | 'watch';
  readonly pattern: string;
  readonly enforcement: Enforcement;
}

/** The facts of a policy, the strictest first; none where there is none. */
export function policyFacts(adapter: AdapterName | null, policy: Policy = {}): readonly PolicyFact[] {
  if (adapter === 'rehearsal') return []; // it runs nothing
  return (['deny', 'confirm', 'watch'] as const).flatMap((verdict) =>
    (policy[verdict] ?? []).map((pattern) => ({
      verdict,
      pattern,
      enforcement: verdict === 'watch' ? ('told' as const) : enforcementOf(adapter, pattern),
    })),
  );
}

function enforcementOf(adapter: AdapterName | null, pattern: string): Enforcement {
  if (adapter === 'acp') return 'refused when it asks';
  const cli = adapter === 'claude' ? claude : adapter === 'gemini' ? gemini : undefined;
  return cli?.refuses?.(pattern) === true ? 'refused by its own rules' : 'ended when it is seen';
}

/** The facts of a policy in lines: those that are held to in the same way together. */
export function policyLines(facts: readonly PolicyFact[]): readonly string[] {
  const lines = new Map<string, string[]>();
  for (const { verdict, pattern, enforcement } of facts) {
    const key = enforcement === 'told' ? `${verdict}: ` : `${verdict}, ${enforcement}: `;
    lines.set(key, [...(lines.get(key) ?? []), `"${pattern}"`]);
  }
  return [...lines].map(([key, patterns]) => key + patterns.join(', '));
}
