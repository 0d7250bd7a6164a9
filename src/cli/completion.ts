import { choices } from '../schema/terms.gen.ts';
import { type Call, type Command, exit, type Io, usageFault } from './command.ts';
import { findProject, orchestraFiles, playbookFiles } from './project.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

export const completion: Command = {
  path: ['completion'],
  summary: `print a completion script for ${shells.join(', ')}`,
  operands: '<shell>',
  example: 'source <(super completion bash)',
  async run(call, io) {
    const [shell = ''] = call.operands;
    const words = await wordsFor(shell, io);
    if (words !== undefined) io.stdout.write(words.map((word) => `${word}\n`).join(''));
    else io.stdout.write(await scriptFor(shell, call));
    return exit.succeeded;
  },
};

async function scriptFor(shell: string, { commands, groups }: Call): Promise<string> {
  const { bashScript, fishScript, zshScript } = await import('./completion-scripts.ts');
  if (shell === 'bash') return bashScript(commands, groups);
  if (shell === 'zsh') return zshScript(commands, groups);
  if (shell === 'fish') return fishScript(commands, groups);
  throw usageFault(`there is no completion for "${shell}"`, `shells: ${shells.join(', ')}`);
}

/** What the scripts ask for while somebody types; undefined for the name of a shell. */
async function wordsFor(asked: string, io: Io): Promise<readonly string[] | undefined> {
  if (asked === 'orchestras') {
    const { idOf } = await import('./lookup.ts');
    return orchestraFiles(await findProject(io.cwd))
      .map(idOf)
      .filter(isHarmless);
  }
  if (asked === 'agents')
    return playbookFiles(await findProject(io.cwd))
      .map(({ name }) => name)
      .filter(isHarmless);
  if (asked === 'runs') return runWords(io);
  if (asked === 'tasks') return taskWords(io);
  if (asked === 'codes') {
    const { catalogue } = await import('../diagnostics/catalogue.ts');
    return [...Object.keys(catalogue), ...choices.failureReason];
  }
  return undefined;
}

/** Runs that are offered: the newest ones are those that somebody speaks of. */
const mostRuns = 100;

async function runWords(io: Io): Promise<readonly string[]> {
  const { findRuns } = await import('./runs.ts');
  const runs = findRuns(await findProject(io.cwd), undefined);
  const ids = runs.slice(-mostRuns).map(({ id }) => id);
  return runs.length === 0 ? [] : ['@last', ...ids.reverse().filter(isHarmless)];
}

/** Tasks of the run that `runs cancel` means where none is named, else of the newest. */
async function taskWords(io: Io): Promise<readonly string[]> {
  const { findRuns } = await import('./runs.ts');
  const runs = findRuns(await findProject(io.cwd), undefined);
  const run = runs.findLast(({ holder }) => holder !== undefined) ?? runs.findLast(({ replays }) => replays === null);
  if (run === undefined) return [];
  const { readRun } = await import('../workspace/recorded.ts');
  const tasks = readRun(run.layout)?.state.inOrder ?? [];
  return tasks.map(({ task }) => task.name).filter(isHarmless);
}

/** Names come from files, and bash evaluates the words of a completion: `$(...)` as a file's name would be run. */
function isHarmless(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name);
}
