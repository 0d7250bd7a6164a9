// The only place that turns what a command throws into words and a code.
import { printableLines } from '../diagnostics/printable.ts';
import { isStorageFault, isSystemFault } from '../run/ports.ts';
import { LostJournal } from '../workspace/journal.ts';
import { DamagedRun } from '../workspace/recorded.ts';
import { exit, type Io, Refusal } from './command.ts';
import { version } from './version.ts';

/** Tells why a command ended without a result; gives the exit code. */
export function explainFailure(error: unknown, io: Io): number {
  const { code, text } = failureText(error);
  // It may quote files and their names.
  io.stderr.write(`super: ${printableLines(text)}\n`);
  return code;
}

function failureText(error: unknown): { readonly code: number; readonly text: string } {
  if (error instanceof Refusal)
    return { code: error.code, text: [error.message, error.hint].filter((part) => part !== '').join('\n') };
  if (error instanceof DamagedRun) {
    const hint =
      'nothing was changed; what stands before that place is whole. Bring the file back from a copy, or start a new run';
    return { code: exit.storage, text: `cannot go on: ${error.message}\n${hint}` };
  }
  if (error instanceof LostJournal || (error instanceof Error && error.cause instanceof LostJournal)) {
    const hint = 'the run cannot be resumed; what is left of it stands in its folder, and a new run does all of it';
    return { code: exit.storage, text: `cannot go on: ${error.message}\n${hint}` };
  }
  if (isStorageFault(error)) {
    const hint = 'free some space or choose another folder with --workspace-path; what is recorded is intact';
    return { code: exit.storage, text: `cannot write: ${error.message}\n${hint}` };
  }
  if (isSystemFault(error)) return { code: exit.setup, text: error.message };
  const said = `this is a defect of super ${version}, not of your files.`;
  const request = 'Please report it with the command line and these lines:';
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: exit.defect, text: `${said}\n${request}\n\n${detail}` };
}
