import { tellOn } from '../reporters/wrap.ts';
import { type Command, exit, flag, printJson, setupFault, textOption } from './command.ts';
import { jsonOption, workspaceOption } from './run-options.ts';

/** `super runs show`: how a run stands. */
export const runsShow: Command = {
  path: ['runs', 'show'],
  summary: 'how a run stands: its tasks, who runs it, what comes next',
  operands: '[run]',
  options: [
    { flags: '--resources', description: 'adds what each agent at work uses: processes, processor, memory' },
    { flags: '-v, --verbose', description: 'every task of a large run, and the path of every output' },
    workspaceOption,
    jsonOption,
  ],
  example: 'super runs show @last --resources',
  async run(call, io) {
    const { findProject } = await import('./project.ts');
    const { chooseRun, findRuns } = await import('./runs.ts');
    const { readRun } = await import('../workspace/recorded.ts');
    const { printable } = await import('../diagnostics/printable.ts');
    const { resourcesOf, runFacts, whyUnseen } = await import('./run-facts.ts');
    const project = await findProject(io.cwd);
    const run = chooseRun(findRuns(project, textOption(call, 'workspacePath')), call.operands[0] ?? '@last');
    const recorded = readRun(run.layout);
    if (recorded === undefined) throw setupFault(`run ${run.id} has not begun yet`, 'ask again in a moment');
    const facts = runFacts(project, run, recorded);
    const wanted = flag(call, 'resources');
    const why = wanted ? whyUnseen(run) : undefined;
    const seen = wanted && why === undefined && run.holder !== undefined;
    const resources = seen ? await resourcesOf(run, run.holder, recorded.state) : undefined;
    if (flag(call, 'json')) printJson(io, wanted ? { ...facts, resources: resources ?? null } : facts);
    else {
      const { runScreen } = await import('./run-screen.ts');
      const { runFiles } = await import('./run-files.ts');
      const { wantsColor } = await import('../reporters/table.ts');
      const look = { verbose: flag(call, 'verbose'), color: wantsColor(io.stdout, io.env), now: Date.now() };
      const files = runFiles(project, run.layout);
      const lines = runScreen({ run, recorded, facts, files, resources }, look, io.stdout);
      io.stdout.write(lines.map((line) => `${line}\n`).join(''));
    }
    if (why !== undefined)
      tellOn(io.stderr, `super: note: nothing is known of what run ${run.id} uses: ${printable(why)}\n`);
    return exit.succeeded;
  },
};
