import { tellOn } from '../reporters/wrap.ts';
import { choices } from '../schema/terms.gen.ts';
import { budgetOptions } from './amount-options.ts';
import { type Call, type Command, flag, type Io, textOption, usageFault } from './command.ts';

/** `super orchestra run`: the main job. */
export const orchestraRun: Command = {
  path: ['orchestra', 'run'],
  summary: 'run an orchestra',
  operands: '<orchestra>',
  options: [
    { flags: '--goal <text>', description: 'what the run is for; replaces {goal} in descriptions, never evaluated' },
    { flags: '--goal-file <file>', description: 'reads the goal from a file; - reads standard input' },
    { flags: '--dry-run', description: 'shows what would happen; writes nothing and starts nothing' },
    { flags: '-v, --verbose', description: 'adds the order of execution and the path of every output' },
    { flags: '-q, --quiet', description: 'prints only the result, warnings, failures and blockers' },
    { flags: '--json', description: 'prints the events as NDJSON; with --dry-run, the plan' },
    {
      flags: '-s, --strategy <strategy>',
      description: 'another strategy than the file says',
      choices: choices.strategy,
    },
    { flags: '-p, --max-parallel <number>', description: 'most tasks at once' },
    {
      flags: '-t, --timeout <duration>',
      description: 'timeout of tasks that have none of their own: seconds, or 90s, 10m, 2h',
    },
    { flags: '-w, --workspace-path <folder>', description: 'where runs are written' },
    {
      flags: '--adapter <adapter>',
      description: 'what runs agents that do not say it themselves',
      choices: choices.adapterName,
    },
    { flags: '--rehearse', description: 'runs nothing: every agent writes a labelled stand-in output' },
    { flags: '--only <task>', description: 'runs this task and what it needs; may be given several times', many: true },
    { flags: '--on-failure <what>', description: 'what a failed task does to the rest', choices: choices.onFailure },
    {
      flags: '--cached',
      description:
        'every task may take an output that is recorded for the same work, but for those that say cache: false',
    },
    { flags: '--no-cache', description: 'no task takes a recorded output; what tasks with cache: make is kept' },
    ...budgetOptions,
    {
      flags: '--detach',
      description: 'goes on in the background: prints the run id and ends when the run has begun',
    },
    { flags: '--tier <tier>', description: 'accepted and ignored: nothing here depends on a tier', hidden: true },
  ],
  example: 'super orchestra run repo_report --goal "What is this repository?"',
  async run(call: Call, io: Io): Promise<number> {
    const { goalOption } = await import('./goal.ts');
    const { runIdFor } = await import('./run-id.ts');
    const run = runIdFor(io.env);
    if (flag(call, 'detach') && flag(call, 'dryRun')) {
      throw usageFault('--dry-run starts nothing that could be detached', 'give one of them');
    }
    const goal = await goalOption(call, io);
    if (textOption(call, 'tier') !== undefined) {
      tellOn(io.stderr, 'super: note: --tier is ignored; nothing here depends on a tier\n');
    }
    const { watchSignals } = await import('./interruption.ts');
    const { startEarly } = await import('./starter.ts');
    const interruption = watchSignals(io);
    const starter = startEarly(call, io, run, goal);
    try {
      const { readRequest } = await import('./run-request.ts');
      const request = await readRequest(call, io, run, goal);
      if (flag(call, 'dryRun')) {
        const { dryRun } = await import('./dry-run.ts');
        return await dryRun(request, flag(call, 'json'), io);
      }
      const { conduct } = await import('./conduct.ts');
      return await conduct(request, starter, interruption, call, io);
    } finally {
      await starter.close();
      interruption.end();
    }
  },
};
