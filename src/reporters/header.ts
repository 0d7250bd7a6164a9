import { budgetLines } from '../plan/budget-lines.ts';
import type { RunState } from '../run/state.ts';
import type { Plan, RunEvent } from '../schema/types.gen.ts';
import { agentLimitWords, runLimitWords } from '../spec/sizes.ts';
import { oneLine } from './failure.ts';
import type { ReporterContext } from './reporter.ts';
import { clean } from './terminal.ts';
import { counted, type Paint, someOf, tallyOf } from './words.ts';
import { columnsOf, wrapped } from './wrap.ts';

/** What stands at the beginning of a run: which orchestra, to what end, and where its files are. */
export function headerLines(event: RunEvent, state: RunState, context: ReporterContext, paint: Paint): string[] {
  const { plan, goal, files } = context;
  const { strategy, max_parallel_tasks: most } = plan;
  const fact = (name: string, text: string) => `${paint.dim(name.padEnd(11))}${text}`;
  const past = event.type === 'run.resumed' ? `, resumed: ${tallyOf(state.counts)}` : '';
  const tasks = counted(state.inOrder.length, 'task');
  const lines = [
    ...replayLines(state, paint),
    ...rehearsalLines(plan, paint),
    fact('orchestra', `${plan.orchestra}, ${strategy}, ${tasks}, at most ${most} at once${past}`),
    ...(goal === '' ? [] : [fact('goal', oneLine(goal))]),
    fact('run', event.run),
    fact('folder', clean(files.folder)),
    ...limitLines(plan).map((line, at) => fact(at === 0 ? 'limits' : '', line)),
    ...budgetLines(plan, state.budget).map((line, at) => fact(at === 0 ? 'budget' : '', line)),
    '',
  ];
  return wrapped(lines, columnsOf(context.stderr));
}

/** What limits the run and each attempt of its agents, and how that is enforced; nothing where nothing does. */
function limitLines({ agents, limits = {} }: Plan): string[] {
  const ofRun = runLimitWords(limits).map((word) => `the run: ${word}`);
  const ofAgents = new Map<string, string[]>();
  for (const { name, limits: own = {} } of agents) {
    const words = agentLimitWords(own).join(', ');
    if (words !== '') ofAgents.set(words, [...(ofAgents.get(words) ?? []), name]);
  }
  const lines = [...ofAgents].map(([words, names]) => {
    const who = names.length === agents.length ? 'every attempt' : `an attempt of ${someOf(names, 5)}`;
    return `${who}: at most ${words}`;
  });
  const sampled = agents.some(({ limits: own }) => own?.memory_bytes !== undefined || own?.cpus !== undefined);
  return [...lines, ...ofRun, ...(sampled ? ['memory and processors are measured by sampling'] : [])];
}

/** Says loudly that nothing is done anew. */
export function replayLines({ replays }: RunState, paint: Paint): string[] {
  return replays === undefined ? [] : [paint.yellow.inverse(` REPLAY of ${replays}: no agent was started `)];
}

/** Says loudly that nothing real is done, or for which agents. */
export function rehearsalLines(plan: Plan, paint: Paint): string[] {
  const rehearsing = plan.agents.filter(({ adapter }) => adapter === 'rehearsal').map(({ name }) => name);
  if (rehearsing.length === 0) return [];
  const who = rehearsing.length === plan.agents.length ? 'no agent works' : `not at work: ${someOf(rehearsing, 5)}`;
  return [paint.yellow.inverse(` REHEARSAL: ${who}; outputs are stand-ins `)];
}
