import { tellOn } from '../reporters/wrap.ts';
import { type Command, exit, flag, printJson, setupFault, textOption } from './command.ts';
import { jsonOption, workspaceOption } from './run-options.ts';

/** `super runs cancel`: ends one task of a live run. */
export const runsCancel: Command = {
  path: ['runs', 'cancel'],
  summary: 'end one task of a live run, running or not; the others go on',
  operands: '<task> [run]',
  options: [workspaceOption, jsonOption],
  example: 'super runs cancel implement_feature',
  async run(call, io) {
    const { aimAt, steer, untilEnded } = await import('./steer.ts');
    const { chooseTask, findRuns, namesRun } = await import('./runs.ts');
    const { findProject } = await import('./project.ts');
    const { commandOn } = await import('./live.ts');
    const { quoted } = await import('../reporters/words.ts');
    const workspace = textOption(call, 'workspacePath');
    const [first = '', second] = call.operands;
    const runs = second === undefined ? [] : findRuns(await findProject(io.cwd), workspace);
    // A task that is called like an orchestra is a task where it comes first.
    const turned = second !== undefined && namesRun(runs, first) && !namesRun(runs, second);
    const [name, asked] = turned ? [second, first] : [first, second];
    const aimed = await aimAt({ asked, workspace }, io);
    const { project, run, plan, followed } = aimed;
    const task = chooseTask(run, followed.state, name);
    if (task.endedAt !== undefined) throw setupFault(`${name} has already ended: ${task.status}`);
    await steer(aimed, { type: 'cancel', task: task.task.name });
    const json = flag(call, 'json');
    if (task.status === 'running' && !json) {
      const grace = plan.grace_seconds ?? 10;
      tellOn(io.stderr, `super: ${name} was told to end; it has ${grace} s\n`);
    }
    const left = await untilEnded(aimed, task, io);
    if (left !== undefined) return left;
    if (json) printJson(io, { run: run.id, task: name, state: task.status });
    else {
      const others = `to see the others: ${commandOn(project, run, 'runs', 'show')}\n`;
      const again = `${commandOn(project, run, 'orchestra', 'resume')} --from ${quoted(name)}`;
      const later = task.status === 'cancelled' ? `to do it after all, when the run has ended: ${again}\n` : '';
      tellOn(io.stdout, `${name}: ${task.status}\n${others}${later}`);
    }
    return exit.succeeded;
  },
};
