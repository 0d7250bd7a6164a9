import { tellOn } from '../reporters/wrap.ts';
import { type Command, exit, flag, printJson, textOption } from './command.ts';
import { jsonOption, workspaceOption } from './run-options.ts';

/** `super runs pause`: nothing new starts. */
export const runsPause: Command = {
  path: ['runs', 'pause'],
  summary: 'start no more tasks of a live run; what runs goes on to its end',
  operands: '[run]',
  options: [
    { flags: '--freeze', description: 'holds the running agents too, with SIGSTOP; their timeouts wait' },
    workspaceOption,
    jsonOption,
  ],
  example: 'super runs pause --freeze',
  async run(call, io) {
    const { aimAt, runningTasks, steer } = await import('./steer.ts');
    const { commandOn } = await import('./live.ts');
    const { someOf } = await import('../reporters/words.ts');
    const freeze = flag(call, 'freeze');
    const aimed = await aimAt({ asked: call.operands[0], workspace: textOption(call, 'workspacePath') }, io);
    const running = runningTasks(await steer(aimed, { type: 'pause', freeze }));
    const { project, run } = aimed;
    const { id } = run;
    if (flag(call, 'json')) printJson(io, { run: id, state: 'paused', frozen: freeze, running });
    else {
      const who = running.length === 0 ? 'nothing is running' : someOf(running, 10);
      const what = running.length === 0 ? who : freeze ? `held: ${who}` : `still running: ${who}`;
      tellOn(io.stdout, `run ${id} is paused; ${what}\nto go on: ${commandOn(project, run, 'runs', 'unpause')}\n`);
    }
    return exit.succeeded;
  },
};
