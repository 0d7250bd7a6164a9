import type { AgentAdapter } from '../run/ports.ts';
import type { Permissions } from '../schema/types.gen.ts';
import { codingAdapter } from './coding-adapter.ts';
import type { CodingCli } from './coding-cli.ts';
import type { AgentDoors } from './doors.ts';
import { geminiPolicy } from './gemini-policy.ts';
import { geminiReader } from './streams/gemini-events.ts';

const modes: Readonly<Record<Permissions, string>> = { plan: 'plan', edit: 'auto_edit', full: 'yolo' };

/** Gemini CLI: `gemini -o stream-json`. */
export const gemini: CodingCli = {
  name: 'gemini',
  tested: ['0.61.0', '0.61.0'],
  // It starts itself once more otherwise, and signals never reach the one that works.
  env: { GEMINI_CLI_NO_RELAUNCH: 'true' },
  takesSystemPrompt: false,
  argumentsFor: (agent, permissions) => [
    ...['--output-format', 'stream-json', '--approval-mode', modes[permissions]],
    ...(agent.model === undefined ? [] : ['--model', agent.model]),
    ...(agent.allowed_tools ?? []).map((tool) => `--allowed-tools=${tool}`),
    ...(agent.args ?? []),
  ],
  // A comma would stand between two folders.
  foldersFor: (folders) =>
    folders.flatMap((folder) => (folder.includes(',') ? [] : [`--include-directories=${folder}`])),
  refuses: (pattern) => !pattern.includes('|'),
  // --policy would take the place of the person's own policies; these stand above them, and what is theirs holds, too.
  rulesFor: (patterns, keep) => ['--admin-policy', keep('policy.toml', geminiPolicy(patterns))],
  reader: geminiReader,
  problem: ({ max_turns }) =>
    max_turns === undefined
      ? undefined
      : 'gemini has no argument for max_turns: set model.maxSessionTurns in its settings.json',
};

/** Runs Gemini CLI. */
export function geminiAdapter(doors: AgentDoors): AgentAdapter {
  return codingAdapter(gemini, doors);
}
