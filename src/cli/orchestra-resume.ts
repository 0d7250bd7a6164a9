import type { TaskName } from '../schema/types.gen.ts';
import { budgetOption, budgetOptions } from './amount-options.ts';
import { type Command, textOption } from './command.ts';
import { workspaceOption } from './run-options.ts';

/** `super orchestra resume`: goes on with a run that was stopped, killed or failed. */
export const orchestraResume: Command = {
  path: ['orchestra', 'resume'],
  summary: 'go on with a run that was stopped, killed or failed',
  operands: '[run]',
  options: [
    {
      flags: '--retry-failed',
      description: 'tries again what failed in a run that was cut short, and what was skipped',
    },
    {
      flags: '--from <task>',
      description: 'does this task again, and all that depends on it; may be given several times',
      many: true,
    },
    {
      flags: '--with-changes',
      description:
        "plans today's files in a new run, which keeps every success whose task, agent and context are unchanged",
    },
    workspaceOption,
    ...budgetOptions,
    {
      flags: '--detach',
      description: 'goes on in the background: prints the run id and ends when the run has begun',
    },
    { flags: '-v, --verbose', description: 'adds the order of execution and the path of every output' },
    { flags: '-q, --quiet', description: 'prints only the result, warnings, failures and blockers' },
    { flags: '--json', description: 'prints the events as NDJSON' },
  ],
  example: 'super orchestra resume',
  async run(call, io) {
    const { watchSignals } = await import('./interruption.ts');
    const interruption = watchSignals(io);
    try {
      const { resume } = await import('./resume.ts');
      const choice = {
        asked: call.operands[0],
        workspace: textOption(call, 'workspacePath'),
        from: (call.options.from ?? []) as readonly TaskName[],
        retryFailed: call.options.retryFailed === true,
        withChanges: call.options.withChanges === true,
        budget: budgetOption(call),
      };
      return await resume(choice, interruption, call, io);
    } finally {
      interruption.end();
    }
  },
};
