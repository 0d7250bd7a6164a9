import { printable } from '../diagnostics/printable.ts';
import { tellOn } from '../reporters/wrap.ts';
import { type Command, exit, flag, type Io, printJson, textOption, usageFault } from './command.ts';
import { jsonOption } from './run-options.ts';
import type { FoundRun, RunStanding } from './runs.ts';

const standings: readonly RunStanding[] = ['running', 'paused', 'interrupted', 'succeeded', 'failed', 'cancelled'];

/** Most runs that are listed on a terminal unless more are asked for. */
const screenful = 50;

/** `super runs list`: every run of the project. */
export const runsList: Command = {
  path: ['runs', 'list'],
  summary: 'list the runs of this project, or of one orchestra, newest first',
  operands: '[orchestra]',
  options: [
    {
      flags: '--state <state>',
      description: 'only runs of this state; may be given several times',
      choices: standings,
      many: true,
    },
    {
      flags: '-n, --newest <number>',
      description: `only so many of the newest; on a terminal ${screenful} unless given`,
    },
    { flags: '-w, --workspace-path <folder>', description: 'only runs that were written there' },
    jsonOption,
  ],
  example: 'super runs list --state interrupted',
  async run(call, io) {
    const { findProject } = await import('./project.ts');
    const { nameFor } = await import('./paths.ts');
    const { findRuns } = await import('./runs.ts');
    const project = await findProject(io.cwd);
    const states = (call.options.state ?? []) as readonly string[];
    const all = findRuns(project, textOption(call, 'workspacePath')).reverse();
    const [asked] = call.operands;
    const fitting = all.filter(
      ({ state, orchestra }) =>
        (states.length === 0 || states.includes(state)) && (asked === undefined || orchestra === asked),
    );
    const json = flag(call, 'json');
    const most = newestOption(textOption(call, 'newest')) ?? (io.stdout.isTTY && !json ? screenful : fitting.length);
    const runs = fitting.slice(0, most);
    const workspaceOf = (run: FoundRun) => nameFor(project, run.layout.workspace);
    if (json) printJson(io, { runs: runs.map((run) => factsOf(run, workspaceOf(run))) });
    else if (fitting.length === 0) tellOn(io.stdout, all.length === 0 ? noRuns : noneOf(all, asked, states));
    else {
      const { fittingColumns } = await import('./columns.ts');
      const rows = await rowsOf(runs, workspaceOf);
      io.stdout.write(
        fittingColumns([['RUN', 'STATE', 'ORCHESTRA', 'BEGAN', 'TOOK', 'WORKSPACE'], ...rows], 3, io.stdout),
      );
      tellRest(fitting.length - runs.length, io);
    }
    return exit.succeeded;
  },
};

const noRuns = `there are no runs here
start one: super orchestra run <orchestra>; runs in another folder are found with --workspace-path
`;

/** Why none of the runs that there are is listed. */
function noneOf(all: readonly FoundRun[], asked: string | undefined, states: readonly string[]): string {
  const which = asked === undefined ? '' : ` of ${printable(asked)}`;
  const state = states.length === 0 ? '' : ` is ${states.join(' or ')}`;
  const orchestras = [...new Set(all.map(({ orchestra }) => orchestra))];
  const known = asked === undefined || orchestras.includes(asked);
  const hint = known ? '' : `orchestras with runs: ${orchestras.map(printable).join(', ')}\n`;
  return state === '' ? `there is no run${which} here\n${hint}` : `no run${which} here${state}\n${hint}`;
}

function newestOption(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9][0-9]{0,8}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw usageFault(`--newest must be a whole number from 1 on, not "${text}"`);
}

function factsOf({ id, orchestra, state, started_at, finished_at, holder, replays }: FoundRun, workspace: string) {
  const pid = holder === undefined ? null : holder.pid;
  return { id, orchestra, state, started_at, finished_at, workspace, pid, replays };
}

async function rowsOf(runs: readonly FoundRun[], workspaceOf: (run: FoundRun) => string): Promise<string[][]> {
  const { age, duration } = await import('../reporters/words.ts');
  const { timeIn } = await import('./runs.ts');
  const now = Date.now();
  return runs.map((run) => {
    const began = Date.parse(run.started_at);
    const took = run.finished_at === null ? '-' : duration(Date.parse(run.finished_at) - began);
    const orchestra = run.replays === null ? run.orchestra : `${run.orchestra} (replay of ${run.replays})`;
    return [run.id, run.state, orchestra, `${age(now - timeIn(run, run.started_at))} ago`, took, workspaceOf(run)];
  });
}

function tellRest(hidden: number, io: Io): void {
  if (hidden > 0) tellOn(io.stdout, `and ${hidden} older ${hidden === 1 ? 'run' : 'runs'}; more: --newest <number>\n`);
}
