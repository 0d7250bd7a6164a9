import { tellOn } from '../reporters/wrap.ts';
import { type Command, exit, flag, printJson, textOption } from './command.ts';
import { jsonOption, workspaceOption } from './run-options.ts';

/** `super runs unpause`: a paused run goes on. */
export const runsUnpause: Command = {
  path: ['runs', 'unpause'],
  summary: 'let a paused run go on',
  operands: '[run]',
  options: [workspaceOption, jsonOption],
  example: 'super runs unpause',
  async run(call, io) {
    const { aimAt, runningTasks, steer } = await import('./steer.ts');
    const { commandOn } = await import('./live.ts');
    const aimed = await aimAt({ asked: call.operands[0], workspace: textOption(call, 'workspacePath') }, io);
    const running = runningTasks(await steer(aimed, { type: 'unpause' }));
    const { project, run } = aimed;
    const { id } = run;
    if (flag(call, 'json')) printJson(io, { run: id, state: 'running', running });
    else tellOn(io.stdout, `run ${id} goes on\nto follow it: ${commandOn(project, run, 'runs', 'logs', '-f')}\n`);
    return exit.succeeded;
  },
};
