import type { Finding, Path } from '../diagnostics/diagnostic.ts';
import type { AdapterName, AgentName, Permissions, Plan, Policy } from '../schema/types.gen.ts';
import type { AgentSpec, OrchestraSpec } from '../spec/spec.ts';

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

/** One warning for each agent whose CLI cannot be told what to refuse, so that what it runs is seen and not prevented. */
export function watchedOnly(
  plan: Plan,
  spec: OrchestraSpec,
  { agents }: { readonly agents: ReadonlyMap<AgentName, AgentSpec> },
): readonly Finding[] {
  const places = new Map<AgentName, Path>(spec.agents.map(({ name, at }) => [name, at]));
  return plan.agents.flatMap(({ name, adapter, policy, permissions }): Finding[] => {
    // A rehearsal is warned for what it stands for.
    const real = adapter === 'rehearsal' ? agents.get(name)?.adapter : adapter;
    if (real !== 'codex' || (policy?.deny ?? policy?.confirm) === undefined) return [];
    return [
      {
        code: 'policy-watched',
        message: `agent "${name}" is held to its policy only after the fact: codex takes no rules for one run`,
        at: places.get(name) ?? [],
        hint: `a command that is denied has begun when its attempt is ended${sandboxHint(permissions)}`,
      },
    ];
  });
}

/** What else could hold codex: its sandbox, where the agent does not work in the strictest one yet. */
function sandboxHint(permissions: Permissions = 'edit'): string {
  if (permissions === 'plan') return '';
  if (permissions === 'edit') return '; with permissions: plan the sandbox of codex lets it read only';
  return '; permissions: plan or edit give it the sandbox of codex';
}
