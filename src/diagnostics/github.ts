import type { Diagnostic } from './diagnostic.ts';

/** Diagnostics as workflow commands, one a line, which GitHub Actions shows beside the changed lines. */
export function renderGithub(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((each) => `${command(each)}\n`).join('');
}

function command({ severity, code, message, hint, file, line, column, end_line, end_column }: Diagnostic): string {
  const properties = { file, line, col: column, endLine: end_line, endColumn: end_column, title: code };
  const list = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`);
  return `::${severity} ${list.join(',')}::${data(hint === '' ? message : `${message}\n${hint}`)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
