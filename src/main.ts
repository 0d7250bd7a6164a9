// main(argv, io) -> exit code. The only place that turns what a command throws into words and a code.
import { type Command, exit, type Io, Refusal } from './cli/command.ts';
import { version } from './cli/version.ts';

/** Runs one command line (without `node` and the script's name). Never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const { dispatch } = await import('./cli/dispatch.ts');
    return await dispatch(argv, io, (command: Command, call) => command.run(call, io));
  } catch (error) {
    return explainFailure(error, io);
  }
}

function explainFailure(error: unknown, io: Io): number {
  if (error instanceof Refusal) {
    io.stderr.write(`super: ${error.message}\n${error.hint === '' ? '' : `${error.hint}\n`}`);
    return error.code;
  }
  if (isStorageFault(error)) {
    io.stderr.write(
      `super: cannot write: ${error.message}\nfree some space or choose another folder with --workspace-path; what is recorded is intact\n`,
    );
    return exit.storage;
  }
  if (isSystemFault(error)) {
    io.stderr.write(`super: ${error.message}\n`);
    return exit.setup;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(
    `super: this is a defect of super ${version}, not of your files.\nPlease report it with the command line and these lines:\n\n${detail}\n`,
  );
  return exit.defect;
}

const storageCodes: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EFBIG'];

function isStorageFault(error: unknown): error is Error {
  return isSystemFault(error)
    ? storageCodes.includes(error.code)
    : error instanceof Error && error.name === 'StorageFailure';
}

/** What the operating system refused, as opposed to what this program did wrong. */
function isSystemFault(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
