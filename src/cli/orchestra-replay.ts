import { type Command, flag, textOption } from './command.ts';
import { workspaceOption } from './run-options.ts';

/** `super orchestra replay`: a recorded run once more, without its agents. */
export const orchestraReplay: Command = {
  path: ['orchestra', 'replay'],
  summary: 'run an orchestra again with the recorded agents of a run: no key, no network, nothing is started',
  operands: '[run]',
  options: [
    {
      flags: '--changed',
      description:
        "plans today's files: takes from the recording what still holds, and runs the rest with its real agents",
    },
    {
      ...workspaceOption,
      description: `${workspaceOption.description}; of a folder or a file: where the replay is written`,
    },
    { flags: '-v, --verbose', description: 'adds the order of execution and the path of every output' },
    { flags: '-q, --quiet', description: 'prints only the result, failures and how they compare with the recording' },
    { flags: '--json', description: 'prints the events as NDJSON' },
  ],
  more: [
    'The run is named by its id, the beginning of it, @last, the path of its folder or of a recording',
    '(super runs export --redacted), which may come from another machine; without a name it is the newest',
    'that is no replay. The ends of its tasks and their outputs are compared with the recording.',
    'Differences are listed, and the exit code is then 1; else it is that of the run, and a line says',
    '"ended as recorded".',
  ].join(' '),
  example: 'super orchestra replay @last',
  async run(call, io) {
    const { watchSignals } = await import('./interruption.ts');
    const interruption = watchSignals(io);
    try {
      const { replay } = await import('./replay.ts');
      const wish = {
        asked: call.operands[0],
        workspace: textOption(call, 'workspacePath'),
        changed: flag(call, 'changed'),
      };
      return await replay(wish, interruption, call, io);
    } finally {
      interruption.end();
    }
  },
};
