import type { AgentAdapter } from '../run/ports.ts';
import type { AdapterName } from '../schema/types.gen.ts';
import { acpAdapter } from './acp.ts';
import { claudeAdapter } from './claude.ts';
import { codexAdapter } from './codex.ts';
import { commandAdapter } from './command.ts';
import type { AgentDoors } from './doors.ts';
import { geminiAdapter } from './gemini.ts';
import { llmAdapter } from './llm.ts';
import { moduleAdapter } from './module.ts';
import { rehearsalAdapter } from './rehearsal.ts';

/** The adapter of each name. */
export function adapterTable(doors: AgentDoors): Readonly<Record<AdapterName, AgentAdapter>> {
  return {
    command: commandAdapter(doors),
    module: moduleAdapter(doors),
    rehearsal: rehearsalAdapter(),
    claude: claudeAdapter(doors),
    codex: codexAdapter(doors),
    gemini: geminiAdapter(doors),
    acp: acpAdapter(doors),
    llm: llmAdapter(doors),
  };
}
