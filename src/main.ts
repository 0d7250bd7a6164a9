// main(argv, io) -> exit code.
import type { Call, Command, Io } from './cli/command.ts';

/** Runs one command line (without `node` and the script's name); `told` hears which command is called, and how. Never throws. */
export async function main(
  argv: readonly string[],
  io: Io,
  told: (command: Command, call: Call) => void = () => {},
): Promise<number> {
  try {
    const { dispatch } = await import('./cli/dispatch.ts');
    return await dispatch(argv, io, (command, call) => {
      told(command, call);
      return command.run(call, io);
    });
  } catch (error) {
    const { explainFailure } = await import('./cli/failure.ts');
    return explainFailure(error, io, wantsJson(argv));
  }
}

/** Whether a command line asks for JSON; also where it is not one that could be understood. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  return words.some(
    (word, at) => word === '--json' || word === '--format=json' || (word === 'json' && words[at - 1] === '--format'),
  );
}
