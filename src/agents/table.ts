import type { AgentAdapter } from '../run/ports.ts';
import type { AdapterName } from '../schema/types.gen.ts';
import { claudeAdapter } from './claude.ts';
import { codexAdapter } from './codex.ts';
import { commandAdapter } from './command.ts';
import type { AgentDoors } from './doors.ts';
import { geminiAdapter } from './gemini.ts';
import { llmAdapter } from './llm.ts';
import { moduleAdapter } from './module.ts';
import { rehearsalAdapter } from './rehearsal.ts';

/** The adapter of each name. One that this version lacks says so when it is checked. */
export function adapterTable(doors: AgentDoors): Readonly<Record<AdapterName, AgentAdapter>> {
  return {
    command: commandAdapter(doors),
    module: moduleAdapter(doors),
    rehearsal: rehearsalAdapter(),
    claude: claudeAdapter(doors),
    codex: codexAdapter(doors),
    gemini: geminiAdapter(doors),
    acp: absentAdapter(),
    llm: llmAdapter(doors),
  };
}

function absentAdapter(): AgentAdapter {
  const message = 'the adapter is not part of this version of super';
  return {
    check: async () => message,
    start: () => ({ ended: Promise.resolve({ type: 'failed', reason: 'adapter', message }), stop() {} }),
  };
}
