import type { AgentAdapter } from '../run/ports.ts';
import type { Permissions } from '../schema/types.gen.ts';
import { codingAdapter } from './coding-adapter.ts';
import type { CodingCli } from './coding-cli.ts';
import type { AgentDoors } from './doors.ts';
import { claudeReader } from './streams/claude-events.ts';

const modes: Readonly<Record<Permissions, string>> = { plan: 'plan', edit: 'acceptEdits', full: 'bypassPermissions' };

/** Claude Code: `claude -p`. */
export const claude: CodingCli = {
  name: 'claude',
  tested: ['2.1.197', '2.1.328'],
  // Many of them at once must not replace each other's program.
  env: { DISABLE_AUTOUPDATER: '1' },
  takesSystemPrompt: true,
  argumentsFor: (agent, permissions, systemFile) => [
    '-p',
    ...toolsOf(agent.allowed_tools),
    // Without --verbose it refuses this format.
    ...['--output-format', 'stream-json', '--verbose', '--permission-mode', modes[permissions]],
    ...(agent.model === undefined ? [] : ['--model', agent.model]),
    // Command lines can be read by everybody on the machine; both versions take a file.
    ...(systemFile === undefined ? [] : ['--append-system-prompt-file', systemFile]),
    ...(agent.max_turns === undefined ? [] : ['--max-turns', String(agent.max_turns)]),
    ...(agent.args ?? []),
  ],
  // A pipeline is taken apart before its rules are looked at, and into bash -c '...' it does not look.
  refuses: (pattern, nested) => !pattern.includes('|') && nested !== true,
  rulesFor: (patterns) => ['--disallowedTools', ...patterns.map((pattern) => `Bash(${pattern})`)],
  reader: claudeReader,
  // It asks ten times, for more than a minute. A login that has just run out is renewed at the first.
  isHopeless: ({ status, attempt = 0 }) => (status === 401 || status === 403) && attempt >= 2,
};

/** All words that follow it are tools, and one at least, up to the next option; a list with commas would cut rules that hold some. */
function toolsOf(tools: readonly string[] = []): readonly string[] {
  return tools.length === 0 ? [] : ['--allowedTools', ...tools];
}

/** Runs Claude Code. */
export function claudeAdapter(doors: AgentDoors): AgentAdapter {
  return codingAdapter(claude, doors);
}
