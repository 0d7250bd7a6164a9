import { type Command, flag, textOption, usageFault } from './command.ts';
import { workspaceOption } from './run-options.ts';

/** `super runs logs`: what happened, or what an agent wrote. */
export const runsLogs: Command = {
  path: ['runs', 'logs'],
  summary: 'what happened in a run; with a task, what its agent wrote',
  operands: '[run] [task]',
  options: [
    { flags: '-f, --follow', description: 'goes on until the task or the run ends' },
    { flags: '--attempt <number>', description: 'this attempt of the task; the latest unless given' },
    { flags: '--stdout', description: "only the agent's standard output" },
    { flags: '--stderr', description: "only the agent's standard error" },
    workspaceOption,
    { flags: '--json', description: 'NDJSON: the events; with a task, pieces of text' },
  ],
  example: 'super runs logs -f @last implement_feature',
  async run(call, io) {
    const { showLogs } = await import('./logs.ts');
    const [first, second] = call.operands;
    const [stdout, stderr] = [flag(call, 'stdout'), flag(call, 'stderr')];
    const wish = {
      operands: second === undefined ? { first } : { first, second },
      attempt: attemptOption(textOption(call, 'attempt')),
      streams:
        stdout === stderr ? (['stdout', 'stderr'] as const) : stdout ? (['stdout'] as const) : (['stderr'] as const),
      follow: flag(call, 'follow'),
      json: flag(call, 'json'),
      workspace: textOption(call, 'workspacePath'),
    };
    return showLogs(wish, io);
  },
};

function attemptOption(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9][0-9]{0,8}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw usageFault(`--attempt must be a whole number from 1 on, not "${text}"`);
}
