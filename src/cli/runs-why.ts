import { tellOn } from '../reporters/wrap.ts';
import { type Command, exit, flag, printJson, setupFault, textOption } from './command.ts';
import { jsonOption, workspaceOption } from './run-options.ts';

/** `super runs why`: why a task was done, or why it did not have to be. */
export const runsWhy: Command = {
  path: ['runs', 'why'],
  summary: 'why a task was done or its output was taken again: what has changed, and what has not',
  operands: '<task> [run]',
  options: [workspaceOption, jsonOption],
  example: 'super runs why implement_feature',
  async run(call, io) {
    const { findProject } = await import('./project.ts');
    const { chooseRun, chooseTask, findRuns, namesRun } = await import('./runs.ts');
    const { readRun } = await import('../workspace/recorded.ts');
    const { whyFacts, whyLines } = await import('./why.ts');
    const { printable } = await import('../diagnostics/printable.ts');
    const project = await findProject(io.cwd);
    const runs = findRuns(project, textOption(call, 'workspacePath'));
    const [first = '', second] = call.operands;
    // As with `runs cancel`, either may come first.
    const turned = second !== undefined && namesRun(runs, first) && !namesRun(runs, second);
    const [name, asked] = turned ? [second, first] : [first, second];
    const run = chooseRun(runs, asked ?? '@last');
    const recorded = readRun(run.layout);
    if (recorded === undefined) throw setupFault(`run ${run.id} has not begun yet`, 'ask again in a moment');
    const facts = whyFacts(run, recorded, chooseTask(run, recorded.state, name));
    if (flag(call, 'json')) printJson(io, facts);
    else
      tellOn(
        io.stdout,
        whyLines(facts)
          .map((line) => `${printable(line)}\n`)
          .join(''),
      );
    return exit.succeeded;
  },
};
