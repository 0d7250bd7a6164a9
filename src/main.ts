// main(argv, io) -> exit code.
import type { Command, Io } from './cli/command.ts';

/** Runs one command line (without `node` and the script's name). Never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const { dispatch } = await import('./cli/dispatch.ts');
    return await dispatch(argv, io, (command: Command, call) => command.run(call, io));
  } catch (error) {
    const { explainFailure } = await import('./cli/failure.ts');
    return explainFailure(error, io);
  }
}
