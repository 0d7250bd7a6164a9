// The only place that turns what a command throws into words and a code.
import { workflowCommand } from '../diagnostics/github.ts';
import { printableJson, printableLines } from '../diagnostics/printable.ts';
import { tellOn } from '../reporters/wrap.ts';
import { isStorageFault, isSystemFault } from '../run/ports.ts';
import { LostJournal } from '../workspace/journal.ts';
import { DamagedRun } from '../workspace/recorded.ts';
import { exit, type Io, Refusal } from './command.ts';
import { version } from './version.ts';

/** Why a command ended without a result. */
interface Failure {
  readonly code: number;
  readonly message: string;
  /** The next step. */
  readonly hint: string;
}

/** Tells why a command ended without a result, where JSON is read also as a document; gives the exit code. */
export function explainFailure(error: unknown, io: Io, json = false): number {
  const failure = failureOf(error);
  const { code, message, hint } = failure;
  // It may quote files and their names.
  tellOn(io.stderr, `super: ${printableLines(hint === '' ? message : `${message}\n${hint}`)}\n`);
  if (json) printFailure(failure, io);
  if (io.env.GITHUB_ACTIONS === 'true') {
    const text = hint === '' ? message : `${message}\n${hint}`;
    io.stderr.write(workflowCommand('error', { title: 'super' }, text));
  }
  return code;
}

/** A failure for programs: one JSON document on one line, as the last line where events were printed before. */
export function printFailure({ code, message, hint }: Failure, io: Io): void {
  io.stdout.write(`${printableJson({ ok: false, error: { exit_code: code, message, hint } })}\n`);
}

function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) return { code: error.code, message: error.message, hint: error.hint };
  if (error instanceof DamagedRun) {
    const hint =
      'nothing was changed; what stands before that place is whole. Bring the file back from a copy, or start a new run';
    return { code: exit.storage, message: `cannot go on: ${error.message}`, hint };
  }
  if (error instanceof LostJournal || (error instanceof Error && error.cause instanceof LostJournal)) {
    const hint = 'the run cannot be resumed; what is left of it stands in its folder, and a new run does all of it';
    return { code: exit.storage, message: `cannot go on: ${error.message}`, hint };
  }
  if (isStorageFault(error)) {
    const hint = 'free some space or choose another folder with --workspace-path; what is recorded is intact';
    return { code: exit.storage, message: `cannot write: ${error.message}`, hint };
  }
  if (isSystemFault(error)) return { code: exit.setup, message: error.message, hint: '' };
  const said = `this is a defect of super ${version}, not of your files.`;
  const request = 'Please report it with the command line and these lines:';
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: exit.defect, message: said, hint: `${request}\n\n${detail}` };
}
