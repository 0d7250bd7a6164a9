// What is wrong with files, told to people and to programs.
import { type Diagnostic, hasErrors } from '../diagnostics/diagnostic.ts';
import { renderGithub } from '../diagnostics/github.ts';
import { printable } from '../diagnostics/printable.ts';
import { renderText } from '../diagnostics/render.ts';
import { tellOn, wrapLine } from '../reporters/wrap.ts';
import { exit, type Io, printJson, type Stream } from './command.ts';
import type { Format } from './formats.ts';
import { paintFor } from './paint.ts';
import { version } from './version.ts';

/** What was checked and what was found. */
export interface Report {
  /** What was checked, as the closing line names it: a file, or "3 orchestras". */
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Texts of the files, for excerpts. */
  readonly texts: ReadonlyMap<string, string>;
  /** Whether faults of form kept some of what the file means from being checked. */
  readonly unread?: boolean;
}

/** Prints the result of a check on standard output; gives the exit code: 3 when there are errors. */
export async function printReport(report: Report, format: Format, io: Io): Promise<number> {
  const { diagnostics } = report;
  if (format === 'text') printText(report, io.stdout, io);
  else if (format === 'json') printJson(io, { ok: !hasErrors(diagnostics), diagnostics });
  else if (format === 'github') io.stdout.write(renderGithub(diagnostics));
  else {
    const { toSarif } = await import('../diagnostics/sarif.ts');
    printJson(io, toSarif(diagnostics, version));
  }
  return exitOf(diagnostics);
}

/**
 * Tells on standard error what there is to tell before something else is done, if anything; gives the exit code: 3 when there are
 * errors. `quiet`: of warnings the first lines, and none of mere form.
 */
export function reportDiagnostics(report: Report, io: Io, quiet = false): number {
  const { diagnostics } = report;
  if (quiet && !hasErrors(diagnostics)) io.stderr.write(renderText(inBrief(diagnostics), () => undefined));
  else if (diagnostics.length > 0) printText(report, io.stderr, io);
  return exitOf(diagnostics);
}

/** What a person wants to know who looks at nothing else: not that something could be written better. */
function inBrief(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics
    .filter(({ code }) => code !== 'playbook-form' && code !== 'project-form')
    .map((each) => ({ ...each, hint: '' }));
}

function exitOf(diagnostics: readonly Diagnostic[]): number {
  return hasErrors(diagnostics) ? exit.invalid : exit.succeeded;
}

/** With excerpts and a closing count; where GitHub reads along, as annotations too. */
function printText({ file, diagnostics, texts, unread }: Report, stream: Stream, io: Io): void {
  const layout = stream.isTTY ? { columns: stream.columns, wrap: wrapLine } : undefined;
  const textOf = (name: string) => texts.get(name);
  if (diagnostics.length > 0) stream.write(renderText(diagnostics, textOf, paintFor(stream, io), layout));
  const more = unread === true && hasErrors(diagnostics) ? '; more may show when these are mended' : '';
  tellOn(stream, `${countLine(diagnostics)} in ${printable(file)}${more}\n`);
  if (io.env.GITHUB_ACTIONS === 'true') io.stderr.write(renderGithub(diagnostics));
}

/** "2 errors, 1 warning", or "no faults". */
function countLine(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const parts = [count(errors, 'error'), count(diagnostics.length - errors, 'warning')].filter((part) => part !== '');
  return parts.length === 0 ? 'no faults' : parts.join(', ');
}

function count(number: number, word: string): string {
  return number === 0 ? '' : `${number} ${word}${number === 1 ? '' : 's'}`;
}
