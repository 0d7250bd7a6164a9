import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inFull } from '../run/policy/policy-pattern.ts';
import { type AgentAdapter, type AgentCall, StorageFailure } from '../run/ports.ts';
import type { Permissions, PlanAgent } from '../schema/types.gen.ts';
import type { CodingCli } from './coding-cli.ts';
import { isProgram, missingFolder } from './command.ts';
import type { AgentDoors } from './doors.ts';
import { drive } from './drive.ts';

/** What an agent may do that does not say it. */
const usualPermissions: Permissions = 'edit';

/**
 * How long a CLI may be silent, in seconds: it can hang without an end, and is silent while a command of its runs, which is not cut
 * short by this but where it takes longer than any honest one.
 */
const longestSilence = 1800;

/** Runs a coding CLI headless: the prompt on its standard input, its events on its standard output. */
export function codingAdapter(cli: CodingCli, doors: AgentDoors): AgentAdapter {
  return {
    check: async (agent) => whatIsMissing(cli, agent, doors),
    stallSeconds: longestSilence,
    start(call) {
      const { agent } = call;
      const system = agent.system_prompt.trim();
      const systemFile =
        cli.takesSystemPrompt && system !== '' ? keep(call, 'system-prompt.md', system, 'a system prompt') : undefined;
      const folders = [call.files.context, call.env.SUPER_INTERMEDIATE_DIR].filter((each) => each !== undefined);
      const words = [
        ...rulesOf(cli, call),
        ...cli.argumentsFor(agent, agent.permissions ?? usualPermissions, systemFile),
        ...(cli.foldersFor?.(folders) ?? []),
      ];
      return drive(doors, cli, call, [cli.name, ...words], systemFile === undefined ? system : '');
    },
  };
}

/** Writes a file beside the attempt; gives its path. */
function keep({ files }: AgentCall, name: string, text: string, what: string): string {
  const path = join(files.folder, name);
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new StorageFailure(`cannot write ${what}: ${(error as Error).message}`);
  }
  return path;
}

/** The words that give a CLI rules of its own for what a policy denies, as far as it can have them. */
function rulesOf({ refuses, rulesFor }: CodingCli, call: AgentCall): readonly string[] {
  const { deny = [], confirm = [] } = call.agent.policy ?? {};
  const patterns = [...deny, ...confirm].filter((pattern) => refuses?.(pattern) === true).map(inFull);
  if (rulesFor === undefined || patterns.length === 0) return [];
  return rulesFor(patterns, (name, text) => keep(call, name, text, 'the rules of an agent'));
}

function whatIsMissing(cli: CodingCli, agent: PlanAgent, { root, env }: AgentDoors): string | undefined {
  const path = agent.env.set.PATH ?? env.PATH ?? '';
  if (!isProgram(cli.name, path, root)) return `program not found: ${cli.name}`;
  return missingFolder(agent, root) ?? cli.problem?.(agent, agent.permissions ?? usualPermissions);
}
