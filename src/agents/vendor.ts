// The variables of the vendor of a coding CLI: that CLI gets them from the caller, and no other agent does.
import type { AdapterName } from '../schema/types.gen.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The coding CLIs that have adapters of their own. */
export type CliName = 'claude' | 'codex' | 'gemini';

/** How the names of a vendor's variables begin. */
const prefixes: Readonly<Partial<Record<AdapterName, readonly string[]>>> = {
  claude: ['ANTHROPIC_', 'CLAUDE_'],
  codex: ['OPENAI_', 'CODEX_'],
  gemini: ['GEMINI_', 'GOOGLE_'],
} satisfies Record<CliName, readonly string[]>;

/** Names of variables that hold keys. A path to a key, as in GOOGLE_APPLICATION_CREDENTIALS, is none. */
const keyName = /(^|_)(KEY|TOKEN|SECRET|PASSWORD|CUSTOM_HEADERS)$/;

/** Shorter values are no keys but words such as "dummy" or "ollama", which local servers are content with. */
const shortestKey = 8;

/** What of the caller's environment a CLI gets because it is its vendor's. */
export function vendorVariables(adapter: AdapterName | null, env: Env): Readonly<Record<string, string>> {
  const own = (adapter === null ? undefined : prefixes[adapter]) ?? [];
  if (own.length === 0) return {};
  const names = Object.keys(env).filter((name) => own.some((prefix) => name.startsWith(prefix)));
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/** The names of those among them that hold keys: their values are secrets, though nobody wrote them down as such. */
export function vendorKeys(adapter: AdapterName | null, env: Env): readonly string[] {
  return Object.entries(vendorVariables(adapter, env)).flatMap(([name, value]) =>
    keyName.test(name) && value.length >= shortestKey ? [name] : [],
  );
}
