import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentAdapter, type AgentCall, type AgentEnd, StorageFailure } from '../run/ports.ts';

/** Runs nothing: writes an output that says so, the same for the same call, so that a plan can be watched before it costs anything. */
export function rehearsalAdapter(): AgentAdapter {
  return {
    check: async () => undefined,
    start: (call) => ({ ended: rehearse(call), stop() {} }),
  };
}

async function rehearse(call: AgentCall): Promise<AgentEnd> {
  try {
    writeFileSync(call.files.output, rehearsalText(call));
  } catch (error) {
    throw new StorageFailure(`cannot write the output of a rehearsal: ${(error as Error).message}`);
  }
  return { type: 'done', noOutputFails: false };
}

function rehearsalText(call: AgentCall): string {
  const { agent, task } = call;
  const received = task.context.map((name) => `- ${name}: ${firstLine(join(call.files.context, `${name}.txt`))}`);
  return [
    `[rehearsal] ${task.name}: a stand-in, no agent was run`,
    '',
    `Agent: ${agent.name}${agent.description === '' ? '' : ` (${agent.description})`}`,
    `Goal: ${call.goal}`,
    `Task: ${call.description}`,
    received.length > 0 ? 'Received:' : 'Received: nothing',
    ...received,
    '',
  ].join('\n');
}

function firstLine(file: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '(not there)'; // said in the output itself: a rehearsal never fails
  }
  const buffer = Buffer.alloc(400);
  const [line = ''] = buffer.toString('utf8', 0, readSync(descriptor, buffer)).split('\n', 1);
  closeSync(descriptor);
  const characters = Array.from(line);
  return characters.length > 80 ? `${characters.slice(0, 80).join('')}...` : line;
}
