import type { AgentAdapter } from '../run/ports.ts';
import type { Permissions } from '../schema/types.gen.ts';
import { codingAdapter } from './coding-adapter.ts';
import type { CodingCli } from './coding-cli.ts';
import type { AgentDoors } from './doors.ts';
import { codexReader } from './streams/codex-events.ts';

const sandboxes: Readonly<Record<Permissions, string>> = {
  plan: 'read-only',
  edit: 'workspace-write',
  full: 'danger-full-access',
};

/** OpenAI Codex: `codex exec`. */
export const codex: CodingCli = {
  name: 'codex',
  tested: ['0.169.0', '0.169.0'],
  env: {},
  takesSystemPrompt: false,
  argumentsFor: (agent, permissions) => [
    ...['exec', '--json', '--sandbox', sandboxes[permissions]],
    ...(agent.model === undefined ? [] : ['--model', agent.model]),
    ...(agent.args ?? []),
    '-', // the prompt comes on standard input
  ],
  reader: codexReader,
  problem({ allowed_tools, max_turns }) {
    if (allowed_tools !== undefined) return 'codex knows no allowed_tools: what it may do is said by permissions';
    return max_turns === undefined
      ? undefined
      : 'codex cannot limit its turns: use timeout_seconds instead of max_turns';
  },
};

/** Runs OpenAI Codex. */
export function codexAdapter(doors: AgentDoors): AgentAdapter {
  return codingAdapter(codex, doors);
}
