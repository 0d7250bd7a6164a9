import type { AdapterName, Policy } from '../schema/types.gen.ts';

/** Adapters of agents that use a shell of their own accord. */
const minded: readonly (AdapterName | null)[] = ['claude', 'codex', 'gemini', 'acp', 'rehearsal'];

/** What an agent may do in a shell, as a key of the plan: what its orchestra says and what it says itself, together. */
export function somePolicy(
  adapter: AdapterName | null,
  orchestra: Policy,
  own: Policy | undefined,
): { readonly policy?: Policy } {
  if (!minded.includes(adapter)) return {};
  const policy = Object.fromEntries(
    (['deny', 'confirm', 'watch'] as const).flatMap((kind) => {
      const patterns = [...new Set([...(orchestra[kind] ?? []), ...(own?.[kind] ?? [])])];
      return patterns.length === 0 ? [] : [[kind, patterns]];
    }),
  );
  return Object.keys(policy).length === 0 ? {} : { policy };
}
