import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type AgentAdapter, type AgentCall, StorageFailure } from '../run/ports.ts';
import type { Permissions, PlanAgent, Policy } from '../schema/types.gen.ts';
import { isProgram, missingFolder } from './command.ts';
import type { AgentDoors } from './doors.ts';
import { drive } from './drive.ts';
import { hostFile } from './host-file.ts';
import { acpReader } from './streams/acp-events.ts';

/** What the host is given that speaks with an agent. The prompt is on its standard input. */
export interface AcpCall {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly permissions: Permissions;
  readonly model?: string;
  /** What it may do in a shell. */
  readonly policy?: Policy;
}

/** Runs any agent that speaks the Agent Client Protocol, through a host that stands between it and us. */
export function acpAdapter(doors: AgentDoors): AgentAdapter {
  return {
    check: async (agent) => whatIsMissing(agent, doors),
    start(call) {
      const argv = [process.execPath, hostFile('acp'), callFile(call)];
      return drive(doors, { env: {}, reader: acpReader, refuses }, call, argv, call.agent.system_prompt.trim());
    },
  };
}

/** Its host answers for what policies deny, where the agent asks. */
const refuses = () => true;

function callFile({ agent, cwd, files }: AgentCall): string {
  const path = join(files.folder, 'acp-call.json');
  const call: AcpCall = {
    argv: agent.argv ?? [],
    cwd,
    permissions: agent.permissions ?? 'edit',
    ...(agent.model !== undefined && { model: agent.model }),
    ...(agent.policy !== undefined && { policy: agent.policy }),
  };
  try {
    writeFileSync(path, JSON.stringify(call));
  } catch (error) {
    throw new StorageFailure(`cannot write the call of an agent: ${(error as Error).message}`);
  }
  return path;
}

function whatIsMissing(agent: PlanAgent, { root, env }: AgentDoors): string | undefined {
  const [program] = agent.argv ?? [];
  if (program === undefined) return 'it has no argv: with the program that speaks the Agent Client Protocol';
  const noFolder = missingFolder(agent, root);
  if (noFolder !== undefined) return noFolder;
  const path = agent.env.set.PATH ?? env.PATH ?? '';
  return isProgram(program, path, resolve(root, agent.cwd)) ? undefined : `program not found: ${program}`;
}
