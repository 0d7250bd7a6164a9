import { type Command, flag, textOption } from './command.ts';
import { jsonOption, workspaceOption } from './run-options.ts';

/** `super runs stop`: ends a live run. */
export const runsStop: Command = {
  path: ['runs', 'stop'],
  summary: 'end a live run; it can be resumed',
  operands: '[run]',
  options: [
    { flags: '--force', description: 'ends the agents at once, and after 5 s the run itself' },
    workspaceOption,
    jsonOption,
  ],
  example: 'super runs stop',
  async run(call, io) {
    const { stopRun } = await import('./stop.ts');
    const aim = { asked: call.operands[0], workspace: textOption(call, 'workspacePath') };
    return stopRun(aim, { force: flag(call, 'force'), json: flag(call, 'json') }, io);
  },
};
